using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Operations;
using Xunit;

namespace Rollcall.Tests.Runs;

public sealed class OwnershipTests
{
    [Fact]
    public async Task With_exit_existing_a_person_who_was_in_the_book_before_the_job_leaves_when_the_job_releases_them()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.More = "exit_existing: true";
        scene.Account.AddContact("ann@example.com", scene.Gold);
        scene.Account.AddContact("never@example.com", scene.Gold);
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();

        scene.Set("gold", "bob@example.com");
        var plan = await scene.PlanAsync();
        var result = await scene.RunAsync();

        Assert.Equal(["bob@example.com", "never@example.com"], scene.In(scene.Gold));
        Assert.Equal((1L, 1L, 1L), (plan.Audiences[0].Exited, plan.Plan!.Removals, result.Audiences[0].Exited));
        Assert.NotNull(scene.Account.Contact("ann@example.com"));
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task With_exit_existing_the_exits_of_people_who_were_there_before_count_for_the_guard()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.More = "exit_existing: true";
        var people = Enumerable.Range(0, 40).Select(i => $"m{i}@example.com").ToList();
        people.ForEach(p => scene.Account.AddContact(p, scene.Gold));
        scene.Set("gold", people);
        await scene.RunAsync();
        scene.Set("gold", people.Take(20));

        var held = await scene.RunAsync();

        Assert.Equal(("exits", 20L), (Assert.Single(held.Guards).Guard, held.Guards[0].Actual));
        Assert.Equal(40, scene.In(scene.Gold).Count);
        await scene.RunAsync("exits");
        Assert.Equal(20, scene.In(scene.Gold).Count);
    }

    [Fact]
    public async Task With_recreate_deleted_someone_deleted_at_Dotdigital_is_created_again_and_stays()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.More = "recreate_deleted: true";
        scene.Set("gold", "ann@example.com,Ann,1", "bob@example.com,Bob,1");
        scene.Set("silver", "ann@example.com,Ann,1", "bob@example.com,Bob,1");
        await scene.RunAsync();
        var before = scene.Account.Contact("ann@example.com")!.Id;
        scene.Account.DeleteContact("ann@example.com");

        scene.Set("gold", "ann@example.com,Anna,2", "bob@example.com,Bob,1");
        scene.Set("silver", "ann@example.com,Anna,2", "bob@example.com,Bob,1");
        var learns = await scene.RunAsync();
        Assert.Null(scene.Account.Contact("ann@example.com"));
        Assert.Equal(2, learns.Audiences[0].Suppressed + learns.Audiences[1].Suppressed);
        Assert.Contains("created again", (await scene.ExplainAsync("ann@example.com")).Next[0], StringComparison.Ordinal);

        var creates = await scene.RunAsync();
        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Silver));
        Assert.NotEqual(before, scene.Account.Contact("ann@example.com")!.Id);
        Assert.Equal("Anna", scene.Account.Contact("ann@example.com")!.DataFields["FIRSTNAME"]);
        ExportScene.AddsUp(creates);

        var writes = scene.Writes;
        var settled = await scene.RunAsync();
        Assert.Equal((writes, 2L), (scene.Writes, settled.Audiences[0].Unchanged));

        // Deleted once more, created once more.
        scene.Account.DeleteContact("ann@example.com");
        scene.Set("gold", "ann@example.com,Annie,3", "bob@example.com,Bob,1");
        await scene.RunAsync();
        await scene.RunAsync();
        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task With_recreate_deleted_a_person_who_opted_out_before_being_deleted_stays_out()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.More = "recreate_deleted: true";
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        scene.Account.Unsubscribe("ann@example.com");
        await scene.RunAsync();
        scene.Account.DeleteContact("ann@example.com");

        scene.Set("gold", "ann@example.com,Anna,2", "bob@example.com");
        await scene.RunAsync();
        await scene.RunAsync();

        Assert.Null(scene.Account.Contact("ann@example.com"));
    }

    [Fact]
    public async Task A_person_created_again_by_another_job_does_not_count_as_deleted()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com,Ann,1");
        await scene.RunAsync();
        await RunOtherAsync(scene, j => j with { RecreateDeleted = true });
        scene.Account.DeleteContact("ann@example.com");
        scene.Set("gold", "ann@example.com,Anna,2");
        for (var i = 0; i < 3; i++)
        {
            await RunOtherAsync(scene, j => j with { RecreateDeleted = true });
        }

        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
        var creations = scene.Account.Calls["importContacts"];
        await RunOtherAsync(scene, j => j with { RecreateDeleted = true });
        Assert.Equal(creations, scene.Account.Calls["importContacts"]);

        // The first job is not configured to create people again.
        Assert.Equal(1, (await scene.RunAsync()).Audiences[0].Suppressed);
        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task Check_names_the_jobs_that_share_a_book()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        await RunOtherAsync(scene, j => j);

        var problems = await JobCheck.RunAsync(scene.Job(), scene.Workplace(), TestContext.Current.CancellationToken);

        Assert.All(problems, p => Assert.Equal(Severity.Warning, p.Severity));
        Assert.Contains(
            problems,
            p => p.Message.Contains("\"Gold\"", StringComparison.Ordinal) && p.Message.Contains("the job other", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Check_refuses_different_exit_actions_on_one_book_until_they_agree()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        await RunOtherAsync(scene, j => j with { Config = j.Config with { ExitAction = ExitAction.Ignore } });

        var refused = await JobCheck.RunAsync(scene.Job(), scene.Workplace(), TestContext.Current.CancellationToken);
        Assert.Contains(
            refused,
            p =>
                p is { Severity: Severity.Error, ExitCode: ExitCode.BadJob }
                    && p.Message.Contains("whose exit_action is ignore; this job's is remove", StringComparison.Ordinal));

        await RunOtherAsync(scene, j => j);
        Assert.DoesNotContain(
            await JobCheck.RunAsync(scene.Job(), scene.Workplace(), TestContext.Current.CancellationToken),
            p => p.Severity == Severity.Error);
    }

    [Fact]
    public async Task A_book_that_the_other_job_has_given_up_is_no_longer_shared()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        await RunOtherAsync(scene, j => j with { Config = j.Config with { ExitAction = ExitAction.Ignore } });
        var third = scene.Account.AddBook("Third");
        await RunOtherAsync(
            scene,
            j =>
                j with
                {
                    Config = j.Config with
                    {
                        ExitAction = ExitAction.Ignore,
                        SegMappings = [new("gold", new BookTarget(third, null)), new("silver", new BookTarget(third, null))],
                    },
                });

        Assert.Empty(await JobCheck.RunAsync(scene.Job(), scene.Workplace(), TestContext.Current.CancellationToken));
    }

    private static Task<RunResult> RunOtherAsync(ExportScene scene, Func<Job, Job> change) =>
        ExportRun.ExecuteAsync(change(scene.Job() with { Tag = "other" }), new RunOptions(), scene.Workplace(), TestContext.Current.CancellationToken);
}
