using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rollcall.TestKit.Specifications;

/// <summary>The formats that the official documents name. An unknown format fails the test, so that every format is checked.</summary>
internal static partial class ValueFormats
{
    /// <summary>Says whether a value has a format.</summary>
    public static bool Fits(JsonElement value, string format) => format switch
    {
        "int32" => value.TryGetInt64(out var number) && number is >= int.MinValue and <= int.MaxValue,
        "int64" => value.TryGetInt64(out _),
        "byte" => value.ValueKind != JsonValueKind.Number || value.TryGetByte(out _),
        "decimal" => value.TryGetDecimal(out _),
        "double" => value.TryGetDouble(out _),
        "date-time" => DateAndTime().IsMatch(Text(value)) && IsDate(Text(value)),
        "guid" => Guid.TryParseExact(Text(value), "D", out _),
        "uri" => Uri.TryCreate(Text(value), UriKind.Absolute, out _),
        "ipv4" => IPAddress.TryParse(Text(value), out var address) && address.AddressFamily == AddressFamily.InterNetwork,
        "ipv6" => IPAddress.TryParse(Text(value), out var address) && address.AddressFamily == AddressFamily.InterNetworkV6,
        "binary" or "json" => true,
        _ => throw new NotSupportedException($"The specification names the format '{format}', which the validator does not know."),
    };

    private static string Text(JsonElement value) => value.GetString()!;

    private static bool IsDate(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);

    // RFC 3339, as OpenAPI asks.
    [GeneratedRegex(@"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$")]
    private static partial Regex DateAndTime();
}
