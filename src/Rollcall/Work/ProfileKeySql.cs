namespace Rollcall.Work;

/// <summary>A profile's own key (<c>key_field</c>), as DuckDB expressions: trimmed, as databases pad it, and none where nothing is left.</summary>
internal static class ProfileKeySql
{
    // What begins and ends with neither space nor control character, nearly all, is spared the trimming.
    public static string Of(string column) =>
        $"""
        CASE WHEN ascii({column}) > 32 AND right({column}, 1) > ' ' AND right({column}, 1) < chr(128) THEN {column} ELSE nullif({EmailSql.Trim(column)}, '') END
        """;
}
