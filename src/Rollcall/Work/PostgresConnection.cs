using Npgsql;

namespace Rollcall.Work;

/// <summary>Connections to PostgreSQL.</summary>
internal static class PostgresConnection
{
    private static readonly Dictionary<string, string> Options = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["connect_timeout"] = "Timeout",
        ["application_name"] = "Application Name",
        ["search_path"] = "Search Path",
    };

    /// <summary>
    /// A connection of the URL's settings, not opened. Away from this machine TLS is required and verified, and the password proved (SCRAM), not sent.
    /// </summary>
    public static NpgsqlConnection Of(DatabaseUrl url)
    {
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = url.Host,
            Port = url.Port ?? 5432,
            Username = url.User,
            Password = url.Password,
            Database = url.Database,
            ApplicationName = "rollcall",
            CommandTimeout = 0,
            Pooling = false,
            SslMode = url.IsLoopback ? SslMode.Prefer : SslMode.VerifyFull,
        };
        url.Set(settings, Options);
        if (url.TlsOff)
        {
            settings.SslMode = SslMode.Disable;
        }
        else if (!url.IsLoopback)
        {
            url.RequireTls(settings.SslMode is SslMode.Require or SslMode.VerifyCA or SslMode.VerifyFull);
            settings.SslMode = settings.SslMode == SslMode.VerifyCA ? SslMode.VerifyCA : SslMode.VerifyFull;

            // A server that is not the one meant must not be told the password, nor its MD5.
            settings.RequireAuth = "ScramSHA256,GSS";
        }

        return new NpgsqlConnection(settings.ToString());
    }
}
