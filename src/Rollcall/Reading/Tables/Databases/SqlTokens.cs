using System.Text;

namespace Rollcall.Reading.Tables.Databases;

/// <summary>What a piece of SQL is.</summary>
internal enum SqlTokenKind
{
    /// <summary>A name or keyword without quotes.</summary>
    Word,

    /// <summary>A name in quotes; its text is what is in them.</summary>
    Name,

    /// <summary>A string or a number.</summary>
    Value,

    /// <summary>Any other sign.</summary>
    Sign,
}

/// <summary>A piece of SQL.</summary>
internal readonly record struct SqlToken(SqlTokenKind Kind, string Text, int Start)
{
    public bool Is(char sign) => Kind == SqlTokenKind.Sign && Text is not null && Text[0] == sign;

    public bool IsWord(string word) => Kind == SqlTokenKind.Word && string.Equals(Text, word, StringComparison.OrdinalIgnoreCase);

    public bool IsNamed => Kind is SqlTokenKind.Word or SqlTokenKind.Name;
}

/// <summary>Takes SQL apart as its database does. What it does not know it refuses.</summary>
internal sealed class SqlTokens
{
    private const string Open = "The SQL ends inside a string or a comment.";

    private readonly string sql;
    private readonly SelectLexis lexis;
    private readonly List<SqlToken> tokens = [];
    private int position;
    private string? broken;

    private SqlTokens(string sql, SelectLexis lexis) => (this.sql, this.lexis) = (sql, lexis);

    /// <summary>The pieces of SQL, and why they are not all; null when they are.</summary>
    public static (IReadOnlyList<SqlToken> Tokens, string? Broken) Of(string sql, SelectLexis lexis)
    {
        var read = new SqlTokens(sql, lexis);
        while (read.broken is null && read.position < sql.Length)
        {
            read.Next();
        }

        return (read.tokens, read.broken);
    }

    private bool Is(SqlDialect dialect) => lexis.Dialect == dialect;

    private char? At(int index) => index < sql.Length ? sql[index] : null;

    private void Next()
    {
        var start = position;
        var c = sql[position++];
        switch (c)
        {
            case var _ when lexis.IsSpace(c):
                break;
            case '-' when At(position) == '-' && lexis.BeginsComment(At(position + 1)):
            case '#' when Is(SqlDialect.MySql):
                SkipLine();
                break;
            case '/' when At(position) == '*':
                SkipComment();
                break;
            case '\'':
                SkipQuoted(c, lexis.Backslashes);
                Add(SqlTokenKind.Value, start);
                break;
            case '"' when lexis.AnsiQuotes:
            case '`' when !Is(SqlDialect.Postgres):
                AddName(start, c);
                break;
            case '"':
                SkipQuoted(c, lexis.Backslashes);
                Add(SqlTokenKind.Value, start);
                break;
            case '[' when Is(SqlDialect.Sqlite):
                AddBracketed(start);
                break;
            case '$' when Is(SqlDialect.Postgres):
                SkipDollars(start);
                break;
            case '$' when Is(SqlDialect.Sqlite):
            case '@' or ':' or '?' when !(Is(SqlDialect.Postgres) || (c == ':' && Is(SqlDialect.MySql))):
                broken = $"The SQL has a variable ({c}), which has no value here.";
                break;
            case '\\':
                broken = "The SQL has a backslash outside of a string.";
                break;
            case < ' ' or '\u007f':
                broken = "The SQL has a control character.";
                break;
            case var _ when char.IsAsciiDigit(c):
                SkipNumber(start);
                break;
            case var _ when lexis.BeginsName(c):
                Word(start);
                break;
            default:
                Add(SqlTokenKind.Sign, start);
                break;
        }
    }

    private void Add(SqlTokenKind kind, int start) => tokens.Add(new SqlToken(kind, sql[start..Math.Min(position, sql.Length)], start));

    private void Word(int start)
    {
        if (Is(SqlDialect.Postgres) && sql[start] is 'e' or 'E' && At(position) == '\'')
        {
            position++;
            SkipQuoted('\'', backslashes: true);
            RefuseContinued();
            Add(SqlTokenKind.Value, start);
            return;
        }

        if (Is(SqlDialect.Postgres) && sql[start] is 'u' or 'U' && At(position) == '&' && At(position + 1) is '"' or '\'')
        {
            var quote = sql[position + 1];
            position += 2;
            SkipQuoted(quote, backslashes: false);
            broken ??= quote == '"' ? "The SQL has a name of the form U&\"...\": write its signs as they are." : null;
            Add(SqlTokenKind.Value, start);
            return;
        }

        SkipName();
        Add(SqlTokenKind.Word, start);
    }

    private void SkipName()
    {
        while (At(position) is { } next && lexis.ContinuesName(next))
        {
            position++;
        }
    }

    /// <summary>A number, which ends where a name could begin; MySQL has names that begin with digits.</summary>
    private void SkipNumber(int start)
    {
        var mayBeName = Is(SqlDialect.MySql);
        while (At(position) is { } next && (char.IsAsciiDigit(next) || next == '.'))
        {
            mayBeName &= next != '.';
            position++;
        }

        if (mayBeName && At(position) is { } more && lexis.ContinuesName(more))
        {
            SkipName();
            Add(SqlTokenKind.Word, start);
            return;
        }

        Add(SqlTokenKind.Value, start);
    }

    private void AddName(int start, char quote)
    {
        SkipQuoted(quote, backslashes: false);
        if (broken is null)
        {
            tokens.Add(new SqlToken(SqlTokenKind.Name, sql[(start + 1)..(position - 1)].Replace($"{quote}{quote}", $"{quote}", StringComparison.Ordinal), start));
        }
    }

    private void AddBracketed(int start)
    {
        var end = sql.IndexOf(']', position);
        if (end < 0)
        {
            broken = Open;
            return;
        }

        tokens.Add(new SqlToken(SqlTokenKind.Name, sql[position..end], start));
        position = end + 1;
    }

    private void SkipQuoted(char quote, bool backslashes)
    {
        while (position < sql.Length)
        {
            var c = sql[position++];
            if (c == '\0')
            {
                break;
            }

            if (c == '\\' && backslashes)
            {
                position++;
            }
            else if (c == quote)
            {
                if (At(position) != quote)
                {
                    return;
                }

                position++;
            }
        }

        broken = Open;
    }

    /// <summary>PostgreSQL goes on with a string that follows on another line, and with its backslashes.</summary>
    private void RefuseContinued()
    {
        var (before, count) = (position, tokens.Count);
        while (broken is null && position < sql.Length && (lexis.IsSpace(sql[position]) || (sql[position] == '-' && At(position + 1) == '-')))
        {
            Next();
        }

        if (At(position) == '\'' && position > before)
        {
            broken = "The SQL continues a string E'...' with another string: join them with ||.";
        }

        System.Diagnostics.Debug.Assert(tokens.Count == count, "Only blank space and comments were skipped.");
    }

    private void SkipDollars(int start)
    {
        var end = position;
        while (At(end) is { } c && (char.IsAsciiLetter(c) || c is '_' or > '\u007f' || (char.IsAsciiDigit(c) && end > position)))
        {
            end++;
        }

        if (At(end) != '$')
        {
            broken = "The SQL has a parameter ($), which has no value here.";
            return;
        }

        var tag = sql[start..(end + 1)];
        var close = sql.IndexOf(tag, end + 1, StringComparison.Ordinal);
        (position, broken) = close < 0 ? (sql.Length, Open) : (close + tag.Length, null);
        Add(SqlTokenKind.Value, start);
    }

    private void SkipLine()
    {
        while (position < sql.Length && !lexis.EndsLine(sql[position]))
        {
            broken = sql[position++] == '\0' ? "The SQL has a control character." : broken;
        }
    }

    private void SkipComment()
    {
        position++;
        if (Is(SqlDialect.MySql) && (At(position) == '!' || (At(position) is 'M' or 'm' && At(position + 1) == '!')))
        {
            broken = "The SQL has a comment of the form /*! ... */, which the server would run.";
            return;
        }

        for (var depth = 1; depth > 0;)
        {
            var close = sql.IndexOf("*/", position, StringComparison.Ordinal);
            var open = Is(SqlDialect.Postgres) ? sql.IndexOf("/*", position, StringComparison.Ordinal) : -1;
            if (close < 0)
            {
                (position, broken) = (sql.Length, Open);
                return;
            }

            (position, depth) = open >= 0 && open < close ? (open + 2, depth + 1) : (close + 2, depth - 1);
        }
    }
}
