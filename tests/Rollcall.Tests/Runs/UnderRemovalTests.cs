using Rollcall.Model;
using Rollcall.Store;
using Rollcall.Store.Sqlite;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>An unfinished removal of another job: it would remove a person who enters the same book meanwhile.</summary>
public sealed class UnderRemovalTests
{
    private const string Bob = "bob@example.com";

    [Theory]
    [InlineData("")]
    [InlineData("  trigger_join: true\n")]
    public async Task A_person_another_job_is_just_removing_enters_once_the_removal_has_ended(string config)
    {
        await using var scene = await RemovingAsync();
        scene.Config = config + "  exit_action: remove";
        var plan = await scene.PlanAsync();
        Assert.Equal((0L, 1L), (plan.Audiences[0].Entered, plan.Outcomes.Pending));

        var waiting = await scene.RunAsync();
        Assert.Equal((ExitCode.Done, 0L, 1L, 1L), (waiting.ExitCode, waiting.Audiences[0].Entered, waiting.Audiences[0].Held, waiting.Outcomes.Pending));
        var listed = Assert.Single(waiting.Failures);
        Assert.Equal((Bob, "enter", "UnderRemoval", "Pending"), (listed.Email, listed.Operation, listed.Code, listed.Outcome));
        Assert.StartsWith("Does not enter \"Gold\" yet", (await scene.ExplainAsync(Bob)).Next[0], StringComparison.Ordinal);
        ExportScene.AddsUp(waiting);

        // The other job's removal finishes; that job has not run since, and its journal is not changed.
        Ended(scene);
        var entered = await scene.RunAsync();
        Assert.Equal(1, entered.Audiences[0].Entered);
        Assert.Equal([Bob], scene.In(scene.Gold));
        Assert.Equal("accepted", State(scene));

        await OtherAsync(scene, []);
        Assert.Equal([Bob], scene.In(scene.Gold));
        scene.Set("gold", Bob);
        Assert.Equal(1, (await scene.RunAsync()).Audiences[0].Unchanged);
    }

    [Fact]
    public async Task A_removal_without_an_answer_blocks_until_its_job_has_settled_it_or_the_watch_ends()
    {
        await using var scene = await RemovingAsync();
        Ended(scene);
        Execute(scene, "UPDATE delivery SET state = 'prepared', remote_id = NULL WHERE tag = 'other' AND kind = 'removal'");
        Assert.Equal(1, (await scene.RunAsync()).Outcomes.Pending);

        scene.PassDays(8);
        Assert.Equal(1, (await scene.RunAsync()).Audiences[0].Entered);
    }

    [Fact]
    public async Task A_contact_under_removal_is_known_by_its_id_under_another_address_too()
    {
        await using var scene = await RemovingAsync();
        scene.Account.ChangeEmail(Bob, "robert@example.com");
        scene.Set("gold");
        scene.Set("silver", "robert@example.com");
        await scene.RunAsync();
        scene.Set("gold", "robert@example.com");

        var result = await scene.RunAsync();

        Assert.Equal("UnderRemoval", Assert.Single(result.Failures).Code);
        Ended(scene);
        Assert.Equal(1, (await scene.RunAsync()).Audiences[0].Entered);
    }

    [Fact]
    public async Task Other_books_and_people_are_entered_meanwhile()
    {
        await using var scene = await RemovingAsync();
        scene.Set("gold", Bob, "ann@example.com");
        scene.Set("silver", Bob);

        var result = await scene.RunAsync();

        Assert.Equal(1, result.Outcomes.Pending);
        Assert.Contains("ann@example.com", scene.In(scene.Gold));
        Assert.Equal([Bob], scene.In(scene.Silver));
        ExportScene.AddsUp(result);
    }

    /// <summary>From now on Dotdigital returns the real status of the removal.</summary>
    private static void Ended(ExportScene scene) => scene.Answer = null;

    private static string State(ExportScene scene)
    {
        using var store = (SqliteStore)Stores.Open(new DataFolder(scene.DataFolder));
        return store.Connection.Query<string>("SELECT state FROM delivery WHERE tag = 'other' AND kind = 'removal'").Single();
    }

    private static void Execute(ExportScene scene, string sql)
    {
        using var store = (SqliteStore)Stores.Open(new DataFolder(scene.DataFolder));
        Assert.Equal(1, store.Connection.Execute(sql));
    }

    /// <summary>
    /// Another job added Bob to Gold, releases him, and is killed while Dotdigital reports the removal as unfinished; this job's audience has him now.
    /// </summary>
    private static async Task<ExportScene> RemovingAsync()
    {
        var scene = await ExportScene.StartAsync();
        await OtherAsync(scene, [Bob]);
        scene.Answer = (request, body) =>
            request.StartsWith("GET /v2/contacts/deletion/", StringComparison.Ordinal)
                ? body.Replace("Completed", "Started", StringComparison.Ordinal)
                : body;
        await Assert.ThrowsAsync<KilledException>(() => OtherAsync(scene, [], killed: true));
        Assert.Equal("accepted", State(scene));
        scene.Set("gold", Bob);
        return scene;
    }

    private static Task<RunResult> OtherAsync(ExportScene scene, IEnumerable<string> gold, bool killed = false)
    {
        scene.Set("gold", gold);
        return ExportRun.ExecuteAsync(
            scene.Job() with { Tag = "other", Guards = scene.Job().Guards with { EmptyAudience = Rollcall.Jobs.EmptyAudience.Allow } },
            new RunOptions(),
            scene.Workplace() with
            {
                Checkpoint = killed ? _ =>
                {
                    if (scene.Account.Calls.GetValueOrDefault("getContactDeletion") > 0)
                    {
                        throw new KilledException();
                    }
                } : null,
            },
            TestContext.Current.CancellationToken);
    }

    private sealed class KilledException : Exception;
}
