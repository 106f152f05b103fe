using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Xunit;
using static Rollcall.Tests.Reading.ReadingWorkshop;

namespace Rollcall.Tests.Reading;

/// <summary>What the columns of a database become: insight data, data fields, suggested types.</summary>
public sealed class DatabaseColumnTests : IDisposable
{
    private readonly ReadingWorkshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Insight_fields_of_PostgreSQL_keep_arrays_documents_and_numbers_as_they_are()
    {
        var source = Postgres("""
            SELECT 'a@x.com'::text AS email, ARRAY['a "b"', NULL] AS tags, '{"a": [1, {"b": true}]}'::jsonb AS doc,
                12345678901234567.125::numeric AS exact, ROW(1, 'x') AS pair, '00123'::text AS code,
                true AS yes, '2024-01-01'::date AS day, NULL::int AS nothing, 'NaN'::numeric AS nan
            """);

        Assert.Equal(
            [
                """{"tags":["a \"b\"",null],"doc":{"a": [1, {"b": true}]},"exact":12345678901234567.125,"pair":"""
                + """{"f1":1,"f2":"x"},"code":"00123","yes":true,"day":"2024-01-01","nan":"NaN"}""",
            ],
            await InsightAsync(source, "tags", "doc", "exact", "pair", "code", "yes", "day", "nothing", "nan"));
    }

    [Fact]
    public async Task Insight_fields_of_SQLite_keep_numbers_and_take_texts_that_are_JSON_for_arrays_and_maps()
    {
        var source = await _workshop.SqliteAsync(
            """
            CREATE TABLE t(email, n, x, code, tags, odd);
            INSERT INTO t VALUES ('a@x.com', 9007199254740993, 0.1, '00123', '["a", {"b": 1}]', '[no')
            """,
            "SELECT * FROM t");

        Assert.Equal(
            ["""{"n":9007199254740993,"x":0.1,"code":"00123","tags":["a", {"b": 1}],"odd":"[no"}"""],
            await InsightAsync(source, "n", "x", "code", "tags", "odd"));
    }

    [Fact]
    public async Task Insight_fields_of_MariaDB_keep_documents_and_numbers_as_they_are()
    {
        var source = MySql("""
            SELECT 'a@x.com' AS email, CAST(12345678901234567.125 AS DECIMAL(20, 3)) AS exact, JSON_ARRAY('a', 1) AS tags,
                'say "x"' AS said, 1 = 1 AS yes, DATE '2024-01-01' AS day
            """);

        Assert.Equal(
            ["""{"exact":12345678901234567.125,"tags":["a", 1],"said":"say \"x\"","yes":1,"day":"2024-01-01"}"""],
            await InsightAsync(source, "exact", "tags", "said", "yes", "day"));
    }

    [Fact]
    public async Task A_float_of_MariaDB_is_its_shortest_decimal()
    {
        var source = MySql("""
            SELECT CONCAT(n, '@x.com') AS email, CAST(v AS FLOAT) AS single, CAST(v AS DOUBLE) + 5e-15 AS twice
            FROM (SELECT 1 AS n, 37.62 AS v UNION SELECT 2, 0.1 UNION SELECT 3, 16777217 UNION SELECT 4, 1234.567) AS t
            """);
        Dictionary<string, DataFieldType> types = new(StringComparer.OrdinalIgnoreCase)
        {
            ["N"] = DataFieldType.Numeric,
            ["T"] = DataFieldType.String,
            ["D"] = DataFieldType.String,
        };

        await _workshop.CallAsync(Job(source, [new("single", "N"), new("single", "T"), new("twice", "D")]), types);

        Assert.Equal(
            [
                "\"N\":37.62,\"T\":\"37.62\",\"D\":\"37.62\"",
                "\"N\":0.1,\"T\":\"0.1\",\"D\":\"0.1\"",
                "\"N\":16777216,\"T\":\"16777216\",\"D\":\"16777217\"",
                "\"N\":1234.567,\"T\":\"1234.567\",\"D\":\"1234.567\"",
            ],
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
        Assert.Equal(
            suggested,
            await SuggestedAsync(
                await _workshop.SqliteAsync($"CREATE TABLE t(email, {column}); INSERT INTO t VALUES ('a@x.com', {value})", "SELECT * FROM t")));

    private async Task<IReadOnlyList<string>> InsightAsync(TablesSourceOptions source, params string[] fields)
    {
        var job = Job(source);
        await _workshop.CallAsync(job with { Config = job.Config with { InsightFields = fields } });
        return _workshop.Query("SELECT insight FROM roll");
    }

    private async Task<string?> SuggestedAsync(TablesSourceOptions source)
    {
        await using var opened = _workshop.Open(Job(source));
        await using var reading = await opened.OpenAsync("all", ["email", "v"], _workshop.DuckDb, null, null, TestContext.Current.CancellationToken);
        return (await reading.SuggestedAsync("v", TestContext.Current.CancellationToken))?.ToString();
    }
}
