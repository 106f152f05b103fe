namespace Rollcall.Reading.Tables.Databases;

/// <summary>The database whose SQL it is.</summary>
internal enum SqlDialect
{
    Sqlite,
    Postgres,
    MySql,
}

/// <summary>How a database writes names, strings and comments.</summary>
/// <param name="Backslashes">Whether a backslash escapes in every string; MySQL's, by its <c>sql_mode</c>.</param>
/// <param name="AnsiQuotes">Whether double quotes hold a name; in MySQL only with one <c>sql_mode</c>.</param>
internal sealed record SelectLexis(SqlDialect Dialect, bool Backslashes = false, bool AnsiQuotes = true)
{
    public static SelectLexis Sqlite { get; } = new(SqlDialect.Sqlite);

    public static SelectLexis Postgres { get; } = new(SqlDialect.Postgres);

    public static SelectLexis MySql { get; } = new(SqlDialect.MySql, Backslashes: true, AnsiQuotes: false);

    /// <summary>As a session of MySQL or MariaDB reads it.</summary>
    public static SelectLexis Of(string mode) => MySql with
    {
        Backslashes = !mode.Contains("NO_BACKSLASH_ESCAPES", StringComparison.OrdinalIgnoreCase),
        AnsiQuotes = mode.Contains("ANSI", StringComparison.OrdinalIgnoreCase),
    };

    public bool IsSpace(char c) => c is ' ' or '\t' or '\n' or '\r' or '\f' || (c == '\v' && Dialect != SqlDialect.Sqlite);

    /// <summary>Whether a name may begin with the sign. All of them take every character beyond ASCII for a letter, even blank space.</summary>
    public bool BeginsName(char c) => char.IsAsciiLetter(c) || c is '_' or > '\u007f' || (Dialect == SqlDialect.MySql && (c == '$' || char.IsAsciiDigit(c)));

    public bool ContinuesName(char c) => BeginsName(c) || char.IsAsciiDigit(c) || c == '$';

    /// <summary>Whether two hyphens before this sign begin a comment; MySQL requires blank space there.</summary>
    public bool BeginsComment(char? next) => Dialect != SqlDialect.MySql || next is null || IsSpace(next.Value) || char.IsControl(next.Value);

    /// <summary>Whether a comment of one line ends here.</summary>
    public bool EndsLine(char c) => c == '\n' || (c == '\r' && Dialect == SqlDialect.Postgres);
}
