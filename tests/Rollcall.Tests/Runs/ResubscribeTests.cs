using Rollcall.Model;
using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Runs.ConsentScene;

namespace Rollcall.Tests.Runs;

/// <summary>Resubscribing people who left the account, in bulk.</summary>
public sealed class ResubscribeTests
{
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

        var other = await scene.Export.RunOtherAsync();

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

    private static async Task<string> StateOf(ConsentScene scene, string email) => (await scene.Export.ExplainAsync(email)).Books[0].Reason;
}
