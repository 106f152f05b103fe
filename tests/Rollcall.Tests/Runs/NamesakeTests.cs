using Rollcall.Operations;
using Rollcall.Store;
using Rollcall.Store.Sqlite;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>A book that was deleted and created again with the name that a job maps by: people who opted out of the former one stay out.</summary>
public sealed class NamesakeTests
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.com";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_book_recreated_under_its_name_inherits_the_opt_outs_of_the_former_one(bool renamed)
    {
        await using var scene = await OptedOutAsync();
        if (!renamed)
        {
            scene.Account.DeleteBook(scene.Gold);
        }

        var recreated = renamed ? await RenameAsync(scene) : scene.Account.AddBook("gold");
        Assert.Equal(1, (await scene.PlanAsync()).Audiences[0].Suppressed);

        for (var i = 0; i < 2; i++)
        {
            var result = await scene.RunAsync();
            Assert.Equal([Ann], scene.In(recreated));
            Assert.Equal((recreated, 1L), (result.Audiences[0].AddressBookId, result.Audiences[0].Suppressed));
            ExportScene.AddsUp(result);
        }

        Assert.StartsWith("Is left alone", (await scene.ExplainAsync(Bob)).Next[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_number_of_opt_outs_that_count_for_the_new_book_is_reported_once()
    {
        await using var scene = await OptedOutAsync();
        scene.Account.DeleteBook(scene.Gold);
        scene.Account.AddBook("Gold");

        Assert.Contains((await scene.RunAsync()).Notices,
            n => n.StartsWith("The address book \"Gold\"", StringComparison.Ordinal) && n.Contains("1 opt-out", StringComparison.Ordinal));
        Assert.DoesNotContain((await scene.RunAsync()).Notices, n => n.Contains("created again", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  trigger_join: true\n")]
    public async Task A_book_that_a_job_creates_again_inherits_opt_outs_too(string config)
    {
        await using var scene = await OptedOutAsync();
        scene.Account.DeleteBook(scene.Gold);
        scene.Config = config + "  exit_action: remove";
        scene.Mapping = $"[{{gold: {{name: Gold, create: true}}}}, {{silver: \"{scene.Silver}\"}}]";

        // The first job names its book as vanished; another one makes it.
        var result = await scene.RunOtherAsync();

        Assert.Equal([Ann], scene.In((int)result.Audiences[0].AddressBookId!));
        Assert.Equal(1, result.Audiences[0].Suppressed);
        ExportScene.AddsUp(result);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_hashes_of_erased_people_are_inherited(bool created)
    {
        await using var scene = await OptedOutAsync();
        Forget.Run(Bob, scene.DataFolder, _ => null, cancellation: TestContext.Current.CancellationToken);
        scene.Account.DeleteBook(scene.Gold);
        if (!created)
        {
            scene.Account.AddBook("Gold");
        }

        scene.Mapping = $"[{{gold: {{name: Gold, create: true}}}}, {{silver: \"{scene.Silver}\"}}]";
        var result = await scene.RunOtherAsync();

        Assert.Equal([Ann], scene.In((int)result.Audiences[0].AddressBookId!));
    }

    [Fact]
    public async Task What_only_the_ledger_knows_is_inherited_as_well()
    {
        await using var scene = await OptedOutAsync();
        using (var store = (SqliteStore)Stores.Open(new DataFolder(scene.DataFolder)))
        {
            Assert.True(store.Connection.Execute("DELETE FROM opt_out") > 0);
        }

        scene.Account.DeleteBook(scene.Gold);
        var recreated = scene.Account.AddBook("Gold");

        await scene.RunAsync();

        Assert.Equal([Ann], scene.In(recreated));
    }

    /// <summary>Another book gets the name; the former one continues under a new name.</summary>
    private static async Task<int> RenameAsync(ExportScene scene)
    {
        // The simulated account renames no books: what the job knew the former one by is changed instead.
        using var store = (SqliteStore)Stores.Open(new DataFolder(scene.DataFolder));
        store.Connection.Execute("UPDATE book SET name = 'Best' WHERE book_id = @id", new { id = scene.Gold });
        scene.Mapping = $"[{{gold: {{name: Best}}}}, {{silver: \"{scene.Silver}\"}}]";
        await Task.CompletedTask;
        return scene.Account.AddBook("Best");
    }

    /// <summary>Ann and Bob were delivered into Gold, which the job maps by its name, and Bob opted out of it.</summary>
    private static async Task<ExportScene> OptedOutAsync()
    {
        var scene = await ExportScene.StartAsync();
        scene.Mapping = $"[{{gold: {{name: Gold}}}}, {{silver: \"{scene.Silver}\"}}]";
        scene.Set("gold", Ann, Bob);
        await scene.RunAsync();
        scene.Account.Unsubscribe(Bob, scene.Gold);
        await scene.RunAsync();
        return scene;
    }
}
