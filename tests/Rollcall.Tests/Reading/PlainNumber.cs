using System.Globalization;
using System.Numerics;

namespace Rollcall.Tests.Reading;

/// <summary>Numbers as Dotdigital accepts them, computed digit by digit: at most 18 before the point, rounded to 9 after.</summary>
internal static class PlainNumber
{
    /// <summary>The number in a text; null when it is not a number, or has more digits before the point.</summary>
    public static string? Of(string text)
    {
        var rest = text.Trim();
        var negative = rest.StartsWith('-');
        rest = rest.StartsWith('-') || rest.StartsWith('+') ? rest[1..] : rest;
        var exponent = 0;
        if (rest.IndexOfAny(['e', 'E']) is var e and >= 0)
        {
            if (!int.TryParse(rest[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent))
            {
                return null;
            }

            rest = rest[..e];
        }

        var parts = rest.Split('.');
        if (parts.Length > 2 || rest is "" or "." || !parts.All(part => part.All(char.IsAsciiDigit)))
        {
            return null;
        }

        var fraction = parts.ElementAtOrDefault(1) ?? "";
        var digits = BigInteger.Parse("0" + parts[0] + fraction, CultureInfo.InvariantCulture);
        var scale = fraction.Length - exponent;
        if (scale > 9)
        {
            var cut = BigInteger.Pow(10, scale - 9);
            (digits, scale) = ((digits + (cut / 2)) / cut, 9);
        }

        while (!digits.IsZero && digits % 10 == 0)
        {
            digits /= 10;
            scale--;
        }

        if (digits.IsZero)
        {
            return "0";
        }

        var whole = scale <= 0 ? digits * BigInteger.Pow(10, -scale) : digits / BigInteger.Pow(10, scale);
        if (whole >= BigInteger.Pow(10, 18))
        {
            return null;
        }

        var after = scale <= 0 ? "" : "." + (digits % BigInteger.Pow(10, scale)).ToString(CultureInfo.InvariantCulture).PadLeft(scale, '0');
        return (negative ? "-" : "") + whole.ToString(CultureInfo.InvariantCulture) + after;
    }
}
