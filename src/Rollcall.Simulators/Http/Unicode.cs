using System.Globalization;

namespace Rollcall.Simulators.Http;

/// <summary>Finds escaped halves of surrogate pairs in JSON, which its grammar allows but no text can contain.</summary>
internal static class Unicode
{
    private const int EscapeLength = 6;

    /// <summary>Whether every text of a JSON value, which is known to be well formed, is whole.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> json)
    {
        // Only strings contain backslashes.
        while (json.IndexOf((byte)'\\') is >= 0 and var at)
        {
            json = json[at..];
            if (json[1] != (byte)'u')
            {
                json = json[2..];
                continue;
            }

            var unit = Unit(json);
            json = json[EscapeLength..];
            if (char.IsLowSurrogate(unit) || (char.IsHighSurrogate(unit) && !(json.StartsWith("\\u"u8) && char.IsLowSurrogate(Unit(json)))))
            {
                return false;
            }

            json = char.IsHighSurrogate(unit) ? json[EscapeLength..] : json;
        }

        return true;
    }

    private static char Unit(ReadOnlySpan<byte> escape) =>
        (char)ushort.Parse(escape[2..EscapeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
