using System.Globalization;

namespace Rollcall.Simulators.Http;

/// <summary>Finds in JSON what its grammar allows and no text can hold: an escaped half of a surrogate pair.</summary>
internal static class Unicode
{
    private const int EscapeLength = 6;

    /// <summary>Whether every text of a JSON value, which is known to be well formed, is whole.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> json)
    {
        // Only texts hold backslashes.
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
