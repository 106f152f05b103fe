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

/// <summary>Splits SQL into tokens as its database does, and refuses unknown forms.</summary>
internal sealed class SqlTokens
{
    private const string Open = "The SQL ends inside a string or a comment.";

    private readonly string _sql;
    private readonly SelectLexis _lexis;
    private readonly List<SqlToken> _tokens = [];
    private int _position;
    private string? _broken;

    private SqlTokens(string sql, SelectLexis lexis) => (_sql, _lexis) = (sql, lexis);

    /// <summary>The tokens of SQL, and why they are incomplete; null when they are complete.</summary>
    public static (IReadOnlyList<SqlToken> Tokens, string? Broken) Of(string sql, SelectLexis lexis)
    {
        var read = new SqlTokens(sql, lexis);
        while (read._broken is null && read._position < sql.Length)
        {
            read.Next();
        }

        return (read._tokens, read._broken);
    }

    private bool Is(SqlDialect dialect) => _lexis.Dialect == dialect;

    private char? At(int index) => index < _sql.Length ? _sql[index] : null;

    private void Next()
    {
        var start = _position;
        var c = _sql[_position++];
        switch (c)
        {
            case var _ when _lexis.IsSpace(c):
                break;
            case '-' when At(_position) == '-' && _lexis.BeginsComment(At(_position + 1)):
            case '#' when Is(SqlDialect.MySql):
                SkipLine();
                break;
            case '/' when At(_position) == '*':
                SkipComment();
                break;
            case '\'':
                SkipQuoted(c, _lexis.Backslashes);
                Add(SqlTokenKind.Value, start);
                break;
            case '"' when _lexis.AnsiQuotes:
            case '`' when !Is(SqlDialect.Postgres):
                AddName(start, c);
                break;
            case '"':
                SkipQuoted(c, _lexis.Backslashes);
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
                _broken = $"The SQL has a variable ({c}), which has no value here.";
                break;
            case '\\':
                _broken = "The SQL has a backslash outside of a string.";
                break;
            case < ' ' or '\u007f':
                _broken = "The SQL has a control character.";
                break;
            case var _ when char.IsAsciiDigit(c):
                SkipNumber(start);
                break;
            case var _ when _lexis.BeginsName(c):
                Word(start);
                break;
            default:
                Add(SqlTokenKind.Sign, start);
                break;
        }
    }

    private void Add(SqlTokenKind kind, int start) => _tokens.Add(new SqlToken(kind, _sql[start..Math.Min(_position, _sql.Length)], start));

    private void Word(int start)
    {
        if (Is(SqlDialect.Postgres) && _sql[start] is 'e' or 'E' && At(_position) == '\'')
        {
            _position++;
            SkipQuoted('\'', backslashes: true);
            RefuseContinued();
            Add(SqlTokenKind.Value, start);
            return;
        }

        if (Is(SqlDialect.Postgres) && _sql[start] is 'u' or 'U' && At(_position) == '&' && At(_position + 1) is '"' or '\'')
        {
            var quote = _sql[_position + 1];
            _position += 2;
            SkipQuoted(quote, backslashes: false);
            _broken ??= quote == '"' ? "The SQL has a name of the form U&\"...\": write its signs as they are." : null;
            Add(SqlTokenKind.Value, start);
            return;
        }

        SkipName();
        Add(SqlTokenKind.Word, start);
    }

    private void SkipName()
    {
        while (At(_position) is { } next && _lexis.ContinuesName(next))
        {
            _position++;
        }
    }

    /// <summary>A number, which ends where a name could begin; MySQL has names that begin with digits.</summary>
    private void SkipNumber(int start)
    {
        var mayBeName = Is(SqlDialect.MySql);
        while (At(_position) is { } next && (char.IsAsciiDigit(next) || next == '.'))
        {
            mayBeName &= next != '.';
            _position++;
        }

        if (mayBeName && At(_position) is { } more && _lexis.ContinuesName(more))
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
        if (_broken is null)
        {
            var name = _sql[(start + 1)..(_position - 1)].Replace($"{quote}{quote}", $"{quote}", StringComparison.Ordinal);
            _tokens.Add(new SqlToken(SqlTokenKind.Name, name, start));
        }
    }

    private void AddBracketed(int start)
    {
        var end = _sql.IndexOf(']', _position);
        if (end < 0)
        {
            _broken = Open;
            return;
        }

        _tokens.Add(new SqlToken(SqlTokenKind.Name, _sql[_position..end], start));
        _position = end + 1;
    }

    private void SkipQuoted(char quote, bool backslashes)
    {
        while (_position < _sql.Length)
        {
            var c = _sql[_position++];
            if (c == '\0')
            {
                break;
            }

            if (c == '\\' && backslashes)
            {
                _position++;
            }
            else if (c == quote)
            {
                if (At(_position) != quote)
                {
                    return;
                }

                _position++;
            }
        }

        _broken = Open;
    }

    /// <summary>PostgreSQL continues a string with one that follows on another line, including its backslashes.</summary>
    private void RefuseContinued()
    {
        var (before, count) = (_position, _tokens.Count);
        while (_broken is null && _position < _sql.Length && (_lexis.IsSpace(_sql[_position]) || (_sql[_position] == '-' && At(_position + 1) == '-')))
        {
            Next();
        }

        if (At(_position) == '\'' && _position > before)
        {
            _broken = "The SQL continues a string E'...' with another string: join them with ||.";
        }

        System.Diagnostics.Debug.Assert(_tokens.Count == count, "Only blank space and comments were skipped.");
    }

    private void SkipDollars(int start)
    {
        var end = _position;
        while (At(end) is { } c && (char.IsAsciiLetter(c) || c is '_' or > '\u007f' || (char.IsAsciiDigit(c) && end > _position)))
        {
            end++;
        }

        if (At(end) != '$')
        {
            _broken = "The SQL has a parameter ($), which has no value here.";
            return;
        }

        var tag = _sql[start..(end + 1)];
        var close = _sql.IndexOf(tag, end + 1, StringComparison.Ordinal);
        (_position, _broken) = close < 0 ? (_sql.Length, Open) : (close + tag.Length, null);
        Add(SqlTokenKind.Value, start);
    }

    private void SkipLine()
    {
        while (_position < _sql.Length && !_lexis.EndsLine(_sql[_position]))
        {
            _broken = _sql[_position++] == '\0' ? "The SQL has a control character." : _broken;
        }
    }

    private void SkipComment()
    {
        _position++;
        if (Is(SqlDialect.MySql) && (At(_position) == '!' || (At(_position) is 'M' or 'm' && At(_position + 1) == '!')))
        {
            _broken = "The SQL has a comment of the form /*! ... */, which the server would run.";
            return;
        }

        for (var depth = 1; depth > 0;)
        {
            var close = _sql.IndexOf("*/", _position, StringComparison.Ordinal);
            var open = Is(SqlDialect.Postgres) ? _sql.IndexOf("/*", _position, StringComparison.Ordinal) : -1;
            if (close < 0)
            {
                (_position, _broken) = (_sql.Length, Open);
                return;
            }

            (_position, depth) = open >= 0 && open < close ? (open + 2, depth + 1) : (close + 2, depth - 1);
        }
    }
}
