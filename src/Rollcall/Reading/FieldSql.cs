using Rollcall.Dotdigital;
using Rollcall.Work;

namespace Rollcall.Reading;

/// <summary>Converts a column to a data field's JSON, as DuckDB expressions.</summary>
internal static class FieldSql
{
    /// <summary>Longest text of a data field, in UTF-16 units: the stricter of the two ways to count characters.</summary>
    public const int LongestText = 1000;

    private const string True = "('true', 't', 'yes', '1')";
    private const string False = "('false', 'f', 'no', '0')";

    /// <summary>The column's canonical text: NULL where it is NULL, or a JSON object or array.</summary>
    public static string Text(string column, ColumnKind kind) => kind switch
    {
        ColumnKind.Text => $"CAST({column} AS VARCHAR)",
        ColumnKind.Float => OrItself(Shortest(column)),
        ColumnKind.Timestamp => MomentText(column),
        ColumnKind.ZonedTimestamp => $"{MomentText($"({column} AT TIME ZONE 'UTC')")} || 'Z'",
        ColumnKind.Json => $"(CASE json_type({column}) WHEN 'OBJECT' THEN NULL WHEN 'ARRAY' THEN NULL "
            + $"WHEN 'DOUBLE' THEN {OrItself($"({column} ->> '$')")} ELSE {column} ->> '$' END)",
        _ => $"CAST({column} AS VARCHAR)",
    };

    /// <summary>A whole value of a table, as JSON: tables without a type for arrays and maps have them as texts.</summary>
    public static string JsonOrText(string json) => $$"""
        (CASE
            WHEN json_type({{json}}) = 'VARCHAR' AND left(ltrim({{json}} ->> '$'), 1) IN ('[', '{') AND json_valid({{json}} ->> '$')
                THEN CAST({{json}} ->> '$' AS JSON)
            ELSE {{json}}
        END)
        """;

    /// <summary>The JSON of the column's value; NULL where it is missing or does not fit. <paramref name="text"/> is its canonical text.</summary>
    public static string Json(string column, string text, Column source, DataFieldType target) => target switch
    {
        DataFieldType.String => source.Kind == ColumnKind.Float
            ? $"(CASE WHEN isfinite({column}) THEN to_json({text}) END)"
            : $"(CASE WHEN {text} <> '' AND {Fits(text)} THEN to_json({text}) END)",
        DataFieldType.Numeric => Numeric(column, text, source),
        DataFieldType.Date => Date(column, text, source.Kind),
        _ => Boolean(column, text, source.Kind),
    };

    /// <summary>Whether there is no value to send.</summary>
    public static string Missing(string column, string text, ColumnKind kind, DataFieldType target) => kind switch
    {
        ColumnKind.Text when target == DataFieldType.String => $"({column} IS NULL OR {text} = '')",
        ColumnKind.Text => $"({column} IS NULL OR {EmailSql.Trim(text)} = '')",
        ColumnKind.Json => $"({column} IS NULL OR json_type({column}) = 'NULL' OR coalesce({text}, 'x') = '')",
        _ => $"({column} IS NULL)",
    };

    private static string OrItself(string number) => $"coalesce({DecimalSql.Of(number)}, {number})";

    private static string Shortest(string column) => $"regexp_replace(CAST({column} AS VARCHAR), '\\.0$', '')";

    // A text has no fewer bytes than UTF-16 units, so the count of bytes mostly decides.
    private static string Fits(string text) => $"(strlen({text}) <= {LongestText} OR {Length(text)} <= {LongestText})";

    /// <summary>A text's length in UTF-16 units: characters beyond U+FFFF count twice.</summary>
    public static string Length(string text) => $"(length({text}) + length(regexp_replace({text}, '[^\\x{{10000}}-\\x{{10FFFF}}]', '', 'g')))";

    private static string MomentText(string timestamp) =>
        $"rtrim(rtrim(strftime({timestamp}, '%Y-%m-%dT%H:%M:%S.%f'), '0'), '.')";

    private static string Numeric(string column, string text, Column source) => source.Kind switch
    {
        ColumnKind.WholeNumber when source.Type is not ("BIGINT" or "UBIGINT" or "HUGEINT" or "UHUGEINT" or "BIGNUM") => text,
        ColumnKind.WholeNumber => $"(CASE WHEN length(ltrim({text}, '-')) <= 18 THEN {text} END)",
        ColumnKind.Float => $"(CASE WHEN abs({column}) < 1e18 THEN {text} END)",
        ColumnKind.Decimal or ColumnKind.Text or ColumnKind.Json => DecimalSql.Of(text),
        _ => "NULL",
    };

    private static string Date(string column, string text, ColumnKind kind) => kind switch
    {
        ColumnKind.Date => Moment(column, $"strftime({column}, '%Y-%m-%dT00:00:00Z')"),
        ColumnKind.Timestamp => Moment(column, $"strftime({column}, '%Y-%m-%dT%H:%M:%SZ')"),
        ColumnKind.ZonedTimestamp => Moment(column, $"strftime({column} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%SZ')"),
        ColumnKind.Text or ColumnKind.Json => DateSql.Json(text),
        _ => "NULL",
    };

    /// <summary>DuckDB has infinite dates and five-digit years; plain ISO 8601 does not.</summary>
    private static string Moment(string column, string formatted) =>
        $"(CASE WHEN isfinite({column}) AND year({column}) BETWEEN 1 AND 9999 THEN '\"' || {formatted} || '\"' END)";

    private static string Boolean(string column, string text, ColumnKind kind) => kind switch
    {
        ColumnKind.Boolean => text,
        ColumnKind.Text or ColumnKind.Json =>
            $"(CASE WHEN {text} IN {True} THEN 'true' WHEN {text} IN {False} THEN 'false' "
            + $"WHEN lower({EmailSql.Trim(text)}) IN {True} THEN 'true' WHEN lower({EmailSql.Trim(text)}) IN {False} THEN 'false' END)",
        ColumnKind.WholeNumber or ColumnKind.Decimal or ColumnKind.Float =>
            $"(CASE WHEN {column} = 1 THEN 'true' WHEN {column} = 0 THEN 'false' END)",
        _ => "NULL",
    };
}
