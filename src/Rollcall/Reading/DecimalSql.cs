namespace Rollcall.Reading;

/// <summary>
/// Numbers as Dotdigital takes them: at most 18 digits before the point and 9 after, no exponent, no trailing zeros.
/// So are floats, in their shortest decimal: 37.62 must not become 37.620000000000005.
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
            + $"WHEN regexp_full_match({trimmed}, '{Plainly}') THEN {Plain(trimmed)} "
            + $"WHEN regexp_full_match({trimmed}, '{Plainly}[eE][+-]?\\d{{1,3}}') THEN {Shifted(trimmed)} END)";
    }

    /// <summary>Whether a text spells a number, however large.</summary>
    public static string IsNumber(string text) => $"regexp_full_match({EmailSql.Trim(text)}, '{Plainly}(?:[eE][+-]?\\d+)?')";

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

    /// <summary>Digits before the point without leading zeros, and those after without trailing ones, rounded where they are more than 9.</summary>
    private static string Written(string text, string whole, string fraction)
    {
        var rounded = $"('0000000000' || CAST(CAST('0' || {whole} || substr({fraction}, 1, 9) AS HUGEINT) + CAST(substr({fraction}, 10, 1) >= '5' AS INTEGER) AS VARCHAR))";
        return $"(CASE WHEN length({whole}) > 18 THEN NULL WHEN length({fraction}) <= 9 THEN {Signed(text, whole, fraction)} "
            + $"ELSE {Signed(text, $"ltrim(left({rounded}, length({rounded}) - 9), '0')", $"rtrim(right({rounded}, 9), '0')")} END)";
    }

    private static string Signed(string text, string whole, string fraction) =>
        $"(CASE WHEN length({whole}) <= 18 THEN "
        + $"(CASE WHEN {text} LIKE '-%' AND {whole} || {fraction} <> '' THEN '-' ELSE '' END) "
        + $"|| (CASE WHEN {whole} = '' THEN '0' ELSE {whole} END) "
        + $"|| (CASE WHEN {fraction} = '' THEN '' ELSE '.' || {fraction} END) END)";
}
