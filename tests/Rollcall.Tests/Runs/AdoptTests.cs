using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Runs;

public sealed class AdoptTests
{
    private static readonly RunOptions AlreadyThere = new() { Adopt = AdoptAs.AlreadyThere };
    private static readonly RunOptions Own = new() { Adopt = AdoptAs.Own };

    [Fact]
    public async Task Members_already_in_the_book_are_taken_in_and_not_sent()
    {
        await using var scene = await StartedAsync();
        scene.Set("gold", "ann@example.com,Ann,7", "bob@example.com,Bob,7");

        var result = await scene.RunAsync(AlreadyThere);

        Assert.Equal((1L, 1L), (result.Audiences[0].Entered, result.Audiences[0].Unchanged));
        Assert.False(scene.Account.Contact("ann@example.com")!.DataFields.ContainsKey("SPEND"));
        Assert.Equal("delivered", (await scene.ExplainAsync("ann@example.com")).Books[0].State);
        ExportScene.AddsUp(result);

        // A value that changes later is sent.
        scene.Set("gold", "ann@example.com,Ann,8", "bob@example.com,Bob,7");
        Assert.Equal(1, (await scene.RunAsync()).Audiences[0].Updated);
        Assert.Equal("8", scene.Account.Contact("ann@example.com")!.DataFields["SPEND"]);
    }

    [Fact]
    public async Task Exits_leave_people_adopted_as_already_there()
    {
        await using var scene = await StartedAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync(AlreadyThere);

        scene.Set("gold", "cy@example.com");
        var result = await scene.RunAsync();

        Assert.Equal(["ann@example.com", "cy@example.com", "stranger@example.com"], scene.In(scene.Gold));
        Assert.DoesNotContain(result.Failures, f => f.Email == "stranger@example.com");
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task A_plan_reports_that_exits_leave_people_who_were_there_before()
    {
        await using var scene = await StartedAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync(AlreadyThere);
        scene.Set("gold", "cy@example.com");

        var planned = (await scene.PlanAsync()).Failures.Select(f => (f.Email, f.Code, f.Reason)).ToList();

        Assert.Contains(planned, f => f is { Email: "ann@example.com", Code: "AlreadyThere" });
        Assert.DoesNotContain(planned, f => f.Reason.Contains("ended before", StringComparison.Ordinal));
        Assert.Equal(planned, (await scene.RunAsync()).Failures.Select(f => (f.Email, f.Code, f.Reason)));
    }

    [Fact]
    public async Task People_adopted_as_own_who_are_not_members_exit_once_the_guard_allows_it()
    {
        await using var scene = await StartedAsync();
        foreach (var i in Enumerable.Range(0, 20))
        {
            scene.Account.AddContact($"old{i}@example.com", scene.Gold);
        }

        scene.Set("gold", "ann@example.com", "bob@example.com");
        var held = await scene.RunAsync(Own);
        Assert.Equal((ExitCode.Guard, 22), (held.ExitCode, scene.In(scene.Gold).Count));

        await scene.RunAsync("exits");
        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_person_an_earlier_run_took_as_already_there_can_become_own()
    {
        await using var scene = await StartedAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        await scene.RunAsync(Own);

        scene.Set("gold", "bob@example.com");
        await scene.RunAsync();

        Assert.Equal(["bob@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_person_who_opted_out_or_waits_is_not_adopted()
    {
        await using var scene = await StartedAsync();
        scene.Account.Unsubscribe("ann@example.com", scene.Gold);
        scene.Account.Unsubscribe("stranger@example.com");
        scene.Set("gold", "ann@example.com", "stranger@example.com");

        var result = await scene.RunAsync(AlreadyThere);

        Assert.Equal(2, result.Audiences[0].Suppressed);
        Assert.Equal(
            ["suppressed", "suppressed"],
            [(await scene.ExplainAsync("ann@example.com")).Books[0].State, (await scene.ExplainAsync("stranger@example.com")).Books[0].State]);
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task A_person_added_by_an_unfinished_import_of_this_job_does_not_count_as_already_there()
    {
        await using var scene = await ExportScene.StartWithStuckImportAsync();
        scene.Set("gold", "ann@example.com");
        await scene.RunAsync();
        scene.Account.AddContact("ann@example.com", scene.Gold);

        var result = await scene.RunAsync(AlreadyThere);

        Assert.Equal("absent", (await scene.ExplainAsync("ann@example.com")).Books[0].State);
        Assert.Equal("UnderWay", Assert.Single(result.Failures).Code);
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task A_person_this_job_removed_and_someone_added_back_manually_is_already_there_when_adopted()
    {
        await using var scene = await StartedAsync();
        scene.Set("gold", "bob@example.com", "cy@example.com");
        await scene.RunAsync();
        scene.Set("gold", "cy@example.com");
        await scene.RunAsync();
        scene.Account.Subscribe("bob@example.com", scene.Gold);

        scene.Set("gold", "bob@example.com", "cy@example.com");
        await scene.RunAsync(AlreadyThere);
        scene.Set("gold", "cy@example.com");
        await scene.RunAsync();

        Assert.Contains("bob@example.com", scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_plan_names_how_many_are_in_the_books_already_and_shows_what_adopting_would_do()
    {
        await using var scene = await StartedAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");

        var plan = await scene.PlanAsync();
        var adopting = await scene.PlanAsync(AlreadyThere);

        Assert.Contains(plan.Notices, n => n.StartsWith("2 people are in \"Gold\" already", StringComparison.Ordinal));
        Assert.Equal((2L, 0L), (plan.Audiences[0].Entered, plan.Audiences[0].Unchanged));
        Assert.Equal((1L, 1L), (adopting.Audiences[0].Entered, adopting.Audiences[0].Unchanged));
        Assert.Contains(
            adopting.Notices,
            n => n.StartsWith("2 people in \"Gold\" are taken into the ledger as already there, 1 of them members", StringComparison.Ordinal));
        Assert.Equal(0, scene.Writes);
        Assert.Equal("absent", (await scene.ExplainAsync("ann@example.com")).Books[0].State);
    }

    [Fact]
    public async Task A_book_is_read_once_for_all_that_a_run_asks_of_it()
    {
        await using var scene = await StartedAsync();
        scene.Set("gold", "ann@example.com");
        scene.More = "verify: off";

        var result = await scene.RunAsync(AlreadyThere);

        Assert.Equal(2, result.ApiCalls.ByOperation["contacts.readBook"]);
    }

    [Fact]
    public async Task Another_jobs_exit_is_not_stopped_by_who_was_only_found_there()
    {
        await using var scene = await StartedAsync();
        scene.Set("gold", "bob@example.com", "cy@example.com");
        await scene.RunAsync();
        var other = scene.Job() with { Tag = "other" };
        scene.Set("gold", "cy@example.com");
        other = scene.Job() with { Tag = "other" };
        await ExportRun.ExecuteAsync(other, AlreadyThere, scene.Workplace(), TestContext.Current.CancellationToken);

        await scene.RunAsync();

        Assert.DoesNotContain("bob@example.com", scene.In(scene.Gold));
    }

    /// <summary>Ann and a stranger are in Gold before the job.</summary>
    private static async Task<ExportScene> StartedAsync()
    {
        var scene = await ExportScene.StartAsync();
        scene.Account.AddContact("ann@example.com", scene.Gold);
        scene.Account.AddContact("stranger@example.com", scene.Gold);
        return scene;
    }
}
