using System.Data.Common;
using System.Globalization;
using MySqlConnector;
using Npgsql;
using Rollcall.TestKit;

namespace Rollcall.EndToEnd.Tests.Chinook;

/// <summary>A separate database on a server: PostgreSQL or MariaDB.</summary>
internal sealed class ServerSource : ChinookSource
{
    private const int RowsAStatement = 250;

    private readonly Uri _server;
    private readonly string _database = "chinook_" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
    private readonly string _encoding;
    private readonly string _timestamp;
    private readonly Func<Uri, string, DbConnection> _open;

    private ServerSource(Uri server, string encoding, string timestamp, Func<Uri, string, DbConnection> open)
    {
        _server = server;
        _encoding = encoding;
        _timestamp = timestamp;
        _open = open;
    }

    public override IReadOnlyList<string> JobLines => [$"database: {new UriBuilder(_server) { Path = _database }.Uri}"];

    /// <summary>On the PostgreSQL of the test run; skips the test if there is none.</summary>
    public static async Task<ChinookSource> PostgresOrSkipAsync() =>
        await CreateAsync(new ServerSource(TestDatabases.PostgresOrSkip(), "ENCODING utf8", "TIMESTAMP", (server, database) =>
            new NpgsqlConnection(new NpgsqlConnectionStringBuilder
            {
                Host = server.Host,
                Port = server.Port,
                Username = User(server),
                Password = Password(server),
                Database = database,
                Pooling = false,
            }.ConnectionString)));

    /// <summary>On the MariaDB of the test run; skips the test if there is none.</summary>
    public static async Task<ChinookSource> MariaDbOrSkipAsync() =>
        await CreateAsync(new ServerSource(TestDatabases.MySqlOrSkip(), "CHARACTER SET utf8mb4", "DATETIME", (server, database) =>
            new MySqlConnection(new MySqlConnectionStringBuilder
            {
                Server = server.Host,
                Port = (uint)server.Port,
                UserID = User(server),
                Password = Password(server),
                Database = database,
                Pooling = false,
            }.ConnectionString)));

    public override async Task PublishAsync(ChinookDatabase database)
    {
        await using var connection = _open(_server, _database);
        await connection.OpenAsync();
        foreach (var table in database.Tables)
        {
            await ExecuteAsync(connection, $"DROP TABLE IF EXISTS {table.Name}");
            await ExecuteAsync(
                connection, $"CREATE TABLE {table.Name} ({string.Join(", ", table.Columns.Select(column => $"{column.Name} {column.SqlType(_timestamp)}"))})");
            foreach (var rows in database.Rows($"SELECT * FROM {table.Name}").Chunk(RowsAStatement))
            {
                await InsertAsync(connection, table, rows);
            }
        }
    }

    public override async ValueTask DisposeAsync() => await OnServerAsync($"DROP DATABASE {_database}");

    private static string User(Uri server) => Uri.UnescapeDataString(server.UserInfo.Split(':')[0]);

    private static string Password(Uri server) => Uri.UnescapeDataString(server.UserInfo.Split(':')[1]);

    private static async Task<ServerSource> CreateAsync(ServerSource source)
    {
        await source.OnServerAsync($"CREATE DATABASE {source._database} {source._encoding}");
        return source;
    }

    private static async Task ExecuteAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task InsertAsync(DbConnection connection, ChinookTable table, object?[][] rows)
    {
        await using var command = connection.CreateCommand();
        var tuples = rows.Select(row => $"({string.Join(", ", table.Columns.Zip(row, (column, value) => Bind(command, column.Typed(value))))})");
        command.CommandText = $"INSERT INTO {table.Name} VALUES {string.Join(", ", tuples)}";
        await command.ExecuteNonQueryAsync();
    }

    private static string Bind(DbCommand command, object? value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = $"@p{command.Parameters.Count}";
        parameter.Value = value ?? DBNull.Value;
        command.Parameters.Add(parameter);
        return parameter.ParameterName;
    }

    private async Task OnServerAsync(string sql)
    {
        await using var connection = _open(_server, _server.AbsolutePath.Trim('/'));
        await connection.OpenAsync();
        await ExecuteAsync(connection, sql);
    }
}
