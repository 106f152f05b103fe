using MySqlConnector;
using Rollcall.Jobs;
using Rollcall.Reading.Tables;
using Rollcall.Reading.Tables.Databases;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.Tests.Reading.Hostile;

public sealed class HostileToMariaDb : HostileSql
{
    private readonly string _database = $"hostile_{Guid.NewGuid():N}";
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"rollcall-hostile-{Guid.NewGuid():N}")).FullName;

    public static TheoryData<string> Refused =>
    [
        "SELECT 'x' AS email) AS q; DELETE FROM people; SELECT * FROM (SELECT 'x' AS email",
        "SELECT 3 --1) AS q; COMMIT; DELETE FROM people; SELECT (1",
        "SELECT 'x' AS email, 3 --1) AS q INTO OUTFILE 'FOLDER/out' -- ",
        "SELECT 'x' AS email) AS q INTO OUTFILE 'FOLDER/out' -- ",
        "SELECT 'x' AS email) AS q INTO OUTFILE 'FOLDER/out' # ",
        "SELECT 'x' AS email) AS q INTO DUMPFILE 'FOLDER/out' -- ",
        "SELECT 'x' AS email INTO OUTFILE 'FOLDER/out'",
        "SELECT 'x' AS email FROM people INTO DUMPFILE 'FOLDER/out'",
        "SELECT 'x' AS email INTO @mine",
        "SELECT 'x' AS email) AS q INTO @mine -- ",
        "SELECT 'x' AS email /*!) AS q INTO OUTFILE 'FOLDER/out' */ -- ",
        "SELECT 'x' AS email /*!50000 ) AS q; DELETE FROM people */",
        "SELECT 'x' AS email /*M! ) AS q INTO OUTFILE 'FOLDER/out' */ -- ",
        "SELECT 'x' AS `a\\`) AS q; DELETE FROM people; -- ` AS email",
        "SELECT 'x' AS email; DELETE FROM people",
        "SELECT 'x' AS email; COMMIT; DELETE FROM people",
        "COMMIT",
        "DELETE FROM people",
        "WITH q AS (SELECT 1) DELETE FROM people",
        "SET @mine = 1",
        "SET GLOBAL general_log = 1",
        "CREATE TABLE more(a int)",
        "CREATE TEMPORARY TABLE more(a int)",
        "DROP TABLE people",
        "TRUNCATE TABLE people",
        "LOAD DATA INFILE 'FOLDER/secret' INTO TABLE people",
        "LOAD DATA LOCAL INFILE 'FOLDER/secret' INTO TABLE people",
        "HANDLER people OPEN",
        "CALL forget()",
        "BEGIN NOT ATOMIC DELETE FROM people; END",
        "EXECUTE IMMEDIATE 'DELETE FROM people'",
        "SELECT email FROM people FOR UPDATE",
        "SELECT email FROM people LOCK IN SHARE MODE",
        "SELECT LOAD_FILE('FOLDER/secret') AS email",
        "SELECT load_file ('FOLDER/secret') AS email",
        "SELECT `load_file`('FOLDER/secret') AS email",
        "SELECT {fn load_file('FOLDER/secret')} AS email",
        "SELECT load_file/**/('FOLDER/secret') AS email",
        "SELECT NEXTVAL(counter) AS email",
        "SELECT NEXT VALUE FOR counter AS email",
        "SELECT SETVAL(counter, 500) AS email",
        "SELECT GET_LOCK('rollcall', 10) AS email",
        "SELECT RELEASE_ALL_LOCKS() AS email",
        "SELECT SLEEP(100) AS email",
        "SELECT BENCHMARK(1000000000, MD5('x')) AS email",
        "SELECT MASTER_GTID_WAIT('0-1-9999', 100) AS email",
        "SELECT @mine := 5 AS email",
        "SELECT @@datadir AS email",
        "SELECT @rollcall_sql AS email",
        "SELECT authentication_string AS email FROM mysql.user",
        "SELECT authentication_string AS email FROM `mysql`.`global_priv`",
        "SELECT info AS email FROM information_schema.processlist",
        "SELECT empty_people() AS email",
        "SHOW GRANTS",
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
    [InlineData("1 = 1) INTO OUTFILE 'FOLDER/out' -- ")]
    [InlineData("1 = 1) UNION SELECT LOAD_FILE('FOLDER/secret'), 1 FROM people WHERE (1 = 1")]
    [InlineData("1 = 1); DELETE FROM people; SELECT (1")]
    [InlineData("SELECT '\\') AS q; DELETE FROM people; -- ' AS email")]
    [InlineData("SELECT \"\\\") AS q; DELETE FROM people; -- \" AS email")]
    [InlineData("SELECT 'x' AS email #\r) AS q; DELETE FROM people")]
    [InlineData("SELECT 'x' AS email WHERE empty_people() = 1")]
    public Task SQL_in_any_place_changes_nothing(string sql) => AssertHarmlessAsync(Placed(sql));

    [Theory]
    [InlineData("SELECT 1; COMMIT")]
    [InlineData("SELECT 3 --1; DELETE FROM people")]
    [InlineData("COMMIT; DELETE FROM people")]
    public async Task The_protocol_takes_one_statement_independent_of_its_text(string sql)
    {
        var before = await StateAsync();

        var error = await Assert.ThrowsAsync<MySqlException>(() => QueryAsync(source => sql));

        Assert.Equal((MySqlErrorCode.ParseError, before), (error.ErrorCode, await StateAsync()));
    }

    [Fact]
    public async Task SQL_that_leaves_its_parentheses_loses_its_columns_and_writes_no_file()
    {
        await Assert.ThrowsAsync<MySqlException>(() => QueryAsync(source => source.Around(Placed("SELECT 'x' AS email) AS q INTO OUTFILE 'FOLDER/out' -- "))));
        await Assert.ThrowsAsync<MySqlException>(
            () => QueryAsync(source => source.Around(Placed("SELECT 'x' AS email) AS q INTO OUTFILE 'FOLDER/out' UNION SELECT 1 FROM (SELECT 1"))));

        Assert.Equal(["secret"], Directory.GetFiles(_folder).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("NO_BACKSLASH_ESCAPES", "SELECT '\\' AS email, ') -- ' AS b", null)]
    [InlineData("NO_BACKSLASH_ESCAPES", "SELECT '\\' AS email) AS q -- '", "The SQL closes a parenthesis it never opened.")]
    [InlineData("ANSI_QUOTES", "SELECT 1 AS \"a\\\" -- \"", null)]
    [InlineData("ANSI_QUOTES", "SELECT 1 AS \"a\\\") AS q -- \"", "The SQL closes a parenthesis it never opened.")]
    [InlineData("", "SELECT \"a\\\") AS q -- \"", null)]
    public void The_SQL_mode_says_how_strings_are_read(string mode, string sql, string? wrong) =>
        Assert.Equal(wrong, SingleSelect.Wrong(sql, SelectLexis.Of(mode)));

    protected override async Task<TablesSourceOptions> PublishAsync()
    {
        await using var connection = await OpenAsync(TestDatabases.MySqlOrSkip());
        foreach (var sql in new[]
        {
            $"CREATE DATABASE {_database} CHARACTER SET utf8mb4", $"USE {_database}", "CREATE TABLE people(email varchar(100), name varchar(100))",
            "INSERT INTO people VALUES ('a@x.com', 'A'), ('b@x.com', 'B')", "CREATE SEQUENCE counter",
            "CREATE FUNCTION empty_people() RETURNS int MODIFIES SQL DATA BEGIN DELETE FROM people; RETURN 1; END",
            "CREATE PROCEDURE forget() DELETE FROM people",
        })
        {
            await DatabasePeople.ExecuteAsync(connection, sql);
        }

        if (!OperatingSystem.IsWindows())
        {
            // The server runs as another user, which may write in it.
            File.SetUnixFileMode(_folder, (UnixFileMode)0x1FF);
        }

        await File.WriteAllTextAsync(Path.Combine(_folder, "secret"), Secret);
        return new TablesSourceOptions { Database = Server().ToString(), DatabaseName = "test", Audiences = new Dictionary<string, AudienceQuery>() };
    }

    protected override async Task<string> StateAsync()
    {
        await using var connection = await OpenAsync(Server());
        await using var command = connection.CreateCommand();
        command.CommandText =
            """
            SELECT CONCAT_WS(' ', (SELECT GROUP_CONCAT(email, name ORDER BY email) FROM people), (SELECT next_not_cached_value FROM counter),
                (SELECT GROUP_CONCAT(table_name ORDER BY table_name) FROM information_schema.tables WHERE table_schema = DATABASE()),
                IS_FREE_LOCK('rollcall'), @@global.general_log)
            """;
        return $"{await command.ExecuteScalarAsync()} {string.Join(',', Directory.GetFiles(_folder).Order())}";
    }

    public override async ValueTask DisposeAsync()
    {
        await using (var connection = await OpenAsync(TestDatabases.MySqlOrSkip()))
        {
            await DatabasePeople.ExecuteAsync(connection, $"DROP DATABASE {_database}");
        }

        Directory.Delete(_folder, recursive: true);
        await base.DisposeAsync();
    }

    private async Task QueryAsync(Func<Database, string> sql)
    {
        var source = Database.Of(
            new TablesSourceOptions { Database = Server().ToString(), DatabaseName = "test", Audiences = new Dictionary<string, AudienceQuery>() });
        await using var connection = await source.OpenAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        using var limit = new StatementLimit(TimeSpan.FromMinutes(1), TimeProvider.System, TestContext.Current.CancellationToken);
        source.Read(connection, sql(source), limit, reader => reader.Read());
    }

    private string Placed(string sql) => sql.Replace("FOLDER", _folder, StringComparison.Ordinal);

    private Uri Server() => new UriBuilder(TestDatabases.MySqlOrSkip()) { Path = _database }.Uri;

    private static async Task<MySqlConnection> OpenAsync(Uri server)
    {
        var user = server.UserInfo.Split(':');
        var connection = new MySqlConnection(
            new MySqlConnectionStringBuilder
            {
                Server = server.Host,
                Port = (uint)server.Port,
                UserID = user[0],
                Password = user[1],
                Database = server.AbsolutePath.Trim('/'),
                Pooling = false,
                AllowUserVariables = true,
            }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }
}
