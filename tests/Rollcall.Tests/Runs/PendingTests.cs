using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Runs.ConsentScene;

namespace Rollcall.Tests.Runs;

/// <summary>People who wait for their own answer, and single resubscriptions into one book.</summary>
public sealed class PendingTests
{
    private const string AsksSingly = "  exit_action: remove\n  trigger_join: true\n  resubscribe: true";
    private const string BringsBackSingly = "  exit_action: remove\n  trigger_join: true\n  resubscribe_no_challenge: true";

    [Fact]
    public async Task A_single_call_asks_someone_who_left_the_book_and_they_enter_by_saying_yes()
    {
        await using var scene = await ConsentScene.StartAsync(AsksSingly);
        scene.Left(Ann, scene.Gold);
        scene.PassDays(2);
        scene.Export.Set("gold", Ann, Bob);

        var plan = await scene.Export.PlanAsync();
        var asked = await scene.RunAsync();
        var waits = await scene.RunAsync();
        Assert.Equal((1L, 1L, 1L), (plan.Plan!.Resubscribes, plan.Plan.Mails.Challenges, plan.Plan.DirectAdds));
        Assert.Equal(1, scene.Account.Challenges(Ann));
        Assert.Equal(["Challenged", "Challenged"], new[] { asked, waits }.Select(r => Assert.Single(r.Failures).Code));

        scene.Account.Confirm(Ann);
        await scene.RunAsync();
        Assert.Equal([Ann, Bob], scene.Export.In(scene.Gold));
        Assert.Equal("delivered", (await scene.Export.ExplainAsync(Ann)).Books[0].State);
        ExportScene.AddsUp(asked);
    }

    [Fact]
    public async Task A_single_call_without_a_challenge_brings_them_back_and_their_values_follow()
    {
        await using var scene = await ConsentScene.StartAsync(BringsBackSingly);
        scene.Left(Ann, scene.Gold);
        scene.PassDays(2);
        scene.Export.Set("gold", Ann + ",Anna,7");

        await scene.RunAsync();
        await scene.RunAsync();

        Assert.Equal([Ann], scene.Export.In(scene.Gold));
        Assert.Equal((0, 1), (scene.Account.Counters.Challenges, scene.Account.Counters.Resubscriptions));
        Assert.Equal("Anna", scene.Account.Contact(Ann)!.DataFields["FIRSTNAME"]);
    }

    [Fact]
    public async Task A_person_who_confirms_one_book_is_put_into_another_whose_import_was_lost()
    {
        await using var scene = await ExportScene.StartAsync(o => o with { DoubleOptIn = DoubleOptIn.All });
        scene.Set("silver", Ann);
        await scene.RunAsync();
        scene.Set("gold", Ann);
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = FaultKind.DropBefore });
        var lost = await scene.RunAsync();
        Assert.Contains(lost.Failures, f => f is { Code: "WaitsToBeAdded", Outcome: "Pending" } && f.AddressBookId == scene.Gold);
        scene.Account.Confirm(Ann);

        await scene.RunAsync();

        Assert.Equal([Ann], scene.In(scene.Gold));
        Assert.Equal([Ann], scene.In(scene.Silver));
    }

    [Fact]
    public async Task A_person_who_was_delivered_is_shown_as_pending_without_the_book_later_and_confirms_enters_the_book()
    {
        await using var scene = await WeeklyScene.StartAsync();
        scene.Set("gold", Ann, Bob);
        await scene.RunAsync();
        scene.Account.RemoveFromBook(Ann, scene.Gold);
        scene.Account.SetStatus(Ann, ContactStatus.PendingOptIn);

        var waits = await scene.LaterAsync();
        Assert.Equal("pending", (await scene.ExplainAsync(Ann)).Books[0].State);
        Assert.Equal(("WaitsToBeAdded", "Pending"), (Assert.Single(waits.Failures).Code, waits.Failures[0].Outcome));
        scene.Account.Confirm(Ann);
        await scene.RunAsync();

        Assert.Equal([Ann, Bob], scene.InGold());
        Assert.Equal("delivered", (await scene.ExplainAsync(Ann)).Books[0].State);
    }

    [Fact]
    public async Task A_person_who_waits_in_the_book_is_taken_out_of_it_and_confirms_enters_the_book()
    {
        await using var scene = await WeeklyScene.StartAsync(options: o => o with { DoubleOptIn = DoubleOptIn.All });
        scene.Set("gold", Ann);
        Assert.Equal("AwaitsConfirmation", Assert.Single((await scene.RunAsync()).Failures).Code);
        scene.Account.RemoveFromBook(Ann, scene.Gold);
        scene.Account.Confirm(Ann);

        await scene.RunAsync();

        Assert.Equal([Ann], scene.InGold());
    }

    [Fact]
    public async Task Dotdigital_may_ask_though_the_job_does_not_and_they_are_pending()
    {
        await using var scene = await ConsentScene.StartAsync(BringsBackSingly, o => o with { ChallengeAnyway = true });
        scene.Left(Ann, scene.Gold);
        scene.PassDays(2);
        scene.Export.Set("gold", Ann);

        var result = await scene.RunAsync();
        await scene.RunAsync();

        Assert.Equal(("Pending", "Challenged"), (Assert.Single(result.Failures).Outcome, result.Failures[0].Code));
        Assert.Equal(1, scene.Account.Challenges(Ann));
    }

    [Theory]
    [InlineData(FaultKind.DropBefore)]
    [InlineData(FaultKind.DropAfter)]
    public async Task A_single_challenge_without_an_answer_counts_as_sent(FaultKind kind)
    {
        await using var scene = await ConsentScene.StartAsync(AsksSingly);
        scene.Left(Ann, scene.Gold);
        scene.PassDays(2);
        scene.Export.Set("gold", Ann);
        scene.Account.AddFaults(new Fault { Operation = "resubscribeToAddressBook", Kind = kind });

        await scene.RunAsync();
        scene.PassDays(3);
        var later = await scene.RunAsync();

        Assert.Equal(1, scene.Account.Calls["resubscribeToAddressBook"]);
        Assert.Equal(kind == FaultKind.DropAfter ? 1 : 0, scene.Account.Challenges(Ann));
        Assert.Equal("Pending", Assert.Single(later.Failures).Outcome);
    }

    [Theory]
    [InlineData(FaultKind.DropBefore, true)]
    [InlineData(FaultKind.DropAfter, true)]
    [InlineData(FaultKind.DropBefore, false)]
    public async Task Only_retry_challenge_asks_again_and_only_that_person(FaultKind kind, bool singly)
    {
        await using var scene = await ConsentScene.StartAsync(singly ? AsksSingly : "  exit_action: remove\n  resubscribe: true");
        foreach (var email in new[] { Ann, Bob })
        {
            scene.Known(email, ContactStatus.Unsubscribed);
        }

        scene.Export.Set("gold", Ann, Bob);
        scene.Account.AddFaults(new Fault { Operation = singly ? "resubscribeToAddressBook" : "importContacts", Times = singly ? 2 : 1, Kind = kind });
        await scene.RunAsync();
        await scene.RunAsync();
        var before = (scene.Account.Challenges(Ann), scene.Account.Challenges(Bob));

        var again = await Retry.ChallengeAsync(scene.Export.Job(), Ann, scene.Export.Workplace(), cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(before, (scene.Account.Challenges(Ann) - 1, scene.Account.Challenges(Bob)));
        Assert.Equal(ExitCode.Done, again.ExitCode);
        Assert.Equal("pending", (await scene.Export.ExplainAsync(Ann)).Books[0].State);
    }

    [Fact]
    public async Task A_job_that_brings_nobody_back_has_nothing_to_repeat()
    {
        await using var scene = await ConsentScene.StartAsync("  exit_action: remove");
        scene.Export.Set("gold", Ann);

        var stop = await Assert.ThrowsAsync<RollcallException>(
            () => Retry.ChallengeAsync(scene.Export.Job(), Ann, scene.Export.Workplace(), cancellation: TestContext.Current.CancellationToken));

        Assert.Equal(ExitCode.BadJob, stop.ExitCode);
    }

    [Fact]
    public async Task One_opt_out_from_the_account_is_one_question_however_many_books_want_the_person()
    {
        await using var scene = await ConsentScene.StartAsync(AsksSingly);
        scene.Known(Ann, ContactStatus.Unsubscribed);
        scene.Export.Set("gold", Ann);
        scene.Export.Set("silver", Ann);

        var result = await scene.RunAsync();
        await scene.RunAsync();
        Assert.Equal(1, scene.Account.Challenges(Ann));
        Assert.Equal(2, result.Outcomes.Pending);

        scene.Account.Confirm(Ann);
        await scene.RunAsync();
        Assert.Equal([Ann], scene.Export.In(scene.Gold));
        Assert.Equal([Ann], scene.Export.In(scene.Export.Silver));
        Assert.Equal(1, scene.Account.Challenges(Ann));
    }

    [Fact]
    public async Task A_pending_member_survives_the_exit_and_goes_once_found_subscribed_outside_the_audience()
    {
        await using var scene = await ConsentScene.StartAsync("  exit_action: remove\n  resubscribe: true");
        scene.Known(Ann, ContactStatus.Unsubscribed);
        scene.Export.Set("gold", Ann, Bob);
        await scene.RunAsync();

        scene.Export.Set("gold", Bob);
        await scene.RunAsync();
        Assert.Equal("pending", (await scene.Export.ExplainAsync(Ann)).Books[0].State);

        scene.Account.Confirm(Ann);
        await scene.RunAsync();
        Assert.Equal([Bob], scene.Export.In(scene.Gold));
        Assert.Equal("left", (await scene.Export.ExplainAsync(Ann)).Books[0].State);
    }

    [Fact]
    public async Task Pending_people_become_what_dotdigital_says()
    {
        await using var scene = await ConsentScene.StartAsync(AsksSingly);
        scene.Left(Ann, scene.Gold);
        scene.PassDays(2);
        scene.Export.Set("gold", Ann);
        await scene.RunAsync();
        scene.Account.SetStatus(Ann, ContactStatus.HardBounced);

        await scene.RunAsync();

        Assert.Equal("suppressed", (await scene.Export.ExplainAsync(Ann)).Books[0].State);
    }

    [Fact]
    public async Task Opt_outs_are_read_again_before_each_burst_and_people_who_left_again_are_not_brought_back()
    {
        await using var scene = await ConsentScene.StartAsync(BringsBackSingly);
        scene.Known(Ann, ContactStatus.Unsubscribed);
        scene.Export.Set("gold", Ann);
        var left = false;
        scene.Export.Before = request =>
        {
            if (!left && request.Contains("/contacts/v3/email/", StringComparison.Ordinal))
            {
                left = true;
                scene.Account.SetStatus(Ann, ContactStatus.IspComplained);
                scene.Export.PlanOther();
            }
        };

        var result = await scene.RunAsync();

        Assert.False(scene.Account.Calls.ContainsKey("resubscribeToAddressBookWithNoChallenge"));
        Assert.Equal("Suppressed", Assert.Single(result.Failures).Outcome);
    }
}
