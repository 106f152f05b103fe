using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>Contacts are known by id and by address, also after a change of address at Dotdigital or a merge under another id.</summary>
public sealed class SameContactTests
{
    private const string Ann = "ann@example.com";
    private const string New = "ann@new.example";

    [Theory]
    [InlineData("remove")]
    [InlineData("unsubscribe")]
    public async Task A_person_who_was_there_before_stays_though_the_address_changed_at_Dotdigital(string exit)
    {
        await using var scene = await WeeklyScene.StartAsync();
        scene.Export.Config = $"  exit_action: {exit}";
        scene.Account.AddContact(Ann, scene.Gold);
        scene.Set("gold", Ann, "bob@example.com");
        await scene.RunAsync();

        scene.Account.ChangeEmail(Ann, New);
        scene.Set("gold", New, "bob@example.com");
        await scene.RunAsync();
        Assert.Contains(New, scene.InGold());
        scene.Set("gold", "bob@example.com");
        Assert.Contains("was in it before this job", (await scene.ExplainAsync(New)).Next[0], StringComparison.Ordinal);
        var plan = await scene.Export.PlanAsync();
        var result = await scene.RunAsync();

        Assert.Equal([New, "bob@example.com"], scene.InGold());
        Assert.Equal((0L, 0L), (plan.Plan!.Removals + plan.Plan.Unsubscribes, result.Audiences[0].Exited));
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task Exit_existing_acts_on_them_under_the_new_address_too()
    {
        await using var scene = await WeeklyScene.StartAsync("exit_existing: true");
        scene.Account.AddContact(Ann, scene.Gold);
        scene.Set("gold", Ann, "bob@example.com");
        await scene.RunAsync();
        scene.Account.ChangeEmail(Ann, New);
        scene.Set("gold", New, "bob@example.com");
        await scene.RunAsync();

        scene.Set("gold", "bob@example.com");
        await scene.RunAsync();

        Assert.Equal(["bob@example.com"], scene.InGold());
    }

    [Fact]
    public async Task A_merged_contact_is_found_by_address_updated_and_leaves()
    {
        await using var scene = await WeeklyScene.StartAsync();
        scene.Set("gold", Ann + ",Ann,1", "bob@example.com,Bob,1");
        scene.Set("silver", Ann + ",Ann,1");
        await scene.RunAsync();
        scene.Account.Merge(Ann);

        scene.Set("gold", Ann + ",Anna,2", "bob@example.com,Bob,1");
        scene.Set("silver", Ann + ",Anna,2");
        var learns = await scene.RunAsync();
        Assert.Equal(("ContactMerged", "Failed"), (learns.Failures[0].Code, learns.Failures[0].Outcome));
        Assert.Equal(0, learns.Outcomes.Suppressed);
        ExportScene.AddsUp(learns);
        var updates = await scene.RunAsync();
        Assert.Equal((ExitCode.Done, "Anna"), (updates.ExitCode, scene.Account.Contact(Ann)!.DataFields["FIRSTNAME"]));

        scene.Set("gold", "bob@example.com,Bob,1");
        scene.Set("silver");
        await scene.RunAsync("empty");
        Assert.Equal(["bob@example.com"], scene.InGold());
        Assert.Empty(scene.Export.In(scene.Export.Silver));
    }

    [Theory]
    [InlineData("remove")]
    [InlineData("unsubscribe")]
    public async Task A_person_who_leaves_after_a_merge_is_out_of_the_book_before_it_counts_as_done(string exit)
    {
        await using var scene = await WeeklyScene.StartAsync();
        scene.Export.Config = $"  exit_action: {exit}";
        scene.Set("gold", Ann, "bob@example.com");
        await scene.RunAsync();
        scene.Account.Merge(Ann);

        scene.Set("gold", "bob@example.com");
        var first = await scene.RunAsync();
        var explained = (await scene.ExplainAsync(Ann)).Books[0].State;
        Assert.Equal(scene.InGold().Contains(Ann) ? "delivered" : "left", explained);
        ExportScene.AddsUp(first);
        var second = await scene.RunAsync();

        Assert.Equal(["bob@example.com"], scene.InGold());
        Assert.Equal(("left", ExitCode.Done), ((await scene.ExplainAsync(Ann)).Books[0].State, second.ExitCode));
        ExportScene.AddsUp(second);
    }

    [Fact]
    public async Task Many_removals_are_seen_done_by_reading_the_book_once()
    {
        await using var scene = await WeeklyScene.StartAsync();
        var people = Enumerable.Range(0, 60).Select(i => $"m{i}@example.com").ToList();
        scene.Set("gold", people);
        await scene.RunAsync();
        scene.Set("gold", people.Skip(30));

        var result = await scene.RunAsync("exits");

        Assert.Equal((30L, 30), (result.Audiences[0].Exited, scene.InGold().Count));
        Assert.Equal(1, result.ApiCalls.ByOperation["contacts.readBook"]);
        Assert.False(result.ApiCalls.ByOperation.ContainsKey("contacts.find"));
    }

    [Fact]
    public async Task Pages_that_show_nobody_are_not_proof_that_people_left()
    {
        await using var scene = await WeeklyScene.StartAsync();
        var people = Enumerable.Range(0, 200).Select(i => $"m{i}@example.com").ToList();
        scene.Set("gold", people);
        await scene.RunAsync();
        scene.Set("gold", people.Skip(80));
        scene.Export.Answer = (request, body) => request.EndsWith("/contacts/v3", StringComparison.Ordinal) ? """{"_items":[],"_links":{}}""" : body;

        var result = await scene.RunAsync("exits");

        Assert.Equal((50L, ExitCode.SomeNotDelivered), (result.Audiences[0].Exited, result.ExitCode));
        ExportScene.AddsUp(result);
        scene.Export.Answer = null;
        Assert.Equal(30, (await scene.RunAsync("exits")).Audiences[0].Exited);
    }

    [Fact]
    public async Task A_run_without_removals_reads_nobody_to_see_who_left()
    {
        await using var scene = await WeeklyScene.StartAsync("verify: off");
        scene.Set("gold", Ann, "bob@example.com");
        await scene.RunAsync();
        scene.Set("gold", Ann + ",Anna,2", "bob@example.com");

        var result = await scene.RunAsync();

        Assert.DoesNotContain(result.ApiCalls.ByOperation.Keys, k => k is "contacts.find" or "contacts.readBook");
    }

    [Fact]
    public async Task An_adopting_run_does_not_treat_people_it_delivered_under_another_address_as_new()
    {
        await using var scene = await WeeklyScene.StartAsync();
        scene.Set("gold", Ann, "bob@example.com");
        await scene.RunAsync();
        scene.Account.ChangeEmail(Ann, New);
        await scene.Export.RunAsync(new RunOptions { Adopt = AdoptAs.AlreadyThere });

        scene.Set("gold", "bob@example.com");
        await scene.RunAsync();

        Assert.Equal(["bob@example.com"], scene.InGold());
    }
}
