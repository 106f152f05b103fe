using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Runs.ConsentScene;

namespace Rollcall.Tests.Runs;

/// <summary>Resubscriptions that get no answer, are refused, or that a feed or the person contradicts.</summary>
public sealed class UnclearResubscriptionTests
{
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
                // A copy of the feed that does not show the resubscription yet.
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
                scene.Export.PlanOther();
            }
        };

        var result = await scene.RunAsync();

        Assert.Empty(scene.Export.In(scene.Gold));
        Assert.Contains(result.Notices, n => n.Contains("unsubscribed again", StringComparison.Ordinal));
    }

    /// <summary>Ann left the account long ago and is a member, like Bob; of the two imports, the one that resubscribes her is lost on the way.</summary>
    private static async Task<ConsentScene> LosesResubscriptionAsync(string config)
    {
        var scene = await ConsentScene.StartAsync(config);
        scene.Known(Ann, ContactStatus.Unsubscribed);
        scene.Export.Set("gold", Ann, Bob);
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Occurrence = 2, Kind = FaultKind.DropBefore });
        return scene;
    }
}
