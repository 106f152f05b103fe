using Rollcall.Dotdigital;

namespace Rollcall.Tests.Histories;

/// <summary>
/// One timeline with two clocks, Rollcall's and Dotdigital's. Time does not advance during a request, and advances immediately when the engine waits:
/// hours of polling take no time, and no test depends on the speed of threads.
/// </summary>
internal sealed class TwoClocks
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(5);

    private readonly Lock _gate = new();
    private readonly List<LineTimer> _armed = [];
    private DateTimeOffset _now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private int _requests;
    private bool _looking;

    public TwoClocks()
    {
        Ours = new Face(this, ours: true);
        Theirs = new Face(this, ours: false);
    }

    /// <summary>This machine's clock, which may be set wrong.</summary>
    public Face Ours { get; }

    public Face Theirs { get; }

    /// <summary>How far this machine's wall clock is off. Its monotonic clock is not.</summary>
    public TimeSpan Wrong { get; set; }

    /// <summary>Lets time pass between runs.</summary>
    public void Pass(TimeSpan time)
    {
        DateTimeOffset until;
        lock (_gate)
        {
            until = _now + time;
        }

        PassUntil(until);
    }

    /// <summary>A request is sent: time does not advance until <see cref="Answered"/>.</summary>
    public void Asked()
    {
        lock (_gate)
        {
            _requests++;
        }
    }

    public void Answered()
    {
        lock (_gate)
        {
            _requests--;
        }

        // What Dotdigital does without delay is done before the caller hears the answer.
        PassUntil(_now);
        Look();
    }

    private void PassUntil(DateTimeOffset until)
    {
        while (true)
        {
            LineTimer? next;
            lock (_gate)
            {
                next = _armed.Where(t => !t.Ours && t.Due <= until).MinBy(t => t.Due);
                _now = Max(_now, next?.Due ?? until);
                if (next is null)
                {
                    return;
                }

                _armed.Remove(next);
            }

            next.Fire();
        }
    }

    private void Look()
    {
        lock (_gate)
        {
            if (_looking || _requests > 0 || !_armed.Any(t => t.IsWait))
            {
                return;
            }

            _looking = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(_ => ResumeEngine(), null);
    }

    private void ResumeEngine()
    {
        DateTimeOffset due;
        lock (_gate)
        {
            _looking = false;
            if (_requests > 0 || _armed.Where(t => t.IsWait).MinBy(t => t.Due) is not { } first)
            {
                return;
            }

            due = first.Due;
        }

        PassUntil(due);
        List<LineTimer> waits;
        lock (_gate)
        {
            waits = [.. _armed.Where(t => t.IsWait && t.Due <= due)];
            _armed.RemoveAll(waits.Contains);
        }

        foreach (var wait in waits)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ => wait.Fire(), null);
        }

        // A remaining waiter without further events must not wait for ever.
        _ = Task.Delay(LookAgain, TimeProvider.System).ContinueWith(_ => Look(), TaskScheduler.Default);
    }

    private static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    /// <summary>One clock of the two.</summary>
    internal sealed class Face(TwoClocks line, bool ours) : TimeProvider
    {
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow()
        {
            lock (line._gate)
            {
                return ours ? line._now + line.Wrong : line._now;
            }
        }

        public override long GetTimestamp()
        {
            lock (line._gate)
            {
                return line._now.Ticks;
            }
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new LineTimer(line, ours, callback, state);
            timer.Change(dueTime, period);
            return timer;
        }
    }

    private sealed class LineTimer(TwoClocks line, bool ours, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public bool Ours => ours;

        /// <summary>
        /// Whether the engine waits for it. A token with a timeout is not a wait, and never times out here; neither is a governor's end of a window.
        /// </summary>
        public bool IsWait => ours && state is not (CancellationTokenSource or TierLots[]);

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (line._gate)
            {
                line._armed.Remove(this);
                if (dueTime >= TimeSpan.Zero)
                {
                    Due = line._now + dueTime;
                    line._armed.Add(this);
                }
            }

            line.Look();
            return true;
        }

        public void Dispose()
        {
            lock (line._gate)
            {
                line._armed.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
