using Rollcall.Lytics;
using Xunit;

namespace Rollcall.Tests.Lytics;

public sealed class ScanPaceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_grows_with_every_page_up_to_a_hundred()
    {
        using var pace = new ScanPace();
        for (var i = 0; i < 500; i++)
        {
            pace.Leave(await pace.EnterAsync(Cancellation), PaceAnswer.Good);
        }

        Assert.Equal(100, pace.AtOnce);
        Assert.Equal(100, await TurnsAsync(pace));
    }

    [Fact]
    public async Task Refusals_of_one_round_halve_it_once()
    {
        using var pace = await GrownAsync();
        var turns = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => pace.EnterAsync(Cancellation)));

        foreach (var turn in turns)
        {
            pace.Leave(turn, PaceAnswer.Overloaded);
        }

        Assert.Equal(50, pace.AtOnce);
        Assert.Equal(50, await TurnsAsync(pace));
    }

    [Fact]
    public async Task After_that_it_grows_by_one_a_round()
    {
        using var pace = await GrownAsync();
        pace.Leave(await pace.EnterAsync(Cancellation), PaceAnswer.Overloaded);

        for (var i = 0; i < 50 + 51; i++)
        {
            pace.Leave(await pace.EnterAsync(Cancellation), PaceAnswer.Good);
        }

        Assert.Equal(52, pace.AtOnce);
    }

    [Fact]
    public async Task One_page_at_a_time_is_the_least()
    {
        using var pace = new ScanPace();
        for (var i = 0; i < 20; i++)
        {
            pace.Leave(await pace.EnterAsync(Cancellation), PaceAnswer.Overloaded);
        }

        Assert.Equal(1, pace.AtOnce);
        Assert.Equal(1, await TurnsAsync(pace));
    }

    private static async Task<ScanPace> GrownAsync()
    {
        var pace = new ScanPace();
        for (var i = 0; i < 92; i++)
        {
            pace.Leave(await pace.EnterAsync(Cancellation), PaceAnswer.Good);
        }

        return pace;
    }

    /// <summary>How many turns can be had at once.</summary>
    private static async Task<int> TurnsAsync(ScanPace pace)
    {
        var turns = 0;
        while (true)
        {
            using var soon = new CancellationTokenSource();
            var turn = pace.EnterAsync(soon.Token);
            if (!turn.IsCompleted)
            {
                await soon.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => turn);
                return turns;
            }

            turns++;
        }
    }
}
