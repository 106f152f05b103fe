using Rollcall.Dotdigital;
using Rollcall.Work;

namespace Rollcall.Reading;

/// <summary>Why a value does not fit its data field, as a DuckDB expression: a description, never the value.</summary>
internal static class MisfitSql
{
    private const string Iso = "not a date or a moment in ISO 8601, such as 2026-01-31 or 2026-01-31T12:00:00Z";
    private const string Large = "a number of more than 18 digits before the point";

    /// <summary>The reason, over the same layers as <see cref="FieldSql.Json"/>.</summary>
    public static string Reason(string column, string text, ColumnKind source, DataFieldType target) => source switch
    {
        ColumnKind.Json => $"""
            (CASE json_type({column})
                WHEN 'ARRAY' THEN 'an array, not one value'
                WHEN 'OBJECT' THEN 'an object, not one value'
                ELSE {OfText(text, target)}
            END)
            """,
        ColumnKind.Float => $"""
            (CASE
                WHEN isinf({column}) THEN 'an infinite number'
                WHEN isnan({column}) THEN 'not a number (NaN)'
                ELSE '{OfNumber(target)}'
            END)
            """,
        ColumnKind.WholeNumber or ColumnKind.Decimal => $"'{OfNumber(target)}'",
        ColumnKind.Boolean => $"'true or false, not {Wanted(target)}'",
        ColumnKind.Date or ColumnKind.Timestamp or ColumnKind.ZonedTimestamp when target == DataFieldType.Date =>
            $"(CASE WHEN isfinite({column}) THEN 'a date outside the years 1 to 9999' ELSE 'an infinite date' END)",
        ColumnKind.Date or ColumnKind.Timestamp or ColumnKind.ZonedTimestamp when target != DataFieldType.String => $"'a date, not {Wanted(target)}'",
        _ => OfText(text, target),
    };

    private static string OfText(string text, DataFieldType target) => target switch
    {
        DataFieldType.String => $"'too long (' || format('{{:,}}', {FieldSql.Length(text)}) || ' characters; at most 1,000 fit)'",
        DataFieldType.Numeric => $"(CASE WHEN {DecimalSql.IsNumber(text)} THEN '{Large}' ELSE 'not a number' END)",
        DataFieldType.Date => $"'{Iso}'",
        _ => "'not true or false'",
    };

    private static string OfNumber(DataFieldType target) => target switch
    {
        DataFieldType.Numeric => Large,
        DataFieldType.Boolean => "a number other than 1 and 0, not true or false",
        DataFieldType.Date => "a number, not a date",
        _ => "a number that is no text",
    };

    private static string Wanted(DataFieldType target) => target switch
    {
        DataFieldType.Numeric => "a number",
        DataFieldType.Date => "a date",
        DataFieldType.Boolean => "true or false",
        _ => "a text",
    };
}
