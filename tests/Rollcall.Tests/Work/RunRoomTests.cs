using Rollcall.Model;
using Rollcall.Work;
using Xunit;

namespace Rollcall.Tests.Work;

/// <summary>Runs of one process share its memory and threads.</summary>
public sealed class RunRoomTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(900, 8, 1, 900)]
    [InlineData(3_700, 8, 4, 900)]
    [InlineData(9_000, 2, 2, 900)]
    [InlineData(400, 2, 1, 400)]
    public async Task Portions_are_equal_and_never_more_than_all_together(int megabytes, int threads, int portions, int memory)
    {
        var room = new RunRoom(megabytes, threads);
        using var place = await room.EnterAsync(1, null, Cancellation);

        Assert.Equal((portions, memory), (room.Portions, place.Portion.Megabytes));
        Assert.InRange(place.Portion.Threads, 1, threads / portions);
    }

    [Fact]
    public async Task One_run_in_a_room_for_one_uses_what_a_run_without_a_room_uses()
    {
        using var without = await RunPlace.InAsync(null, 1, null, Cancellation);
        using var alone = await new RunRoom(900, RunPortion.Alone.Threads).EnterAsync(1, null, Cancellation);

        Assert.Equal(without.Portion, alone.Portion);
    }

    [Fact]
    public async Task A_run_waits_for_room_and_says_so()
    {
        var room = new RunRoom(1_800, 2);
        var first = await room.EnterAsync(1, null, Cancellation);
        using var second = await room.EnterAsync(1, null, Cancellation);
        var said = new Said();
        var third = room.EnterAsync(1, said, Cancellation);
        Assert.False(third.IsCompleted);
        Assert.Contains("memory", Assert.Single(said.All).Step, StringComparison.Ordinal);

        first.Dispose();
        first.Dispose();

        using var entered = await third;
        Assert.False(room.EnterAsync(1, null, Cancellation).IsCompleted);
    }

    [Fact]
    public async Task A_run_that_is_cancelled_while_it_waits_takes_no_room()
    {
        var room = new RunRoom(900, 1);
        var first = await room.EnterAsync(1, null, Cancellation);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var impatient = room.EnterAsync(1, null, patience.Token);
        var patient = room.EnterAsync(1, null, Cancellation);

        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        first.Dispose();
        using var entered = await patient;
    }

    [Fact]
    public async Task An_account_with_many_runs_does_not_keep_another_waiting()
    {
        var room = new RunRoom(900, 1);
        var turns = new List<string>();
        var inside = await room.EnterAsync(1, null, Cancellation);
        List<(string Name, Task<RunPlace> Place)> waiting =
        [
            .. new (string Name, long Account)[] { ("a1", 1), ("a2", 1), ("a3", 1), ("b1", 2), ("b2", 2), ("c1", 3) }
                .Select(run => (run.Name, room.EnterAsync(run.Account, null, Cancellation))),
        ];

        while (waiting.Count > 0)
        {
            inside.Dispose();
            inside = await await Task.WhenAny(waiting.Select(run => run.Place));
            var next = Assert.Single(waiting, run => run.Place.IsCompleted);
            waiting.Remove(next);
            turns.Add(next.Name);
        }

        inside.Dispose();
        Assert.Equal(["b1", "c1", "a1", "b2", "a2", "a3"], turns);
    }

    private sealed class Said : IProgress<RunProgress>
    {
        public List<RunProgress> All { get; } = [];

        public void Report(RunProgress value) => All.Add(value);
    }
}
