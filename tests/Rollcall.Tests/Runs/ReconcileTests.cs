using Rollcall.Operations;
using Xunit;

namespace Rollcall.Tests.Runs;

public sealed class ReconcileTests
{
    [Fact]
    public async Task Ledger_and_books_that_agree_are_reported_as_agreeing()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        scene.Set("silver", "bob@example.com");
        await scene.RunAsync();
        var writes = scene.Writes;

        var found = await ReconcileAsync(scene);

        Assert.True(found.Agrees);
        Assert.Equal([2L, 1L], found.Books.Select(b => b.Agreeing));
        Assert.All(found.Books, b => Assert.Empty(b.First));
        Assert.Equal(writes, scene.Writes);
    }

    [Fact]
    public async Task It_reports_who_was_removed_or_deleted_who_is_not_of_the_job_and_whose_status_differs()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Account.AddContact("stranger@example.com", scene.Gold);
        scene.Set("gold", "ann@example.com", "bob@example.com", "cy@example.com", "dee@example.com");
        await scene.RunAsync();
        scene.Account.RemoveFromBook("ann@example.com", scene.Gold);
        scene.Account.DeleteContact("bob@example.com");
        scene.Account.Unsubscribe("cy@example.com", scene.Gold);

        var found = await ReconcileAsync(scene);

        var gold = found.Books[0];
        Assert.False(found.Agrees);
        Assert.Equal((1L, 1L, 1L, 0L, 1L, 1L), (gold.Agreeing, gold.Removed, gold.Deleted, gold.Missing, gold.NotInLedger, gold.StatusesDiffer));
        Assert.Equal(
            [
                new BookDifference("cy@example.com", DifferenceKind.Status, "delivered", "Unsubscribed"),
                new BookDifference("ann@example.com", DifferenceKind.Removed, "delivered", null),
                new BookDifference("bob@example.com", DifferenceKind.Deleted, "delivered", null),
                new BookDifference("stranger@example.com", DifferenceKind.NotInLedger, null, "Subscribed"),
            ],
            gold.First);
    }

    [Fact]
    public async Task A_look_up_by_name_is_believed_where_the_pages_of_the_book_show_only_subscribed_people()
    {
        await using var scene = await ExportScene.StartAsync(o => o with { ListShowsSubscribedOnly = true });
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        scene.Account.Unsubscribe("bob@example.com");

        var gold = (await ReconcileAsync(scene)).Books[0];

        Assert.Equal((1L, 1L, 0L), (gold.Agreeing, gold.StatusesDiffer, gold.Removed));
    }

    [Fact]
    public async Task Of_many_missing_people_not_everyone_is_looked_up()
    {
        await using var scene = await ExportScene.StartAsync();
        var members = Enumerable.Range(0, 70).Select(i => $"m{i}@example.com").ToList();
        scene.Set("gold", members);
        await scene.RunAsync();
        members.ForEach(m => scene.Account.RemoveFromBook(m, scene.Gold));

        var found = await ReconcileAsync(scene);

        Assert.Equal((50L, 20L), (found.Books[0].Removed, found.Books[0].Missing));
        Assert.Equal(50, found.ApiCalls.ByOperation["contacts.find"]);
        Assert.Equal(20, found.Books[0].First.Count);
    }

    [Fact]
    public async Task It_changes_nothing_here_either()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        await scene.RunAsync();
        scene.Account.RemoveFromBook("ann@example.com", scene.Gold);

        await ReconcileAsync(scene);

        Assert.Equal("delivered", (await scene.ExplainAsync("ann@example.com")).Books[0].State);
        using var history = new History(scene.DataFolder);
        Assert.Single(history.Runs("scene", 10));
    }

    private static Task<Reconciliation> ReconcileAsync(ExportScene scene) =>
        Reconcile.RunAsync(scene.Job(), scene.Workplace(), TestContext.Current.CancellationToken);
}
