using System.Globalization;

namespace Rollcall.Model;

/// <summary>A number with its noun: <c>1 row</c>, <c>2,000 rows</c>.</summary>
public static class Counted
{
    /// <param name="one">The noun for one.</param>
    /// <param name="many">For any other number; the noun with an s where it is not given.</param>
    public static string Of(long number, string one, string? many = null) =>
        $"{number.ToString("N0", CultureInfo.InvariantCulture)} {(number == 1 ? one : many ?? one + "s")}";
}
