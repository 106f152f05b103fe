namespace Rollcall.Work;

/// <summary>A profile's own key (<c>key_field</c>), as DuckDB expressions: trimmed, because databases pad it; NULL when nothing is left.</summary>
internal static class ProfileKeySql
{
    // Nearly all begin and end with neither space nor control character, and need no trimming.
    public static string Of(string column) => $"""
        CASE
            WHEN ascii({column}) > 32 AND right({column}, 1) > ' ' AND right({column}, 1) < chr(128) THEN {column}
            ELSE nullif({EmailSql.Trim(column)}, '')
        END
        """;
}
