using DuckDB.NET.Data;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Reading.Tables.Files;
using Rollcall.Work;
using Xunit;
using static Rollcall.Tests.Reading.ReadingWorkshop;

namespace Rollcall.Tests.Reading.Hostile;

public sealed class HostileToDuckDb : HostileSql
{
    public static TheoryData<string> Refused =>
    [
        "SELECT email FROM 'FOLDER/secret.csv'",
        "SELECT email FROM \"FOLDER/secret.csv\"",
        "SELECT email FROM 'FOLDER/secret.parquet'",
        "SELECT email FROM 'FOLDER/secret.json'",
        "SELECT email FROM 'FOLDER/*.csv'",
        "SELECT email FROM FOLDERNAME.\"secret.csv\"",
        "WITH \"FOLDER/secret.csv\" AS (SELECT 'x' AS email) SELECT email FROM (SELECT 1) AS a, (SELECT email FROM people) AS b"
        + " WHERE 1 = (SELECT 1) UNION ALL SELECT email FROM read_csv('FOLDER/secret.csv')",
        "SELECT email FROM (WITH \"FOLDER/secret.csv\" AS (SELECT 1) SELECT 1) AS a, \"FOLDER/secret.csv\"",
        "SELECT email FROM (WITH \"FOLDER/secret.parquet\" AS (SELECT 1) SELECT 1) AS a, \"FOLDER/secret.parquet\"",
        "SELECT email FROM (WITH roll AS (SELECT 1) SELECT 1) AS a, roll",
        "SELECT email FROM (WITH ledger AS (SELECT 1) SELECT 1) AS a, ledger",
        "WITH a AS (WITH secret_rows AS (SELECT 1) SELECT 1) SELECT email FROM secret_rows",
        "SELECT email FROM roll",
        "SELECT email FROM memory.main.roll",
        "SELECT email FROM main.roll",
        "TABLE roll",
        "FROM roll",
        "SELECT (SELECT max(email) FROM roll) AS email",
        "SELECT email FROM people WHERE EXISTS (SELECT 1 FROM roll)",
        "SELECT email FROM read_csv('FOLDER/secret.csv')",
        "SELECT email FROM read_csv_auto('FOLDER/secret.csv')",
        "SELECT email FROM sniff_csv('FOLDER/secret.csv')",
        "SELECT email FROM read_json('FOLDER/secret.json')",
        "SELECT email FROM read_ndjson_objects('FOLDER/secret.json')",
        "SELECT email FROM read_parquet('FOLDER/secret.parquet')",
        "SELECT email FROM parquet_scan('FOLDER/secret.parquet')",
        "SELECT file_name AS email FROM parquet_metadata('FOLDER/secret.parquet')",
        "SELECT content AS email FROM read_text('FOLDER/secret.csv')",
        "SELECT content::VARCHAR AS email FROM read_blob('FOLDER/secret.csv')",
        "SELECT file AS email FROM glob('FOLDER/*')",
        "SELECT email FROM query('SELECT * FROM roll')",
        "SELECT email FROM query_table('roll')",
        "SELECT email FROM query_table(['roll'])",
        "SELECT table_name AS email FROM duckdb_tables()",
        "SELECT value AS email FROM duckdb_settings()",
        "SELECT name AS email FROM pragma_database_list()",
        "SELECT sql AS email FROM sqlite_master",
        "SELECT table_name AS email FROM information_schema.tables",
        "SELECT relname AS email FROM pg_catalog.pg_class",
        "SELECT email FROM arrow_scan(1, 2, 3)",
        "SELECT email FROM pandas_scan(1)",
        "SELECT email FROM seq_scan('roll')",
        "SELECT email FROM carried_rows_1()",
        "ATTACH 'FOLDER/evil.duckdb'",
        "ATTACH 'FOLDER/secret.sqlite' (TYPE sqlite)",
        "COPY (SELECT 1) TO 'FOLDER/out.csv'",
        "COPY people TO 'FOLDER/out.csv'",
        "EXPORT DATABASE 'FOLDER/out'",
        "IMPORT DATABASE 'FOLDER'",
        "INSTALL httpfs",
        "LOAD 'FOLDER/evil.duckdb_extension'",
        "PRAGMA database_list",
        "SET memory_limit = '100GB'",
        "SET enable_external_access = true",
        "RESET lock_configuration",
        "CREATE TABLE more(a INT)",
        "CREATE MACRO lower(x) AS x",
        "DROP TABLE roll",
        "INSERT INTO roll VALUES ('x')",
        "UPDATE roll SET email = 'x'",
        "DELETE FROM roll",
        "WITH gone AS (DELETE FROM roll RETURNING *) SELECT * FROM gone",
        "SELECT 'x' AS email; DELETE FROM roll",
        "SELECT 'x' AS email) AS q; DELETE FROM roll; SELECT * FROM (SELECT 'x' AS email",
        "CALL pragma_version()",
        "EXPLAIN ANALYZE SELECT 1",
        "DESCRIBE SELECT * FROM people",
        "SHOW TABLES",
        "SELECT name AS email FROM (SHOW ALL TABLES)",
        "SUMMARIZE people",
        "CHECKPOINT",
        "PREPARE a AS SELECT 1",
        "SELECT repeat('x', 1000000000) AS email FROM range(1000)",
        "SELECT repeat('x', 10 ^ 9) AS email FROM range(1000)",
        "SELECT repeat(repeat('x', 10000), 10000) AS email FROM range(1000)",
        "SELECT lpad('x', 1000000000, 'y') AS email",
        "SELECT system.main.repeat('x', 1000000000) AS email",
        "SELECT getenv('HOME') AS email",
        "SELECT nextval('counter')::VARCHAR AS email",
        "VACUUM",
    ];

    [Theory]
    [MemberData(nameof(Refused))]
    public Task SQL_that_does_not_only_read_its_files_is_refused_and_changes_nothing(string sql) => AssertRefusedAsync(Placed(sql));

    [Theory]
    [InlineData("SELECT 'x' AS email) AS q, (SELECT 'y' AS email")]
    [InlineData("1 = 1) UNION ALL SELECT email, email FROM roll WHERE (1 = 1")]
    [InlineData("(SELECT count(*) FROM 'FOLDER/secret.csv') > 0")]
    public Task SQL_in_any_place_changes_nothing(string sql) => AssertHarmlessAsync(Placed(sql));

    [Theory]
    [InlineData("SELECT * FROM read_csv('FOLDER/secret.csv')")]
    [InlineData("SELECT * FROM 'FOLDER/secret.csv'")]
    [InlineData("SELECT * FROM 'FOLDER/secret.parquet'")]
    [InlineData("SELECT * FROM read_text('FOLDER/people.csv.gz/../secret.csv')")]
    [InlineData("SELECT * FROM glob('FOLDER/*')")]
    [InlineData("ATTACH 'FOLDER/evil.duckdb'")]
    [InlineData("COPY (SELECT 1) TO 'FOLDER/out.csv'")]
    [InlineData("SET enable_external_access = true")]
    [InlineData("SET lock_configuration = false")]
    [InlineData("SET allowed_paths = ['FOLDER/secret.csv']")]
    [InlineData("SET memory_limit = '100GB'")]
    [InlineData("LOAD httpfs")]
    public async Task DuckDB_itself_refuses_it_independent_of_its_text(string sql)
    {
        var before = await StateAsync();
        using var locked = LockedDuckDb.Open([Workshop.At("files/people.csv")], spill: null);

        Assert.Equal([2L], locked.Query($"SELECT count(*) FROM read_csv({SqlText.Literal(Workshop.At("files/people.csv"))})", row => row.GetInt64(0)));
        Assert.Throws<DuckDBException>(() => locked.Execute(Placed(sql), TestContext.Current.CancellationToken));
        Assert.Equal(before, await StateAsync());
    }

    [Fact]
    public async Task Padding_and_repeating_within_bounds_continues()
    {
        var (rows, _) = await Workshop.ReadAsync(
            Files(Workshop.At("files/people.csv"), "SELECT email, lpad(name, 3, '0') || repeat('-', 2) AS v FROM people"),
            ["v"]);

        Assert.Equal(["00A--", "00B--"], rows.Order());
    }

    [Theory]
    [InlineData("data/people.csv")]
    [InlineData("link/people.csv")]
    [InlineData("people-link.csv")]
    [InlineData("data/*.csv")]
    [InlineData("files/../data/people.csv")]
    public async Task The_data_folder_is_not_a_source(string path)
    {
        Directory.CreateDirectory(Workshop.At("data"));
        Workshop.Write("data/people.csv", $"email\n{Secret}\n");
        File.CreateSymbolicLink(Workshop.At("link"), Workshop.At("data"));
        File.CreateSymbolicLink(Workshop.At("people-link.csv"), "data/people.csv");

        var error = await Assert.ThrowsAsync<RollcallException>(() => Workshop.ReadAsync(Files(Workshop.At(path)), ["email"]));

        Assert.Equal(ExitCode.Source, error.ExitCode);
        Assert.Contains("is in the data folder, which is no source", error.Message, StringComparison.Ordinal);
    }

    protected override Task<TablesSourceOptions> PublishAsync()
    {
        Directory.CreateDirectory(Workshop.At("files"));
        Workshop.Write("files/people.csv", "email,name\na@x.com,A\nb@x.com,B\n");
        Workshop.Write("files/secret.csv", $"email\n{Secret}\n");
        Workshop.Write("files/secret.json", $"{{\"email\": \"{Secret}\"}}\n");
        Workshop.Execute($"COPY (SELECT '{Secret}' AS email) TO {SqlText.Literal(Workshop.At("files/secret.parquet"))}");
        Workshop.Execute($"""
            CREATE TABLE roll AS SELECT '{Secret}' AS email;
            CREATE TABLE ledger AS SELECT * FROM roll;
            CREATE TABLE secret_rows AS SELECT * FROM roll;
            CREATE SEQUENCE counter
            """);
        return Task.FromResult(Files(Workshop.At("files/people.csv")));
    }

    protected override Task<string> StateAsync() => Task.FromResult(string.Join('\n',
        Directory.GetFiles(Workshop.At("files"))
            .Order()
            .Select(file => $"{file} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))}")
            .Concat(Workshop.Query("""
                SELECT (SELECT string_agg(email, ',') FROM roll), (SELECT count(*) FROM ledger),
                    (SELECT string_agg(table_name, ',' ORDER BY table_name) FROM duckdb_tables() WHERE table_name <> 'taken')
                """))));

    private string Placed(string sql) =>
        sql.Replace("FOLDERNAME", "\"files\"", StringComparison.Ordinal).Replace("FOLDER", Workshop.At("files"), StringComparison.Ordinal);
}
