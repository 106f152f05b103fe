using System.Globalization;
using System.Text.RegularExpressions;
using Rollcall.Work;

namespace Rollcall.Reading.Tables.Files;

/// <summary>
/// The types that a CSV column may have: whether a text fits, and how DuckDB reads it.
/// <see cref="Sql"/> reads what <see cref="Fits"/> accepts; anything else is NULL there, and its row was rejected before.
/// </summary>
internal static partial class CsvTypes
{
    public static Func<string, bool> Fits(string type) => type switch
    {
        "integer" => static text => long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        "decimal" => static text => Decimals().IsMatch(text.Trim()),
        "date" => static text => DateOnly.TryParseExact(text.Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "timestamp" => static text => IsTimestamp(text.Trim()),
        "boolean" => static text => text.Trim().ToUpperInvariant() is "TRUE" or "FALSE" or "T" or "F" or "YES" or "NO" or "1" or "0",
        _ => static _ => true,
    };

    public static string Sql(string column, string type)
    {
        var text = EmailSql.Trim(column);
        return type switch
        {
            "integer" => $"TRY_CAST({text} AS BIGINT)",
            "decimal" => $"TRY_CAST({text} AS DECIMAL(38, 10))",
            "date" => $"TRY_CAST({text} AS DATE)",
            "timestamp" => DateSql.Timestamp(column),
            "boolean" => $"(CASE WHEN lower({text}) IN ('true', 't', 'yes', '1') THEN true WHEN lower({text}) IN ('false', 'f', 'no', '0') THEN false END)",
            _ => column,
        };
    }

    private static bool IsTimestamp(string text)
    {
        var match = Moments().Match(text);
        return match.Success
            && DateOnly.TryParseExact(match.Groups["day"].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            && (match.Groups["offset"].Value is "" or "Z" or "z" || int.Parse(match.Groups["hours"].Value, CultureInfo.InvariantCulture) <= 14);
    }

    [GeneratedRegex(@"^[+-]?(?:[0-9]{1,28}\.?[0-9]*|\.[0-9]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Decimals();

    [GeneratedRegex(
        """
        ^(?<day>[0-9]{4}-[0-9]{2}-[0-9]{2})
        (?:
            [T\ ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?
            (?<offset>Z|[+-](?<hours>[0-9]{2})(?::?[0-5][0-9])?)?
        )?$
        """,
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Moments();
}
