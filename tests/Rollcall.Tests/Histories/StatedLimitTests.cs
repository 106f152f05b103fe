using Rollcall.Simulators;
using Rollcall.Tests.Jobs;
using Rollcall.Tests.Runs;
using Xunit;

namespace Rollcall.Tests.Histories;

/// <summary>What cannot be known, and how little that is.</summary>
public sealed class StatedLimitTests
{
    [Theory]
    [InlineData(ListSuppression.Clears, 0, true)]
    [InlineData(ListSuppression.Clears, 400, false)]
    [InlineData(ListSuppression.Keeps, 0, false)]
    public async Task An_opt_out_between_the_last_reading_and_the_applying_is_lost_only_where_lists_lift_opt_outs(ListSuppression lists, int latency, bool lost)
    {
        await using var scene = await ExportScene.StartAsync(o => o with { ListSuppression = lists, ImportLatency = TimeSpan.FromMilliseconds(latency) });
        scene.Account.AddContact("ann@example.com", scene.Gold);
        scene.Set("gold", "ann@example.com", "bob@example.com");
        scene.Before = request =>
        {
            if (request.StartsWith("PUT /contacts/v3/import", StringComparison.Ordinal))
            {
                scene.Account.Unsubscribe("ann@example.com", scene.Gold);
            }
        };

        await scene.RunAsync();
        scene.Before = null;

        // Applied the moment it was sent, the import left no moment in which a feed could have shown it. Later, the reading after its acceptance sees it.
        Assert.Equal(lost, scene.In(scene.Gold).Contains("ann@example.com"));

        // And nothing later, of any run, lifts an opt-out that was shown.
        scene.Account.Unsubscribe("ann@example.com", scene.Gold);
        scene.Set("gold", "ann@example.com,Ann,7", "bob@example.com");
        await scene.RunAsync();
        Assert.Equal(["bob@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public void Every_limit_that_excuses_a_history_is_stated()
    {
        var stated = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "docs", "architecture.md"));
        Assert.All(KnownLimits.All, limit => Assert.Contains("- " + limit, stated, StringComparison.Ordinal));
    }
}
