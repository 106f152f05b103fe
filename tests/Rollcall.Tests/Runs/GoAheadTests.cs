using Rollcall.Model;
using Rollcall.Operations;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>A run that asks before it sends.</summary>
public sealed class GoAheadTests
{
    [Fact]
    public async Task A_declined_run_sends_nothing_and_is_not_recorded()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");

        var result = await scene.RunAsync(new RunOptions { GoAhead = _ => Task.FromResult(false) });

        Assert.True(result.Declined);
        Assert.Equal(0, scene.Writes);
        using var history = new History(scene.DataFolder);
        Assert.Empty(history.Runs("scene", 10));
        Assert.False(history.HasBegun("scene"));
    }

    [Fact]
    public async Task A_confirmed_run_sends_what_it_showed_and_counts_it_once()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "no address,Nobody,1");
        RunResult? shown = null;

        var result = await scene.RunAsync(new RunOptions
        {
            GoAhead = plan =>
            {
                shown = plan;
                return Task.FromResult(true);
            },
        });

        Assert.Equal(0, shown!.ApiCalls.ByOperation.GetValueOrDefault("contacts.import"));
        Assert.Equal(1, shown.Plan!.Imports);
        Assert.Equal((1, 1), (shown.Audiences[0].Entered, result.Audiences[0].Entered));
        Assert.Equal((1, 1), (shown.Outcomes.Delivered, result.Outcomes.Delivered));
        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
        ExportScene.AddsUp(result);
        using var history = new History(scene.DataFolder);
        Assert.True(history.HasBegun("scene"));
    }

    [Fact]
    public async Task A_run_that_failed_before_it_sent_anything_has_not_begun()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Queries["gold"] = "SELECT nothing FROM gold";
        scene.Set("gold", "ann@example.com");

        await Assert.ThrowsAsync<RollcallException>(() => scene.RunAsync());

        using var history = new History(scene.DataFolder);
        Assert.False(history.HasBegun("scene"));
    }

    [Fact]
    public async Task People_a_declined_run_would_have_adopted_belong_to_no_job()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Account.AddContact("there@example.com", scene.Gold);
        scene.Set("gold", "ann@example.com");

        var result = await scene.RunAsync(new RunOptions { Adopt = AdoptAs.Own, GoAhead = _ => Task.FromResult(false) });

        Assert.True(result.Declined);
        using (var history = new History(scene.DataFolder))
        {
            Assert.False(history.HasBegun("scene"));
        }

        await scene.RunAsync("exits");
        Assert.Equal(["ann@example.com", "there@example.com"], scene.In(scene.Gold));
    }
}
