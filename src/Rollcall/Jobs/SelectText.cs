namespace Rollcall.Jobs;

/// <summary>Whether SQL looks like a query. The database decides; this reports a mistake before it is asked.</summary>
internal static class SelectText
{
    /// <summary>Whether the first word, after blank space, comments and opening brackets, is SELECT or WITH.</summary>
    public static bool IsSelect(ReadOnlySpan<char> sql)
    {
        while (true)
        {
            sql = sql.TrimStart();
            if (sql.StartsWith("--"))
            {
                sql = After(sql, "\n");
            }
            else if (sql.StartsWith("/*"))
            {
                sql = After(sql[2..], "*/");
            }
            else if (sql.StartsWith("("))
            {
                sql = sql[1..];
            }
            else
            {
                return StartsWithWord(sql, "SELECT") || StartsWithWord(sql, "WITH");
            }
        }
    }

    private static ReadOnlySpan<char> After(ReadOnlySpan<char> sql, string end) =>
        sql.IndexOf(end, StringComparison.Ordinal) is var at and >= 0 ? sql[(at + end.Length)..] : [];

    private static bool StartsWithWord(ReadOnlySpan<char> sql, string word) =>
        sql.StartsWith(word, StringComparison.OrdinalIgnoreCase)
        && (sql.Length == word.Length || !(char.IsLetterOrDigit(sql[word.Length]) || sql[word.Length] == '_'));
}
