using System.Text.Json;

namespace Rollcall.Simulators.V3;

/// <summary>Why a record could not be written, in the words of the import report.</summary>
internal sealed record Failure(string Code, string Description);

/// <summary>One contact as a caller of v3 describes it, checked against the specification's shape.</summary>
internal sealed record ContactRecord
{
    public string? Match { get; init; }

    public string? Email { get; init; }

    public string? Mobile { get; init; }

    public long? ContactId { get; init; }

    /// <summary>The data fields as they were sent; undefined when none were.</summary>
    public JsonElement DataFields { get; init; }

    public IReadOnlyList<int> Lists { get; init; } = [];

    public ContactStatus? Status { get; init; }

    public OptInType? OptInType { get; init; }

    public EmailType? EmailType { get; init; }

    /// <summary>Whether a resubscription asks the person first; the specification's default is that it does not.</summary>
    public bool ResubscribeWithNoChallenge { get; init; } = true;

    public Failure? Failure { get; init; }
}

/// <summary>Reads <c>contactRequest</c> (imports) and <c>updateContactRequest</c> (patches).</summary>
internal static class ContactRecordReader
{
    private const int MaxLists = 100;

    private static readonly HashSet<string> Locales =
    [
        "cs-CS", "da-DA", "de-DE", "el-EL", "en-EN", "es-ES", "es", "fi-FI", "fr-FR", "hu-HU", "it-IT", "nl-NL", "nb-NO",
        "pl-PL", "pt-PT", "ru-RU", "se-SE", "sk-SK", "tr-TR", "zh-CN",
    ];

    public static ContactRecord Read(JsonElement element, bool import)
    {
        var record = new ContactRecord();
        try
        {
            Only(element, "contact", import
                ? ["matchIdentifier", "identifiers", "dataFields", "channelProperties", "lists", "preferences", "consentRecords"]
                : ["identifiers", "dataFields", "channelProperties", "lists", "preferences", "consentRecords"]);
            record = ReadIdentifiers(element, record, import);
            record = ReadRest(element, record);
            return import ? record with { Failure = MatchFault(element, record) } : record;
        }
        catch (ShapeException wrong)
        {
            return record with { Failure = wrong.Failure };
        }
    }

    private static ContactRecord ReadIdentifiers(JsonElement element, ContactRecord record, bool import)
    {
        if (import)
        {
            var match = element.TryGetProperty("matchIdentifier", out var given) ? Text(given, "matchIdentifier") : throw Missing("matchIdentifier");
            record = record with { Match = match };
        }

        if (!element.TryGetProperty("identifiers", out var identifiers))
        {
            return import ? throw Missing("identifiers") : record;
        }

        if (identifiers.ValueKind != JsonValueKind.Object)
        {
            throw Schema("'identifiers' must be an object");
        }

        foreach (var property in identifiers.EnumerateObject())
        {
            record = property.Name switch
            {
                "email" => record with { Email = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString() : throw new ShapeException("InvalidEmail", "Invalid value for 'email'") },
                "mobileNumber" => record with { Mobile = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString() : throw new ShapeException("InvalidPhoneNumber", "Invalid value for 'mobileNumber'") },
                "contactId" when import => record with
                {
                    ContactId = property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt64(out var id) && id >= 0
                        ? id
                        : throw new ShapeException("InvalidContactId", "Invalid value for 'contactId'"),
                },
                _ => throw new ShapeException("InvalidContact", $"The identifier '{property.Name}' does not exist in the account"),
            };
        }

        return record;
    }

    private static Failure? MatchFault(JsonElement element, ContactRecord record) => record.Match switch
    {
        "email" => record.Email is null ? NoIdentifier() : null,
        "mobileNumber" => record.Mobile is null ? NoIdentifier() : null,
        "contactId" => record.ContactId is null ? NoIdentifier() : null,
        _ => new Failure("InvalidMatchIdentifier", $"The match identifier '{element.GetProperty("matchIdentifier")}' is not recognized"),
    };

    private static Failure NoIdentifier() => new("NoValidIdentifiers", "No valid identifiers were passed");

    private static ContactRecord ReadRest(JsonElement element, ContactRecord record)
    {
        if (element.TryGetProperty("dataFields", out var fields))
        {
            record = fields.ValueKind == JsonValueKind.Object
                ? record with { DataFields = fields }
                : throw Schema("'dataFields' must be an object");
        }

        if (element.TryGetProperty("lists", out var lists))
        {
            record = record with { Lists = ReadLists(lists) };
        }

        if (element.TryGetProperty("channelProperties", out var channels))
        {
            record = ReadChannels(channels, record);
        }

        if (element.TryGetProperty("preferences", out var preferences))
        {
            CheckPreferences(preferences);
        }

        if (element.TryGetProperty("consentRecords", out var consents))
        {
            CheckConsentRecords(consents);
        }

        return record;
    }

    private static int[] ReadLists(JsonElement lists)
    {
        if (lists.ValueKind != JsonValueKind.Array || lists.GetArrayLength() is < 1 or > MaxLists)
        {
            throw Schema($"'lists' must have 1 to {MaxLists} list ids");
        }

        return [.. lists.EnumerateArray().Select(item =>
            item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var id) ? id : throw Schema("'lists' must hold whole numbers"))];
    }

    /// <summary>
    /// The specification gives <c>email</c> two shapes, the plain one and the one with <c>resubscribeOptions</c>, whose
    /// letter excludes each other; the service takes them together.
    /// </summary>
    private static ContactRecord ReadChannels(JsonElement channels, ContactRecord record)
    {
        Only(channels, "channelProperties", "email", "sms", "whatsApp");
        foreach (var name in (string[])["sms", "whatsApp"])
        {
            if (channels.TryGetProperty(name, out var other))
            {
                Only(other, name, "status");
            }
        }

        if (!channels.TryGetProperty("email", out var email))
        {
            return record;
        }

        Only(email, "email", "emailType", "optInType", "status", "resubscribeOptions");
        return record with
        {
            EmailType = Word(email, "emailType") switch
            {
                null => null,
                "plainText" => Simulators.EmailType.PlainText,
                "html" => Simulators.EmailType.Html,
                var other => throw Schema($"'{other}' is no emailType"),
            },
            OptInType = Word(email, "optInType") switch
            {
                null => null,
                "unknown" => Simulators.OptInType.Unknown,
                "single" => Simulators.OptInType.Single,
                "double" => Simulators.OptInType.Double,
                "verifiedDouble" => Simulators.OptInType.VerifiedDouble,
                var other => throw Schema($"'{other}' is no optInType"),
            },
            Status = Word(email, "status") switch
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
        Only(options, "resubscribeOptions", "resubscribeWithNoChallenge", "preferredLocale", "redirectUrlAfterChallenge");
        if (Word(options, "preferredLocale") is { } locale && !Locales.Contains(locale))
        {
            throw Schema($"'{locale}' is no preferredLocale");
        }

        if (Word(options, "redirectUrlAfterChallenge") is { } url && !Uri.TryCreate(url, UriKind.Absolute, out _))
        {
            throw Schema("'redirectUrlAfterChallenge' must be a URI");
        }

        return !options.TryGetProperty("resubscribeWithNoChallenge", out var flag)
            || (flag.ValueKind is JsonValueKind.True or JsonValueKind.False ? flag.GetBoolean() : throw Schema("'resubscribeWithNoChallenge' must be true or false"));
    }

    private static void CheckPreferences(JsonElement preferences)
    {
        var fits = preferences.ValueKind == JsonValueKind.Array && preferences.GetArrayLength() > 0
            && preferences.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object
                && item.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.Number
                && item.TryGetProperty("isOptedIn", out var flag) && flag.ValueKind is JsonValueKind.True or JsonValueKind.False);
        if (!fits)
        {
            throw Schema("'preferences' must hold objects of 'id' and 'isOptedIn'");
        }
    }

    private static void CheckConsentRecords(JsonElement records)
    {
        if (records.ValueKind != JsonValueKind.Array || records.GetArrayLength() is < 1 or > 5)
        {
            throw Schema("'consentRecords' must have 1 to 5 records");
        }

        string[] required = ["text", "dateTimeConsented", "url", "ipAddress", "userAgent"];
        foreach (var item in records.EnumerateArray())
        {
            Only(item, "consentRecords", required);
            if (required.FirstOrDefault(name => Word(item, name) is null or "") is { } missing)
            {
                throw Missing(missing);
            }
        }
    }

    private static string? Word(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? Text(value, name) : null;

    private static string Text(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Schema($"'{name}' must be text");

    private static void Only(JsonElement element, string what, params ReadOnlySpan<string> names)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Schema($"'{what}' must be an object");
        }

        foreach (var property in element.EnumerateObject())
        {
            if (!names.Contains(property.Name))
            {
                throw Schema($"'{property.Name}' is not a property of '{what}'");
            }
        }
    }

    private static ShapeException Missing(string name) => Schema($"'{name}' is required");

    private static ShapeException Schema(string description) => new("ApiSchemaViolation", description);

    private sealed class ShapeException(string code, string description) : Exception(description)
    {
        public Failure Failure => new(code, Message);
    }
}
