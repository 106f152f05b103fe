using System.Globalization;

namespace Rollcall.Reading;

/// <summary>Binary floating-point numbers as text.</summary>
internal static class FloatText
{
    /// <summary>The shortest decimal, rounded to nine digits after the point: 37.62 for 37.620000000000005. Beyond 18 digits before the point it stays as it is.</summary>
    public static string Of(double number) =>
        double.IsFinite(number) && Math.Abs(number) < 1e18
            ? Rounded(decimal.Parse(number.ToString("R", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture))
            : number.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>A number with at most nine digits after the point, and no zeros at the end.</summary>
    public static string Rounded(decimal number) => Math.Round(number, 9, MidpointRounding.AwayFromZero).ToString("0.#########", CultureInfo.InvariantCulture);
}
