using Rollcall.Model;
using Rollcall.Simulators;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>What single adds cause: joins and confirmations, how many, and who is asked.</summary>
public sealed class DirectAddMailTests
{
    private const string Add = "addContactToAddressBook";

    [Fact]
    public async Task A_person_who_must_confirm_is_pending_is_asked_once_and_becomes_a_member_when_they_do()
    {
        await using var scene = await ExportScene.StartWithSingleAddsAsync(o => o with { DoubleOptIn = DoubleOptIn.Single });
        scene.Set("gold", "ann@example.com");

        var first = await scene.RunAsync();
        var second = await scene.RunAsync();
        scene.Account.Confirm("ann@example.com");
        var third = await scene.RunAsync();

        Assert.Equal((1L, 1L, 0L), (first.Outcomes.Pending, second.Outcomes.Pending, third.Outcomes.Pending));
        Assert.Equal((1, 1), (scene.Account.Confirmations("ann@example.com"), scene.Account.Joins("ann@example.com", scene.Gold)));
        Assert.Equal((1, 1L), (scene.Account.Calls[Add], third.Audiences[0].Unchanged));
        Assert.Equal(ExitCode.Done, first.ExitCode);
    }

    [Fact]
    public async Task A_first_run_that_joins_nobody_goes_in_bulk_and_a_killed_one_stays_the_first()
    {
        await using var scene = await ExportScene.StartWithSingleAddsAsync();
        scene.More = "join_existing: false";
        scene.Set("gold", "ann@example.com");
        scene.Before = request => _ = request.StartsWith("PUT", StringComparison.Ordinal) ? throw new InvalidOperationException("killed") : 0;
        await Assert.ThrowsAsync<InvalidOperationException>(() => scene.RunAsync());
        scene.Before = null;

        var first = await scene.RunAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        var second = await scene.RunAsync();

        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
        Assert.Equal((0, 1), (scene.Account.Joins("ann@example.com", scene.Gold), scene.Account.Joins("bob@example.com", scene.Gold)));
        Assert.Equal((1L, 1L), (first.Audiences[0].Entered, second.Audiences[0].Entered));
        Assert.Equal(1, scene.Account.Calls[Add]);
    }

    [Fact]
    public async Task A_plan_counts_joins_and_confirmations_and_the_run_makes_no_more()
    {
        await using var scene = await ExportScene.StartWithSingleAddsAsync(o => o with { DoubleOptIn = DoubleOptIn.Single });
        scene.Account.AddContact("old@example.com", scene.Silver);
        scene.Set("gold", "ann@example.com", "old@example.com");
        scene.Set("silver", "ann@example.com", "old@example.com");

        var plan = (await scene.PlanAsync()).Plan!;
        Assert.Equal(0, scene.Account.Calls.GetValueOrDefault(Add));
        await scene.RunAsync();

        // Old is already in Silver, so that entry goes in bulk.
        Assert.Equal((3L, 3L, 1L), (plan.DirectAdds, plan.Mails.Joins, plan.Imports));
        Assert.Equal(1, plan.Mails.ConfirmationsAtMost);
        Assert.Equal(1, scene.Account.Confirmations("ann@example.com"));
        Assert.Equal(0, scene.Account.Confirmations("old@example.com"));
        Assert.Equal((2, 1), (scene.Account.Calls[Add], scene.Account.Calls["importContacts"]));
    }

    [Fact]
    public async Task A_person_who_enters_two_books_and_must_confirm_is_asked_once_and_joins_both_after_confirming()
    {
        await using var scene = await ExportScene.StartWithSingleAddsAsync(o => o with { DoubleOptIn = DoubleOptIn.Single });
        scene.Set("gold", "ann@example.com");
        scene.Set("silver", "ann@example.com");

        var first = await scene.RunAsync();
        var second = await scene.RunAsync();
        Assert.Equal((2L, 2L, 1), (first.Outcomes.Pending, second.Outcomes.Pending, scene.Account.Confirmations("ann@example.com")));
        scene.Account.Confirm("ann@example.com");
        var third = await scene.RunAsync();
        var fourth = await scene.RunAsync();

        Assert.All([scene.Gold, scene.Silver], book => Assert.Equal(["ann@example.com"], scene.In(book)));
        Assert.Equal(
            (1, 1, 1),
            (scene.Account.Joins("ann@example.com", scene.Gold), scene.Account.Joins("ann@example.com", scene.Silver),
                scene.Account.Confirmations("ann@example.com")));
        Assert.Equal((ExitCode.Done, ExitCode.Done, 0L), (third.ExitCode, fourth.ExitCode, fourth.Outcomes.Pending));
        Assert.All([first, second, third, fourth], ExportScene.AddsUp);
    }

    [Fact]
    public async Task More_joins_than_the_guard_allows_hold_the_whole_run_until_they_are_allowed_once()
    {
        await using var scene = await ExportScene.StartWithSingleAddsAsync();
        scene.More = "guards: {max_mails: 2}";
        scene.Set("gold", "ann@example.com", "bob@example.com");
        scene.Set("silver", "cyd@example.com");

        var held = await scene.RunAsync();
        Assert.Equal((ExitCode.Guard, RunState.Held, 0), (held.ExitCode, held.State, scene.Account.Calls.GetValueOrDefault(Add)));
        Assert.Equal(("mails", 3L), (held.Guards[0].Guard, held.Guards[0].Actual));
        ExportScene.AddsUp(held);

        var allowed = await scene.RunAsync("mails");
        Assert.Equal((ExitCode.Done, 2, 1), (allowed.ExitCode, scene.In(scene.Gold).Count, scene.In(scene.Silver).Count));
    }

    [Fact]
    public async Task A_book_held_by_another_guard_does_not_count_as_mail()
    {
        await using var scene = await ExportScene.StartWithSingleAddsAsync();
        scene.More = "guards: {max_mails: 2, max_enter: 2}";
        scene.Set("gold", "ann@example.com", "bob@example.com", "cyd@example.com");
        scene.Set("silver", "ann@example.com");

        var result = await scene.RunAsync();

        Assert.Equal(["enters"], result.Guards.Select(g => g.Guard));
        Assert.Equal((0, 1), (scene.In(scene.Gold).Count, scene.In(scene.Silver).Count));
    }
}
