using System.Data.Common;
using Microsoft.Data.Sqlite;
using MySqlConnector;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.TestKit;
using Rollcall.Work;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>Jobs whose SQL does not only read, checked, planned and run.</summary>
public sealed class HostileJobTests
{
    private static readonly string Table = $"hostile_{Guid.NewGuid():N}";

    [Theory]
    [InlineData("sqlite", "SELECT email, name, spend FROM PEOPLE) AS q; DELETE FROM PEOPLE; SELECT * FROM (SELECT 1")]
    [InlineData("sqlite", "SELECT email, name, spend FROM PEOPLE; COMMIT; PRAGMA query_only = 0; DELETE FROM PEOPLE")]
    [InlineData("postgres", "SELECT email, name, spend AS a$b$ FROM PEOPLE) AS q; COMMIT; DELETE FROM PEOPLE; --$b$")]
    [InlineData("postgres", "SELECT email, name, spend FROM PEOPLE --\r) AS q; COMMIT; DELETE FROM PEOPLE; SELECT (1")]
    [InlineData("postgres", "SELECT email, name, pg_read_file('/etc/hostname') AS spend FROM PEOPLE")]
    [InlineData("mysql", "SELECT email, name, 3 --1) AS q; COMMIT; DELETE FROM PEOPLE; SELECT (1")]
    [InlineData("mysql", "SELECT email, name, spend FROM PEOPLE) AS q INTO OUTFILE '/tmp/rollcall-hostile' -- ")]
    [InlineData("mysql", "SELECT email, name, LOAD_FILE('/etc/hostname') AS spend FROM PEOPLE")]
    public async Task SQL_in_a_database_that_does_not_only_read_stops_check_plan_and_run(string kind, string sql)
    {
        await using var scene = await ExportScene.StartAsync();
        var (source, connection) = Source(kind, scene);
        await using var opened = connection;
        await ExecuteAsync(connection, $"CREATE TABLE {Table}(email varchar(100), name varchar(100), spend int)");
        try
        {
            await ExecuteAsync(connection, $"INSERT INTO {Table} VALUES ('a@x.com', 'A', 1)");
            var job = scene.Job() with { Source = source with { Audiences = Queries(sql.Replace("PEOPLE", Table, StringComparison.Ordinal)) } };

            await AssertStopsAsync(scene, job);

            Assert.Equal("1", await ExecuteAsync(connection, $"SELECT count(*) FROM {Table}"));
            Assert.False(File.Exists("/tmp/rollcall-hostile"));
        }
        finally
        {
            await ExecuteAsync(connection, $"DROP TABLE {Table}");
        }
    }

    [Theory]
    [InlineData("SELECT email, 'x' AS name, 1 AS spend FROM 'DATA/**/*.parquet'")]
    [InlineData("SELECT member_key AS email, 'x' AS name, 1 AS spend FROM (WITH \"DATA/**/*.parquet\" AS (SELECT 1) SELECT 1) AS a, \"DATA/**/*.parquet\"")]
    [InlineData("SELECT email, 'x' AS name, 1 AS spend FROM (WITH roll AS (SELECT 1) SELECT 1) AS a, roll")]
    [InlineData("SELECT email, 'x' AS name, 1 AS spend FROM read_parquet('DATA/**/*.parquet')")]
    [InlineData("SELECT email, name, spend FROM gold; DROP TABLE roll")]
    public async Task SQL_over_files_that_reads_the_data_folder_or_the_run_stops_check_plan_and_run(string sql)
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "a@x.com");
        await scene.RunAsync();
        var (job, writes) = (scene.Job(), scene.Writes);

        await AssertStopsAsync(
            scene,
            job with
            {
                Source = (TablesSourceOptions)job.Source with { Audiences = Queries(sql.Replace("DATA", scene.DataFolder, StringComparison.Ordinal)) },
            },
            writes);
    }

    [Fact]
    public async Task A_check_warns_of_a_database_user_who_may_do_more_than_read()
    {
        await using var scene = await ExportScene.StartAsync();
        var (source, connection) = Source("postgres", scene);
        await using var opened = connection;
        var job = scene.Job() with { Source = source with { Audiences = Queries("SELECT 'a@x.com'::text AS email, 'A'::text AS name, 1 AS spend") } };

        var problem = Assert.Single(await JobCheck.RunAsync(job, scene.Workplace(), TestContext.Current.CancellationToken));

        Assert.Equal((Severity.Warning, "The database's user is a superuser; an audience's SQL only has to read."), (problem.Severity, problem.Message));
    }

    private static async Task AssertStopsAsync(ExportScene scene, Job job, int writes = 0)
    {
        var stop = TestContext.Current.CancellationToken;

        Assert.Contains(
            await JobCheck.RunAsync(job, scene.Workplace(), stop),
            problem => problem.ExitCode == ExitCode.Source && problem.Severity == Severity.Error);
        Assert.Equal(
            ExitCode.Source,
            (await Assert.ThrowsAsync<RollcallException>(() => ExportRun.PlanAsync(job, new RunOptions(), scene.Workplace(), stop))).ExitCode);
        Assert.Equal(
            ExitCode.Source,
            (await Assert.ThrowsAsync<RollcallException>(() => ExportRun.ExecuteAsync(job, new RunOptions(), scene.Workplace(), stop))).ExitCode);
        Assert.Equal(writes, scene.Writes);
    }

    private static Dictionary<string, AudienceQuery> Queries(string sql) => new() { ["gold"] = new(sql, null, null), ["silver"] = new(sql, null, null) };

    private static (TablesSourceOptions Source, DbConnection Connection) Source(string kind, ExportScene scene)
    {
        var (database, connection) = kind switch
        {
            "postgres" =>
                (TestDatabases.PostgresOrSkip().ToString(),
                    (DbConnection)PostgresConnection.Of(new DatabaseUrl(TestDatabases.PostgresOrSkip().ToString(), "test"))),
            "mysql" => (TestDatabases.MySqlOrSkip().ToString(), new MySqlConnection(Settings(TestDatabases.MySqlOrSkip()))),
            _ =>
                (Path.Combine(scene.Folder, "people.sqlite"),
                    new SqliteConnection($"Data Source={Path.Combine(scene.Folder, "people.sqlite")};Pooling=False")),
        };
        connection.Open();
        return (new TablesSourceOptions { Database = database, DatabaseName = "test", Audiences = new Dictionary<string, AudienceQuery>() }, connection);
    }

    private static string Settings(Uri url) => new MySqlConnectionStringBuilder
    {
        Server = url.Host,
        Port = (uint)url.Port,
        UserID = url.UserInfo.Split(':')[0],
        Password = url.UserInfo.Split(':')[1],
        Database = url.AbsolutePath.Trim('/'),
        Pooling = false,
    }.ConnectionString;

    private static async Task<string?> ExecuteAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (await command.ExecuteScalarAsync())?.ToString();
    }
}
