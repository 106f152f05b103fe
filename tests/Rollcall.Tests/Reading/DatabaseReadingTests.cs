using Rollcall.Work;
using Rollcall.Dotdigital;
using Microsoft.Data.Sqlite;
using Npgsql;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Reading.Tables.Databases;
using Rollcall.TestKit;
using Xunit;
using static Rollcall.Tests.Reading.ReadingWorkshop;

namespace Rollcall.Tests.Reading;

/// <summary>What only databases do.</summary>
public sealed class DatabaseReadingTests : IDisposable
{
    private async Task<IReadOnlyList<string>> InsightAsync(TablesSourceOptions source, params string[] fields)
    {
        var job = Job(source);
        await _workshop.CallAsync(job with { Config = job.Config with { InsightFields = fields } });
        return _workshop.Query("SELECT insight FROM roll");
    }

    private readonly ReadingWorkshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task A_SQLite_column_may_hold_values_of_every_type()
    {
        var source = await SqliteAsync("CREATE TABLE t(email, v); INSERT INTO t VALUES ('a@x.com', 1), ('b@x.com', 37.620000000000005), ('c@x.com', '00123'), ('d@x.com', x'c3a9'), ('e@x.com', NULL), ('f@x.com', 1e300), ('g@x.com', 9007199254740993)", "SELECT * FROM t");

        var (rows, result) = await _workshop.ReadAsync(source, ["email", "v"]);

        Assert.Equal(["a@x.com|1", "b@x.com|37.62", "c@x.com|00123", "d@x.com|é", "e@x.com|∅", "f@x.com|1E+300", "g@x.com|9007199254740993"], rows);
        Assert.Null(result.HoldExits);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_reject_their_row()
    {
        var source = await SqliteAsync("CREATE TABLE t(email, v); INSERT INTO t VALUES ('a@x.com', x'ff00'), ('b@x.com', 'b'), ('c@x.com', CAST(x'610062' AS TEXT))", "SELECT * FROM t");

        var (rows, result) = await _workshop.ReadAsync(source, ["email", "v"]);

        Assert.Equal(["b@x.com|b"], rows);
        Assert.Equal([1L, 3L], result.Rejected.Select(row => row.Line!.Value));
        Assert.Equal("test.sqlite: 2 rejected rows", result.HoldExits);
    }

    [Fact]
    public async Task All_audiences_of_a_run_see_one_state_of_the_database()
    {
        var source = await SqliteAsync("PRAGMA journal_mode = wal; CREATE TABLE t(email); INSERT INTO t VALUES ('a@x.com')", "SELECT * FROM t");
        await using var opened = _workshop.Open(Job(source));
        await using var first = await opened.OpenAsync("all", ["email"], _workshop.DuckDb, null, null, TestContext.Current.CancellationToken);
        await SqliteAsync("INSERT INTO t VALUES ('b@x.com')", "SELECT 1");

        await using var second = await opened.OpenAsync("all", ["email"], _workshop.DuckDb, null, null, TestContext.Current.CancellationToken);

        Assert.Equal(["1"], _workshop.Query($"SELECT count(*) FROM {second.Relation}"));
    }

    [Fact]
    public async Task A_database_error_while_rows_come_keeps_its_message()
    {
        var source = await SqliteAsync("CREATE TABLE t(email, n); INSERT INTO t VALUES ('a@x.com', 1), ('b@x.com', -9223372036854775808)", "SELECT email, abs(n) AS n FROM t");

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
        await DatabasePeople.ExecuteAsync(server, $"CREATE VIEW {view} AS SELECT 'a' || i || '@x.com' AS email FROM generate_series(1, 1000000) AS i WHERE i < 900000 OR pg_terminate_backend(pg_backend_pid())");

        var error = await Assert.ThrowsAsync<RollcallException>(() => _workshop.ReadAsync(Postgres($"SELECT * FROM {view}"), ["email"]));
        await DatabasePeople.ExecuteAsync(server, $"DROP VIEW {view}");

        Assert.Equal(ExitCode.Source, error.ExitCode);
        Assert.StartsWith("audience all: Reading failed after ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PostgreSQL_types_keep_their_exact_values()
    {
        var source = Postgres("""
            SELECT 'a@x.com'::text AS email, 12345678901234567.123456789::numeric(30, 9) AS exact, 'NaN'::numeric AS nan, 0.1::real AS single, '-infinity'::timestamptz AS never,
                '2024-01-01 01:00:00.5+03'::timestamptz AS seen, '2024-01-01'::date AS day, true AS yes, gen_random_uuid()::text <> '' AS ok, 'x'::char(3) AS padded
            """);

        var (rows, _) = await _workshop.ReadAsync(source, ["exact", "nan", "single", "never", "seen", "day", "yes", "padded"]);

        Assert.Equal(["12345678901234567.123456789|NaN|0.1|-infinity|2023-12-31T22:00:00.5Z|2024-01-01|true|x"], rows.Select(row => row.TrimEnd()));
    }

    [Fact]
    public async Task PostgreSQL_arrays_and_documents_are_no_fields_but_may_hold_contact_ids()
    {
        var source = Postgres("SELECT 'a@x.com'::text AS email, ARRAY[1, 2] AS tags, '{\"1\": 77}'::jsonb AS ids, ROW(1, 2) AS pair, '\\x00'::bytea AS bytes");
        await using var opened = _workshop.Open(Job(source, id: "ids"));

        var problems = await opened.CheckAsync(["all"], ["email", "tags", "ids", "pair", "bytes"], TestContext.Current.CancellationToken);
        await _workshop.CallAsync(Job(source, id: "ids"));

        Assert.Equal(["tags", "pair", "bytes"], problems.Select(problem => problem.Message.Split('"')[1]));
        Assert.Equal(["77"], _workshop.Query("SELECT contact_id FROM roll"));
    }

    [Fact]
    public async Task Insight_fields_of_PostgreSQL_keep_arrays_documents_and_numbers_as_they_are()
    {
        var source = Postgres("""
            SELECT 'a@x.com'::text AS email, ARRAY['a "b"', NULL] AS tags, '{"a": [1, {"b": true}]}'::jsonb AS doc, 12345678901234567.125::numeric AS exact, ROW(1, 'x') AS pair, '00123'::text AS code,
                true AS yes, '2024-01-01'::date AS day, NULL::int AS nothing, 'NaN'::numeric AS nan
            """);

        Assert.Equal(
            ["""{"tags":["a \"b\"",null],"doc":{"a": [1, {"b": true}]},"exact":12345678901234567.125,"pair":{"f1":1,"f2":"x"},"code":"00123","yes":true,"day":"2024-01-01","nan":"NaN"}"""],
            await InsightAsync(source, "tags", "doc", "exact", "pair", "code", "yes", "day", "nothing", "nan"));
    }

    [Fact]
    public async Task Insight_fields_of_SQLite_keep_numbers_and_take_texts_that_are_JSON_for_arrays_and_maps()
    {
        var source = await SqliteAsync("""CREATE TABLE t(email, n, x, code, tags, odd); INSERT INTO t VALUES ('a@x.com', 9007199254740993, 0.1, '00123', '["a", {"b": 1}]', '[no')""", "SELECT * FROM t");

        Assert.Equal(["""{"n":9007199254740993,"x":0.1,"code":"00123","tags":["a", {"b": 1}],"odd":"[no"}"""], await InsightAsync(source, "n", "x", "code", "tags", "odd"));
    }

    [Fact]
    public async Task Insight_fields_of_MariaDB_keep_documents_and_numbers_as_they_are()
    {
        var source = MySql("""SELECT 'a@x.com' AS email, CAST(12345678901234567.125 AS DECIMAL(20, 3)) AS exact, JSON_ARRAY('a', 1) AS tags, 'say "x"' AS said, 1 = 1 AS yes, DATE '2024-01-01' AS day""");

        Assert.Equal(["""{"exact":12345678901234567.125,"tags":["a", 1],"said":"say \"x\"","yes":1,"day":"2024-01-01"}"""], await InsightAsync(source, "exact", "tags", "said", "yes", "day"));
    }

    [Fact]
    public async Task MariaDB_types_keep_their_exact_values()
    {
        var source = MySql("SELECT 'a@x.com' AS email, CAST('12345678901234567.123456789' AS DECIMAL(40, 9)) AS exact, CAST(18446744073709551615 AS UNSIGNED) AS big, TIMESTAMP('2024-01-01 01:00:00') AS seen, 1 = 1 AS yes, '💌' AS heart");

        var (rows, _) = await _workshop.ReadAsync(source, ["exact", "big", "seen", "yes", "heart"]);

        Assert.Equal(["12345678901234567.123456789|18446744073709551615|2024-01-01T01:00:00|1|💌"], rows);
    }

    [Fact]
    public async Task A_float_of_MariaDB_is_its_shortest_decimal()
    {
        var source = MySql("SELECT CONCAT(n, '@x.com') AS email, CAST(v AS FLOAT) AS single, CAST(v AS DOUBLE) + 5e-15 AS twice FROM (SELECT 1 AS n, 37.62 AS v UNION SELECT 2, 0.1 UNION SELECT 3, 16777217 UNION SELECT 4, 1234.567) AS t");
        Dictionary<string, DataFieldType> types = new(StringComparer.OrdinalIgnoreCase) { ["N"] = DataFieldType.Numeric, ["T"] = DataFieldType.String, ["D"] = DataFieldType.String };

        await _workshop.CallAsync(Job(source, [new("single", "N"), new("single", "T"), new("twice", "D")]), types);

        Assert.Equal(
            ["\"N\":37.62,\"T\":\"37.62\",\"D\":\"37.62\"", "\"N\":0.1,\"T\":\"0.1\",\"D\":\"0.1\"", "\"N\":16777216,\"T\":\"16777216\",\"D\":\"16777217\"", "\"N\":1234.567,\"T\":\"1234.567\",\"D\":\"1234.567\""],
            _workshop.Query("SELECT fields FROM roll ORDER BY email"));
        Assert.Contains("""{"single":37.62}""", await InsightAsync(source, "single"));
    }

    [Theory]
    [InlineData("numeric(10, 2)", "Numeric")]
    [InlineData("int", "Numeric")]
    [InlineData("bigint", "Numeric")]
    [InlineData("double precision", "Numeric")]
    [InlineData("date", "Date")]
    [InlineData("timestamptz", "Date")]
    [InlineData("timestamp", "Date")]
    [InlineData("boolean", "Boolean")]
    [InlineData("text", "String")]
    [InlineData("uuid", "String")]
    public async Task A_column_of_PostgreSQL_suggests_a_type_for_its_data_field(string type, string suggested) =>
        Assert.Equal(suggested, await SuggestedAsync(Postgres($"SELECT 'a@x.com'::text AS email, NULL::{type} AS v")));

    [Theory]
    [InlineData("CAST(1 AS DECIMAL(10, 2))", "Numeric")]
    [InlineData("1", "Numeric")]
    [InlineData("DATE '2024-01-01'", "Date")]
    [InlineData("TIMESTAMP('2024-01-01 01:00:00')", "Date")]
    [InlineData("'x'", "String")]
    public async Task A_column_of_MariaDB_suggests_a_type_for_its_data_field(string value, string suggested) =>
        Assert.Equal(suggested, await SuggestedAsync(MySql($"SELECT 'a@x.com' AS email, {value} AS v")));

    [Theory]
    [InlineData("v DECIMAL(10, 2)", "12.5", "Numeric")]
    [InlineData("v INTEGER", "'many'", "String")]
    [InlineData("v INTEGER", "NULL", "Numeric")]
    [InlineData("v VARCHAR(10)", "'12'", "String")]
    [InlineData("v DATETIME", "'2024-01-01'", "Date")]
    [InlineData("v DATE", "1704067200", "String")]
    [InlineData("v BOOLEAN", "1", "Boolean")]
    [InlineData("v", "12.5", "Numeric")]
    [InlineData("v", "'12.5'", "String")]
    [InlineData("v", "NULL", "String")]
    public async Task A_column_of_SQLite_suggests_a_type_as_it_was_declared_or_by_its_values(string column, string value, string suggested) =>
        Assert.Equal(suggested, await SuggestedAsync(await SqliteAsync($"CREATE TABLE t(email, {column}); INSERT INTO t VALUES ('a@x.com', {value})", "SELECT * FROM t")));

    private async Task<string?> SuggestedAsync(TablesSourceOptions source)
    {
        await using var opened = _workshop.Open(Job(source));
        await using var reading = await opened.OpenAsync("all", ["email", "v"], _workshop.DuckDb, null, null, TestContext.Current.CancellationToken);
        return (await reading.SuggestedAsync("v", TestContext.Current.CancellationToken))?.ToString();
    }

    [Fact]
    public async Task A_table_of_PostgreSQL_is_found_by_its_exact_name_and_by_an_unquoted_one()
    {
        var source = Postgres("SELECT 1 AS email");
        foreach (var name in new[] { "pg_catalog.pg_class", "PG_CLASS" })
        {
            var (rows, _) = await _workshop.ReadAsync(source with { Audiences = new Dictionary<string, AudienceQuery> { ["all"] = new(null, name, "relname = 'pg_type'") } }, ["relname"]);
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

    private static TablesSourceOptions Postgres(string sql) => new()
    {
        Database = TestDatabases.PostgresOrSkip().ToString(),
        DatabaseName = "postgres://test",
        Audiences = new Dictionary<string, AudienceQuery> { ["all"] = new(sql, null, null) },
    };

    private static TablesSourceOptions MySql(string sql) => new()
    {
        Database = TestDatabases.MySqlOrSkip().ToString(),
        DatabaseName = "mysql://test",
        Audiences = new Dictionary<string, AudienceQuery> { ["all"] = new(sql, null, null) },
    };

    private async Task<TablesSourceOptions> SqliteAsync(string setup, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={_workshop.At("test.sqlite")};Pooling=False");
        await connection.OpenAsync();
        await DatabasePeople.ExecuteAsync(connection, setup);
        return new TablesSourceOptions { Database = _workshop.At("test.sqlite"), DatabaseName = "test.sqlite", Audiences = new Dictionary<string, AudienceQuery> { ["all"] = new(sql, null, null) } };
    }
}
