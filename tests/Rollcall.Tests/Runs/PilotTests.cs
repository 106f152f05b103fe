using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Runs;

public sealed class PilotTests
{
    [Fact]
    public async Task Only_the_people_asked_for_enter_and_nobody_exits()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "old@example.com");
        await scene.RunAsync();
        scene.Set("gold", "ann@example.com,Anna,2", "bob@example.com", "cy@example.com");

        var result = await scene.RunAsync(new RunOptions { Only = [" BOB@example.com", "ann@example.com"] });

        Assert.Equal(["ann@example.com", "bob@example.com", "old@example.com"], scene.In(scene.Gold));
        Assert.Equal("Anna", scene.Account.Contact("ann@example.com")!.DataFields["FIRSTNAME"]);
        Assert.Equal((1L, 1L, 0L, 1L), (result.Audiences[0].Entered, result.Audiences[0].Updated, result.Audiences[0].Exited, result.Audiences[0].Held));
        Assert.Equal(ExitCode.Done, result.ExitCode);
        ExportScene.AddsUp(result);

        await scene.RunAsync();
        Assert.Equal(["ann@example.com", "bob@example.com", "cy@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_selected_person_in_no_audience_is_reported()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "not-an-address");

        var result = await scene.RunAsync(new RunOptions { Only = ["nobody@example.com", "not-an-address", "ann@example.com"] });

        Assert.Contains("nobody@example.com is in no audience of this job.", result.Notices);
        Assert.Contains(result.Notices, n => n.StartsWith("not-an-address is left out of the audience gold", StringComparison.Ordinal));
        Assert.DoesNotContain(result.Notices, n => n.Contains("ann@", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_limit_takes_that_many_people_with_changes_and_the_next_run_takes_others()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", Enumerable.Range(0, 20).Select(i => $"m{i}@example.com"));

        var first = await scene.RunAsync(new RunOptions { Limit = 5 });
        Assert.Equal((5L, 15L), (first.Audiences[0].Entered, first.Audiences[0].Held));
        Assert.Equal(5, scene.In(scene.Gold).Count);
        ExportScene.AddsUp(first);

        var second = await scene.RunAsync(new RunOptions { Limit = 5 });
        Assert.Equal((5L, 5L, 10L), (second.Audiences[0].Entered, second.Audiences[0].Unchanged, second.Audiences[0].Held));
        Assert.Equal(10, scene.In(scene.Gold).Count);
    }

    [Fact]
    public async Task A_pilot_lists_those_it_was_not_asked_for_as_no_failures()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");

        var result = await scene.RunAsync(new RunOptions { Limit = 1 });

        Assert.Empty(result.Failures);
        Assert.Equal(1, result.Outcomes.Delivered);
    }

    [Fact]
    public async Task The_guards_judge_a_pilot_by_what_it_sends()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.More = "guards: {max_enter: 3, max_mails: 2}";
        scene.Config = "  opt_in_type: VerifiedDouble";
        scene.Set("gold", Enumerable.Range(0, 10).Select(i => $"m{i}@example.com"));

        Assert.Equal(ExitCode.Guard, (await scene.RunAsync(new RunOptions { Limit = 4 })).ExitCode);
        Assert.Equal(ExitCode.Guard, (await scene.RunAsync(new RunOptions { Limit = 3 })).ExitCode);
        Assert.Empty(scene.Account.Contacts);
        Assert.Equal(2, (await scene.RunAsync(new RunOptions { Limit = 2 })).Audiences[0].Entered);
    }

    [Fact]
    public async Task A_pilot_does_not_forget_that_an_audience_had_members()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        scene.Set("silver", "cy@example.com");
        await scene.RunAsync();
        scene.Set("gold");
        scene.Set("silver", "cy@example.com", "dee@example.com");

        await scene.RunAsync(new RunOptions { Only = ["dee@example.com"], Allow = new HashSet<string> { "empty" } });
        var held = await scene.RunAsync();

        Assert.Equal(ExitCode.Guard, held.ExitCode);
        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
        Assert.Equal(["cy@example.com", "dee@example.com"], scene.In(scene.Silver));
    }

    [Fact]
    public async Task A_pilot_of_a_job_that_exports_once_is_not_that_once()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Config = "  backfill_only: true";
        scene.Set("gold", "ann@example.com", "bob@example.com");

        await scene.RunAsync(new RunOptions { Limit = 1 });
        await scene.RunAsync();

        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_plan_of_a_pilot_counts_only_the_pilot()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", Enumerable.Range(0, 10).Select(i => $"m{i}@example.com"));

        var plan = await ExportRun.PlanAsync(scene.Job(), new RunOptions { Limit = 2 }, scene.Workplace(), TestContext.Current.CancellationToken);

        Assert.Equal((2L, 8L), (plan.Audiences[0].Entered, plan.Audiences[0].Held));
        Assert.Equal(2, plan.Changes!.Count);
    }
}
