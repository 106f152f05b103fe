using System.Globalization;

namespace Rollcall.Reading.Tables.Files;

/// <summary>Escapes in JSON that are half a character: no text can contain them, and DuckDB stops at them.</summary>
internal static class HalfCharacters
{
    private const int EscapeLength = 6;

    /// <summary>
    /// Writes U+FFFD, the replacement character, over each <c>\uD800</c> to <c>\uDFFF</c> without its other half, as other readers of JSON do.
    /// </summary>
    /// <param name="json">JSON without other faults.</param>
    public static void Replace(Span<byte> json)
    {
        for (var at = 0; at < json.Length - 1; at++)
        {
            if (json[at] != '\\')
            {
                continue;
            }

            var begins = IsHalf(json[at..], 0xD800);
            if (begins && IsHalf(json[(at + EscapeLength)..], 0xDC00))
            {
                at += (2 * EscapeLength) - 1;
                continue;
            }

            if (begins || IsHalf(json[at..], 0xDC00))
            {
                "\\uFFFD"u8.CopyTo(json[at..]);
            }

            at++; // past what the backslash escapes
        }
    }

    private static bool IsHalf(ReadOnlySpan<byte> json, int first) =>
        json.Length >= EscapeLength && json[0] == '\\' && json[1] == 'u'
        && int.TryParse(json[2..EscapeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit) && (unit & 0xFC00) == first;
}
