using System.Text.Json;

namespace Rollcall.Simulators.V3;

/// <summary>Reads a record's <c>channelProperties</c>.</summary>
internal static class Channels
{
    private static readonly HashSet<string> Locales =
    [
        "cs-CS", "da-DA", "de-DE", "el-EL", "en-EN", "es-ES", "es", "fi-FI", "fr-FR", "hu-HU", "it-IT", "nl-NL", "nb-NO",
        "pl-PL", "pt-PT", "ru-RU", "se-SE", "sk-SK", "tr-TR", "zh-CN",
    ];

    /// <summary>
    /// The specification gives <c>email</c> two shapes, the plain one and the one with <c>resubscribeOptions</c>, whose
    /// letter excludes each other; the service accepts both.
    /// </summary>
    public static ContactRecord Read(JsonElement channels, ContactRecord record)
    {
        Shape.Closed(channels, "channelProperties", "email", "sms", "whatsApp");
        foreach (var name in (string[])["sms", "whatsApp"])
        {
            if (channels.TryGetProperty(name, out var other))
            {
                Shape.Closed(other, name, "status");
                if (Shape.Word(other, "status") is { } status and not ("noSubscription" or "subscribed" or "unsubscribed" or "suppressed"))
                {
                    throw new ShapeException("InvalidContactStatus", $"The status '{status}' of '{name}' is not recognized");
                }
            }
        }

        return channels.TryGetProperty("email", out var email) ? ReadEmail(email, record) : record;
    }

    private static ContactRecord ReadEmail(JsonElement email, ContactRecord record)
    {
        Shape.Closed(email, "email", "emailType", "optInType", "status", "resubscribeOptions");
        return record with
        {
            EmailType = Shape.Word(email, "emailType") switch
            {
                null => null,
                "plainText" => EmailType.PlainText,
                "html" => EmailType.Html,
                var other => throw Shape.Wrong($"'{other}' is no emailType"),
            },
            OptInType = Shape.Word(email, "optInType") switch
            {
                null => null,
                "unknown" => OptInType.Unknown,
                "single" => OptInType.Single,
                "double" => OptInType.Double,
                "verifiedDouble" => OptInType.VerifiedDouble,
                var other => throw Shape.Wrong($"'{other}' is no optInType"),
            },
            Status = Shape.Word(email, "status") switch
            {
                null => null,
                "subscribed" => ContactStatus.Subscribed,
                "unsubscribed" => ContactStatus.Unsubscribed,
                "suppressed" => ContactStatus.Suppressed,
                var other => throw new ShapeException("InvalidContactStatus", $"The contact status '{other}' is not recognized"),
            },
            ResubscribeWithNoChallenge = !email.TryGetProperty("resubscribeOptions", out var options) || ReadOptions(options),
        };
    }

    private static bool ReadOptions(JsonElement options)
    {
        Shape.Object(options, "resubscribeOptions");
        if (Shape.Word(options, "preferredLocale") is { } locale && !Locales.Contains(locale))
        {
            throw Shape.Wrong($"'{locale}' is no preferredLocale");
        }

        if (Shape.Word(options, "redirectUrlAfterChallenge") is { } url)
        {
            Shape.Url(url, "redirectUrlAfterChallenge");
        }

        return !options.TryGetProperty("resubscribeWithNoChallenge", out var flag) || Shape.Truth(flag, "resubscribeWithNoChallenge");
    }
}
