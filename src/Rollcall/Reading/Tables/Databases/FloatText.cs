using System.Globalization;

namespace Rollcall.Reading.Tables.Databases;

/// <summary>Binary floating-point numbers as text.</summary>
internal static class FloatText
{
    /// <summary>
    /// Fifteen digits, as SQLite itself shows them, of which at most nine after the point: 37.62 for 37.620000000000005.
    /// Numbers that this would make nothing of, and those beyond 15 digits before the point, keep their digits.
    /// </summary>
    public static string Of(double number)
    {
        if (!double.IsFinite(number) || Math.Abs(number) >= 1e15 || (number != 0 && Math.Abs(number) < 5e-10))
        {
            return number.ToString("R", CultureInfo.InvariantCulture);
        }

        var digits = decimal.Parse(number.ToString("G15", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture);
        return Math.Round(digits, 9).ToString("0.#########", CultureInfo.InvariantCulture);
    }
}
