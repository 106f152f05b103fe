using Npgsql;
using Rollcall.Jobs;
using Rollcall.Reading.Tables;
using Rollcall.Reading.Tables.Databases;
using Rollcall.TestKit;
using Rollcall.Work;
using Xunit;

namespace Rollcall.Tests.Reading.Hostile;

public sealed class HostileToPostgres : HostileSql
{
    private readonly string _database = $"hostile_{Guid.NewGuid():N}";
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"rollcall-hostile-{Guid.NewGuid():N}")).FullName;

    public static TheoryData<string> Refused =>
    [
        "SELECT 'x' AS email) AS q; DELETE FROM people; SELECT * FROM (SELECT 'x' AS email",
        "SELECT 'x' AS a$b$, 'y' AS email) AS q; COMMIT; DELETE FROM people; SELECT $b$ FROM (SELECT 'x' AS email /*$b$*/",
        "SELECT 'x' AS email, 1 AS a$b$ FROM people) AS q; COMMIT; DROP TABLE people; --$b$",
        "SELECT 'x' AS email --\r) AS q; COMMIT; DELETE FROM people; SELECT (1",
        "SELECT 'x' AS email -- \r) AS q; COPY people TO PROGRAM 'cat > FOLDER/out'; --\n",
        "SELECT 'x' AS email /* /* */ ) AS q; DELETE FROM people; -- */ */",
        "SELECT E'\\'' AS email) AS q; DELETE FROM people; SELECT (E'\\'",
        "SELECT E'a'\n'\\') AS q; DELETE FROM people; SELECT ('' AS email",
        "SELECT '\\') AS q; DELETE FROM people; SELECT ('' AS email",
        "SELECT 'x' AS email; DELETE FROM people",
        "SELECT 'x' AS email; COMMIT; DELETE FROM people",
        "; DELETE FROM people; SELECT 'x' AS email",
        "COMMIT",
        "DO $$ BEGIN DELETE FROM people; END $$",
        "COPY people TO 'FOLDER/out'",
        "COPY (SELECT 1) TO PROGRAM 'touch FOLDER/out'",
        "WITH gone AS (DELETE FROM people RETURNING *) SELECT * FROM gone",
        "WITH more AS (INSERT INTO people VALUES ('z', 'z') RETURNING *) SELECT * FROM more",
        "WITH other AS (UPDATE people SET name = 'z' RETURNING *) SELECT * FROM other",
        "SELECT email INTO stolen FROM people",
        "SELECT email FROM people FOR UPDATE",
        "SELECT email FROM people FOR NO KEY UPDATE",
        "SELECT nextval('counter')::text AS email",
        "SELECT setval('counter', 500)::text AS email",
        "SELECT \"setval\"('counter', 500)::text AS email",
        "SELECT pg_catalog . setval /* so */ ('counter', 500)::text AS email",
        "SELECT U&\"set\\0076al\"('counter', 500)::text AS email",
        "SELECT pg_read_file('FOLDER/secret') AS email",
        "SELECT PG_READ_FILE('FOLDER/secret') AS email",
        "SELECT ('FOLDER/secret'::text).pg_read_file AS email",
        "SELECT encode(pg_read_binary_file('FOLDER/secret'), 'escape') AS email",
        "SELECT pg_ls_dir('FOLDER') AS email",
        "SELECT * FROM pg_ls_dir('FOLDER') AS t(email)",
        "SELECT size::text AS email FROM pg_stat_file('FOLDER/secret')",
        "SELECT lo_import('FOLDER/secret')::text AS email",
        "SELECT lo_export(LARGE, 'FOLDER/out')::text AS email",
        "SELECT lo_from_bytea(0, 'x')::text AS email",
        "SELECT lo_unlink(LARGE)::text AS email",
        "SELECT lo_put(LARGE, 0, 'zz')::text AS email",
        "SELECT encode(lo_get(LARGE), 'escape') AS email",
        "SELECT table_to_xml('pg_authid', true, false, '')::text AS email",
        "SELECT table_to_xmlschema('pg_authid', true, false, '')::text AS email",
        "SELECT query_to_xml('DELETE FROM people RETURNING email', true, false, '')::text AS email",
        "SELECT query_to_xml('SELECT pg_read_file(''FOLDER/secret'')', true, false, '')::text AS email",
        "SELECT database_to_xml(true, false, '')::text AS email",
        "SELECT ts_stat('SELECT to_tsvector(pg_read_file(''FOLDER/secret''))')::text AS email",
        "SELECT set_config('transaction_read_only', 'off', true) AS email",
        "SELECT set_config('statement_timeout', '0', false) AS email",
        "SELECT pg_terminate_backend(pid)::text AS email FROM pg_stat_activity",
        "SELECT pg_cancel_backend(1)::text AS email",
        "SELECT pg_advisory_lock(1)::text AS email",
        "SELECT pg_try_advisory_lock(1)::text AS email",
        "SELECT pg_notify('a', 'b')::text AS email",
        "SELECT pg_sleep(100)::text AS email",
        "SELECT pg_reload_conf()::text AS email",
        "SELECT pg_create_restore_point('x')::text AS email",
        "SELECT pg_switch_wal()::text AS email",
        "SELECT pg_export_snapshot() AS email",
        "SELECT pg_logical_emit_message(false, 'a', 'b')::text AS email",
        "SELECT dblink_exec('dbname=postgres', 'DELETE FROM people') AS email",
        "SELECT * FROM dblink('dbname=postgres', 'SELECT 1') AS t(email text)",
        "SELECT rolpassword AS email FROM pg_authid",
        "SELECT passwd AS email FROM pg_catalog.pg_shadow",
        "TABLE pg_shadow",
        "SELECT query AS email FROM pg_stat_activity",
        "SELECT most_common_vals::text AS email FROM pg_stats",
        "SELECT $1::text AS email",
        "EXPLAIN ANALYZE SELECT 'x' AS email",
        "VACUUM",
        "SELECT 'x' AS email\0) AS q; DELETE FROM people",
    ];

    public static TheoryData<string> Leaving => [.. Refused.Select(row => row.Data).Where(sql => sql.Contains(") AS q", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Leaving))]
    public Task SQL_that_leaves_its_parentheses_is_refused_by_the_server_however_it_is_parsed(string sql) => AssertRefusedByServerAsync(Placed(sql));

    [Theory]
    [MemberData(nameof(Refused))]
    public Task SQL_that_does_not_only_read_is_refused_and_changes_nothing(string sql) => AssertRefusedAsync(Placed(sql));

    [Theory]
    [InlineData("SELECT 'x' AS email) AS q, (SELECT 'y' AS email")]
    [InlineData("SELECT 'x' AS email UNION ALL SELECT email FROM people")]
    [InlineData("SELECT 'x' AS email FROM generate_series(1, 2), LATERAL (SELECT count(*) FROM people) AS c")]
    [InlineData("1 = 1) UNION SELECT * FROM pg_authid WHERE (1 = 1")]
    [InlineData("1 = 1); DELETE FROM people; SELECT (1")]
    [InlineData("pg_read_file('FOLDER/secret') IS NOT NULL OR setval('counter', 500) > 0")]
    public Task SQL_in_any_place_changes_nothing(string sql) => AssertHarmlessAsync(Placed(sql));

    [Theory]
    [InlineData("SELECT 'x' AS email) AS q; DELETE FROM people; SELECT * FROM (SELECT 'x' AS email")]
    [InlineData("SELECT 'x' AS email; COMMIT; DELETE FROM people; SELECT 1")]
    [InlineData("COMMIT; DELETE FROM people")]
    public async Task The_protocol_takes_one_statement_independent_of_its_text(string sql)
    {
        var source = Database.Of(
            new TablesSourceOptions { Database = Server().ToString(), DatabaseName = "test", Audiences = new Dictionary<string, AudienceQuery>() });
        var before = await StateAsync();
        await using var connection = await source.OpenAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        using var limit = new StatementLimit(TimeSpan.FromMinutes(1), TimeProvider.System, TestContext.Current.CancellationToken);

        var error = Assert.Throws<PostgresException>(() => (object)source.Read(connection, sql, limit, reader => reader.Read() ? 1 : 0));

        Assert.Equal(("42601", before), (error.SqlState, await StateAsync()));
    }

    protected override async Task<TablesSourceOptions> PublishAsync()
    {
        await using (var server = await OpenAsync(TestDatabases.PostgresOrSkip()))
        {
            await DatabasePeople.ExecuteAsync(server, $"CREATE DATABASE {_database}");
        }

        await using var connection = await OpenAsync(Server());
        await DatabasePeople.ExecuteAsync(
            connection,
            $"""
            CREATE TABLE people(email text, name text);
            INSERT INTO people VALUES ('a@x.com', 'A'), ('b@x.com', 'B');
            CREATE SEQUENCE counter;
            SELECT lo_from_bytea(4711, '{Secret}')
            """);
        await File.WriteAllTextAsync(Path.Combine(_folder, "secret"), Secret);
        if (!OperatingSystem.IsWindows())
        {
            // The server runs as another user, which may write in it.
            File.SetUnixFileMode(_folder, (UnixFileMode)0x1FF);
        }

        return new TablesSourceOptions { Database = Server().ToString(), DatabaseName = "test", Audiences = new Dictionary<string, AudienceQuery>() };
    }

    protected override async Task<string> StateAsync()
    {
        await using var connection = await OpenAsync(Server());
        await using var command = new NpgsqlCommand(
            """
            SELECT (SELECT string_agg(email || name, ',' ORDER BY email) FROM people) || (SELECT last_value || is_called::text FROM counter)
                || (SELECT string_agg(oid::text, ',') FROM pg_largeobject_metadata)
                || (SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace)
                || (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')
            """,
            connection);
        return $"{await command.ExecuteScalarAsync()} {string.Join(',', Directory.GetFiles(_folder).Order())}";
    }

    public override async ValueTask DisposeAsync()
    {
        await using (var server = await OpenAsync(TestDatabases.PostgresOrSkip()))
        {
            await DatabasePeople.ExecuteAsync(server, $"DROP DATABASE {_database} WITH (FORCE)");
        }

        Directory.Delete(_folder, recursive: true);
        await base.DisposeAsync();
    }

    private string Placed(string sql) => sql.Replace("FOLDER", _folder, StringComparison.Ordinal).Replace("LARGE", "4711", StringComparison.Ordinal);

    private Uri Server() => new UriBuilder(TestDatabases.PostgresOrSkip()) { Path = _database }.Uri;

    private static async Task<NpgsqlConnection> OpenAsync(Uri server)
    {
        var connection = PostgresConnection.Of(new DatabaseUrl(server.ToString(), "test"));
        await connection.OpenAsync();
        return connection;
    }
}
