namespace Rollcall.Dotdigital;

/// <summary>
/// Counts an account's imports under way, as far as this process knows. Its word is advice: a start waits a while for room and
/// is then tried all the same, because only Dotdigital knows the imports of others, and of processes that died.
/// </summary>
public sealed class ImportGate
{
    /// <summary>How long a start waits for room before it is tried all the same.</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly HashSet<string> _active = [];
    private TaskCompletionSource _changed = NewSignal();
    private int _starting;

    internal ImportGate(TimeProvider clock) => _clock = clock;

    /// <summary>Imports started or seen unfinished, and not yet seen finished.</summary>
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

    /// <summary>Waits for room, at most <see cref="LongestWait"/>. Dispose what it gives when the start was answered.</summary>
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
                waits?.Report(new CallWait($"{DotdigitalLimits.ActiveImports} imports are under way, as many as an account may have", until));
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
