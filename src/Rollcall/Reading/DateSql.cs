using Rollcall.Work;

namespace Rollcall.Reading;

/// <summary>
/// Texts in ISO 8601 as moments in UTC. A text without an offset is in UTC, and a day is its midnight.
/// </summary>
internal static class DateSql
{
    private const string Day = @"\d{4}-\d\d-\d\d";
    private const string Time = @"[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?";

    /// <summary>The moment as Dotdigital accepts it, <c>"yyyy-MM-ddTHH:mm:ssZ"</c>: fractions of a second are dropped. NULL for any other text.</summary>
    public static string Json(string text) => $"""
        (CASE
            WHEN NOT regexp_full_match({text}, '{Day}') THEN {Any(text)}
            WHEN TRY_CAST({text} AS DATE) IS NOT NULL AND {text} >= '0001' THEN '"' || {text} || 'T00:00:00Z"'
        END)
        """;

    private static string Any(string text) =>
        Choose(text, timestamp => $"""(CASE WHEN year({timestamp}) BETWEEN 1 AND 9999 THEN strftime({timestamp}, '"%Y-%m-%dT%H:%M:%SZ"') END)""");

    /// <summary>The moment as a TIMESTAMP; NULL for any other text.</summary>
    public static string Timestamp(string text) => Choose(text, timestamp => timestamp);

    private static string Choose(string text, Func<string, string> formatted)
    {
        var trimmed = EmailSql.Trim(text);
        var dotted = $"replace({trimmed}, ',', '.')";

        // DuckDB drops an offset when it casts to TIMESTAMP, and requires seconds before it when it casts to TIMESTAMPTZ.
        var withSeconds = $@"regexp_replace({dotted}, '^({Day}[T ]\d\d:\d\d)([+-].*)$', '\1:00\2', 'i')";
        return $"""
            (CASE
                WHEN regexp_full_match({text}, '{Day}') THEN {formatted($"TRY_CAST({text} AS TIMESTAMP)")}
                WHEN regexp_full_match({trimmed}, '{Day}(?:{Time}Z?)?', 'i') THEN {formatted($"TRY_CAST(rtrim({dotted}, 'Zz') AS TIMESTAMP)")}
                WHEN regexp_full_match({trimmed}, '{Day}{Time}[+-](?:0\d|1[0-4])(?::?[0-5]\d)?', 'i')
                    THEN {formatted($"(TRY_CAST({withSeconds} AS TIMESTAMPTZ) AT TIME ZONE 'UTC')")}
            END)
            """;
    }
}
