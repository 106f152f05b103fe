using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Runs;

public sealed class ExportRunTests
{
    [Fact]
    public async Task A_first_run_puts_each_audience_into_its_book()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com,Ann,12.50", "bob@example.com,Bob,7");
        scene.Set("silver", "bob@example.com,Bob,7", "cy@example.com,Cy,1");

        var result = await scene.RunAsync();

        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
        Assert.Equal(["bob@example.com", "cy@example.com"], scene.In(scene.Silver));
        Assert.Equal("12.5", scene.Account.Contact("ann@example.com")!.DataFields["SPEND"]);
        Assert.Equal((ExitCode.Done, RunState.Completed), (result.ExitCode, result.State));
        Assert.Equal(4, result.Outcomes.Delivered);
        Assert.Equal(1, scene.Account.Calls["importContacts"]);
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task A_second_run_without_changes_writes_nothing()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        scene.Set("silver", "bob@example.com");
        await scene.RunAsync();
        var before = scene.Writes;

        var result = await scene.RunAsync();

        Assert.Equal(before, scene.Writes);
        Assert.Equal([2L, 1L], result.Audiences.Select(a => a.Unchanged));
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task Changes_enter_update_and_leave()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com,Ann,1", "bob@example.com,Bob,1");
        scene.Set("silver", "bob@example.com,Bob,1", "cy@example.com,Cy,1");
        await scene.RunAsync();

        scene.Set("gold", "ann@example.com,Anna,2", "dee@example.com,Dee,1");
        var result = await scene.RunAsync();

        Assert.Equal(["ann@example.com", "dee@example.com"], scene.In(scene.Gold));
        Assert.Equal(["bob@example.com", "cy@example.com"], scene.In(scene.Silver));
        Assert.Equal("Anna", scene.Account.Contact("ann@example.com")!.DataFields["FIRSTNAME"]);
        Assert.Equal((1L, 1L, 1L), (result.Audiences[0].Entered, result.Audiences[0].Updated, result.Audiences[0].Exited));
        Assert.NotNull(scene.Account.Contact("bob@example.com"));
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task A_person_who_opted_out_of_a_book_or_the_account_is_neither_entered_nor_resubscribed()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Account.AddContact("ann@example.com", scene.Gold);
        scene.Account.AddContact("bob@example.com", scene.Gold);
        scene.Account.Unsubscribe("ann@example.com", scene.Gold);
        scene.Account.Unsubscribe("bob@example.com");
        scene.Set("gold", "ann@example.com", "bob@example.com", "cy@example.com");

        var result = await scene.RunAsync();

        Assert.Equal(["bob@example.com", "cy@example.com"], scene.In(scene.Gold));
        Assert.Equal(Rollcall.Simulators.ContactStatus.Unsubscribed, scene.Account.Contact("bob@example.com")!.Status);
        Assert.Equal(2, result.Audiences[0].Suppressed);
        Assert.Equal(0, scene.Account.Counters.Resubscriptions);
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task A_person_who_was_in_the_book_before_the_job_stays_when_the_job_releases_them()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Account.AddContact("ann@example.com", scene.Gold);
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();

        scene.Set("gold", "cy@example.com");
        await scene.RunAsync("exits");

        Assert.Equal(["ann@example.com", "cy@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task Someone_deleted_at_Dotdigital_is_not_created_again()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com,Ann,1", "bob@example.com,Bob,1");
        await scene.RunAsync();
        scene.Account.DeleteContact("ann@example.com");

        scene.Set("gold", "ann@example.com,Anna,2", "bob@example.com,Bob,1");
        var result = await scene.RunAsync();
        scene.Set("gold", "ann@example.com,Annie,3", "bob@example.com,Bob,1");
        await scene.RunAsync();

        Assert.Null(scene.Account.Contact("ann@example.com"));
        Assert.Equal("DeletedAtDotdigital", Assert.Single(result.Failures).Code);
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task A_plan_says_what_a_run_would_do_and_sends_nothing()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        var before = scene.Writes;
        scene.Set("gold", "bob@example.com,Robert,9", "cy@example.com");

        var plan = await scene.PlanAsync();
        Assert.Equal(before, scene.Writes);
        var run = await scene.RunAsync();

        Assert.Equal((1L, 1L, 1L), (plan.Audiences[0].Entered, plan.Audiences[0].Updated, plan.Audiences[0].Exited));
        Assert.Equal(run.Audiences[0], plan.Audiences[0]);
        Assert.Equal((1L, 1L), (plan.Plan!.Imports, plan.Plan.Removals));
        Assert.Equal(run.BytesSent > 0, plan.Plan.ImportBytes > 0);
        Assert.Equal(3, plan.Changes!.Count);
        ExportScene.AddsUp(plan);
    }

    [Fact]
    public async Task An_empty_audience_empties_no_book()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        scene.Set("silver", "cy@example.com");
        await scene.RunAsync();

        scene.Set("gold");
        scene.Set("silver", "cy@example.com", "dee@example.com");
        var result = await scene.RunAsync();

        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
        Assert.Equal(["cy@example.com", "dee@example.com"], scene.In(scene.Silver));
        Assert.Equal(("empty", ExitCode.Guard), (Assert.Single(result.Guards).Guard, result.ExitCode));

        var again = await scene.RunAsync();
        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
        Assert.Equal(ExitCode.Guard, again.ExitCode);

        await scene.RunAsync("empty");
        Assert.Empty(scene.In(scene.Gold));
    }

    [Fact]
    public async Task Too_many_exits_are_held_until_they_are_allowed()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", Enumerable.Range(0, 50).Select(i => $"m{i}@example.com"));
        await scene.RunAsync();
        scene.Set("gold", Enumerable.Range(0, 30).Select(i => $"m{i}@example.com"));

        var held = await scene.RunAsync();
        Assert.Equal(50, scene.In(scene.Gold).Count);
        Assert.Equal(("exits", 20L), (held.Guards[0].Guard, held.Guards[0].Actual));

        await scene.RunAsync("exits");
        Assert.Equal(30, scene.In(scene.Gold).Count);
    }

    [Fact]
    public async Task A_book_is_created_by_the_run_and_two_audiences_share_it()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Mapping = "[{gold: {name: Everyone, create: true}}, {silver: {name: Everyone, create: true}}]";
        scene.Set("gold", "ann@example.com", "bob@example.com");
        scene.Set("silver", "bob@example.com", "cy@example.com");
        await scene.RunAsync();
        var book = scene.Account.Books.Single(b => b.Name == "Everyone").Id;
        Assert.Equal(["ann@example.com", "bob@example.com", "cy@example.com"], scene.In(book));

        scene.Set("gold", "ann@example.com");
        await scene.RunAsync();
        Assert.Equal(["ann@example.com", "bob@example.com", "cy@example.com"], scene.In(book));

        scene.Set("silver", "cy@example.com");
        await scene.RunAsync();
        Assert.Equal(["ann@example.com", "cy@example.com"], scene.In(book));
    }

    [Fact]
    public async Task Explain_says_why_someone_is_or_is_not_in_each_book()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Account.AddContact("bob@example.com", scene.Gold);
        scene.Account.Unsubscribe("bob@example.com", scene.Gold);
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();

        var ann = await scene.ExplainAsync(" Ann@Example.com ");
        var bob = await scene.ExplainAsync("bob@example.com");

        Assert.Equal([true, false], ann.Audiences.Select(a => a.In));
        Assert.Equal(["delivered", "absent"], ann.Books.Select(b => b.State));
        Assert.Equal("Subscribed", ann.AccountStatus);
        Assert.Equal("suppressed", bob.Books[0].State);
        Assert.Contains("Unsubscribed", bob.Books[0].Reason, StringComparison.Ordinal);
        Assert.Contains("left alone", bob.Next[0], StringComparison.Ordinal);
    }
}
