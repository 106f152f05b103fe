using Rollcall.Jobs;
using Xunit;
using static Rollcall.Tests.Reading.ReadingWorkshop;

namespace Rollcall.Tests.Reading;

/// <summary>SQL over files reaches the job's files and nothing else.</summary>
public sealed class FileQueryTests : IDisposable
{
    private static readonly string[] Email = ["email"];
    private readonly ReadingWorkshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Theory]
    [InlineData("SELECT * FROM read_csv('/etc/passwd')", "read_csv()")]
    [InlineData("SELECT content AS email FROM read_text('/etc/passwd')", "read_text()")]
    [InlineData("SELECT * FROM '/etc/passwd'", "There is no table")]
    [InlineData("SELECT * FROM \"other.csv\"", "There is no table")]
    [InlineData("SELECT email FROM people WHERE email IN (SELECT file FROM glob('/*'))", "glob()")]
    [InlineData("SELECT * FROM query('DROP TABLE x')", "query()")]
    [InlineData("SELECT * FROM duckdb_settings()", "duckdb_settings()")]
    [InlineData("WITH x AS (SELECT * FROM ledger) SELECT * FROM x", "There is no table \"ledger\"")]
    [InlineData("SELECT * FROM information_schema.tables", "There is no table \"information_schema.tables\"")]
    [InlineData("COPY people TO '/tmp/x'", "no SELECT")]
    [InlineData("ATTACH '/tmp/x.db'", "no SELECT")]
    [InlineData("SET threads = 1", "no SELECT")]
    public async Task SQL_that_leaves_the_jobs_files_is_refused(string sql, string expected)
    {
        await using var source = _workshop.Open(Job(Files(_workshop.Write("people.csv", "email\na@x.com\n"), sql)));

        var problems = await source.CheckAsync(["all"], Email, TestContext.Current.CancellationToken);

        Assert.Contains(expected, Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_may_be_joined_under_any_name_and_hide_tables_of_the_run()
    {
        _workshop.Execute("CREATE TABLE roll(email VARCHAR)");
        var source = new TablesSourceOptions
        {
            Files = new Dictionary<string, FileTable>
            {
                ["roll"] = new(_workshop.Write("a.csv", "id,email\n1,a@x.com\n2,b@x.com\n"), new Dictionary<string, string>(), null, null),
                ["my orders"] = new(_workshop.Write("b.jsonl", "{\"id\": 1}\n"), new Dictionary<string, string>(), null, null),
            },
            Audiences = new Dictionary<string, AudienceQuery>
            {
                ["all"] = new("SELECT r.email FROM ROLL r JOIN \"my orders\" o ON o.id = r.id::INT, unnest([1]) AS one(x), range(1)", null, null),
            },
        };

        var (rows, result) = await _workshop.ReadAsync(source, Email);

        Assert.Equal(["a@x.com"], rows);
        Assert.Equal(["my orders", "roll"], result.Shape.Files.Keys.Order());
    }

    [Fact]
    public async Task A_syntax_error_is_shown_where_it_is()
    {
        await using var source = _workshop.Open(Job(Files(_workshop.Write("people.csv", "email\na@x.com\n"), "SELECT email\nFROM people WHERE ORDER")));

        var problem = Assert.Single(await source.CheckAsync(["all"], Email, TestContext.Current.CancellationToken));

        Assert.Contains("(line 2, column 19 of the SQL)", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_reads_no_row_of_a_CSV_file()
    {
        await using var source = _workshop.Open(Job(Files(_workshop.Write("people.csv", "email,name\na@x.com\n"))));

        Assert.Empty(await source.CheckAsync(["all"], Email, TestContext.Current.CancellationToken));
        Assert.False(Directory.Exists(_workshop.At("copies")));
    }

    [Fact]
    public async Task Texts_of_a_Parquet_file_that_does_not_say_they_are_texts_are_read_as_texts()
    {
        var path = _workshop.At("plain.parquet");
        _workshop.Execute($"COPY (SELECT encode('jörg@x.com') AS email, encode('Zoë') AS name) TO '{path}' (FORMAT parquet)");

        var (rows, _) = await _workshop.ReadAsync(Files(path), ["email", "name"]);

        Assert.Equal(["jörg@x.com|Zoë"], rows);
    }

    [Fact]
    public async Task Every_problem_of_the_files_is_reported_at_once()
    {
        var source = new TablesSourceOptions
        {
            Files = new Dictionary<string, FileTable>
            {
                ["one"] = new(_workshop.At("one.csv"), new Dictionary<string, string>(), null, null),
                ["two"] = new(_workshop.At("two-*.parquet"), new Dictionary<string, string>(), null, null),
                ["three"] = new(_workshop.Write("three.csv", "email\n"), new Dictionary<string, string> { ["emial"] = "date" }, null, null),
                ["four"] = new(_workshop.Write("four.parquet", "no parquet"), new Dictionary<string, string>(), null, null),
            },
            Audiences = new Dictionary<string, AudienceQuery> { ["all"] = new(null, "three", null), ["last"] = new(null, "four", null) },
        };
        await using var opened = _workshop.Open(Job(source));

        var problems = await opened.CheckAsync(["all", "last"], Email, TestContext.Current.CancellationToken);

        Assert.Equal(4, problems.Count);
        Assert.Contains(problems, problem => problem.Message.StartsWith("There is no file", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Message.StartsWith("No file matches", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Message.Contains("no column \"emial\"", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Message.Contains("four.parquet", StringComparison.Ordinal));
    }
}
