using Npgsql;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Reading.Tables.Databases;
using Rollcall.TestKit;
using Rollcall.Work;
using Xunit;
using static Rollcall.Tests.Reading.ReadingWorkshop;

namespace Rollcall.Tests.Reading;

/// <summary>What only databases do.</summary>
public sealed class DatabaseReadingTests : IDisposable
{
    private readonly ReadingWorkshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task A_SQLite_column_may_hold_values_of_every_type()
    {
        var source = await _workshop.SqliteAsync(
            """
            CREATE TABLE t(email, v);
            INSERT INTO t VALUES
                ('a@x.com', 1), ('b@x.com', 37.620000000000005), ('c@x.com', '00123'), ('d@x.com', x'c3a9'), ('e@x.com', NULL),
                ('f@x.com', 1e300), ('g@x.com', 9007199254740993)
            """,
            "SELECT * FROM t");

        var (rows, result) = await _workshop.ReadAsync(source, ["email", "v"]);

        Assert.Equal(["a@x.com|1", "b@x.com|37.62", "c@x.com|00123", "d@x.com|é", "e@x.com|∅", "f@x.com|1E+300", "g@x.com|9007199254740993"], rows);
        Assert.Null(result.HoldExits);
    }

    [Fact]
    public async Task Bytes_that_are_not_text_reject_their_row()
    {
        var source = await _workshop.SqliteAsync(
            "CREATE TABLE t(email, v); INSERT INTO t VALUES ('a@x.com', x'ff00'), ('b@x.com', 'b'), ('c@x.com', CAST(x'610062' AS TEXT))",
            "SELECT * FROM t");

        var (rows, result) = await _workshop.ReadAsync(source, ["email", "v"]);

        Assert.Equal(["b@x.com|b"], rows);
        Assert.Equal([1L, 3L], result.Rejected.Select(row => row.Line!.Value));
        Assert.Equal("test.sqlite: 2 rejected rows", result.HoldExits);
    }

    [Fact]
    public async Task All_audiences_of_a_run_see_one_state_of_the_database()
    {
        var source = await _workshop.SqliteAsync("PRAGMA journal_mode = wal; CREATE TABLE t(email); INSERT INTO t VALUES ('a@x.com')", "SELECT * FROM t");
        await using var opened = _workshop.Open(Job(source));
        await using var first = await opened.OpenAsync("all", ["email"], _workshop.DuckDb, null, null, TestContext.Current.CancellationToken);
        await _workshop.SqliteAsync("INSERT INTO t VALUES ('b@x.com')", "SELECT 1");

        await using var second = await opened.OpenAsync("all", ["email"], _workshop.DuckDb, null, null, TestContext.Current.CancellationToken);

        Assert.Equal(["1"], _workshop.Query($"SELECT count(*) FROM {second.Relation}"));
    }

    [Fact]
    public async Task A_database_error_while_rows_come_keeps_its_message()
    {
        var source = await _workshop.SqliteAsync(
            "CREATE TABLE t(email, n); INSERT INTO t VALUES ('a@x.com', 1), ('b@x.com', -9223372036854775808)",
            "SELECT email, abs(n) AS n FROM t");

        var error = await Assert.ThrowsAsync<RollcallException>(() => _workshop.ReadAsync(source, ["email", "n"]));

        Assert.Equal(ExitCode.Source, error.ExitCode);
        Assert.Contains("integer overflow", error.Message, StringComparison.Ordinal);
        Assert.Contains("after 1 row:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_out_of_reach_is_one_problem_without_its_password()
    {
        var source = new TablesSourceOptions
        {
            Database = "postgres://reader:s3cret@127.0.0.1:1/shop",
            DatabaseName = "postgres://127.0.0.1:1/shop",
            Audiences = new Dictionary<string, AudienceQuery> { ["a"] = new("SELECT 1", null, null), ["b"] = new("SELECT 2", null, null) },
        };
        await using var opened = _workshop.Open(Job(source));

        var problem = Assert.Single(await opened.CheckAsync(["a", "b"], ["email"], TestContext.Current.CancellationToken));

        Assert.Equal("postgres://127.0.0.1:1/shop", problem.Where);
        Assert.DoesNotContain("s3cret", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_lost_midway_is_an_error_of_the_source()
    {
        var view = $"lost_{Guid.NewGuid():N}";
        await using var server = await PostgresAsync();
        await DatabasePeople.ExecuteAsync(
            server,
            $"""
            CREATE VIEW {view} AS
            SELECT 'a' || i || '@x.com' AS email FROM generate_series(1, 1000000) AS i
            WHERE i < 900000 OR pg_terminate_backend(pg_backend_pid())
            """);

        var error = await Assert.ThrowsAsync<RollcallException>(() => _workshop.ReadAsync(Postgres($"SELECT * FROM {view}"), ["email"]));
        await DatabasePeople.ExecuteAsync(server, $"DROP VIEW {view}");

        Assert.Equal(ExitCode.Source, error.ExitCode);
        Assert.StartsWith("audience all: Reading failed after ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PostgreSQL_types_keep_their_exact_values()
    {
        var source = Postgres("""
            SELECT 'a@x.com'::text AS email, 12345678901234567.123456789::numeric(30, 9) AS exact, 'NaN'::numeric AS nan, 0.1::real AS single,
                '-infinity'::timestamptz AS never,
                '2024-01-01 01:00:00.5+03'::timestamptz AS seen, '2024-01-01'::date AS day, true AS yes, gen_random_uuid()::text <> '' AS ok,
                'x'::char(3) AS padded
            """);

        var (rows, _) = await _workshop.ReadAsync(source, ["exact", "nan", "single", "never", "seen", "day", "yes", "padded"]);

        Assert.Equal(["12345678901234567.123456789|NaN|0.1|-infinity|2023-12-31T22:00:00.5Z|2024-01-01|true|x"], rows.Select(row => row.TrimEnd()));
    }

    [Fact]
    public async Task PostgreSQL_arrays_and_documents_are_not_fields_but_may_hold_contact_ids()
    {
        var source = Postgres("SELECT 'a@x.com'::text AS email, ARRAY[1, 2] AS tags, '{\"1\": 77}'::jsonb AS ids, ROW(1, 2) AS pair, '\\x00'::bytea AS bytes");
        await using var opened = _workshop.Open(Job(source, id: "ids"));

        var problems = await opened.CheckAsync(["all"], ["email", "tags", "ids", "pair", "bytes"], TestContext.Current.CancellationToken);
        await _workshop.CallAsync(Job(source, id: "ids"));

        Assert.Equal(["tags", "pair", "bytes"], problems.Select(problem => problem.Message.Split('"')[1]));
        Assert.Equal(["77"], _workshop.Query("SELECT contact_id FROM roll"));
    }

    [Fact]
    public async Task MariaDB_types_keep_their_exact_values()
    {
        var source = MySql("""
            SELECT 'a@x.com' AS email, CAST('12345678901234567.123456789' AS DECIMAL(40, 9)) AS exact,
                CAST(18446744073709551615 AS UNSIGNED) AS big, TIMESTAMP('2024-01-01 01:00:00') AS seen, 1 = 1 AS yes, '💌' AS heart
            """);

        var (rows, _) = await _workshop.ReadAsync(source, ["exact", "big", "seen", "yes", "heart"]);

        Assert.Equal(["12345678901234567.123456789|18446744073709551615|2024-01-01T01:00:00|1|💌"], rows);
    }

    [Fact]
    public async Task A_table_of_PostgreSQL_is_found_by_its_exact_name_and_by_an_unquoted_one()
    {
        var source = Postgres("SELECT 1 AS email");
        foreach (var name in new[] { "pg_catalog.pg_class", "PG_CLASS" })
        {
            var (rows, _) = await _workshop.ReadAsync(
                source with { Audiences = new Dictionary<string, AudienceQuery> { ["all"] = new(null, name, "relname = 'pg_type'") } },
                ["relname"]);
            Assert.Equal(["pg_type"], rows);
        }
    }

    [Theory]
    [InlineData("SELECT ';' -- ;\n", null)]
    [InlineData("SELECT $a$;)$a$, $$)$$", null)]
    [InlineData("SELECT E'\\';', '\\'", null)]
    [InlineData("SELECT /* /* ; */ ) */ 1", null)]
    [InlineData("(SELECT 1)", null)]
    [InlineData("SELECT 1; -- that was all", null)]
    [InlineData("SELECT 1; SELECT 2", "The SQL is more than one statement.")]
    [InlineData("SELECT 1)", "The SQL closes a parenthesis it never opened.")]
    [InlineData("SELECT (1", "The SQL does not close a parenthesis.")]
    [InlineData("SELECT 'a", "The SQL ends inside a string or a comment.")]
    [InlineData("SELECT 1 /* a", "The SQL ends inside a string or a comment.")]
    [InlineData("INSERT INTO t VALUES (1)", "The SQL is no SELECT.")]
    public void A_single_SELECT_is_distinguished_from_anything_else(string sql, string? wrong) =>
        Assert.Equal(wrong, SingleSelect.Wrong(sql, SelectLexis.Postgres));

    private static async Task<NpgsqlConnection> PostgresAsync()
    {
        var connection = PostgresConnection.Of(new DatabaseUrl(TestDatabases.PostgresOrSkip().ToString(), "postgres://test"));
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }
}
