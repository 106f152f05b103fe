using Rollcall.Model;

namespace Rollcall.Cli.Progress;

/// <summary>How far one step of a run is, how fast it goes, and how long it will take.</summary>
/// <param name="Name">The step.</param>
/// <param name="Unit">What is counted.</param>
/// <param name="Done">Done so far.</param>
/// <param name="Total">All of it; null when unknown.</param>
/// <param name="Elapsed">How long it has run.</param>
/// <param name="ARate">Units a second; null while too little is known.</param>
/// <param name="Left">Time left; null when unknown.</param>
/// <param name="Ended">Whether a later step has begun, or all of it is done.</param>
internal sealed record StepTime(string Name, string Unit, long Done, long? Total, TimeSpan Elapsed, double? ARate, TimeSpan? Left, bool Ended);

/// <summary>Receives the progress of a run and times its steps. Thread-safe.</summary>
internal sealed class StepTimes(TimeProvider clock) : IProgress<RunProgress>
{
    /// <summary>A rate over a shorter time is not meaningful.</summary>
    private static readonly TimeSpan _enough = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly List<Step> _steps = [];

    public void Report(RunProgress value)
    {
        lock (_lock)
        {
            var now = clock.GetTimestamp();
            var step = _steps.Find(one => one.Name == value.Step);
            if (step is null)
            {
                if (_steps.Count > 0)
                {
                    _steps[^1].Ended ??= now;
                }

                _steps.Add(step = new Step(value.Step, now, value.Done));
            }

            step.Done = value.Done;
            step.Total = value.Total;
            step.Unit = value.Unit;
            step.Ended = value.Total is { } total && value.Done >= total ? step.Ended ?? now : step == _steps[^1] ? null : step.Ended;
        }
    }

    /// <summary>The steps so far, in the order in which they began.</summary>
    public IReadOnlyList<StepTime> Steps()
    {
        lock (_lock)
        {
            var now = clock.GetTimestamp();
            return [.. _steps.Select(step => step.At(now, clock))];
        }
    }

    private sealed class Step(string name, long began, long first)
    {
        public string Name { get; } = name;

        public string Unit { get; set; } = "";

        public long Done { get; set; }

        public long? Total { get; set; }

        public long? Ended { get; set; }

        public StepTime At(long now, TimeProvider clock)
        {
            var elapsed = clock.GetElapsedTime(began, Ended ?? now);
            double? rate = elapsed >= _enough && Done > first ? (Done - first) / elapsed.TotalSeconds : null;
            TimeSpan? left = rate is { } known && Total is { } total && Ended is null ? TimeSpan.FromSeconds((total - Done) / known) : null;
            return new StepTime(Name, Unit, Done, Total, elapsed, rate, left, Ended is not null);
        }
    }
}
