using Microsoft.Data.Sqlite;
using Rollcall.Jobs;
using Rollcall.Reading.Tables;
using Rollcall.Reading.Tables.Databases;
using Xunit;

namespace Rollcall.Tests.Reading.Hostile;

public sealed class HostileToSqlite : HostileSql
{
    public static TheoryData<string> Refused =>
    [
        "SELECT 'x' AS email) AS q; DELETE FROM people; SELECT * FROM (SELECT 'x' AS email",
        "SELECT 'x' AS email; DELETE FROM people",
        "SELECT 'x' AS email; COMMIT; PRAGMA query_only = 0; DELETE FROM people",
        "SELECT 'x' AS [a) AS q; DELETE FROM people; --] ) AS q",
        "SELECT 'x' AS email, 1 AS \"a\"\") AS q; DELETE FROM people; --\") AS q",
        "SELECT 'x' AS `a``) AS q; DELETE FROM people; --`) AS q",
        "SELECT '\\') AS q; DELETE FROM people; SELECT ('' AS email",
        "SELECT 'x' AS email --\n) AS q; DELETE FROM people",
        "SELECT 'x' AS email /* ) AS q; DELETE FROM people",
        "COMMIT",
        "DELETE FROM people",
        "UPDATE people SET name = 'z'",
        "INSERT INTO people VALUES ('z', 'z')",
        "INSERT INTO people VALUES ('z', 'z') RETURNING email",
        "WITH q AS (SELECT 1) DELETE FROM people RETURNING email",
        "WITH q AS (DELETE FROM people RETURNING email) SELECT * FROM q",
        "REPLACE INTO people VALUES ('z', 'z')",
        "CREATE TABLE more(a)",
        "CREATE TEMP TABLE more(a)",
        "CREATE VIRTUAL TABLE more USING fts5(a)",
        "DROP TABLE people",
        "ALTER TABLE people RENAME TO folk",
        "REINDEX",
        "ANALYZE",
        "VACUUM",
        "VACUUM INTO 'FOLDER/out'",
        "ATTACH 'FOLDER/other.sqlite' AS other",
        "SELECT 'x' AS email; ATTACH 'FOLDER/other.sqlite' AS other",
        "DETACH main",
        "PRAGMA query_only = 0",
        "PRAGMA writable_schema = 1",
        "PRAGMA journal_mode = delete",
        "SAVEPOINT a",
        "EXPLAIN SELECT 1",
        "SELECT email FROM other.hidden",
        "SELECT file AS email FROM pragma_database_list",
        "SELECT file AS email FROM pragma_database_list()",
        "SELECT * FROM pragma_query_only(0) AS t(email)",
        "SELECT * FROM \"pragma_journal_mode\"('delete')",
        "SELECT name AS email FROM pragma_table_info('people')",
        "SELECT load_extension('FOLDER/evil') AS email",
        "SELECT LOAD_EXTENSION('FOLDER/evil') AS email",
        "SELECT \"load_extension\"('FOLDER/evil') AS email",
        "SELECT [load_extension]('FOLDER/evil') AS email",
        "SELECT writefile('FOLDER/out', 'x') AS email",
        "SELECT readfile('FOLDER/secret') AS email",
        "SELECT edit('x', 'touch FOLDER/out') AS email",
        "SELECT fts3_tokenizer('simple') AS email",
        "SELECT data AS email FROM sqlite_dbpage",
        "SELECT name AS email FROM dbstat",
        "SELECT name AS email FROM fsdir('FOLDER')",
        "SELECT ?1 AS email",
        "SELECT :name AS email",
        "SELECT @name AS email",
        "SELECT $name AS email",
        "SELECT 'x' AS email INTO people",
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
    [InlineData("1 = 1); DELETE FROM people; SELECT (1")]
    [InlineData("1 = 1) UNION SELECT readfile('FOLDER/secret'), 1 FROM people WHERE (1 = 1")]
    public Task SQL_in_any_place_changes_nothing(string sql) => AssertHarmlessAsync(Placed(sql));

    [Theory]
    [InlineData("SELECT email FROM people; DELETE FROM people")]
    [InlineData("SELECT email FROM people;; SELECT 1")]
    [InlineData("COMMIT")]
    [InlineData("DELETE FROM people")]
    [InlineData("PRAGMA query_only = 0")]
    [InlineData("ATTACH 'FOLDER/other.sqlite' AS other")]
    [InlineData("SELECT * FROM pragma_database_list")]
    [InlineData("SELECT load_extension('FOLDER/evil')")]
    public async Task SQLite_itself_refuses_it_independent_of_its_text(string sql)
    {
        var before = await StateAsync();

        await Assert.ThrowsAsync<SqliteException>(() => QueryAsync(Placed(sql)));

        Assert.Equal(before, await StateAsync());
    }

    [Theory]
    [InlineData("SELECT count(*) FROM words WHERE words MATCH 'secret'")]
    [InlineData("SELECT count(*) FROM old_words WHERE old_words MATCH 'secret'")]
    [InlineData("SELECT count(*) FROM places WHERE x0 < 5")]
    [InlineData("WITH csv AS (SELECT email, email AS edit FROM people) SELECT count(csv.edit) FROM csv")]
    [InlineData("SELECT count(*) FROM json_each('[1, 2]')")]
    public async Task Tables_of_extensions_can_be_read(string sql) => await QueryAsync(sql);

    protected override async Task<TablesSourceOptions> PublishAsync()
    {
        Directory.CreateDirectory(Workshop.At("db"));
        await ExecuteAsync("people", """
            CREATE TABLE people(email, name); INSERT INTO people VALUES ('a@x.com', 'A'), ('b@x.com', 'B');
            CREATE VIRTUAL TABLE words USING fts5(a); CREATE VIRTUAL TABLE old_words USING fts4(a); CREATE VIRTUAL TABLE places USING rtree(id, x0, x1)
            """);
        await ExecuteAsync("other", $"CREATE TABLE hidden(email); INSERT INTO hidden VALUES ('{Secret}')");
        Workshop.Write("db/secret", Secret);
        return Options();
    }

    protected override Task<string> StateAsync() =>
        Task.FromResult(
            string.Join(
                '\n',
                Directory.GetFiles(Workshop.At("db"))
                    .Order()
                    .Select(file => $"{file} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))}")));

    private TablesSourceOptions Options() =>
        new() { Database = Workshop.At("db/people.sqlite"), DatabaseName = "people.sqlite", Audiences = new Dictionary<string, AudienceQuery>() };

    private async Task QueryAsync(string sql)
    {
        var source = Database.Of(Options());
        await using var connection = await source.OpenAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        using var limit = new StatementLimit(TimeSpan.FromMinutes(1), TimeProvider.System, TestContext.Current.CancellationToken);
        source.Read(connection, sql, limit, reader => reader.Read());
    }

    private async Task ExecuteAsync(string name, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Workshop.At($"db/{name}.sqlite")};Pooling=False");
        await connection.OpenAsync();
        await DatabasePeople.ExecuteAsync(connection, sql);
    }

    private string Placed(string sql) => sql.Replace("FOLDER", Workshop.At("db"), StringComparison.Ordinal);
}
