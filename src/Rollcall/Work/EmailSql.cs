namespace Rollcall.Work;

/// <summary>How an email address is trimmed, keyed and judged, as DuckDB expressions.</summary>
internal static class EmailSql
{
    /// <summary>Unicode's white space: what is trimmed around an address or a number.</summary>
    public static readonly string WhiteSpace = $"'{string.Concat(Enumerable.Range(0, char.MaxValue).Select(c => (char)c).Where(char.IsWhiteSpace))}'";

    private const string NoAddress = "\\s\\p{Z}\\p{C}\\x{FFFD}";
    private const string NoDomain = NoAddress + ".,;:<>()\\[\\]\"\\\\/";

    /// <summary>Simple addresses, which need no more expensive checks.</summary>
    public static string Plain(string email) =>
        $"(length({email}) <= 64 AND regexp_full_match({email}, '[A-Za-z0-9.+_-]+@(?:[A-Za-z0-9_-]+\\.)+[A-Za-z0-9_-]+'))";

    public static string Trim(string text) => $"trim({text}, {WhiteSpace})";

    /// <summary>
    /// Whether a trimmed address may be one: one @, a local part of 1 to 64 characters, a domain with a dot and no empty label,
    /// nothing invisible, no U+FFFD (which stands for what could not be read), at most 254 characters. International addresses pass;
    /// Dotdigital decides whether an address exists.
    /// </summary>
    public static string Valid(string email) => $"""
        (
            length({email}) <= 254
            AND position('@' IN {email}) <= 65
            AND regexp_full_match({email}, '[^@{NoAddress}]+@(?:[^@{NoDomain}]+\.)+[^@{NoDomain}]+')
        )
        """;
}
