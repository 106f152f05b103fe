using System.Globalization;
using System.Text.RegularExpressions;

namespace Rollcall.Work;

/// <summary>
/// Numbers as Dotdigital accepts them: at most 18 digits before the point and 9 after, no exponent, no trailing zeros.
/// Floats have their shortest decimal: 37.62 must not become 37.620000000000005.
/// </summary>
internal static partial class DecimalText
{
    private const int MostBefore = 18;
    private const int MostAfter = 9;

    /// <summary>The number in a text, rounded to 9 digits after the point; null when there is none, or one of more than 18 digits before the point.</summary>
    public static string? Of(string text)
    {
        var match = Number().Match(text.Trim());
        if (!match.Success)
        {
            return null;
        }

        var whole = match.Groups["whole"].Value;
        var digits = whole + match.Groups["fraction"].Value;
        var exponent = match.Groups["exponent"].Value;
        var point = whole.Length + (exponent.Length == 0 ? 0 : int.Parse(exponent, CultureInfo.InvariantCulture));
        if (point < 0)
        {
            (digits, point) = (new string('0', -point) + digits, 0);
        }

        digits = digits.PadRight(point, '0');
        var (before, after) = (digits[..point].TrimStart('0'), digits[point..].TrimEnd('0'));
        return before.Length > MostBefore ? null : Rounded(match.Groups["sign"].Value == "-", before, after);
    }

    private static string? Rounded(bool negative, string before, string after)
    {
        if (after.Length > MostAfter)
        {
            var units = Int128.Parse($"0{before}{after[..MostAfter]}", CultureInfo.InvariantCulture) + (after[MostAfter] >= '5' ? 1 : 0);
            var rounded = units.ToString(CultureInfo.InvariantCulture).PadLeft(MostAfter, '0');
            (before, after) = (rounded[..^MostAfter].TrimStart('0'), rounded[^MostAfter..].TrimEnd('0'));
        }

        return before.Length > MostBefore ? null
            : $"{(negative && before.Length + after.Length > 0 ? "-" : "")}{(before.Length == 0 ? "0" : before)}{(after.Length == 0 ? "" : "." + after)}";
    }

    [GeneratedRegex(
        @"^(?<sign>[+-]?)(?=\.?[0-9])(?<whole>[0-9]*)(?:\.(?<fraction>[0-9]*))?(?:[eE](?<exponent>[+-]?[0-9]{1,3}))?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
