namespace Rollcall.Dotdigital;

/// <summary>
/// The lots that this process has of one tier's current window, where several processes share the account's calls. The budget still judges by what answers
/// show; a lot is needed besides. Without a clock and a lock.
/// </summary>
internal sealed class TierLots(CallTier tier, TierBudget budget)
{
    // A lot is this part of a window: few enough lots that taking them costs nothing, small enough that nobody holds much that others need.
    private const int LotsOfAWindow = 32;

    // Longer than processes differ about the beginning of a window: Dotdigital's times are rounded to a second, and answers take a while.
    private static readonly TimeSpan Early = TimeSpan.FromSeconds(5);

    private long _window;
    private int _granted;
    private bool _joined;
    private bool _heldBefore;
    private bool _failed;

    // Until when asking for ordinary, or for reserved, calls again is useless.
    private DateTimeOffset _ordinaryFrom;
    private DateTimeOffset _reservedFrom;

    /// <summary>Whether an answer is awaited.</summary>
    public bool IsAsking { get; private set; }

    /// <summary>Whether another call may start.</summary>
    public bool HasLeft
    {
        get
        {
            Follow();
            return _granted > budget.Started;
        }
    }

    /// <summary>What to ask for now; null for nothing. Report the answer with <see cref="Given"/> or <see cref="Fail"/>.</summary>
    /// <param name="isWaiting">Whether a call waits only for a lot.</param>
    /// <param name="mayUseReserve">Whether that call may use the reserved calls of the window.</param>
    /// <param name="flows">Whether a call has just started: then a lot is taken before the last one is used up.</param>
    public CallLot? Next(bool isWaiting, bool mayUseReserve, bool flows, DateTimeOffset now)
    {
        Follow();
        if (IsAsking || budget.Limit is not { } limit)
        {
            return null;
        }

        var owed = budget.Started - _granted;
        var lot = Math.Max(1, limit / LotsOfAWindow);
        if (now >= _ordinaryFrom && (isWaiting || (flows && lot > 1 && -owed <= lot / 2)))
        {
            return Ask(owed, lot, budget.Unreserved, now);
        }

        if (isWaiting && mayUseReserve && now >= _reservedFrom)
        {
            return Ask(owed, 1, limit, now);
        }

        // Calls that started in the window before may count in this one: the other processes have to know of them.
        return !_joined && !_failed && owed > 0 ? Ask(owed, 0, limit, now) : null;
    }

    public void Given(CallLot lot, int granted, DateTimeOffset now)
    {
        IsAsking = false;
        Follow();
        if (lot.Window != _window)
        {
            return;
        }

        _joined = true;
        _granted += granted;
        if (granted == lot.Owed && lot.Wanted > 0)
        {
            var again = lot.IsEarly && now < EarlyUntil ? EarlyUntil : budget.WindowEnds;
            (_ordinaryFrom, _reservedFrom) = lot.UpTo > budget.Unreserved ? (again, again) : (again, _reservedFrom);
        }
    }

    /// <summary>There is no answer. Only calls that wait ask again in this window.</summary>
    public void Fail() => (IsAsking, _failed) = (false, true);

    /// <summary>What was taken and not used; null for nothing.</summary>
    public CallLot? Leave()
    {
        Follow();
        if (!_joined)
        {
            return null;
        }

        var lot = new CallLot(tier, _window, budget.Started - _granted, 0, budget.Limit ?? 0) { Holders = -1 };
        _granted = budget.Started;
        _joined = false;
        return lot;
    }

    /// <summary>When a waiting call is to ask again, besides what the budget says; null for not.</summary>
    public DateTimeOffset? NextChance(DateTimeOffset now) => now < _ordinaryFrom ? _ordinaryFrom : null;

    /// <summary>The end of the window, where calls are under way that may count in the next; null for none.</summary>
    public DateTimeOffset? Boundary => budget.UnderWay > 0 && budget.IsNumbered ? budget.WindowEnds : null;

    private DateTimeOffset EarlyUntil => budget.WindowEnds - DotdigitalLimits.RateWindow + Early;

    private CallLot Ask(int owed, int wanted, int upTo, DateTimeOffset now)
    {
        IsAsking = true;
        var early = now < EarlyUntil;
        return new CallLot(tier, _window, Math.Max(0, owed), wanted, upTo)
        {
            // Early in a window, what others have not said yet would look like calls from outside.
            Counted = early ? 0 : budget.Counted,
            Holders = _joined ? 0 : 1,
            HeldBefore = _heldBefore,
            IsEarly = early,
        };
    }

    /// <summary>Lots end with their window.</summary>
    private void Follow()
    {
        if (budget.Window == _window)
        {
            return;
        }

        _heldBefore = _joined && budget.Window - _window == (long)DotdigitalLimits.RateWindow.TotalSeconds;
        _window = budget.Window;
        _granted = 0;
        _joined = false;
        _failed = false;
        (_ordinaryFrom, _reservedFrom) = (default, default);
    }
}
