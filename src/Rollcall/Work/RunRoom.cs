using Rollcall.Model;

namespace Rollcall.Work;

/// <summary>What a run's DuckDB may use.</summary>
/// <param name="Megabytes">Its memory; the rest of a process's is for request bodies and the runtime.</param>
/// <param name="Threads">Its threads.</param>
public sealed record RunPortion(int Megabytes, int Threads)
{
    /// <summary>What a run uses that shares with nobody.</summary>
    public static RunPortion Alone { get; } = new(900, Math.Clamp(Environment.ProcessorCount, 1, 8));
}

/// <summary>
/// The memory and threads that runs of one process share, in equal portions. A run waits until one is free. The account with the fewest runs goes first,
/// then the one that had to wait the longest since it last got a portion.
/// </summary>
public sealed class RunRoom
{
    private readonly Lock _lock = new();
    private readonly RunPortion _portion;
    private readonly int _portions;
    private readonly List<Waiter> _waiters = [];
    private readonly Dictionary<long, int> _inside = [];
    private readonly Dictionary<long, long> _lastTurn = [];
    private long _turns;

    /// <param name="megabytes">The memory of all runs together. A run needs 900 MB, or all of it where it is less.</param>
    /// <param name="threads">The threads of all runs together.</param>
    public RunRoom(int megabytes, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(megabytes, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        _portions = Math.Clamp(megabytes / RunPortion.Alone.Megabytes, 1, threads);
        _portion = new RunPortion(Math.Min(megabytes, RunPortion.Alone.Megabytes), Math.Min(threads / _portions, RunPortion.Alone.Threads));
    }

    /// <summary>How many runs go on at once.</summary>
    public int Portions => _portions;

    /// <summary>Waits for a portion. Dispose the result when the run has closed its database.</summary>
    internal async Task<RunPlace> EnterAsync(long account, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (_lock)
        {
            waiter = new Waiter(account);
            _waiters.Add(waiter);
            Admit();
        }

        if (!waiter.Entered.Task.IsCompleted)
        {
            progress?.Report(new RunProgress($"waiting for memory and processors: {_portions} of this process's runs are under way", 0, null, ""));
        }

        using (cancellation.UnsafeRegister((_, token) => GiveUp(waiter, token), null))
        {
            return await waiter.Entered.Task.ConfigureAwait(false);
        }
    }

    internal void Leave(long account)
    {
        lock (_lock)
        {
            _inside[account]--;
            if (_inside[account] == 0)
            {
                _inside.Remove(account);
            }

            Admit();
        }
    }

    private void Admit()
    {
        while (_inside.Values.Sum() < _portions && _waiters.Count > 0)
        {
            // The first of equals is the one that came first.
            var next = _waiters.MinBy(w => (_inside.GetValueOrDefault(w.Account), _lastTurn.GetValueOrDefault(w.Account)))!;
            _waiters.Remove(next);
            _inside[next.Account] = _inside.GetValueOrDefault(next.Account) + 1;
            _lastTurn[next.Account] = ++_turns;
            next.Entered.SetResult(new RunPlace(this, next.Account, _portion));
        }
    }

    private void GiveUp(Waiter waiter, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_waiters.Remove(waiter))
            {
                waiter.Entered.SetCanceled(cancellation);
            }
        }
    }

    private sealed class Waiter(long account)
    {
        public long Account => account;

        public TaskCompletionSource<RunPlace> Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>A run's place in the room.</summary>
internal sealed class RunPlace(RunRoom? room, long account, RunPortion portion) : IDisposable
{
    private bool _left;

    public RunPortion Portion => portion;

    /// <summary>A place in the room, or one of its own where there is no room to share.</summary>
    public static async Task<RunPlace> InAsync(RunRoom? room, long account, IProgress<RunProgress>? progress, CancellationToken cancellation) =>
        room is null ? new RunPlace(null, account, RunPortion.Alone) : await room.EnterAsync(account, progress, cancellation);

    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _left, true))
        {
            room?.Leave(account);
        }
    }
}
