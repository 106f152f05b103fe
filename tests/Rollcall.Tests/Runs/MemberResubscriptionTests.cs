using Rollcall.Model;
using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Runs.ConsentScene;

namespace Rollcall.Tests.Runs;

/// <summary>Who counts as opted out as a member, and is therefore not resubscribed.</summary>
public sealed class MemberResubscriptionTests
{
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
}
