using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Model;
using Xunit;
using static Rollcall.Tests.Reading.ReadingWorkshop;

namespace Rollcall.Tests.Reading;

/// <summary>What every kind of table must do alike. A kind publishes <see cref="People"/> as a table <c>people</c>.</summary>
public abstract class SourceContract : IAsyncLifetime
{
    /// <summary>email, name, total, score, active, born, seen: texts as a CSV file has them; null for NULL.</summary>
    protected static readonly string?[][] People =
    [
        ["Ann@x.com", "Ann \"A\" O'Neil", "12.50", "0.1", "true", "2024-02-29", "2024-01-02T03:04:05"],
        ["jörg+1@müller.de", "Jörg\n\\ 💌, Jr", "1000000000000.05", "37.62000000000001", "false", "1999-12-31", "1999-12-31T23:59:59"],
        ["cy@x.com", null, null, null, null, null, null],
        [null, "Nobody", "0.00", "-2", "true", "2024-01-01", "2024-01-01T00:00:00"],
    ];

    private static readonly FieldMapping[] Mappings =
    [
        new("name", "NAME"),
        new("total", "TOTAL"),
        new("score", "SCORE"),
        new("active", "ACTIVE"),
        new("born", "BORN"),
        new("seen", "SEEN"),
        new("born", "BORN_TEXT"),
    ];

    private static readonly Dictionary<string, DataFieldType> DataFields = new(StringComparer.OrdinalIgnoreCase)
    {
        ["NAME"] = DataFieldType.String,
        ["TOTAL"] = DataFieldType.Numeric,
        ["SCORE"] = DataFieldType.Numeric,
        ["ACTIVE"] = DataFieldType.Boolean,
        ["BORN"] = DataFieldType.Date,
        ["SEEN"] = DataFieldType.Date,
        ["BORN_TEXT"] = DataFieldType.String,
    };

    private protected ReadingWorkshop Workshop { get; } = new();

    /// <summary>Publishes <see cref="People"/> and returns where; the test defines the audiences.</summary>
    protected abstract Task<TablesSourceOptions> PublishAsync();

    /// <summary>The same kind of source, at a place where there is nothing.</summary>
    protected abstract TablesSourceOptions Nowhere();

    /// <summary>Whether a misspelled table name can be requested, to test the suggestion.</summary>
    protected virtual string Missing => "peeple";

    private TablesSourceOptions Published { get; set; } = null!;

    public async ValueTask InitializeAsync()
    {
        try
        {
            Published = await PublishAsync();
        }
        catch
        {
            // A test that is skipped, or cannot begin, is not disposed of by xunit.
            Workshop.Dispose();
            throw;
        }
    }

    public virtual ValueTask DisposeAsync()
    {
        Workshop.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Every_row_comes_with_its_fields()
    {
        var counts = await Workshop.CallAsync(Job(With("SELECT * FROM people"), Mappings), DataFields);

        Assert.Equal((3, 1, 0, 0), (counts[0].Members, counts[0].NoEmail, counts[0].ValuesLeftOut, counts[0].Rejected));
        Assert.Equal(
            [
                "Ann@x.com|\"NAME\":\"Ann \\\"A\\\" O'Neil\",\"TOTAL\":12.5,\"SCORE\":0.1,\"ACTIVE\":true,\"BORN\":\"2024-02-29T00:00:00Z\","
                    + "\"SEEN\":\"2024-01-02T03:04:05Z\",\"BORN_TEXT\":\"2024-02-29\"",
                "cy@x.com|",
                "jörg+1@müller.de|\"NAME\":\"Jörg\\n\\\\ 💌, Jr\",\"TOTAL\":1000000000000.05,\"SCORE\":37.62,\"ACTIVE\":false,"
                    + "\"BORN\":\"1999-12-31T00:00:00Z\",\"SEEN\":\"1999-12-31T23:59:59Z\",\"BORN_TEXT\":\"1999-12-31\"",
            ],
            Workshop.Query("SELECT email, fields FROM roll ORDER BY email"));
    }

    [Fact]
    public async Task An_audience_may_be_a_table_with_a_condition()
    {
        var source = Published with
        {
            Audiences = new Dictionary<string, AudienceQuery>
            {
                ["a"] = new(null, "people", "name LIKE 'Ann%' -- and so on"),
                ["b"] = new(null, "people", null),
            },
        };

        var counts = await Workshop.CallAsync(Job(source));

        Assert.Equal([1L, 4L], counts.Select(count => count.Rows));
        Assert.Equal(["0|Ann@x.com"], Workshop.Query("SELECT audience, email FROM roll WHERE audience = 0"));
    }

    [Theory]
    [InlineData("SELECT email FROM people WHERE name = ';' OR email LIKE 'cy%' -- ; not the end")]
    [InlineData("SELECT email FROM people WHERE email LIKE 'cy%';\n")]
    [InlineData("WITH few AS (SELECT * FROM people WHERE email LIKE 'cy%') SELECT email FROM few ORDER BY email LIMIT 5")]
    [InlineData("(SELECT email FROM people WHERE email LIKE 'cy%')")]
    [InlineData("/* (first */ SELECT p.email, count(*) AS n FROM people p JOIN people q ON p.email = q.email WHERE p.email LIKE 'cy%' GROUP BY p.email")]
    public async Task SQL_may_be_any_single_SELECT(string sql)
    {
        var counts = await Workshop.CallAsync(Job(With(sql)));

        Assert.Equal(1, counts[0].Members);
    }

    [Theory]
    [InlineData("SELECT email FROM people; SELECT email FROM people")]
    [InlineData("DELETE FROM people")]
    [InlineData("SELECT 1) AS x; DROP TABLE people; SELECT * FROM (SELECT 1")]
    [InlineData("DROP TABLE people")]
    [InlineData("UPDATE people SET name = 'x'")]
    [InlineData("")]
    public async Task Nothing_but_one_SELECT_is_run(string sql)
    {
        await using var source = Workshop.Open(Job(With(sql)));

        var problems = await source.CheckAsync(["all"], ["email"], TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<RollcallException>(
            () => source.OpenAsync("all", ["email"], Workshop.DuckDb, null, null, TestContext.Current.CancellationToken));

        Assert.Equal("audience all", Assert.Single(problems).Where);
        Assert.Equal(ExitCode.Source, error.ExitCode);
        Assert.Equal(4, (await Workshop.CallAsync(Job(With("SELECT * FROM people"))))[0].Rows);
    }

    [Fact]
    public async Task A_check_names_every_problem_at_once()
    {
        var source = Published with
        {
            Audiences = new Dictionary<string, AudienceQuery>
            {
                ["good"] = new("SELECT email, name FROM people", null, null),
                ["lacking"] = new("SELECT email AS emial, name FROM people", null, null),
                ["broken"] = new("SELECT email FROM people WHERE", null, null),
                ["absent"] = new($"SELECT email, name FROM {Missing}", null, null),
            },
        };
        await using var opened = Workshop.Open(Job(source));

        var problems = await opened.CheckAsync([.. source.Audiences.Keys], ["email", "name"], TestContext.Current.CancellationToken);

        Assert.Equal(["audience absent", "audience broken", "audience lacking"], problems.Select(problem => problem.Where!).Order());
        var lacking = problems.Single(problem => problem.Where == "audience lacking");
        Assert.Equal(("There is no field \"email\".", "Did you mean emial?"), (lacking.Message, lacking.Todo));
    }

    [Fact]
    public async Task Fields_are_found_in_any_letter_case()
    {
        await using var source = Workshop.Open(Job(With("SELECT email FROM people WHERE email LIKE 'cy%'")));
        await using var reading = await source.OpenAsync("all", ["EMail"], Workshop.DuckDb, null, null, TestContext.Current.CancellationToken);

        Assert.Equal(["cy@x.com|1"], Workshop.Query($"SELECT \"EMail\", __row FROM {reading.Relation}"));
    }

    [Fact]
    public async Task Rows_are_numbered_from_1()
    {
        await using var source = Workshop.Open(Job(With("SELECT email FROM people WHERE email IS NOT NULL")));
        await using var reading = await source.OpenAsync("all", ["email"], Workshop.DuckDb, null, null, TestContext.Current.CancellationToken);

        Assert.Equal(["1", "2", "3"], Workshop.Query($"SELECT __row FROM {reading.Relation} ORDER BY __row"));
    }

    [Fact]
    public async Task An_audience_without_rows_is_empty_and_complete()
    {
        var counts = await Workshop.CallAsync(Job(With("SELECT * FROM people WHERE 1 = 0"), Mappings), DataFields);

        Assert.Equal((0L, null), (counts[0].Rows, counts[0].Reading.HoldExits));
    }

    [Fact]
    public async Task A_source_that_is_not_there_is_an_error_with_the_exit_code_for_sources()
    {
        var nowhere = Nowhere() with { Audiences = With("SELECT email FROM people").Audiences };
        await using var source = Workshop.Open(Job(nowhere));

        var problems = await source.CheckAsync(["all"], ["email"], TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<RollcallException>(
            () => source.OpenAsync("all", ["email"], Workshop.DuckDb, null, null, TestContext.Current.CancellationToken));

        Assert.Single(problems);
        Assert.Equal(ExitCode.Source, error.ExitCode);
        Assert.DoesNotContain("secret", error.Message + problems[0], StringComparison.Ordinal);
    }

    private protected TablesSourceOptions With(string sql) =>
        Published with { Audiences = new Dictionary<string, AudienceQuery> { ["all"] = new(sql, null, null) } };
}
