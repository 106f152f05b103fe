using Rollcall.Model;
using Rollcall.Simulators;
using Rollcall.Store;
using Rollcall.Store.Sqlite;
using Xunit;

namespace Rollcall.Tests.Runs;

public sealed class TwoJobsTests
{
    [Fact]
    public async Task A_person_another_job_wants_in_the_book_stays_until_that_job_releases_them_too()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        await RunOtherAsync(scene);

        scene.Set("gold", "ann@example.com");
        var plan = await scene.PlanAsync();
        var held = await scene.RunAsync();
        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
        Assert.Equal((0L, 0L, 0L), (plan.Audiences[0].Exited, plan.Plan!.Removals, held.Audiences[0].Exited));
        Assert.Equal("ClaimedByAnotherJob", Assert.Single(held.Failures).Code);
        Assert.Equal(ExitCode.Done, held.ExitCode);
        Assert.Contains("another job", (await scene.ExplainAsync("bob@example.com")).Next[0], StringComparison.Ordinal);

        await RunOtherAsync(scene);
        await scene.RunAsync();
        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task Two_jobs_that_both_add_and_both_release_a_person_do_not_wait_for_each_other()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "zed@example.com");
        await scene.RunAsync();
        await RunOtherAsync(scene);
        scene.Set("gold", "zed@example.com", "bob@example.com");
        await scene.RunAsync();
        await RunOtherAsync(scene);

        scene.Set("gold", "zed@example.com");
        await scene.RunAsync();
        Assert.Equal(["bob@example.com", "zed@example.com"], scene.In(scene.Gold));

        // Wanted again, the first job claims them again.
        scene.Set("gold", "zed@example.com", "bob@example.com");
        await scene.RunAsync();
        scene.Set("gold", "zed@example.com");
        await RunOtherAsync(scene);
        Assert.Equal(["bob@example.com", "zed@example.com"], scene.In(scene.Gold));

        await scene.RunAsync();
        await RunOtherAsync(scene);
        Assert.Equal(["zed@example.com"], scene.In(scene.Gold));
    }

    [Theory]
    [InlineData("import", true)]
    [InlineData("add", true)]
    [InlineData("resubscribe", true)]
    [InlineData("unsubscribe", false)]
    public async Task A_person_another_job_is_just_putting_into_the_book_is_not_taken_out(string kind, bool claims)
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        await KillOtherAfterImportAsync(scene);
        using (var store = (SqliteStore)Stores.Open(new DataFolder(scene.DataFolder)))
        {
            Assert.Equal(
                1,
                store.Connection.Execute(
                    $"UPDATE delivery SET kind = '{kind}' WHERE tag = 'other' AND kind = 'import' AND state IN ('prepared', 'accepted')"));
        }

        scene.Set("gold", "ann@example.com");
        var result = await scene.RunAsync();

        Assert.Equal(claims, scene.In(scene.Gold).Contains("bob@example.com"));
        Assert.Equal(claims ? 0 : 1, result.Audiences[0].Exited);
    }

    [Fact]
    public async Task A_claim_holds_for_a_contact_whose_new_address_the_other_job_has_not_learnt_yet()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Config = "  exit_action: remove\n  key_field: name";
        scene.Set("gold", "ann@old.example,k1,1", "bob@example.com,k2,1");
        await scene.RunAsync();
        await RunOtherAsync(scene);
        scene.Set("gold", "ann@new.example,k1,1", "bob@example.com,k2,1");
        await scene.RunAsync();

        scene.Set("gold", "bob@example.com,k2,1");
        await scene.RunAsync();
        Assert.Equal(["ann@new.example", "bob@example.com"], scene.In(scene.Gold));

        // The other job finds the contact moved already, and wants it there.
        scene.Set("gold", "ann@new.example,k1,1", "bob@example.com,k2,1");
        Assert.Equal(1, (await RunOtherAsync(scene)).Audiences[0].Updated);
        scene.Set("gold", "bob@example.com,k2,1");
        await RunOtherAsync(scene);
        await scene.RunAsync();
        Assert.Equal(["bob@example.com"], scene.In(scene.Gold));
    }

    [Theory]
    [InlineData("remove")]
    [InlineData("unsubscribe")]
    public async Task A_person_another_job_begins_to_put_into_the_book_while_the_run_sends_is_not_taken_out(string exit)
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Config = $"  exit_action: {exit}";
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        await KillOtherAfterImportAsync(scene);
        SetState(scene, "recorded");
        scene.Before = request =>
        {
            if (request.StartsWith("PUT /contacts/v3/import", StringComparison.Ordinal))
            {
                SetState(scene, "prepared");
            }
        };
        scene.Set("gold", "ann@example.com,Anna,2");

        var result = await scene.RunAsync();

        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
        Assert.Equal(0, result.Audiences[0].Exited);
        Assert.Equal("ClaimedByAnotherJob", Assert.Single(result.Failures).Code);
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task A_person_another_job_could_not_deliver_yet_stays_for_it_until_it_releases_them()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = FaultKind.Refuse, Status = 400, Message = "no" });
        Assert.Equal(ExitCode.SomeNotDelivered, (await RunOtherAsync(scene)).ExitCode);

        scene.Set("gold", "ann@example.com");
        var held = await scene.RunAsync();
        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
        Assert.Equal("ClaimedByAnotherJob", Assert.Single(held.Failures).Code);

        ExportScene.AddsUp(await RunOtherAsync(scene));
        await scene.RunAsync();
        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
    }

    private static void SetState(ExportScene scene, string state)
    {
        using var store = (SqliteStore)Stores.Open(new DataFolder(scene.DataFolder));
        Assert.Equal(1, store.Connection.Execute($"UPDATE delivery SET state = '{state}' WHERE tag = 'other' AND kind = 'import'"));
    }

    private static Action<string> KillAfterImport(ExportScene scene) => _ =>
    {
        if (scene.Account.Calls.GetValueOrDefault("importContacts") > 1)
        {
            throw new KilledException();
        }
    };

    private sealed class KilledException : Exception;

    private static Task<RunResult> RunOtherAsync(ExportScene scene) =>
        scene.RunOtherAsync();

    /// <summary>Another job of the data folder, killed when its import was accepted.</summary>
    private static Task<KilledException> KillOtherAfterImportAsync(ExportScene scene) => Assert.ThrowsAsync<KilledException>(() => ExportRun.ExecuteAsync(
        scene.Job() with { Tag = "other" },
        new RunOptions(),
        scene.Workplace() with { Http = null, Checkpoint = KillAfterImport(scene) },
        TestContext.Current.CancellationToken));
}
