namespace Rollcall.Simulators.State;

/// <summary>Work that is done later than anybody expects: what was refused, unanswered or forgotten.</summary>
internal sealed class LateWork(TimeProvider clock) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<ITimer> _timers = [];

    /// <summary>How much is still to be done.</summary>
    public int Pending
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count;
            }
        }
    }

    public void After(TimeSpan delay, Action act)
    {
        ITimer? timer = null;
        timer = clock.CreateTimer(_ => Do(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lock (_gate)
        {
            _timers.Add(timer);
        }

        timer.Change(delay, Timeout.InfiniteTimeSpan);

        void Do()
        {
            // Counted as pending until it is done, so that a test that waits for it sees its effect.
            act();
            lock (_gate)
            {
                _timers.Remove(timer!);
            }

            timer!.Dispose();
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var timer in _timers)
            {
                timer.Dispose();
            }

            _timers.Clear();
        }
    }
}
