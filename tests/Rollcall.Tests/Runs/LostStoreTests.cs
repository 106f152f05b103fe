using Microsoft.Data.Sqlite;
using Rollcall.Model;
using Rollcall.Operations;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>A store that is missing, empty, or older than the ledger next to it does not count as a new one.</summary>
public sealed class LostStoreTests
{
    [Theory]
    [InlineData("gone")]
    [InlineData("empty")]
    [InlineData("without tables")]
    [InlineData("older")]
    [InlineData("much older")]
    public async Task Every_command_reports_a_lost_store_and_nothing_is_sent(string how)
    {
        await using var scene = await StartedAsync();
        Lose(scene, how);
        var writes = scene.Writes;

        Func<Task>[] commands =
        [
            () => scene.RunAsync(),
            () => scene.PlanAsync(),
            () => scene.ExplainAsync("ann@example.com"),
            () => Task.FromResult(new History(scene.DataFolder)),
        ];
        foreach (var command in commands)
        {
            var stop = await Assert.ThrowsAsync<RollcallException>(command);
            Assert.Equal((ExitCode.BadJob, StorePath(scene)), (stop.ExitCode, stop.Problems[0].Where));
            Assert.Contains("backup", stop.Problems[0].Todo, StringComparison.Ordinal);
            Assert.Contains("--begin-anew", stop.Problems[0].Todo, StringComparison.Ordinal);
        }

        Assert.Contains(
            await JobCheck.RunAsync(scene.Job(), scene.Workplace(), TestContext.Current.CancellationToken),
            p => p is { Severity: Severity.Error, ExitCode: ExitCode.BadJob });
        Assert.Equal(writes, scene.Writes);
        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("empty")]
    [InlineData("without tables")]
    [InlineData("older")]
    [InlineData("much older")]
    [InlineData("ledger gone")]
    public async Task After_starting_over_the_old_files_are_kept_and_people_in_the_books_count_as_there_before(string how)
    {
        await using var scene = await StartedAsync();
        var before = Directory.GetFiles(Path.Combine(scene.DataFolder, "ledger"), "*.parquet", SearchOption.AllDirectories).Length;
        Lose(scene, how);
        scene.Set("gold", "ann@example.com", "cyd@example.com");

        var result = await scene.RunAsync(new RunOptions { BeginAnew = true });

        Assert.Equal(ExitCode.Done, result.ExitCode);
        Assert.Contains(result.Notices, n => n.StartsWith("Started over", StringComparison.Ordinal));
        Assert.Equal(["ann@example.com", "bob@example.com", "cyd@example.com"], scene.In(scene.Gold));
        if (how != "ledger gone")
        {
            var lost = Assert.Single(Directory.GetDirectories(scene.DataFolder, "lost-*"));
            var ledger = $"{Path.DirectorySeparatorChar}ledger{Path.DirectorySeparatorChar}";
            Assert.Equal(
                before,
                Directory.GetFiles(lost, "*.parquet", SearchOption.AllDirectories).Count(f => f.Contains(ledger, StringComparison.Ordinal)));
        }

        // Ann was there when the job started over; Cyd was added by the job.
        scene.Set("gold", "zed@example.com");
        await scene.RunAsync();
        Assert.Equal(["ann@example.com", "bob@example.com", "zed@example.com"], scene.In(scene.Gold));
        scene.Set("gold", "zed@example.com", "zoe@example.com");
        Assert.Equal(ExitCode.Done, (await scene.RunAsync()).ExitCode);
    }

    [Fact]
    public async Task After_starting_over_with_adopt_own_the_people_in_the_books_belong_to_the_job_again()
    {
        await using var scene = await StartedAsync();
        Lose(scene, "gone");
        scene.Set("gold", "ann@example.com", "cyd@example.com");

        await scene.RunAsync(new RunOptions { BeginAnew = true, Adopt = AdoptAs.Own });

        Assert.Equal(["ann@example.com", "cyd@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task After_starting_over_people_who_opted_out_as_members_are_not_asked_back_as_if_they_were_new()
    {
        await using var scene = await StartedAsync();
        scene.Config = "  exit_action: remove\n  resubscribe_no_challenge: true";
        scene.Account.Unsubscribe("bob@example.com");
        await scene.RunAsync();
        Lose(scene, "gone");
        scene.PassDays(3);

        await scene.RunAsync(new RunOptions { BeginAnew = true });
        await scene.RunAsync();

        Assert.Equal(
            (0, Rollcall.Simulators.ContactStatus.Unsubscribed),
            (scene.Account.Counters.Resubscriptions, scene.Account.Contact("bob@example.com")!.Status));
    }

    [Fact]
    public async Task A_folder_in_which_nothing_is_lost_does_not_start_over()
    {
        await using var scene = await StartedAsync();

        var stop = await Assert.ThrowsAsync<RollcallException>(() => scene.RunAsync(new RunOptions { BeginAnew = true }));

        Assert.Equal(ExitCode.BadJob, stop.ExitCode);
        scene.Set("gold", "ann@example.com");
        Assert.Equal(1, (await scene.RunAsync()).Audiences[0].Exited);
    }

    [Fact]
    public async Task A_run_killed_while_it_writes_the_next_ledger_has_lost_nothing()
    {
        await using var scene = await StartedAsync();
        var ledger = Path.Combine(scene.DataFolder, "ledger", "scene");
        var last = Directory.GetDirectories(ledger).Max(d => int.Parse(Path.GetFileName(d), System.Globalization.CultureInfo.InvariantCulture));
        var next = $"{last + 1:D8}";
        Copy(Directory.GetDirectories(ledger).Order(StringComparer.Ordinal).Last(), Path.Combine(ledger, next), marked: false);

        Assert.Equal(2, (await scene.RunAsync()).Audiences[0].Unchanged);
    }

    [Theory]
    [InlineData("commit")]
    [InlineData("file")]
    public async Task Killed_at_any_moment_a_run_leaves_no_folder_that_looks_lost(string at)
    {
        await using var scene = await StartedAsync();
        for (var after = 3; ; after += 5)
        {
            var left = after;
            scene.Checkpoint = step =>
            {
                if (step == at && --left == 0)
                {
                    throw new KilledException();
                }
            };
            scene.Set("gold", "ann@example.com", $"m{after}@example.com");
            try
            {
                await scene.RunAsync("exits");
            }
            catch (KilledException)
            {
                using var history = new History(scene.DataFolder);
                continue;
            }

            Assert.True(after > 8);
            break;
        }
    }

    [Fact]
    public async Task A_folder_written_by_an_older_version_has_no_marks_and_still_works()
    {
        await using var scene = await StartedAsync();
        foreach (var mark in Directory.GetFiles(Path.Combine(scene.DataFolder, "ledger"), "named", SearchOption.AllDirectories))
        {
            File.Delete(mark);
        }

        Assert.Equal(2, (await scene.RunAsync()).Audiences[0].Unchanged);
        Assert.Single(Directory.GetFiles(Path.Combine(scene.DataFolder, "ledger"), "named", SearchOption.AllDirectories));
    }

    private static string StorePath(ExportScene scene) => Path.Combine(scene.DataFolder, "rollcall.db");

    /// <summary>Loses the store of a scene of <see cref="StartedAsync"/>, which kept a copy of it.</summary>
    private static void Lose(ExportScene scene, string how)
    {
        if (how == "ledger gone")
        {
            Directory.Delete(Path.Combine(scene.DataFolder, "ledger"), recursive: true);
            return;
        }

        foreach (var end in new[] { "", "-wal", "-shm" })
        {
            File.Delete(StorePath(scene) + end);
        }

        switch (how)
        {
            case "empty":
                File.WriteAllBytes(StorePath(scene), []);
                break;
            case "without tables":
                using (var store = new SqliteConnection($"Data Source={StorePath(scene)};Pooling=False"))
                {
                    store.Open();
                    using var command = store.CreateCommand();
                    command.CommandText = "CREATE TABLE t(a); DROP TABLE t;";
                    command.ExecuteNonQuery();
                }

                break;
            case "older" or "much older":
                File.Copy(Path.Combine(scene.Folder, how == "older" ? "before.db" : "first.db"), StorePath(scene));
                break;
        }
    }

    private static void Copy(string from, string to, bool marked)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from).Where(f => marked || Path.GetFileName(f) != "named"))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    private static void Backup(ExportScene scene, string name)
    {
        using var store = new SqliteConnection($"Data Source={StorePath(scene)};Pooling=False");
        store.Open();
        using var command = store.CreateCommand();
        command.CommandText = $"VACUUM INTO '{Path.Combine(scene.Folder, name)}'";
        command.ExecuteNonQuery();
    }

    /// <summary>Ann and Bob are in Gold; of the store there is a copy from before the last run, and one from before the first ledger.</summary>
    private static async Task<ExportScene> StartedAsync()
    {
        var scene = await ExportScene.StartAsync();
        await scene.RunAsync();
        Backup(scene, "first.db");
        scene.Set("gold", "ann@example.com,Ann,1");
        await scene.RunAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        Backup(scene, "before.db");
        scene.Set("gold", "ann@example.com,Ann,2", "bob@example.com,Bob,2");
        await scene.RunAsync();
        return scene;
    }

    private sealed class KilledException : Exception;
}
