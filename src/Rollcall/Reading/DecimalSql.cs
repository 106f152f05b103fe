namespace Rollcall.Reading;

/// <summary>
/// Numbers as Dotdigital takes them: at most 18 digits before the point and 9 after, no exponent, no trailing zeros.
/// Worked out on the text: casting to DuckDB's 128-bit decimals costs thirty times as much.
/// </summary>
internal static class DecimalSql
{
    private const string Canonical = "'0|-?[1-9]\\d{0,17}|-?(?:0|[1-9]\\d{0,17})\\.\\d{0,8}[1-9]'";

    /// <summary>The number a text spells, if it fits exactly; NULL otherwise.</summary>
    public static string Exact(string text)
    {
        var trimmed = EmailSql.Trim(text);
        return $"(CASE WHEN regexp_full_match({text}, {Canonical}) THEN {text} "
            + $"WHEN regexp_full_match({trimmed}, '[+-]?(?:\\d+\\.?\\d*|\\.\\d+)') THEN {Plain(trimmed)} "
            + $"WHEN regexp_full_match({trimmed}, '[+-]?(?:\\d+\\.?\\d*|\\.\\d+)[eE][+-]?\\d{{1,3}}') THEN {Shifted(trimmed)} END)";
    }

    /// <summary>
    /// A binary floating-point number, rounded to 9 digits after the point: 37.62 must not become 37.620000000000005.
    /// NULL beyond 18 digits before the point, and where rounding would leave nothing of it.
    /// </summary>
    public static string Rounded(string column, string text) =>
        $"(CASE WHEN regexp_full_match({text}, {Canonical}) THEN {text} "
        + $"WHEN {column} = 0 THEN '0' "
        + $"WHEN abs({column}) >= 5e-10 AND abs({column}) < 1e18 THEN coalesce({Rounded(column, 9)}, {Rounded(column, 8)}) END)";

    /// <summary>Where a number is too large to be rounded to nine digits, one digit less is what it has.</summary>
    private static string Rounded(string column, int digits) => Exact($"CAST(round({column}, {digits}) AS VARCHAR)");

    private static string Plain(string text) =>
        Written(text, $"ltrim(regexp_extract({text}, '^[+-]?(\\d*)', 1), '0')", $"rtrim(regexp_extract({text}, '\\.(\\d*)$', 1), '0')");

    /// <summary>Moves the point by the exponent, in digits.</summary>
    private static string Shifted(string text)
    {
        var whole = $"regexp_extract({text}, '^[+-]?(\\d*)', 1)";
        var digits = $"({whole} || regexp_extract({text}, '\\.(\\d*)', 1))";
        var point = $"(length({whole}) + CAST(regexp_extract({text}, '[eE]\\+?(-?\\d+)$', 1) AS INTEGER))";
        var padded = $"(repeat('0', greatest(0, -{point})) || {digits} || repeat('0', greatest(0, {point} - length({digits}))))";
        return Written(
            text,
            $"ltrim(substr({padded}, 1, greatest(0, {point})), '0')",
            $"rtrim(substr({padded}, 1 + greatest(0, {point})), '0')");
    }

    /// <summary>Sign, digits before the point without leading zeros, digits after without trailing ones.</summary>
    private static string Written(string text, string whole, string fraction) =>
        $"(CASE WHEN length({whole}) <= 18 AND length({fraction}) <= 9 THEN "
        + $"(CASE WHEN {text} LIKE '-%' AND {whole} || {fraction} <> '' THEN '-' ELSE '' END) "
        + $"|| (CASE WHEN {whole} = '' THEN '0' ELSE {whole} END) "
        + $"|| (CASE WHEN {fraction} = '' THEN '' ELSE '.' || {fraction} END) END)";
}
