using Rollcall.Simulators;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>Opt-outs of people whose address changes, under the former address and under the new one.</summary>
public sealed class MoveOptOutTests
{
    [Theory]
    [InlineData("account")]
    [InlineData("book")]
    [InlineData("bounced")]
    public async Task A_new_address_that_is_a_contact_which_opted_out_stays_out_and_the_former_one_leaves(string how)
    {
        await using var scene = await ExportScene.StartWithKeyFieldAsync(o => o with { FeedLoss = 1 });
        scene.Set("gold", "ann@old.example,k1,1", "x@example.com,x,1");
        await scene.RunAsync();
        scene.Account.AddContact("ann@new.example", scene.Gold);
        if (how == "bounced")
        {
            scene.Account.SetStatus("ann@new.example", ContactStatus.HardBounced);
        }
        else
        {
            scene.Account.Unsubscribe("ann@new.example", how == "book" ? scene.Gold : null);
        }

        scene.Set("gold", "ann@new.example,k1,2", "x@example.com,x,1");
        var result = await scene.RunAsync();
        var again = await scene.RunAsync();

        Assert.Equal(["x@example.com"], scene.In(scene.Gold).Except(how == "book" ? [] : ["ann@new.example"]));
        Assert.Equal((1L, 1L, 1L), (result.Audiences[0].Suppressed, result.Audiences[0].Exited, again.Audiences[0].Suppressed));
        Assert.DoesNotContain("2", scene.Account.Contacts.Where(c => c.DataFields.ContainsKey("SPEND")).Select(c => c.DataFields["SPEND"]));
        ExportScene.AddsUp(result);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_opt_out_under_the_former_address_holds_under_the_new_one(bool ofBook)
    {
        await using var scene = await ExportScene.StartWithKeyFieldAsync();
        scene.Set("gold", "ann@old.example,k1,1", "x@example.com,x,1");
        await scene.RunAsync();
        scene.Account.Unsubscribe("ann@old.example", ofBook ? scene.Gold : null);

        scene.Set("gold", "ann@new.example,k1,2", "x@example.com,x,1");
        scene.Set("silver", ofBook ? [] : ["ann@new.example,k1,2"]);
        var result = await scene.RunAsync();
        var again = await scene.RunAsync();

        Assert.Null(scene.Account.Contact("ann@new.example"));
        Assert.Equal((1L, 1L, 0), (result.Audiences[0].Suppressed, again.Audiences[0].Suppressed, scene.Account.Counters.AddressesChanged));
        ExportScene.AddsUp(result);

        // And under one after that.
        scene.Set("gold", "ann@third.example,k1,2", "x@example.com,x,1");
        scene.Set("silver", ofBook ? [] : ["ann@third.example,k1,2"]);
        await scene.RunAsync();
        Assert.Null(scene.Account.Contact("ann@third.example"));
    }

    [Fact]
    public async Task A_person_who_was_left_alone_from_the_first_is_known_by_key_later()
    {
        await using var scene = await ExportScene.StartWithKeyFieldAsync();
        scene.Account.AddContact("ann@old.example", scene.Gold);
        scene.Account.Unsubscribe("ann@old.example", scene.Gold);
        scene.Set("gold", "ann@old.example,k1,1", "x@example.com,x,1");
        await scene.RunAsync();

        scene.Set("gold", "ann@new.example,k1,1", "x@example.com,x,1");
        var result = await scene.RunAsync();

        Assert.Equal(["x@example.com"], scene.In(scene.Gold));
        Assert.Equal(1, result.Audiences[0].Suppressed);
    }

    [Fact]
    public async Task A_person_who_opts_out_of_a_book_just_before_their_move_does_not_enter_it_under_the_new_address()
    {
        var clock = new LeapingClock();
        await using var scene = await ExportScene.StartAsync(o => o with { Clock = clock, ListSuppression = ListSuppression.Clears });
        scene.Clock = clock;
        scene.Config = "  exit_action: remove\n  key_field: name";
        scene.Set("gold", "ann@old.example,k1,1", "x@example.com,x,1");
        await scene.RunAsync();
        scene.Set("gold", "ann@new.example,k1,1", "x@example.com,x,1");
        scene.Set("silver", "ann@new.example,k1,1");
        clock.Ahead = TimeSpan.FromDays(8);
        var seen = false;
        scene.Before = request =>
        {
            // The books are read once more after the opt-outs were, and before anything is sent.
            if (!seen && request.StartsWith("GET /contacts/v3", StringComparison.Ordinal))
            {
                seen = true;
                scene.Account.Unsubscribe("ann@old.example", scene.Silver);
                clock.Ahead += TimeSpan.FromMinutes(10);
            }
        };

        var result = await scene.RunAsync();

        Assert.True(seen);
        Assert.Equal(BookStatus.Unsubscribed, scene.Account.Contact("ann@new.example")!.Books[scene.Silver]);
        Assert.Equal((1L, 1L), (result.Audiences[0].Updated, result.Audiences[1].Suppressed));
        ExportScene.AddsUp(result);
    }
}
