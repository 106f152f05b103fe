using Microsoft.Extensions.Time.Testing;
using Rollcall.Cli.Progress;
using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Cli;

public sealed class StepTimesTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly StepTimes _times;

    public StepTimesTests() => _times = new StepTimes(_clock);

    [Fact]
    public void A_rate_and_the_time_left_follow_from_what_was_done_here()
    {
        _times.Report(new RunProgress("read", 1_000, 11_000, "rows"));
        _clock.Advance(TimeSpan.FromSeconds(10));
        _times.Report(new RunProgress("read", 6_000, 11_000, "rows"));
        var step = Assert.Single(_times.Steps());
        Assert.Equal(500, step.ARate);
        Assert.Equal(TimeSpan.FromSeconds(10), step.Left);
        Assert.Equal("6,000 of 11,000 rows, 500/s, about 10 s left", ProgressText.Of(step));
    }

    [Fact]
    public void Too_short_a_time_gives_no_rate()
    {
        _times.Report(new RunProgress("read", 0, 10, "rows"));
        _clock.Advance(TimeSpan.FromMilliseconds(500));
        _times.Report(new RunProgress("read", 5, 10, "rows"));
        Assert.Null(Assert.Single(_times.Steps()).ARate);
    }

    [Fact]
    public void A_step_ends_when_the_next_begins_and_keeps_its_time()
    {
        _times.Report(new RunProgress("read", 10, null, "rows"));
        _clock.Advance(TimeSpan.FromSeconds(2));
        _times.Report(new RunProgress("send", 0, 3, "imports"));
        _clock.Advance(TimeSpan.FromSeconds(5));
        var steps = _times.Steps();
        Assert.Equal((true, TimeSpan.FromSeconds(2)), (steps[0].Ended, steps[0].Elapsed));
        Assert.Equal((false, TimeSpan.FromSeconds(5)), (steps[1].Ended, steps[1].Elapsed));
        Assert.Equal("10 rows", ProgressText.Of(steps[0]));
    }

    [Fact]
    public async Task Without_a_terminal_a_line_is_written_every_few_seconds_and_none_twice()
    {
        using var terminal = new RecordedTerminal();
        var goOn = new TaskCompletionSource<int>();
        var showing = ProgressDisplay.ShowAsync(terminal.Terminal, progress =>
        {
            progress.Report(new RunProgress("read vips", 500, 1_000, "rows"));
            return goOn.Task;
        });
        terminal.Clock.Advance(TimeSpan.FromSeconds(3));
        terminal.Clock.Advance(TimeSpan.FromSeconds(3));
        goOn.SetResult(7);
        Assert.Equal(7, await showing);
        Assert.Equal("read vips: 500 of 1,000 rows\n", terminal.Errors.ReplaceLineEndings("\n"));
        Assert.Empty(terminal.Output);
    }
}
