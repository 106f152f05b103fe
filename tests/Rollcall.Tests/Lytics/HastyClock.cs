namespace Rollcall.Tests.Lytics;

/// <summary>The system's clock with pauses that end at once; anything longer than a pause, such as a time-out, takes its time.</summary>
internal sealed class HastyClock : TimeProvider
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(45);
    private readonly Lock _sync = new();
    private readonly List<TimeSpan> _pauses = [];

    public IReadOnlyList<TimeSpan> Pauses
    {
        get
        {
            lock (_sync)
            {
                return [.. _pauses];
            }
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime <= TimeSpan.Zero || dueTime > Longest)
        {
            return base.CreateTimer(callback, state, dueTime, period);
        }

        lock (_sync)
        {
            _pauses.Add(dueTime);
        }

        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
