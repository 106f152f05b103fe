namespace Rollcall.Reading;

/// <summary>
/// Numbers as Dotdigital takes them: at most 18 digits before the point and 9 after, no exponent, no trailing zeros.
/// Worked out on the text: casting to DuckDB's 128-bit decimals costs thirty times as much.
/// </summary>
internal static class DecimalSql
{
    private const string Plainly = "[+-]?(?:\\d+\\.?\\d*|\\.\\d+)";
    private const string Canonical = "'0|-?[1-9]\\d{0,17}|-?(?:0|[1-9]\\d{0,17})\\.\\d{0,8}[1-9]'";

    /// <summary>The number a text spells, rounded to 9 digits after the point; NULL where it spells none, or one of more than 18 digits before it.</summary>
    public static string Of(string text)
    {
        var trimmed = EmailSql.Trim(text);
        return $"(CASE WHEN regexp_full_match({text}, {Canonical}) THEN {text} "
            + $"WHEN regexp_full_match({trimmed}, '{Plainly}') THEN coalesce({Plain(trimmed)}, {Rounded(trimmed)}) "
            + $"WHEN regexp_full_match({trimmed}, '{Plainly}[eE][+-]?\\d{{1,3}}') THEN coalesce({Shifted(trimmed)}, {Rounded(trimmed)}) END)";
    }

    /// <summary>Whether a text spells a number, however large.</summary>
    public static string IsNumber(string text) => $"regexp_full_match({EmailSql.Trim(text)}, '{Plainly}(?:[eE][+-]?\\d+)?')";

    /// <summary>
    /// A binary floating-point number: its shortest decimal, rounded to 9 digits after the point, so that 37.62 does not become 37.620000000000005.
    /// NULL beyond 18 digits before the point.
    /// </summary>
    /// <param name="shortest">Its shortest decimal, as DuckDB spells it.</param>
    public static string OfFloat(string column, string shortest) =>
        $"(CASE WHEN regexp_full_match({shortest}, {Canonical}) THEN {shortest} "
        + $"WHEN abs({column}) < 5e-10 THEN '0' "
        + $"WHEN abs({column}) < 1e18 THEN {Of($"CAST(round({column}, 9) AS VARCHAR)")} END)";

    /// <summary>What JSON has as a number with a point or an exponent; where it is too large, the text as it is.</summary>
    public static string OfJsonNumber(string text) =>
        $"(CASE WHEN regexp_full_match({text}, {Canonical}) THEN {text} ELSE coalesce({Rounded(text)}, {text}) END)";

    // A cast to a decimal of this size takes microseconds: only what has more digits than fit gets here.
    private static string Rounded(string text) => $"rtrim(rtrim(CAST(TRY_CAST({text} AS DECIMAL(27, 9)) AS VARCHAR), '0'), '.')";

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
