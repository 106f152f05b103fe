namespace Rollcall.Reading.Tables.Databases;

/// <summary>
/// Whether an audience's SQL is one SELECT that reads tables and no more. The server decides: it is given one statement, in a transaction that
/// cannot write. The messages of this class are clearer, and it refuses a SELECT that acts on the server.
/// </summary>
internal static class SingleSelect
{
    public const string Todo = "Write one SELECT; it may start with WITH.";

    /// <summary>What is wrong with it; null when it is one SELECT.</summary>
    public static string? Wrong(string sql, SelectLexis lexis)
    {
        var (tokens, broken) = SqlTokens.Of(sql, lexis);
        return broken ?? Form(tokens) ?? ForbiddenSql.In(tokens, lexis.Dialect);
    }

    /// <summary>The SQL without a semicolon at its end, and what follows it.</summary>
    public static string Bare(string sql, SelectLexis lexis)
    {
        var end = SqlTokens.Of(sql, lexis).Tokens.FirstOrDefault(token => token.Is(';'));
        return end.Text is null ? sql : sql[..end.Start];
    }

    private static string? Form(IReadOnlyList<SqlToken> tokens)
    {
        var depth = 0;
        var ended = false;
        foreach (var token in tokens)
        {
            if (ended)
            {
                return "The SQL is more than one statement.";
            }

            ended = token.Is(';');
            depth += token.Is('(') ? 1 : token.Is(')') ? -1 : 0;
            if (depth < 0)
            {
                return "The SQL closes a parenthesis it never opened.";
            }
        }

        var first = tokens.FirstOrDefault(token => !token.Is('('));
        return !(first.IsWord("SELECT") || first.IsWord("WITH") || first.IsWord("VALUES") || first.IsWord("TABLE")) ? "The SQL is no SELECT."
            : depth > 0 ? "The SQL does not close a parenthesis."
            : null;
    }
}
