using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rollcall.Simulators.V3;

/// <summary>Checks a record's preferences and consent records, which are not kept.</summary>
internal static partial class Consents
{
    private const int MaxRecords = 5;

    public static void CheckPreferences(JsonElement preferences)
    {
        if (preferences.ValueKind != JsonValueKind.Array || preferences.GetArrayLength() == 0)
        {
            throw Shape.Wrong("'preferences' must have at least one preference");
        }

        foreach (var item in preferences.EnumerateArray())
        {
            Shape.Object(item, "preferences");
            Shape.Int(item.TryGetProperty("id", out var id) ? id : throw Shape.Missing("id"), "id");
            Shape.Truth(item.TryGetProperty("isOptedIn", out var flag) ? flag : throw Shape.Missing("isOptedIn"), "isOptedIn");
        }
    }

    public static void CheckRecords(JsonElement records)
    {
        if (records.ValueKind != JsonValueKind.Array || records.GetArrayLength() is < 1 or > MaxRecords)
        {
            throw Shape.Wrong($"'consentRecords' must have 1 to {MaxRecords} records");
        }

        string[] required = ["text", "dateTimeConsented", "url", "ipAddress", "userAgent"];
        foreach (var item in records.EnumerateArray())
        {
            Shape.Closed(item, "consentRecords", required);
            if (required.FirstOrDefault(name => Shape.Word(item, name) is null or "") is { } missing)
            {
                throw Shape.Missing(missing);
            }

            if (!IsTime(Shape.Word(item, "dateTimeConsented")!))
            {
                throw Shape.Wrong("'dateTimeConsented' must be a date and time with its offset");
            }

            Shape.Url(Shape.Word(item, "url")!, "url");
            if (!IsAddress(Shape.Word(item, "ipAddress")!))
            {
                throw Shape.Wrong("'ipAddress' must be an IPv4 or IPv6 address");
            }
        }
    }

    private static bool IsTime(string text) =>
        TimeForm().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);

    /// <summary>.NET accepts more than four numbers for an IPv4 address, and ports and zones with an IPv6 address.</summary>
    private static bool IsAddress(string text) =>
        IPAddress.TryParse(text, out var address)
        && (address.AddressFamily == AddressFamily.InterNetwork ? address.ToString() == text : text.AsSpan().IndexOfAny('[', '%') < 0);

    // RFC 3339, as OpenAPI asks.
    [GeneratedRegex(@"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)\z", RegexOptions.CultureInvariant)]
    private static partial Regex TimeForm();
}
