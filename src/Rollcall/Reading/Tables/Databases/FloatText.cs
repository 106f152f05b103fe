using System.Globalization;

namespace Rollcall.Reading.Tables.Databases;

/// <summary>Binary floating-point numbers as text.</summary>
internal static class FloatText
{
    /// <summary>The shortest decimal, rounded to nine digits after the point: 37.62 for 37.620000000000005. Beyond 18 digits before the point it stays as it is.</summary>
    public static string Of(double number) =>
        double.IsFinite(number) && Math.Abs(number) < 1e18
            ? Math.Round(decimal.Parse(number.ToString("R", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture), 9, MidpointRounding.AwayFromZero)
                .ToString("0.#########", CultureInfo.InvariantCulture)
            : number.ToString("R", CultureInfo.InvariantCulture);
}
