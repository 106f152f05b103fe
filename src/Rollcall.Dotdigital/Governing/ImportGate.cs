namespace Rollcall.Dotdigital;

/// <summary>
/// Counts an account's active imports, as far as this process knows. This is only advice: a start waits a while for a free slot and
/// is then attempted anyway, because only Dotdigital knows the imports of other processes.
/// </summary>
public sealed class ImportGate
{
    /// <summary>How long a start waits for a free slot before it is attempted anyway.</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly HashSet<string> _active = [];
    private TaskCompletionSource _changed = NewSignal();
    private int _starting;

    internal ImportGate(TimeProvider clock) => _clock = clock;

    /// <summary>Imports that were started or seen unfinished, and are not known to be finished.</summary>
    public int Active
    {
        get
        {
            lock (_lock)
            {
                return _active.Count + _starting;
            }
        }
    }

    /// <summary>Whether another import may be started without waiting.</summary>
    public bool HasRoom => Active < DotdigitalLimits.ActiveImports;

    internal void Seen(string importId)
    {
        lock (_lock)
        {
            _active.Add(importId);
        }
    }

    internal void Settled(string importId)
    {
        lock (_lock)
        {
            if (_active.Remove(importId))
            {
                Signal();
            }
        }
    }

    /// <summary>Waits for a free slot, at most <see cref="LongestWait"/>. Dispose the result when the start was answered.</summary>
    internal async ValueTask<IDisposable> EnterAsync(IProgress<CallWait>? waits, CancellationToken cancellation)
    {
        var until = _clock.GetUtcNow() + LongestWait;
        var said = false;
        while (true)
        {
            Task changed;
            var left = until - _clock.GetUtcNow();
            lock (_lock)
            {
                if (_active.Count + _starting < DotdigitalLimits.ActiveImports || left <= TimeSpan.Zero)
                {
                    _starting++;
                    return new Start(this);
                }

                changed = _changed.Task;
            }

            if (!said)
            {
                said = true;
                waits?.Report(new CallWait($"{DotdigitalLimits.ActiveImports} imports are active, the maximum for an account", until));
            }

            try
            {
                await changed.WaitAsync(left, _clock, cancellation).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                continue;
            }
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Signal()
    {
        _changed.TrySetResult();
        _changed = NewSignal();
    }

    private sealed class Start(ImportGate gate) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
            {
                lock (gate._lock)
                {
                    gate._starting--;
                    gate.Signal();
                }
            }
        }
    }
}
