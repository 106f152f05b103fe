using Microsoft.Data.Sqlite;
using Rollcall.Model;
using Rollcall.Operations;
using Xunit;

namespace Rollcall.Tests.Runs;

public sealed class DataFolderTests
{
    [Fact]
    public async Task A_ledger_whose_files_are_missing_stops_the_run_and_does_not_count_as_empty()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        await scene.RunAsync();
        var writes = scene.Writes;
        Directory.Delete(Path.Combine(scene.DataFolder, "ledger"), recursive: true);

        var stop = await Assert.ThrowsAsync<RollcallException>(() => scene.RunAsync());

        Assert.Equal((ExitCode.BadJob, writes), (stop.ExitCode, scene.Writes));
    }

    [Fact]
    public async Task What_a_killed_run_or_plan_left_goes_with_the_next_run()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        await scene.RunAsync();
        List<string> left = [Path.Combine(scene.DataFolder, "runs", "20200101T000000Z"), Path.Combine(scene.DataFolder, "runs", "plan-1")];
        left.ForEach(f => File.WriteAllText(Path.Combine(Directory.CreateDirectory(f).FullName, "run.duckdb"), "a roll"));
        using (var store = new SqliteConnection($"Data Source={Path.Combine(scene.DataFolder, "rollcall.db")};Pooling=False"))
        {
            store.Open();
            using var insert = store.CreateCommand();
            insert.CommandText = "INSERT INTO run(run_id, tag, state, started) VALUES ('20200101T000000Z', 'scene', 'running', 0)";
            insert.ExecuteNonQuery();
        }

        await scene.RunAsync();

        Assert.Empty(Directory.GetDirectories(Path.Combine(scene.DataFolder, "runs")));
        using var history = new History(scene.DataFolder);
        Assert.Equal(RunState.Interrupted, history.Runs("scene", 10)[^1].State);
    }

    [Fact]
    public async Task The_previous_generation_of_the_ledger_stays_for_its_readers_and_no_older_one()
    {
        await using var scene = await ExportScene.StartAsync();
        foreach (var spend in Enumerable.Range(1, 4))
        {
            scene.Set("gold", $"ann@example.com,Ann,{spend}");
            await scene.RunAsync();
        }

        Assert.Equal(
            ["00000003", "00000004"],
            Directory.GetDirectories(Path.Combine(scene.DataFolder, "ledger", "scene")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_folder_of_the_first_version_is_brought_up_to_date_and_knows_what_it_knew()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        await scene.RunAsync();
        Store(scene, """
            ALTER TABLE job DROP COLUMN insight;
            ALTER TABLE job DROP COLUMN owed;
            ALTER TABLE job DROP COLUMN recommended;
            DROP TABLE recommendations;
            DROP TABLE watch;
            DROP TABLE call_window;
            DROP TABLE stored_job;
            DROP TABLE stored_job_count;
            DROP TABLE job_version;
            DROP TABLE job_log;
            DROP TABLE api_token;
            ALTER TABLE opt_out DROP COLUMN margin;
            ALTER TABLE opt_out DROP COLUMN back_since;
            ALTER TABLE opt_out DROP COLUMN deleted_at;
            ALTER TABLE run DROP COLUMN ended;
            ALTER TABLE audience DROP COLUMN no_email;
            ALTER TABLE audience DROP COLUMN lost;
            ALTER TABLE audience DROP COLUMN "rows";
            PRAGMA user_version=1
            """);
        scene.Config += "\n  insight_fields: [name]";

        var result = await scene.RunAsync();

        Assert.Equal((1L, ExitCode.Done), (result.Audiences[0].Unchanged, result.ExitCode));
        Assert.Single(scene.Account.InsightRecords("lytics_fields"));
    }

    [Fact]
    public async Task A_folder_of_a_later_version_is_refused_and_left_as_it_is()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        await scene.RunAsync();
        Store(scene, "PRAGMA user_version=1000");

        var stop = await Assert.ThrowsAsync<RollcallException>(() => scene.RunAsync());

        Assert.Equal(ExitCode.BadJob, stop.ExitCode);
        Assert.Contains("newer Rollcall", stop.Message, StringComparison.Ordinal);
    }

    private static void Store(ExportScene scene, string sql)
    {
        using var store = new SqliteConnection($"Data Source={Path.Combine(scene.DataFolder, "rollcall.db")};Pooling=False");
        store.Open();
        using var command = store.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
