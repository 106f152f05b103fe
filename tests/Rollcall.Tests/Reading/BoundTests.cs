using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.TestKit;
using Xunit;
using static Rollcall.Tests.Reading.ReadingWorkshop;

namespace Rollcall.Tests.Reading;

/// <summary>A query without end is stopped by its time limit or by the user, and its result does not fill the memory.</summary>
public sealed class BoundTests : IDisposable
{
    private const string EndlessCte = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 'x' AS email FROM n WHERE i < 0";

    private const string EndlessRows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 'x' || i AS email FROM n";

    private readonly ReadingWorkshop _workshop = new();

    public static TheoryData<string, string> Endless => new()
    {
        { "postgres", EndlessCte },
        { "postgres", EndlessRows },
        { "postgres", "SELECT max(i)::text AS email FROM generate_series(1, 1000000000000) AS i" },
        { "postgres", "SELECT count(*)::text AS email FROM generate_series(1, 100000) a, generate_series(1, 100000) b, generate_series(1, 100000) c" },
        {
            "mysql",
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000000000)"
            + " SELECT CONCAT(COUNT(*), 'x') AS email FROM n AS a, n AS b, n AS c"
        },
        {
            "mysql",
            "SELECT COUNT(*) AS email FROM information_columns AS a, information_columns AS b, information_columns AS c,"
            + " information_columns AS d, information_columns AS e, information_columns AS f"
        },
        { "sqlite", EndlessCte },
        { "sqlite", EndlessRows },
        { "duckdb", "WITH RECURSIVE n(i) AS (SELECT 1::HUGEINT UNION ALL SELECT i + 1 FROM n) SELECT 'x' AS email FROM n WHERE i < 0" },
        { "duckdb", "SELECT max(i)::VARCHAR AS email FROM range(1000000000000) AS r(i)" },
        { "duckdb", "SELECT 'x' || i AS email FROM range(1000000000000) AS r(i)" },
        {
            "duckdb",
            "SELECT count(*)::VARCHAR AS email FROM range(100000) AS a, range(100000) AS b, range(100000) AS c WHERE a.range + b.range + c.range = -1"
        },
    };

    public void Dispose() => _workshop.Dispose();

    [Theory]
    [MemberData(nameof(Endless))]
    public async Task A_query_that_takes_longer_than_its_limit_is_cancelled_and_reported(string kind, string sql)
    {
        var error = await Assert.ThrowsAsync<RollcallException>(
            async () => await _workshop.CallAsync(Job(await SourceAsync(kind, sql) with { Timeout = TimeSpan.FromSeconds(1) })));

        Assert.Equal(ExitCode.Source, error.ExitCode);
        Assert.StartsWith("audience all: The SQL took longer than 1 second, and was ended.", error.Message, StringComparison.Ordinal);
        Assert.Contains("source.tables.timeout", error.Problems[0].Todo, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Endless))]
    public async Task The_user_ends_a_query_within_a_second(string kind, string sql)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(700));
        var since = 0L;
        using var registration = stop.Token.Register(() => since = Stopwatch.GetTimestamp());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await _workshop.CallAsync(Job(await SourceAsync(kind, sql)), cancellation: stop.Token));

        // A second, and another for a busy machine.
        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData("postgres", "SELECT 'a@x.com' AS email, repeat('x', 200000000) AS v UNION ALL SELECT 'b@x.com', repeat('x', 1000000)")]
    [InlineData("mysql", "SELECT 'a@x.com' AS email, REPEAT('x', 9000000) AS v UNION ALL SELECT 'b@x.com', REPEAT('x', 1000000)")]
    [InlineData("sqlite", "SELECT 'a@x.com' AS email, hex(zeroblob(4000000)) AS v UNION ALL SELECT 'b@x.com', hex(zeroblob(500000))")]
    public async Task A_value_of_more_than_a_million_characters_rejects_its_row(string kind, string sql)
    {
        var (rows, result) = await _workshop.ReadAsync(await SourceAsync(kind, sql), ["email"]);
        Assert.Equal(2, rows.Count);
        Assert.Null(result.HoldExits);

        (rows, result) = await _workshop.ReadAsync(await SourceAsync(kind, sql), ["email", "v"]);

        Assert.Equal("b@x.com", Assert.Single(rows)[..7]);
        Assert.Equal("the field v is longer than 1048576 characters", Assert.Single(result.Rejected).Reason);
    }

    [Fact]
    public async Task SQLite_makes_no_value_of_more_than_16_MiB()
    {
        var error = await Assert.ThrowsAsync<RollcallException>(
            async () =>
                await _workshop.ReadAsync(await SourceAsync("sqlite", "SELECT 'a@x.com' AS email, hex(zeroblob(100000000)) AS v"), ["email", "v"]));

        Assert.Contains("string or blob too big", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_that_do_not_fit_into_the_memory_of_the_run_are_an_error_of_the_source()
    {
        _workshop.Execute("SET memory_limit = '150MB'; SET temp_directory = ''");

        var source = await SourceAsync(
            "sqlite",
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)"
            + " SELECT i || '@x.com' AS email, hex(zeroblob(500000)) AS v FROM n");

        var error = await Assert.ThrowsAsync<RollcallException>(() => _workshop.ReadAsync(source, ["email", "v"]));

        Assert.Equal(ExitCode.Source, error.ExitCode);
        Assert.StartsWith("audience all: The rows are too long for the memory there is", error.Message, StringComparison.Ordinal);
    }

    private async Task<TablesSourceOptions> SourceAsync(string kind, string sql)
    {
        var audiences = new Dictionary<string, AudienceQuery> { ["all"] = new(sql, null, null) };
        switch (kind)
        {
            case "postgres":
                return new TablesSourceOptions { Database = TestDatabases.PostgresOrSkip().ToString(), DatabaseName = "test", Audiences = audiences };
            case "mysql":
                // Different rows, since a UNION drops equal ones.
                var rows = Enumerable.Range(1, 9).Select(i => i.ToString(CultureInfo.InvariantCulture)).Concat(Enumerable.Repeat("RAND()", 21));
                var columns = $"(SELECT {string.Join(" UNION SELECT ", rows)})".Replace("(SELECT 1 ", "(SELECT 1 AS c ", StringComparison.Ordinal);
                audiences["all"] = new(sql.Replace("information_columns", columns, StringComparison.Ordinal), null, null);
                return new TablesSourceOptions { Database = TestDatabases.MySqlOrSkip().ToString(), DatabaseName = "test", Audiences = audiences };
            case "sqlite":
                await using (var connection = new SqliteConnection($"Data Source={_workshop.At("test.sqlite")};Pooling=False"))
                {
                    await connection.OpenAsync();
                    await DatabasePeople.ExecuteAsync(connection, "CREATE TABLE IF NOT EXISTS t(email)");
                }

                return new TablesSourceOptions { Database = _workshop.At("test.sqlite"), DatabaseName = "test.sqlite", Audiences = audiences };
            default:
                return Files(_workshop.Write("people.csv", "email\na@x.com\n"), sql);
        }
    }
}
