using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Rollcall.Tests.Dotdigital;

/// <summary>A clock that only advances when someone waits for it, so that no test depends on the speed of threads.</summary>
internal sealed class WatchedClock() : FakeTimeProvider(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero))
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<WatchedTimer, DateTimeOffset> _due = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits until somebody waits for exactly that long, and lets it pass.</summary>
    public async Task PassAsync(double seconds)
    {
        var wanted = GetUtcNow() + TimeSpan.FromSeconds(seconds);
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_due.Values.FirstOrDefault(due => (due - wanted).Duration() <= Tolerance) is var due && due != default)
                {
                    wanted = due;
                    break;
                }

                changed = _changed.Task;
            }

            // Only a failing test ever waits so long.
            await changed.WaitAsync(TimeSpan.FromSeconds(30), System, TestContext.Current.CancellationToken);
        }

        Advance(wanted - GetUtcNow());
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new WatchedTimer(this, base.CreateTimer(callback, state, dueTime, period));
        Armed(timer, dueTime);
        return timer;
    }

    private void Armed(WatchedTimer timer, TimeSpan? dueTime)
    {
        lock (_lock)
        {
            _due.Remove(timer);
            if (dueTime is { } due && due >= TimeSpan.Zero)
            {
                _due[timer] = GetUtcNow() + due;
            }

            _changed.TrySetResult();
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private sealed class WatchedTimer(WatchedClock clock, ITimer inner) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var changed = inner.Change(dueTime, period);
            clock.Armed(this, dueTime);
            return changed;
        }

        public void Dispose()
        {
            inner.Dispose();
            clock.Armed(this, null);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
