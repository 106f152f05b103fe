using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Runs.ConsentScene;

namespace Rollcall.Tests.Runs;

/// <summary>Resubscribing people who left the account, in bulk.</summary>
public sealed class ResubscribeTests
{
    private const string Asks = "  exit_action: remove\n  resubscribe: true";
    private const string BringsBack = "  exit_action: remove\n  resubscribe_no_challenge: true";

    /// <summary>Ann left the account long ago and is a member, like Bob; of the two imports, the one that resubscribes her is lost on the way.</summary>
    private static async Task<ConsentScene> LosesResubscriptionAsync(string config)
    {
        var scene = await ConsentScene.StartAsync(config);
        scene.Known(Ann, ContactStatus.Unsubscribed);
        scene.Export.Set("gold", Ann, Bob);
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Occurrence = 2, Kind = FaultKind.DropBefore });
        return scene;
    }

    [Fact]
    public async Task Nobody_is_asked_unless_the_job_says_so()
    {
        await using var scene = await ConsentScene.StartAsync("  exit_action: remove");
        scene.Known(Ann, ContactStatus.Unsubscribed);
        scene.Export.Set("gold", Ann, Bob);

        var result = await scene.RunAsync();

        Assert.Equal([Bob], scene.Export.In(scene.Gold));
        Assert.Equal((0, 0), (scene.Account.Counters.Challenges, scene.Account.Counters.Resubscriptions));
        Assert.Equal("Unsubscribed", Assert.Single(result.Failures).Code);
    }

    [Fact]
    public async Task A_person_who_left_the_account_before_they_entered_is_asked_and_enters_by_saying_yes()
    {
        await using var scene = await ConsentScene.StartAsync(Asks);
        scene.Known(Ann, ContactStatus.Unsubscribed);
        scene.Export.Set("gold", Ann, Bob);

        var plan = await scene.Export.PlanAsync();
        var first = await scene.RunAsync();
        var second = await scene.RunAsync();

        Assert.Equal((1L, 1L), (plan.Plan!.Resubscribes, plan.Plan.Mails.Challenges));
        Assert.Equal(1, scene.Account.Challenges(Ann));
        Assert.Equal(ContactStatus.Unsubscribed, scene.Account.Contact(Ann)!.Status);
        Assert.Equal(["Challenged", "Challenged"], new[] { first, second }.Select(r => Assert.Single(r.Failures).Code));
        Assert.Equal((1L, 1L), (first.Outcomes.Pending, first.Outcomes.Delivered));
        Assert.Equal(ExitCode.Done, first.ExitCode);
        Assert.Contains("answers the email", (await scene.Export.ExplainAsync(Ann)).Next[0], StringComparison.Ordinal);

        scene.Account.Confirm(Ann);
        var third = await scene.RunAsync();

        Assert.Equal([Ann, Bob], scene.Export.In(scene.Gold));
        Assert.Equal((2L, ExitCode.Done), (third.Audiences[0].Unchanged, third.ExitCode));
        Assert.Contains("shows the person back", await StateOf(scene, Ann), StringComparison.Ordinal);
        Assert.All([first, second, third], ExportScene.AddsUp);
    }

    [Fact]
    public async Task Without_a_challenge_they_are_back_at_once_and_nobody_is_mailed()
    {
        await using var scene = await ConsentScene.StartAsync(BringsBack);
        scene.Known(Ann, ContactStatus.Unsubscribed);
        scene.Export.Set("gold", Ann, Bob);

        var plan = await scene.Export.PlanAsync();
        var result = await scene.RunAsync();
        var again = await scene.RunAsync();

        Assert.Equal((1L, 0L), (plan.Plan!.Resubscribes, plan.Plan.Mails.Challenges));
        Assert.Equal([Ann, Bob], scene.Export.In(scene.Gold));
        Assert.Equal((0, 1), (scene.Account.Counters.Challenges, scene.Account.Counters.Resubscriptions));
        Assert.Equal((2L, 2L), (result.Audiences[0].Entered, again.Audiences[0].Unchanged));
        Assert.Equal(1, scene.Account.Counters.Resubscriptions);
    }

    [Fact]
    public async Task The_challenge_wins_with_a_warning_where_the_job_says_both()
    {
        await using var scene = await ConsentScene.StartAsync(Asks + "\n  resubscribe_no_challenge: true");
        scene.Known(Ann, ContactStatus.Unsubscribed);
        scene.Export.Set("gold", Ann);

        await scene.RunAsync();

        Assert.Equal((1, 0), (scene.Account.Challenges(Ann), scene.Account.Counters.Resubscriptions));
        Assert.Contains(scene.Export.Job().Warnings, w => w.Message.Contains("people are asked", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ContactStatus.HardBounced)]
    [InlineData(ContactStatus.SoftBounced)]
    [InlineData(ContactStatus.IspComplained)]
    [InlineData(ContactStatus.DirectComplaint)]
    [InlineData(ContactStatus.MailBlocked)]
    [InlineData(ContactStatus.Suppressed)]
    [InlineData(ContactStatus.SharedSuppression)]
    [InlineData(ContactStatus.DomainSuppression)]
    [InlineData(ContactStatus.NotAllowed)]
    public async Task Only_someone_who_unsubscribed_is_brought_back_never_one_who_bounced_complained_or_was_suppressed(ContactStatus status)
    {
        await using var scene = await ConsentScene.StartAsync(BringsBack);
        scene.Known(Ann, status);
        scene.Export.Set("gold", Ann);

        var result = await scene.RunAsync();

        Assert.Equal(status, scene.Account.Contact(Ann)!.Status);
        Assert.False(scene.Account.Calls.ContainsKey("importContacts"));
        var left = Assert.Single(result.Failures);
        Assert.Equal(("Suppressed", status.ToString()), (left.Outcome, left.Code));
        Assert.Contains("Only someone who unsubscribed can be resubscribed", left.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_who_bounces_after_their_opt_out_was_read_is_found_by_the_look_up_before_anything_is_sent()
    {
        await using var scene = await ConsentScene.StartAsync(BringsBack);
        scene.Known(Ann, ContactStatus.Unsubscribed);
        scene.Export.Set("gold", Ann);
        scene.Export.Before = request =>
        {
            if (request.Contains("/contacts/v3/email/", StringComparison.Ordinal))
            {
                scene.Account.SetStatus(Ann, ContactStatus.HardBounced);
            }
        };

        var result = await scene.RunAsync();

        Assert.False(scene.Account.Calls.ContainsKey("importContacts"));
        Assert.Equal("HardBounced", Assert.Single(result.Failures).Code);
    }

    [Fact]
    public async Task A_person_who_is_deleted_is_not_created_again_by_a_resubscription()
    {
        await using var scene = await ConsentScene.StartAsync(BringsBack);
        scene.Known(Ann, ContactStatus.Unsubscribed);
        scene.Export.Set("gold", Ann);
        scene.Export.Before = request =>
        {
            if (request.Contains("/contacts/v3/email/", StringComparison.Ordinal) && scene.Account.Contact(Ann) is not null)
            {
                scene.Account.DeleteContact(Ann);
            }
        };

        await scene.RunAsync();

        Assert.Null(scene.Account.Contact(Ann));
        Assert.False(scene.Account.Calls.ContainsKey("importContacts"));
    }

    [Fact]
    public async Task A_person_who_opted_out_as_a_member_is_not_asked()
    {
        await using var scene = await ConsentScene.StartAsync(Asks);
        scene.Export.Set("gold", Ann, Bob);
        await scene.RunAsync();
        scene.Account.Unsubscribe(Ann);
        scene.PassDays(3);

        var result = await scene.RunAsync();

        Assert.Equal((0, 0), (scene.Account.Challenges(Ann), scene.Account.Counters.Resubscriptions));
        Assert.Contains("opted out as a member", Assert.Single(result.Failures).Reason, StringComparison.Ordinal);
        Assert.Contains("opted out as a member", (await scene.Export.ExplainAsync(Ann)).Next[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_who_opted_out_as_a_member_is_asked_where_resubscribe_members_says_so_but_not_on_the_same_day()
    {
        await using var scene = await ConsentScene.StartAsync(Asks);
        scene.Export.More = "resubscribe_members: true";
        scene.Export.Set("gold", Ann, Bob);
        await scene.RunAsync();
        scene.Account.Unsubscribe(Ann);

        var same = await scene.RunAsync();
        Assert.Equal(0, scene.Account.Challenges(Ann));
        Assert.Contains("of an earlier day", Assert.Single(same.Failures).Reason, StringComparison.Ordinal);

        scene.PassDays(1);
        await scene.RunAsync();
        Assert.Equal(1, scene.Account.Challenges(Ann));
    }

    [Theory]
    [InlineData("a guard")]
    [InlineData("a pilot")]
    public async Task A_person_who_was_kept_waiting_entered_when_they_were_first_wanted(string what)
    {
        await using var scene = await ConsentScene.StartAsync(BringsBack);
        scene.Known(Ann);
        scene.Export.Set("gold", Ann, Bob);
        scene.Export.More = what == "a guard" ? "guards: {max_enter: 1}" : "";
        await scene.Export.RunAsync(what == "a guard" ? new RunOptions() : new RunOptions { Only = [Bob] });
        scene.PassDays(1);
        scene.Account.Unsubscribe(Ann);
        scene.PassDays(1);
        scene.Export.More = "";

        var result = await scene.RunAsync();
        scene.PassDays(1);
        await scene.RunAsync();

        Assert.Contains("opted out as a member of the audience", Assert.Single(result.Failures).Reason, StringComparison.Ordinal);
        Assert.Equal(ContactStatus.Unsubscribed, scene.Account.Contact(Ann)!.Status);
        Assert.Equal([Bob], scene.Export.In(scene.Gold));
    }

    [Fact]
    public async Task A_person_who_opted_out_on_the_day_they_entered_is_not_asked_then_or_later()
    {
        await using var scene = await ConsentScene.StartAsync(Asks);
        scene.Known(Ann);
        scene.Account.Unsubscribe(Ann);
        scene.Export.Set("gold", Ann);
        await scene.RunAsync();
        scene.PassDays(2);

        var later = await scene.RunAsync();

        Assert.Equal(0, scene.Account.Challenges(Ann));
        Assert.Contains("on the day they entered", Assert.Single(later.Failures).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_who_leaves_the_audience_opted_out_and_enters_again_later_is_asked()
    {
        await using var scene = await ConsentScene.StartAsync(Asks);
        scene.Export.Set("gold", Ann, Bob);
        await scene.RunAsync();
        scene.Account.Unsubscribe(Ann);
        await scene.RunAsync();
        scene.Export.Set("gold", Bob);
        await scene.RunAsync();
        Assert.Equal("left", (await scene.Export.ExplainAsync(Ann)).Books[0].State);

        scene.PassDays(1);
        scene.Export.Set("gold", Ann, Bob);
        await scene.RunAsync();

        Assert.Equal(1, scene.Account.Challenges(Ann));
    }

    [Fact]
    public async Task An_opt_out_is_answered_once_and_a_later_one_again()
    {
        await using var scene = await ConsentScene.StartAsync(BringsBack);
        scene.Known(Ann, ContactStatus.Unsubscribed);
        scene.Export.Set("gold", Ann, Bob);
        await scene.RunAsync();
        Assert.Equal([Ann, Bob], scene.Export.In(scene.Gold));

        // She leaves again as a member: permanently, unless she enters again.
        scene.PassDays(3);
        scene.Account.Unsubscribe(Ann);
        scene.PassDays(1);
        await scene.RunAsync();
        await scene.RunAsync();
        Assert.Equal(1, scene.Account.Counters.Resubscriptions);

        scene.Export.Set("gold", Bob);
        await scene.RunAsync();
        scene.PassDays(1);
        scene.Export.Set("gold", Ann, Bob);
        await scene.RunAsync();
        Assert.Equal(2, scene.Account.Counters.Resubscriptions);
    }

    [Fact]
    public async Task Another_job_does_not_answer_the_same_opt_out_again()
    {
        await using var scene = await ConsentScene.StartAsync(Asks);
        scene.Known(Ann, ContactStatus.Unsubscribed);
        scene.Export.Set("gold", Ann);
        await scene.RunAsync();
        scene.PassDays(2);

        var other = await ExportRun.ExecuteAsync(scene.Export.Job() with { Tag = "other" }, new RunOptions(), scene.Export.Workplace(), TestContext.Current.CancellationToken);

        Assert.Equal(1, scene.Account.Challenges(Ann));
        Assert.Contains("answered once", Assert.Single(other.Failures).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_import_does_not_lift_an_opt_out_from_one_book_and_says_so()
    {
        await using var scene = await ConsentScene.StartAsync(BringsBack);
        scene.Left(Ann, scene.Gold);
        scene.PassDays(2);
        scene.Export.Set("gold", Ann);
        scene.Export.Set("silver", Ann);

        var result = await scene.RunAsync();

        Assert.Empty(scene.Export.In(scene.Gold));
        Assert.Equal([Ann], scene.Export.In(scene.Export.Silver));
        Assert.Contains("left this book alone", Assert.Single(result.Failures).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_who_left_the_account_and_one_book_comes_back_to_the_other_books_only()
    {
        await using var scene = await ConsentScene.StartAsync(BringsBack);
        scene.Known(Ann, ContactStatus.Unsubscribed, (scene.Gold, BookStatus.Unsubscribed));
        scene.PassDays(1);
        scene.Export.Set("gold", Ann);
        scene.Export.Set("silver", Ann);

        await scene.RunAsync();
        await scene.RunAsync();

        Assert.Empty(scene.Export.In(scene.Gold));
        Assert.Equal([Ann], scene.Export.In(scene.Export.Silver));
    }

    [Fact]
    public async Task A_person_who_left_the_account_as_a_member_of_one_book_is_not_asked_because_of_another()
    {
        await using var scene = await ConsentScene.StartAsync(Asks);
        scene.Export.Set("gold", Ann);
        await scene.RunAsync();
        scene.Account.Unsubscribe(Ann);
        scene.PassDays(2);
        scene.Export.Set("silver", Ann);

        var result = await scene.RunAsync();

        Assert.Equal(0, scene.Account.Challenges(Ann));
        Assert.All(result.Failures, f => Assert.Contains("as a member", f.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_person_removed_manually_was_a_member_all_along()
    {
        await using var scene = await ConsentScene.StartAsync(BringsBack);
        scene.Export.More = "verify_every: 1d";
        scene.Export.Set("gold", Ann, Bob);
        await scene.RunAsync();
        scene.Account.RemoveFromBook(Ann, scene.Gold);
        scene.PassDays(2);
        await scene.RunAsync();
        scene.PassDays(2);
        scene.Account.Unsubscribe(Ann);
        scene.PassDays(2);

        await scene.RunAsync();
        scene.PassDays(2);
        await scene.RunAsync();

        Assert.Equal(ContactStatus.Unsubscribed, scene.Account.Contact(Ann)!.Status);
        Assert.Equal(0, scene.Account.Counters.Resubscriptions);
    }

    [Fact]
    public async Task Mapping_an_audience_to_another_book_is_not_a_new_entry_of_its_members()
    {
        await using var scene = await ConsentScene.StartAsync(BringsBack);
        scene.Export.Set("gold", Ann, Bob);
        await scene.RunAsync();
        scene.PassDays(2);
        scene.Account.Unsubscribe(Ann);
        scene.PassDays(2);
        scene.Export.Mapping = $"[{{gold: \"{scene.Export.Silver}\"}}, {{silver: \"{scene.Export.Silver}\"}}]";

        await scene.RunAsync();
        scene.PassDays(2);
        await scene.RunAsync();

        Assert.Equal([Bob], scene.Export.In(scene.Export.Silver));
        Assert.Equal(ContactStatus.Unsubscribed, scene.Account.Contact(Ann)!.Status);
    }

    [Fact]
    public async Task A_manually_repeated_resubscription_does_not_answer_a_later_opt_out()
    {
        await using var scene = await LosesResubscriptionAsync(BringsBack);
        await scene.RunAsync();
        Assert.Equal(ContactStatus.Unsubscribed, scene.Account.Contact(Ann)!.Status);

        // Without an answer it counts as sent. She resubscribes by herself, and leaves again.
        scene.PassDays(2);
        scene.Account.Subscribe(Ann);
        scene.Account.Unsubscribe(Ann);
        await Retry.ChallengeAsync(scene.Export.Job(), Ann, scene.Export.Workplace(), cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(ContactStatus.Unsubscribed, scene.Account.Contact(Ann)!.Status);
        Assert.Equal(0, scene.Account.Counters.Resubscriptions);
    }

    [Fact]
    public async Task An_unanswered_resubscription_without_a_challenge_is_repeated_manually()
    {
        await using var scene = await LosesResubscriptionAsync(BringsBack);
        await scene.RunAsync();
        await scene.RunAsync();
        Assert.Equal(ContactStatus.Unsubscribed, scene.Account.Contact(Ann)!.Status);

        await Retry.ChallengeAsync(scene.Export.Job(), Ann, scene.Export.Workplace(), cancellation: TestContext.Current.CancellationToken);

        Assert.Equal([Ann, Bob], scene.Export.In(scene.Gold));
        Assert.Equal(1, scene.Account.Counters.Resubscriptions);
    }

    [Fact]
    public async Task Too_many_challenges_hold_the_whole_run()
    {
        await using var scene = await ConsentScene.StartAsync(Asks);
        scene.Export.More = "guards: {max_mails: 1}";
        scene.Known(Ann, ContactStatus.Unsubscribed);
        scene.Known("cy@example.com", ContactStatus.Unsubscribed);
        scene.Export.Set("gold", Ann, Bob, "cy@example.com");

        var held = await scene.RunAsync();
        Assert.Equal(("mails", 2L), (Assert.Single(held.Guards).Guard, held.Guards[0].Actual));
        Assert.Empty(scene.Export.In(scene.Gold));
        Assert.Equal(0, scene.Account.Counters.Challenges);

        await scene.Export.RunAsync("mails");
        Assert.Equal(2, scene.Account.Counters.Challenges);
    }

    [Fact]
    public async Task People_who_are_asked_travel_apart_from_those_who_are_not()
    {
        await using var scene = await LosesResubscriptionAsync(Asks);

        var result = await scene.RunAsync();

        Assert.Equal([Bob], scene.Export.In(scene.Gold));
        Assert.Equal("UnansweredChallenge", Assert.Single(result.Failures).Code);
    }

    [Theory]
    [InlineData(FaultKind.DropBefore)]
    [InlineData(FaultKind.DropAfter)]
    public async Task A_challenge_without_an_answer_counts_as_sent(FaultKind kind)
    {
        await using var scene = await ConsentScene.StartAsync(Asks);
        scene.Known(Ann, ContactStatus.Unsubscribed);
        scene.Export.Set("gold", Ann);
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = kind });

        await scene.RunAsync();
        scene.PassDays(3);
        var later = await scene.RunAsync();

        Assert.Equal(kind == FaultKind.DropAfter ? 1 : 0, scene.Account.Challenges(Ann));
        Assert.Equal(1, scene.Account.Calls["importContacts"]);
        Assert.Equal(("Pending", "UnansweredChallenge"), (Assert.Single(later.Failures).Outcome, later.Failures[0].Code));
    }

    [Fact]
    public async Task A_resubscription_without_an_answer_that_dotdigital_applied_is_found()
    {
        await using var scene = await ConsentScene.StartAsync(BringsBack);
        scene.Known(Ann, ContactStatus.Unsubscribed);
        scene.Export.Set("gold", Ann);
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = FaultKind.DropAfter });

        await scene.RunAsync();
        await scene.RunAsync();

        Assert.Equal([Ann], scene.Export.In(scene.Gold));
        Assert.Equal(1, scene.Account.Counters.Resubscriptions);
        Assert.Equal("delivered", (await scene.Export.ExplainAsync(Ann)).Books[0].State);
    }

    [Fact]
    public async Task A_resubscription_that_dotdigital_refused_is_sent_again_by_the_next_run()
    {
        await using var scene = await ConsentScene.StartAsync(Asks);
        scene.Known(Ann, ContactStatus.Unsubscribed);
        scene.Export.Set("gold", Ann);
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = FaultKind.Refuse, Status = 400, Message = "ERROR_NO_SUCH" });

        var refused = await scene.RunAsync();
        await scene.RunAsync();

        Assert.Equal(ExitCode.SomeNotDelivered, refused.ExitCode);
        Assert.Equal(1, scene.Account.Challenges(Ann));
    }

    [Fact]
    public async Task A_person_the_run_brought_back_is_not_unsubscribed_because_a_feed_lags()
    {
        await using var scene = await ConsentScene.StartAsync(BringsBack);
        scene.Known(Ann, ContactStatus.Unsubscribed);
        scene.Export.Set("gold", Ann);
        string? kept = null;
        var lagging = false;
        scene.Export.Answer = (request, answer) =>
        {
            if (request.Contains("suppressed-since", StringComparison.Ordinal))
            {
                // A copy of the feed that has not heard of the resubscription yet.
                lagging |= scene.Account.Calls.ContainsKey("importContacts");
                kept ??= answer;
                return kept;
            }

            return answer;
        };

        await scene.RunAsync();
        await scene.RunAsync();

        Assert.True(lagging);
        Assert.Equal([Ann], scene.Export.In(scene.Gold));
        Assert.False(scene.Account.Calls.ContainsKey("unsubscribeFromAddressBook"));
        Assert.Equal("delivered", (await scene.Export.ExplainAsync(Ann)).Books[0].State);
    }

    [Fact]
    public async Task A_person_who_leaves_the_book_while_the_run_brings_them_back_is_unsubscribed_again()
    {
        await using var scene = await ConsentScene.StartAsync(BringsBack);
        scene.Known(Ann, ContactStatus.Unsubscribed);
        scene.Export.Set("gold", Ann);
        var sent = false;
        scene.Export.Before = request =>
        {
            if (!sent && request == "PUT /contacts/v3/import")
            {
                sent = true;
                scene.Account.Unsubscribe(Ann, scene.Gold);
                ExportRun.PlanAsync(scene.Export.Job() with { Tag = "other" }, new RunOptions(), scene.Export.Workplace() with { Http = null }, TestContext.Current.CancellationToken).GetAwaiter().GetResult();
            }
        };

        var result = await scene.RunAsync();

        Assert.Empty(scene.Export.In(scene.Gold));
        Assert.Contains(result.Notices, n => n.Contains("unsubscribed again", StringComparison.Ordinal));
    }

    private static async Task<string> StateOf(ConsentScene scene, string email) => (await scene.Export.ExplainAsync(email)).Books[0].Reason;
}
