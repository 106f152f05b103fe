namespace Rollcall.Dotdigital;

/// <summary>The part of a governor that shares the account's calls with other processes.</summary>
public sealed partial class Governor
{
    private readonly List<ICallLots> _sharers = [];
    private readonly bool[] _flowing = new bool[4];

    /// <summary>From now on calls are taken in lots, from the latest of those that share.</summary>
    public void Share(ICallLots lots)
    {
        lock (_lock)
        {
            _sharers.Add(lots);
        }
    }

    /// <summary>Ends <see cref="Share"/>. Returns what is to be given back, after the last of them.</summary>
    public IReadOnlyList<CallLot> Unshare(ICallLots lots)
    {
        lock (_lock)
        {
            _sharers.Remove(lots);
            IReadOnlyList<CallLot> back = _sharers.Count == 0 ? [.. _lots.Select(tier => tier.Leave()).OfType<CallLot>()] : [];
            Admit();
            return back;
        }
    }

    /// <summary>Whether a call needs no lot, or there is one.</summary>
    private bool HasLot(CallTier tier) => _sharers.Count == 0 || !_tiers[(int)tier].IsNumbered || _lots[(int)tier].HasLeft;

    /// <summary>Asks for lots where they are short, and returns whether some were given at once.</summary>
    private bool TakeLots(DateTimeOffset now)
    {
        var given = false;
        for (var tier = CallTier.Low; _sharers.Count > 0 && tier <= CallTier.Unlimited; tier++)
        {
            var budget = _tiers[(int)tier];
            budget.RollOver(now);
            var waiting = budget.IsNumbered ? FirstWithoutLot(tier, now) : null;
            if (budget.IsNumbered && _lots[(int)tier].Next(
                waiting is not null,
                waiting is not null && budget.MayUseReserve(waiting.Call.Job, waiting.Call.Priority == CallPriority.RealTime),
                _flowing[(int)tier],
                now) is { } lot)
            {
                given |= Take(lot, _sharers[^1]);
            }

            _flowing[(int)tier] = false;
        }

        return given;
    }

    private CallWaiter? FirstWithoutLot(CallTier tier, DateTimeOffset now)
    {
        CallWaiter? first = null;
        foreach (var waiter in _waiters)
        {
            if (now >= _flatUntil && TierOf(waiter.Call) == tier && IsWithinBudget(waiter.Call, now) && (first is null || Before(waiter, first)))
            {
                first = waiter;
            }
        }

        return first;
    }

    private bool Take(CallLot lot, ICallLots sharer)
    {
        var taking = sharer.TakeAsync(lot);
        if (!taking.IsCompletedSuccessfully)
        {
            _ = TakeLaterAsync(lot, taking);
            return false;
        }

        var granted = taking.GetAwaiter().GetResult();
        Given(lot, granted);
        return granted > 0;
    }

    private async Task TakeLaterAsync(CallLot lot, Task<int?> taking)
    {
        List<(CallWaiter Waiter, CallWait Wait)> told;
        try
        {
            var granted = await taking.ConfigureAwait(false);
            lock (_lock)
            {
                Given(lot, granted);
                Admit();
                told = [.. _waiters.Where(waiter => TierOf(waiter.Call) == lot.Tier && !_lots[(int)lot.Tier].IsAsking).Select(w => (w, Describe(w.Call)))];
            }
        }
        catch (Exception e)
        {
            Fail(lot.Tier, e);
            return;
        }

        told.ForEach(one => one.Waiter.Tell(one.Wait));
    }

    private void Given(CallLot lot, int? granted)
    {
        if (granted is { } calls)
        {
            _lots[(int)lot.Tier].Given(lot, calls, _clock.GetUtcNow());
        }
        else
        {
            _lots[(int)lot.Tier].Fail();
        }
    }

    /// <summary>Where no lot can be taken, the calls that wait for one fail with the reason.</summary>
    private void Fail(CallTier tier, Exception reason)
    {
        lock (_lock)
        {
            _lots[(int)tier].Fail();
            foreach (var waiter in _waiters.Where(waiter => TierOf(waiter.Call) == tier).ToList())
            {
                _waiters.Remove(waiter);
                waiter.Fail(reason);
            }

            Admit();
        }
    }

    /// <summary>The first end of a window that calls under way may outlast; null for none.</summary>
    private DateTimeOffset? Boundary()
    {
        DateTimeOffset? first = null;
        foreach (var lots in _sharers.Count > 0 ? _lots : [])
        {
            Earlier(ref first, lots.Boundary);
        }

        return first;
    }
}
