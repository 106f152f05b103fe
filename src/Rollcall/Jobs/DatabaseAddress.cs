using System.Text.RegularExpressions;

namespace Rollcall.Jobs;

/// <summary>A <c>database</c> of a job file: a URL of a known kind, or a SQLite file.</summary>
internal static partial class DatabaseAddress
{
    private static readonly (string Written, string Scheme)[] Schemes =
        [("postgres", "postgres"), ("postgresql", "postgres"), ("mysql", "mysql"), ("mariadb", "mysql")];

    /// <summary>What to do about a URL whose parts are ambiguous.</summary>
    public const string Encoding =
        "Percent-encode all signs of user and password but letters, digits and -._~: @ is %40, / is %2F, : is %3A, # is %23, ? is %3F, % is %25.";

    /// <summary>Whether the text is no file, but something with a user or a password: a connection string, or a URL that lacks its <c>//</c>.</summary>
    public static bool IsOtherAddress(string text) => !IsUrl(text) && Other().IsMatch(text);

    /// <summary>Whether the text is a URL, of whatever kind.</summary>
    public static bool IsUrl(string text) => text.Contains("://", StringComparison.Ordinal);

    /// <summary>
    /// Whether the text is a URL of a database Rollcall reads, with a host and a database, whose parts are unambiguous: the end of a password with a bare
    /// <c>@</c> or <c>/</c> would be taken for the host, looked up and shown.
    /// </summary>
    public static bool IsKnownUrl(string text) =>
        SchemeOf(text) is not null && Form().IsMatch(text) && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Host.Length > 0;

    /// <summary>The address to connect to, with one spelling of each scheme, and its name without user and password.</summary>
    public static (string Database, string Name) Read(string text, string folder)
    {
        if (IsOtherAddress(text))
        {
            return (text, "the database");
        }

        if (!IsUrl(text))
        {
            var file = Path.GetFullPath(Path.Combine(folder, text));
            return (file, Path.GetRelativePath(folder, file));
        }

        return IsKnownUrl(text) && SchemeOf(text) is { } scheme && Uri.TryCreate(text, UriKind.Absolute, out var uri)
            ? (scheme + text[text.IndexOf("://", StringComparison.Ordinal)..], $"{scheme}://{uri.Authority}{uri.AbsolutePath}")
            : (text, "the database");
    }

    private static string? SchemeOf(string text) =>
        Schemes.FirstOrDefault(one => text.StartsWith(one.Written + "://", StringComparison.OrdinalIgnoreCase)).Scheme;

    [GeneratedRegex(
        @"\b(?:password|pwd|user id|uid)\s*=|^(?:postgres|postgresql|mysql|mariadb|jdbc):|^[^/\\@:]{2,}:[^@]*@",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Other();

    private const string User = @"(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*";
    private const string Password = @"(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*";
    private const string Host = @"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])";

    // User and password hold what may be unencoded in a URL; a host is a name or an address, the database one segment.
    [GeneratedRegex($@"^[a-z]+://(?:{User}(?::{Password})?@)?{Host}(?::[0-9]+)?/[^/?#@:]+(?:\?[^#@]*)?$", RegexOptions.IgnoreCase)]
    private static partial Regex Form();
}
