namespace Rollcall.Reading.Tables.Databases;

/// <summary>How a database writes strings and comments, as far as finding a statement's end needs it.</summary>
/// <param name="Backslashes">Whether a backslash escapes in every string.</param>
/// <param name="Hashes">Whether # starts a comment.</param>
/// <param name="Dollars">Whether $tag$ quotes.</param>
/// <param name="NestedComments">Whether comments nest.</param>
internal sealed record SelectLexis(bool Backslashes = false, bool Hashes = false, bool Dollars = false, bool NestedComments = false);

/// <summary>
/// Sees to it that an audience's SQL is one SELECT that stays inside the parentheses it is put in.
/// The read-only transaction keeps writes out; this gives the better message, and keeps a second statement out.
/// </summary>
internal sealed class SingleSelect
{
    private readonly string sql;
    private readonly SelectLexis lexis;
    private int position;

    private SingleSelect(string sql, SelectLexis lexis) => (this.sql, this.lexis) = (sql, lexis);

    /// <summary>What is wrong with it; null when it is one SELECT.</summary>
    public static string? Wrong(string sql, SelectLexis lexis) => new SingleSelect(sql, lexis).Wrong();

    /// <summary>The SQL without a semicolon at its end.</summary>
    public static string Bare(string sql, SelectLexis lexis)
    {
        var text = new SingleSelect(sql, lexis);
        while (text.Next() is { } token)
        {
            if (token == ";")
            {
                return sql[..(text.position - 1)];
            }
        }

        return sql;
    }

    private string? Wrong()
    {
        string? first = null;
        var depth = 0;
        var ended = false;
        while (Next() is { } token)
        {
            if (ended)
            {
                return "The SQL is more than one statement.";
            }

            first = first is null or "(" ? token : first;
            ended = token == ";";
            depth += token switch { "(" => 1, ")" => -1, _ => 0 };
            if (depth < 0)
            {
                return "The SQL closes a parenthesis it never opened.";
            }
        }

        return first?.ToUpperInvariant() is not ("SELECT" or "WITH" or "VALUES" or "TABLE") ? "The SQL is no SELECT."
            : depth > 0 ? "The SQL does not close a parenthesis."
            : position > sql.Length ? "The SQL ends inside a string or a comment."
            : null;
    }

    /// <summary>The next token: a word, or one character; strings come as their quote. Null at the end; then <see cref="position"/> is beyond the end when something is not closed.</summary>
    private string? Next()
    {
        while (position < sql.Length)
        {
            var start = position;
            var c = sql[position++];
            switch (c)
            {
                case '-' when At('-'):
                case '#' when lexis.Hashes:
                    SkipTo("\n", orEnd: true);
                    continue;
                case '/' when At('*'):
                    SkipComment();
                    continue;
                case '\'' or '"' or '`':
                    SkipQuoted(c, lexis.Backslashes && c != '`' || (c == '\'' && EscapePrefix(start)));
                    return c.ToString();
                case '$' when lexis.Dollars && Tag() is { } tag:
                    position = start + tag.Length;
                    SkipTo(tag, orEnd: false);
                    return "$";
                case var _ when char.IsWhiteSpace(c):
                    continue;
                case var _ when IsWord(c):
                    while (position < sql.Length && IsWord(sql[position]))
                    {
                        position++;
                    }

                    // The E of an escape string belongs to the string.
                    return sql[start..position];
                default:
                    return c.ToString();
            }
        }

        return null;
    }

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c == '_';

    private bool At(char c) => position < sql.Length && sql[position] == c;

    private bool EscapePrefix(int quote) =>
        lexis.Dollars && quote > 0 && sql[quote - 1] is 'e' or 'E' && (quote == 1 || !IsWord(sql[quote - 2]));

    private string? Tag()
    {
        var end = position;
        while (end < sql.Length && IsWord(sql[end]))
        {
            end++;
        }

        return end < sql.Length && sql[end] == '$' && (end == position || !char.IsDigit(sql[position])) ? sql[(position - 1)..(end + 1)] : null;
    }

    private void SkipTo(string text, bool orEnd)
    {
        var found = sql.IndexOf(text, position, StringComparison.Ordinal);
        position = found >= 0 ? found + text.Length : sql.Length + (orEnd ? 0 : 1);
    }

    private void SkipComment()
    {
        position++;
        for (var depth = 1; depth > 0;)
        {
            var close = sql.IndexOf("*/", position, StringComparison.Ordinal);
            var open = lexis.NestedComments ? sql.IndexOf("/*", position, StringComparison.Ordinal) : -1;
            if (close < 0)
            {
                position = sql.Length + 1;
                return;
            }

            (position, depth) = open >= 0 && open < close ? (open + 2, depth + 1) : (close + 2, depth - 1);
        }
    }

    private void SkipQuoted(char quote, bool backslashes)
    {
        while (position < sql.Length)
        {
            var c = sql[position++];
            if (c == '\\' && backslashes)
            {
                position++;
            }
            else if (c == quote)
            {
                if (!At(quote))
                {
                    return;
                }

                position++;
            }
        }

        position = sql.Length + 1;
    }
}
