using System.Data.Common;
using System.Net;
using Rollcall.Jobs;
using Rollcall.Model;

namespace Rollcall.Work;

/// <summary>The parts of a database's URL: <c>postgres://user:password@host:port/database?option=value</c>.</summary>
internal sealed class DatabaseUrl
{
    private readonly string _name;
    private readonly Uri _url;

    /// <param name="name">The URL without its password, for messages.</param>
    public DatabaseUrl(string url, string name)
    {
        _name = name;
        _url = Uri.TryCreate(url, UriKind.Absolute, out var parsed)
            ? parsed
            : throw Wrong(
                "The database's URL cannot be read.",
                "Write it as postgres://user:password@host:5432/database; percent-encode special characters of the password.");
    }

    public string Host => _url.Host;

    public int? Port => _url.Port > 0 ? _url.Port : null;

    public string Database => Uri.UnescapeDataString(_url.AbsolutePath.TrimStart('/'));

    public string User => Uri.UnescapeDataString(_url.UserInfo.Split(':')[0]);

    public string Password => _url.UserInfo.Split(':', 2) is [_, var password] ? Secrets.Keep(Uri.UnescapeDataString(password)) : "";

    /// <summary>Whether the database is on this machine, so that no network is between.</summary>
    public bool IsLoopback => _url.IsLoopback || (IPAddress.TryParse(_url.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>Whether <c>tls=off</c> is written out: the way to a database on another machine without TLS.</summary>
    public bool TlsOff { get; private set; }

    /// <summary>Refuses a mode that leaves it to the server, or to chance, whether the connection is encrypted and the server verified.</summary>
    /// <exception cref="RollcallException">The mode does not insist on TLS, and <c>tls=off</c> is not written (exit 3).</exception>
    public void RequireTls(bool insists)
    {
        if (!insists)
        {
            throw Wrong(
                "The URL's mode of TLS does not insist on it, and the database is on another machine.",
                "Leave the option out, which asks for TLS and verifies the certificate; or write tls=off to go without.");
        }
    }

    /// <summary>Sets the options after the question mark.</summary>
    /// <param name="known">The options' names to the connection string's.</param>
    public void Set(DbConnectionStringBuilder connection, IReadOnlyDictionary<string, string> known)
    {
        foreach (var option in _url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = option.Split('=', 2);
            var key = Uri.UnescapeDataString(parts[0]);
            if (key == "tls")
            {
                TlsOff = parts is [_, "off"] ? true : throw Wrong("The option tls of the database's URL is off, or is not there.");
                continue;
            }

            if (!known.TryGetValue(key, out var keyword))
            {
                throw Wrong($"The database's URL has an unknown option \"{key}\".", Suggestion.For(key, known.Keys));
            }

            try
            {
                // Modes are written with hyphens in URLs, and without in settings; paths and names keep theirs.
                var value = parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "";
                connection[keyword] = keyword == "SSL Mode" ? value.Replace("-", "", StringComparison.Ordinal) : value;
            }
            catch (ArgumentException e)
            {
                throw Wrong($"The option \"{key}\" of the database's URL cannot have this value.", inner: e);
            }
        }
    }

    private RollcallException Wrong(string message, string? todo = null, Exception? inner = null) => new(ExitCode.Source, message, _name, todo, inner);
}
