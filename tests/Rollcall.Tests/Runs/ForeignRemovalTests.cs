using Rollcall.Model;
using Rollcall.Simulators;
using Xunit;

namespace Rollcall.Tests.Runs;

public sealed class ForeignRemovalTests
{
    [Fact]
    public async Task A_person_removed_manually_is_noticed_at_the_next_verification_and_stays_out()
    {
        await using var scene = await TakenOutAsync();
        Assert.Equal("delivered", (await scene.ExplainAsync("ann@example.com")).Books[0].State);

        var result = await LaterAsync(scene);

        Assert.Equal(["bob@example.com"], scene.In(scene.Gold));
        Assert.Equal((1L, 1L), (result.Audiences[0].Omitted, result.Audiences[0].Unchanged));
        Assert.Equal(("RemovedAtDotdigital", "Omitted"), (Assert.Single(result.Failures).Code, result.Failures[0].Outcome));
        Assert.Contains(result.Notices, n => n.StartsWith("1 member was removed from \"Gold\" manually or by other software", StringComparison.Ordinal));
        Assert.Equal(ExitCode.Done, result.ExitCode);
        ExportScene.AddsUp(result);
        Assert.Contains("removed manually", (await scene.ExplainAsync("ann@example.com")).Next[0], StringComparison.Ordinal);

        // A changed value does not put them back either.
        scene.Set("gold", "ann@example.com,Anna,2", "bob@example.com");
        await scene.RunAsync();
        Assert.Equal(["bob@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_person_who_has_left_the_audience_and_is_a_member_again_may_enter()
    {
        await using var scene = await TakenOutAsync();
        await LaterAsync(scene);
        scene.Set("gold", "bob@example.com");
        var left = await scene.RunAsync();
        Assert.Empty(left.Failures);
        ExportScene.AddsUp(left);

        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();

        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task Restore_puts_them_back_unless_they_opted_out()
    {
        await using var scene = await TakenOutAsync();
        scene.More = "on_foreign_removal: restore";
        scene.Account.RemoveFromBook("bob@example.com", scene.Gold);
        scene.Account.Unsubscribe("bob@example.com");

        var result = await LaterAsync(scene);

        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
        Assert.Equal((1L, 1L), (result.Audiences[0].Entered, result.Audiences[0].Suppressed));
        Assert.NotEqual(ContactStatus.Subscribed, scene.Account.Contact("bob@example.com")!.Status);
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task Only_people_who_were_looked_up_count_as_removed()
    {
        await using var scene = await ManyAsync(300, takenOut: 60);

        var result = await LaterAsync(scene);

        Assert.Equal((50L, 250L), (result.Audiences[0].Omitted, result.Audiences[0].Unchanged));
        Assert.Contains(result.Notices, n => n.StartsWith("10 more members do not show in \"Gold\"", StringComparison.Ordinal));
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task A_person_who_was_deleted_at_Dotdigital_counts_as_deleted_and_is_not_created_again()
    {
        await using var scene = await TakenOutAsync();
        scene.More = "on_foreign_removal: restore";
        scene.Account.DeleteContact("bob@example.com");

        var result = await LaterAsync(scene);

        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
        Assert.Null(scene.Account.Contact("bob@example.com"));
        Assert.Equal(1, result.Audiences[0].Suppressed);
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task A_person_who_is_in_the_book_under_a_new_address_was_not_taken_out()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        scene.Account.ChangeEmail("ann@example.com", "ann@elsewhere.example");

        var result = await LaterAsync(scene);

        Assert.Empty(result.Failures);
        Assert.Equal(2, result.Audiences[0].Unchanged);
    }

    [Theory]
    [InlineData("verify_every: never")]
    [InlineData("verify_every: 30d")]
    public async Task How_often_is_the_jobs_choice(string every)
    {
        await using var scene = await TakenOutAsync();
        scene.More = every;

        await LaterAsync(scene);

        Assert.Equal("delivered", (await scene.ExplainAsync("ann@example.com")).Books[0].State);
    }

    [Fact]
    public async Task Once_looked_it_does_not_look_again_before_the_time()
    {
        await using var scene = await TakenOutAsync();
        await LaterAsync(scene);
        scene.Account.RemoveFromBook("bob@example.com", scene.Gold);

        await scene.RunAsync();

        Assert.Equal("delivered", (await scene.ExplainAsync("bob@example.com")).Books[0].State);
    }

    private static async Task<ExportScene> ManyAsync(int members, int takenOut)
    {
        var scene = await ExportScene.StartAsync();
        List<string> all = [.. Enumerable.Range(0, members).Select(i => $"m{i}@example.com")];
        scene.Set("gold", all);
        await scene.RunAsync();
        all.Take(takenOut).ToList().ForEach(m => scene.Account.RemoveFromBook(m, scene.Gold));
        return scene;
    }

    /// <summary>Ann and Bob were delivered to Gold, and Ann was removed manually.</summary>
    private static async Task<ExportScene> TakenOutAsync()
    {
        var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        scene.Account.RemoveFromBook("ann@example.com", scene.Gold);
        return scene;
    }

    /// <summary>Runs when a week has passed, by Dotdigital's clock: this machine's does not advance.</summary>
    private static Task<RunResult> LaterAsync(ExportScene scene)
    {
        scene.Account.Options = scene.Account.Options with { ClockOffset = TimeSpan.FromDays(8) };
        return scene.RunAsync();
    }
}
