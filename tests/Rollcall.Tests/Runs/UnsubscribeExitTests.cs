using Rollcall.Model;
using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Runs.ConsentScene;

namespace Rollcall.Tests.Runs;

/// <summary><c>exit_action: unsubscribe</c>: people who leave the audience are unsubscribed from the book, one call each.</summary>
public sealed class UnsubscribeExitTests
{
    private const string Unsubscribes = "  exit_action: unsubscribe";

    [Fact]
    public async Task A_person_who_leaves_the_audience_is_unsubscribed_from_that_book_alone()
    {
        await using var scene = await ConsentScene.StartAsync(Unsubscribes);
        scene.Export.Set("gold", Ann, Bob);
        scene.Export.Set("silver", Ann);
        await scene.RunAsync();
        scene.Export.Set("gold", Bob);

        var plan = await scene.Export.PlanAsync();
        Assert.Contains("cannot be undone", (await scene.Export.ExplainAsync(Ann)).Next[0], StringComparison.Ordinal);
        var result = await scene.RunAsync();

        Assert.Equal((1L, 0L), (plan.Plan!.Unsubscribes, plan.Plan.Removals));
        Assert.Equal(1, result.Audiences[0].Exited);
        var ann = scene.Account.Contact(Ann)!;
        Assert.Equal(
            (ContactStatus.Subscribed, BookStatus.Unsubscribed, BookStatus.Subscribed),
            (ann.Status, ann.Books[scene.Gold], ann.Books[scene.Export.Silver]));
        Assert.Equal(ExitCode.Done, result.ExitCode);
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task A_person_the_job_unsubscribed_counts_as_opted_out_by_this_job_and_is_not_put_back()
    {
        await using var scene = await ConsentScene.StartAsync(Unsubscribes);
        scene.Export.Set("gold", Ann, Bob);
        await scene.RunAsync();
        scene.Export.Set("gold", Bob);
        await scene.RunAsync();
        Assert.Equal("this job", Cause(scene));

        scene.PassDays(1);
        scene.Export.Set("gold", Ann, Bob);
        var back = await scene.RunAsync();

        Assert.Equal([Bob], scene.Export.In(scene.Gold));
        Assert.Equal("Unsubscribed", Assert.Single(back.Failures).Code);
        Assert.Equal("this job", Cause(scene));
    }

    [Fact]
    public async Task A_later_opt_out_makes_it_their_own()
    {
        await using var scene = await ConsentScene.StartAsync(Unsubscribes);
        scene.Export.Set("gold", Ann, Bob);
        await scene.RunAsync();
        scene.Export.Set("gold", Bob);
        await scene.RunAsync();

        scene.PassDays(1);
        scene.Account.Subscribe(Ann, scene.Gold);
        scene.Account.Unsubscribe(Ann, scene.Gold);
        await scene.RunAsync();

        Assert.Equal("theirs", Cause(scene));
    }

    [Fact]
    public async Task A_person_who_was_there_before_or_left_by_themselves_or_is_gone_from_the_book_is_not_unsubscribed()
    {
        await using var scene = await ConsentScene.StartAsync(Unsubscribes);
        scene.Known("there@example.com", ContactStatus.Subscribed, (scene.Gold, BookStatus.Subscribed));
        scene.Export.Set("gold", Ann, Bob, "there@example.com", "moved@example.com");
        await scene.RunAsync();
        scene.Account.RemoveFromBook("moved@example.com", scene.Gold);
        scene.Export.Before = request =>
        {
            if (request.Contains("/contactId/", StringComparison.Ordinal) && scene.Account.Contact(Ann)!.Status == ContactStatus.Subscribed)
            {
                scene.Account.Unsubscribe(Ann);
            }
        };
        scene.Export.Set("gold", Bob);

        await scene.RunAsync();

        Assert.False(scene.Account.Calls.ContainsKey("unsubscribeFromAddressBook"));
        Assert.Equal(BookStatus.Subscribed, scene.Account.Contact("there@example.com")!.Books[scene.Gold]);
        Assert.False(scene.Account.Contact("moved@example.com")!.Books.ContainsKey(scene.Gold));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_contact_that_is_a_member_under_its_new_address_is_not_unsubscribed_under_the_former_one(bool atOnce)
    {
        const string New = "ann@new.example";
        await using var scene = await ConsentScene.StartAsync(Unsubscribes);
        scene.Export.Set("gold", Ann, Bob);
        await scene.RunAsync();
        scene.Account.ChangeEmail(Ann, New);
        if (!atOnce)
        {
            scene.Export.Set("gold", Ann, Bob, New);
            await scene.RunAsync();
        }

        scene.Export.Set("gold", Bob, New);
        var result = await scene.RunAsync();
        await scene.RunAsync();

        Assert.Equal([New, Bob], scene.Export.In(scene.Gold));
        Assert.False(scene.Account.Calls.ContainsKey("unsubscribeFromAddressBook"));
        Assert.Equal("SameContact", Assert.Single(result.Failures).Code);
        ExportScene.AddsUp(result);
    }

    [Theory]
    [InlineData(FaultKind.DropBefore)]
    [InlineData(FaultKind.DropAfter)]
    public async Task An_unsubscription_without_an_answer_changes_nobodys_consent_beyond_what_was_asked(FaultKind kind)
    {
        await using var scene = await ConsentScene.StartAsync(Unsubscribes);
        scene.Export.Set("gold", Ann, Bob);
        await scene.RunAsync();
        scene.Export.Set("gold", Bob);
        scene.Account.AddFaults(new Fault { Operation = "unsubscribeFromAddressBook", Kind = kind });

        await scene.RunAsync();
        await scene.RunAsync();

        Assert.Equal([Bob], scene.Export.In(scene.Gold));
        Assert.Equal(kind == FaultKind.DropAfter ? 1 : 2, scene.Account.Calls["unsubscribeFromAddressBook"]);
        Assert.Equal("this job", Cause(scene));
    }

    [Fact]
    public async Task More_than_a_twentieth_is_held_though_the_job_allows_more()
    {
        await using var scene = await ConsentScene.StartAsync(Unsubscribes);
        scene.Export.More = "guards: {max_exit_percent: 50}";
        scene.Export.Set("gold", Enumerable.Range(0, 60).Select(i => $"m{i}@example.com"));
        await scene.RunAsync();
        scene.Export.Set("gold", Enumerable.Range(0, 48).Select(i => $"m{i}@example.com"));

        var held = await scene.RunAsync();
        Assert.Equal(("exits", 12L), (Assert.Single(held.Guards).Guard, held.Guards[0].Actual));
        Assert.False(scene.Account.Calls.ContainsKey("unsubscribeFromAddressBook"));

        await scene.Export.RunAsync("exits");
        Assert.Equal(48, scene.Export.In(scene.Gold).Count);
    }

    private static string Cause(ConsentScene scene)
    {
        using var store = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(scene.Export.DataFolder, "rollcall.db")};Pooling=False");
        store.Open();
        using var command = store.CreateCommand();
        command.CommandText = "SELECT cause FROM opt_out WHERE email_key = 'ann@example.com' AND book_id = $book";
        command.Parameters.AddWithValue("$book", scene.Gold);
        return (string)command.ExecuteScalar()!;
    }
}
