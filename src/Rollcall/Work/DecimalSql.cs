using DuckDB.NET.Data;
using Rollcall.Model;

namespace Rollcall.Work;

/// <summary>
/// Numbers as Dotdigital accepts them (<see cref="DecimalText"/>), as DuckDB expressions. Nearly all match a pattern and are left as they are; the
/// others are passed to C#.
/// </summary>
internal static class DecimalSql
{
    private const string Function = "decimal_text";
    private const string Written = "[+-]?(?:\\d+\\.?\\d*|\\.\\d+)";
    private const string Canonical = "'0|-?[1-9]\\d{0,17}|-?(?:0|[1-9]\\d{0,17})\\.\\d{0,8}[1-9]'";

    /// <summary>The number in a text, rounded to 9 digits after the point; NULL when there is none, or one of more than 18 digits before the point.</summary>
    public static string Of(string text) => $"(CASE WHEN regexp_full_match({text}, {Canonical}) THEN {text} ELSE {Function}({text}) END)";

    /// <summary>Whether a text is a number, however large.</summary>
    public static string IsNumber(string text) => $"regexp_full_match({EmailSql.Trim(text)}, '{Written}(?:[eE][+-]?\\d+)?')";

    /// <summary>Registers the function that <see cref="Of"/> calls.</summary>
    public static void Register(DuckDBConnection duckdb) => TextFunction.Register(duckdb, Function, DecimalText.Of);
}
