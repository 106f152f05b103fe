using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using MySqlConnector;
using Npgsql;
using Rollcall.Jobs;
using Rollcall.TestKit;

namespace Rollcall.Tests.Reading;

public sealed class SqliteSourceTests : SourceContract
{
    protected override async Task<TablesSourceOptions> PublishAsync()
    {
        var path = Workshop.At("people.sqlite");
        await using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        await connection.OpenAsync();
        await DatabasePeople.CreateAsync(
            connection,
            People,
            "email TEXT, name TEXT, total NUMERIC, score REAL, active INTEGER, born TEXT, seen TEXT",
            value => value switch { "true" => "1", "false" => "0", _ => value });
        return new TablesSourceOptions { Database = path, DatabaseName = "people.sqlite", Audiences = new Dictionary<string, AudienceQuery>() };
    }

    protected override TablesSourceOptions Nowhere() =>
        new() { Database = Workshop.At("nowhere.sqlite"), DatabaseName = "nowhere.sqlite", Audiences = new Dictionary<string, AudienceQuery>() };
}

public sealed class PostgresSourceTests : SourceContract
{
    private Uri? _server;
    private string _database = "";

    protected override async Task<TablesSourceOptions> PublishAsync()
    {
        _server = TestDatabases.PostgresOrSkip();
        _database = "people_" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        await using (var maintenance = await OpenAsync(_server.AbsolutePath.TrimStart('/')))
        {
            await DatabasePeople.ExecuteAsync(maintenance, $"CREATE DATABASE {_database} ENCODING utf8 TEMPLATE template0");
        }

        await using var connection = await OpenAsync(_database);
        await DatabasePeople.CreateAsync(
            connection,
            People,
            "email text, name varchar(80), total numeric(20, 2), score double precision, active boolean, born date, seen timestamp",
            value => value);
        return Options(_server, _database);
    }

    protected override TablesSourceOptions Nowhere() => new()
    {
        Database = $"postgres://someone:secret@{_server!.Authority}/nowhere",
        DatabaseName = $"postgres://{_server.Authority}/nowhere",
        Audiences = new Dictionary<string, AudienceQuery>(),
    };

    public override async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await using var maintenance = await OpenAsync(_server.AbsolutePath.TrimStart('/'));
            await DatabasePeople.ExecuteAsync(maintenance, $"DROP DATABASE {_database} WITH (FORCE)");
        }

        await base.DisposeAsync();
    }

    private static TablesSourceOptions Options(Uri server, string database) => new()
    {
        Database = new UriBuilder(server) { Scheme = "postgres", Path = database }.Uri.ToString(),
        DatabaseName = $"postgres://{server.Authority}/{database}",
        Audiences = new Dictionary<string, AudienceQuery>(),
    };

    private async Task<NpgsqlConnection> OpenAsync(string name)
    {
        var user = _server!.UserInfo.Split(':');
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder
            {
                Host = _server.Host,
                Port = _server.Port,
                Username = user[0],
                Password = user.ElementAtOrDefault(1),
                Database = name.Length == 0 ? "postgres" : name,
                Pooling = false,
            }.ToString());
        await connection.OpenAsync();
        return connection;
    }
}

public sealed class MySqlSourceTests : SourceContract
{
    private Uri? _server;
    private string _database = "";

    protected override async Task<TablesSourceOptions> PublishAsync()
    {
        _server = TestDatabases.MySqlOrSkip();
        _database = "people_" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        await using var connection = await OpenAsync();
        await DatabasePeople.ExecuteAsync(connection, $"CREATE DATABASE {_database} CHARACTER SET utf8mb4");
        await connection.ChangeDatabaseAsync(_database);
        await DatabasePeople.CreateAsync(
            connection,
            People,
            "email text, name varchar(80), total decimal(20, 2), score double, active tinyint(1), born date, seen datetime",
            value => value switch { "true" => "1", "false" => "0", _ => value?.Replace("\\", "\\\\", StringComparison.Ordinal) });
        return new()
        {
            Database = new UriBuilder(_server) { Scheme = "mysql", Path = _database }.Uri.ToString(),
            DatabaseName = $"mysql://{_server.Authority}/{_database}",
            Audiences = new Dictionary<string, AudienceQuery>(),
        };
    }

    protected override TablesSourceOptions Nowhere() => new()
    {
        Database = $"mysql://someone:secret@{_server!.Authority}/nowhere",
        DatabaseName = $"mysql://{_server.Authority}/nowhere",
        Audiences = new Dictionary<string, AudienceQuery>(),
    };

    public override async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await using var connection = await OpenAsync();
            await DatabasePeople.ExecuteAsync(connection, $"DROP DATABASE IF EXISTS {_database}");
        }

        await base.DisposeAsync();
    }

    private async Task<MySqlConnection> OpenAsync()
    {
        var user = _server!.UserInfo.Split(':');
        var connection = new MySqlConnection(
            new MySqlConnectionStringBuilder
            {
                Server = _server.Host,
                Port = (uint)_server.Port,
                UserID = user[0],
                Password = user.ElementAtOrDefault(1),
                Pooling = false,
            }.ToString());
        await connection.OpenAsync();
        return connection;
    }
}

/// <summary>Makes the table <c>people</c> in a database.</summary>
internal static class DatabasePeople
{
    public static async Task CreateAsync(DbConnection connection, string?[][] people, string columns, Func<string?, string?> written)
    {
        await ExecuteAsync(connection, $"CREATE TABLE people({columns})");
        string Literal(string? value) => written(value) is { } text ? $"'{text.Replace("'", "''", StringComparison.Ordinal)}'" : "NULL";
        var rows = people.Select(person => $"({string.Join(", ", person.Select(Literal))})");
        await ExecuteAsync(connection, $"INSERT INTO people VALUES {string.Join(", ", rows)}");
    }

    public static async Task ExecuteAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
