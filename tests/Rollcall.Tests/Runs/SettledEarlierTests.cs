using Rollcall.Model;
using Rollcall.Operations;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>What a run that settles an interrupted one reports about it, and what is stored of the interrupted one.</summary>
public sealed class SettledEarlierTests
{
    [Fact]
    public async Task The_run_that_settles_an_interrupted_one_counts_what_that_one_delivered()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        using var stop = new CancellationTokenSource();
        scene.Before = request => Stop(request, stop);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ExportRun.ExecuteAsync(scene.Job(), new RunOptions(), scene.Workplace(), stop.Token));
        scene.Before = null;
        using (var history = new History(scene.DataFolder))
        {
            var interrupted = history.Runs(scene.Job().Tag, 1)[0];
            Assert.Equal(RunState.Interrupted, interrupted.State);
            Assert.Equal(1, interrupted.ApiCalls.ByOperation["contacts.import"]);
            Assert.True(interrupted.BytesSent > 0);
        }

        Assert.Contains((await scene.ExplainAsync("ann@example.com")).Books, book => book.Reason.Contains("not settled yet", StringComparison.Ordinal));
        var result = await scene.RunAsync();

        Assert.Equal(2, result.SettledEarlier!.Delivered);
        Assert.Equal((0L, 2L), (result.Outcomes.Delivered, result.Audiences[0].Unchanged));
        ExportScene.AddsUp(result);
        Assert.Null((await scene.RunAsync()).SettledEarlier);
    }

    private static void Stop(string request, CancellationTokenSource stop)
    {
        if (request.StartsWith("GET /contacts/v3/import/", StringComparison.Ordinal))
        {
            stop.Cancel();
        }
    }
}
