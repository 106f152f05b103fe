using System.Collections.Concurrent;
using Rollcall.Model;
using Rollcall.TestKit;
using Rollcall.Work;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>Two runs of one process, with room for one.</summary>
public sealed class SharedRoomTests
{
    private readonly RunRoom _room = new(900, 2);
    private readonly TaskCompletionSource _planned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Said _said = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_second_waits_until_the_first_has_ended_and_both_deliver()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        var first = FirstAsync(scene);
        await _planned.Task.WaitAsync(Cancellation);
        var second = OtherAsync(scene, Cancellation);
        await PollUntil.TrueAsync(() => _said.Waits, "the second run's wait");
        Assert.False(second.IsCompleted);

        _answer.SetResult(true);

        Assert.Equal((RunState.Completed, RunState.Completed), ((await first).State, (await second).State));
        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_run_that_is_cancelled_while_it_waits_ends_and_the_first_goes_on()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var first = FirstAsync(scene);
        await _planned.Task.WaitAsync(Cancellation);
        var second = OtherAsync(scene, patience.Token);
        await PollUntil.TrueAsync(() => _said.Waits, "the second run's wait");

        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        _answer.SetResult(true);
        Assert.Equal(RunState.Completed, (await first).State);
    }

    private Task<RunResult> FirstAsync(ExportScene scene)
    {
        Task<bool> GoAhead(RunResult plan)
        {
            _planned.SetResult();
            return _answer.Task;
        }

        return ExportRun.ExecuteAsync(scene.Job(), new RunOptions { GoAhead = GoAhead }, scene.Workplace() with { Room = _room }, Cancellation);
    }

    private Task<RunResult> OtherAsync(ExportScene scene, CancellationToken cancellation) => ExportRun.ExecuteAsync(
        scene.Job() with { Tag = "other" }, new RunOptions(), scene.Workplace() with { Room = _room, Progress = _said }, cancellation);

    private sealed class Said : IProgress<RunProgress>
    {
        private readonly ConcurrentQueue<RunProgress> _all = new();

        public bool Waits => _all.Any(progress => progress.Step.StartsWith("waiting for memory", StringComparison.Ordinal));

        public void Report(RunProgress value) => _all.Enqueue(value);
    }
}
