using MySqlConnector;
using Npgsql;
using Rollcall.Model;
using Rollcall.Reading.Tables.Databases;
using Rollcall.Work;
using Xunit;

namespace Rollcall.Tests.Reading;

/// <summary>Connections to a database on another machine use verified TLS, unless the URL explicitly disables it.</summary>
public sealed class DatabaseTlsTests
{
    [Theory]
    [InlineData("db.example.com", SslMode.VerifyFull)]
    [InlineData("10.0.0.7", SslMode.VerifyFull)]
    [InlineData("db.example.com/shop?sslmode=require", SslMode.VerifyFull)]
    [InlineData("db.example.com/shop?sslmode=verify-ca", SslMode.VerifyCA)]
    [InlineData("db.example.com/shop?tls=off", SslMode.Disable)]
    [InlineData("127.0.0.1/shop?sslmode=disable", SslMode.Disable)]
    [InlineData("localhost", SslMode.Prefer)]
    [InlineData("[::1]", SslMode.Prefer)]
    public void PostgreSQL(string address, SslMode mode)
    {
        using var connection = PostgresConnection.Of(Url("postgres", address));
        var settings = new NpgsqlConnectionStringBuilder(connection.ConnectionString);

        Assert.Equal(mode, settings.SslMode);
        Assert.Equal(
            address.StartsWith("db.", StringComparison.Ordinal) || address.StartsWith("10.", StringComparison.Ordinal)
                ? (address.Contains("tls=off", StringComparison.Ordinal) ? null : "ScramSHA256,GSS")
                : null,
            settings.RequireAuth);
    }

    [Theory]
    [InlineData("db.example.com", MySqlSslMode.VerifyFull)]
    [InlineData("db.example.com/shop?ssl-mode=required", MySqlSslMode.VerifyFull)]
    [InlineData("db.example.com/shop?ssl-mode=verify-ca", MySqlSslMode.VerifyCA)]
    [InlineData("db.example.com/shop?tls=off", MySqlSslMode.None)]
    [InlineData("127.0.0.1/shop?ssl-mode=none", MySqlSslMode.None)]
    [InlineData("localhost", MySqlSslMode.Preferred)]
    public void MySQL(string address, MySqlSslMode mode)
    {
        using var connection = MySqlDatabase.Connection(Url("mysql", address));

        Assert.Equal(mode, new MySqlConnectionStringBuilder(connection.ConnectionString).SslMode);
    }

    [Fact]
    public void Paths_and_names_in_options_keep_their_hyphens()
    {
        using var postgres = PostgresConnection.Of(
            Url("postgres", "db.example.com/shop?sslrootcert=/etc/ssl/my-ca.pem&search_path=my-schema&sslmode=verify-full"));
        using var mysql = MySqlDatabase.Connection(Url("mysql", "db.example.com/shop?ssl-ca=/etc/ssl/my-ca.pem"));

        Assert.Equal("/etc/ssl/my-ca.pem", new NpgsqlConnectionStringBuilder(postgres.ConnectionString).RootCertificate);
        Assert.Equal("my-schema", new NpgsqlConnectionStringBuilder(postgres.ConnectionString).SearchPath);
        Assert.Equal("/etc/ssl/my-ca.pem", new MySqlConnectionStringBuilder(mysql.ConnectionString).SslCa);
    }

    [Theory]
    [InlineData("postgres", "db.example.com/shop?sslmode=prefer")]
    [InlineData("postgres", "db.example.com/shop?sslmode=disable")]
    [InlineData("mysql", "db.example.com/shop?ssl-mode=none")]
    [InlineData("mysql", "db.example.com/shop?ssl-mode=preferred")]
    [InlineData("mysql", "db.example.com/shop?tls=maybe")]
    public void A_mode_that_does_not_insist_is_refused(string scheme, string address)
    {
        var stop = Assert.Throws<RollcallException>(
            () => scheme == "mysql" ? (IDisposable)MySqlDatabase.Connection(Url(scheme, address)) : PostgresConnection.Of(Url(scheme, address)));

        Assert.Equal(ExitCode.Source, stop.ExitCode);
        Assert.Contains("tls", stop.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("secretly", stop.Message, StringComparison.Ordinal);
    }

    private static DatabaseUrl Url(string scheme, string address) =>
        new($"{scheme}://reader:secretly@{address}{(address.Contains('/', StringComparison.Ordinal) ? "" : "/shop")}", "the database");
}
