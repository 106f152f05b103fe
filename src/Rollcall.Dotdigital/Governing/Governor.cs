namespace Rollcall.Dotdigital;

/// <summary>
/// Shares one account's calls between all clients of this process: respects each tier's limit per minute, as reported in answers, and each
/// job's share of it. Real-time calls go first, then the job with the fewest calls in this minute; one call in fifty is reserved for both. Refusals
/// are waited out. With <see cref="Share"/> it takes the calls in lots from what other processes share. Independent of HTTP.
/// </summary>
public sealed partial class Governor
{
    private static readonly TimeSpan FirstFlatPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestFlatPause = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly TierBudget[] _tiers = [new(), new(), new(), new()];
    private readonly TierLots[] _lots;
    private readonly Dictionary<string, CallTier> _learnt = [];
    private readonly List<CallWaiter> _waiters = [];
    private readonly ITimer _timer;

    // Nobody waits for it: at the end of a window the calls under way are declared in the next one.
    private readonly ITimer _boundary;

    private long _arrivals;
    private DateTimeOffset _flatUntil;
    private TimeSpan _flatPause = FirstFlatPause;

    /// <summary>A governor without any information yet.</summary>
    public Governor(TimeProvider clock)
    {
        _clock = clock;
        Imports = new ImportGate(clock);
        _lots = [.. _tiers.Select((budget, tier) => new TierLots((CallTier)tier, budget))];
        _timer = clock.CreateTimer(_ => Pump(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _boundary = clock.CreateTimer(_ => Pump(), _lots, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The account's active imports.</summary>
    public ImportGate Imports { get; }

    /// <summary>A tier's calls per minute; null until an answer shows them.</summary>
    public int? LimitOf(CallTier tier)
    {
        lock (_lock)
        {
            return _tiers[(int)tier].Limit;
        }
    }

    /// <summary>Waits until the call may be made. Report the end of the call to the returned lease.</summary>
    internal ValueTask<CallLease> EnterAsync(GovernedCall call, IProgress<CallWait>? waits, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        CallWaiter waiter;
        CallWait? wait;
        lock (_lock)
        {
            waiter = new CallWaiter(call, _arrivals++, waits);
            _waiters.Add(waiter);
            Admit();
            if (waiter.Lease is { } lease)
            {
                return new(lease);
            }

            // A lot is there in a moment: that is no wait to speak of.
            wait = _lots[(int)TierOf(call)].IsAsking ? null : Describe(call);
        }

        if (wait is not null)
        {
            waiter.Tell(wait);
        }

        waiter.GiveUpOn(this, cancellation);
        return new(waiter.Task);
    }

    internal void Finish(CallLease lease, RateHeaders headers, FailureCause? refusal)
    {
        lock (_lock)
        {
            var now = _clock.GetUtcNow();
            var tier = Learn(lease, headers, now);
            if (refusal == FailureCause.TierLimit)
            {
                tier.Exhaust(headers, now);
            }
            else if (refusal == FailureCause.FlatLimit)
            {
                HoldAll(headers, now);
            }
            else if (refusal is null)
            {
                _flatPause = FirstFlatPause;
            }

            Admit();
        }
    }

    internal void Abandon(CallLease lease)
    {
        lock (_lock)
        {
            _tiers[(int)lease.Tier].Finish(lease.Call.Job);
            Admit();
        }
    }

    /// <summary>Counts the call in the tier that Dotdigital reports.</summary>
    private TierBudget Learn(CallLease lease, RateHeaders headers, DateTimeOffset now)
    {
        var job = lease.Call.Job;
        var counted = _tiers[(int)lease.Tier];
        var generation = lease.Generation;
        if (headers.Tier is { } reported && reported != lease.Tier)
        {
            _learnt[lease.Call.Operation] = reported;
            counted.Withdraw(job);
            counted = _tiers[(int)reported];
            generation = counted.Start(job);
        }

        counted.Learn(headers, job, generation, now);
        counted.Finish(job);
        return counted;
    }

    /// <summary>The flat limit counts the last hour and gives no end, so retry with growing pauses.</summary>
    private void HoldAll(RateHeaders headers, DateTimeOffset now)
    {
        if (now < _flatUntil)
        {
            return;
        }

        var advised = headers.RetryAfter ?? headers.UntilReset(now);
        _flatUntil = now + (advised is { } wait && wait > TimeSpan.Zero ? wait : _flatPause);
        _flatPause = _flatPause * 2 > LongestFlatPause ? LongestFlatPause : _flatPause * 2;
    }

    private void Pump()
    {
        lock (_lock)
        {
            Admit();
        }
    }

    private void Admit()
    {
        var now = _clock.GetUtcNow();
        do
        {
            Start(now);
        }
        while (TakeLots(now));
        Arm(now);
    }

    private void Start(DateTimeOffset now)
    {
        while (now >= _flatUntil && Next(now) is { } waiter)
        {
            _waiters.Remove(waiter);
            var tier = TierOf(waiter.Call);
            var generation = _tiers[(int)tier].Start(waiter.Call.Job);
            _flowing[(int)tier] = true;
            waiter.Admit(new CallLease(this, waiter.Call, tier, generation));
        }
    }

    private CallWaiter? Next(DateTimeOffset now)
    {
        CallWaiter? best = null;
        foreach (var waiter in _waiters)
        {
            if (IsWithinBudget(waiter.Call, now) && HasLot(TierOf(waiter.Call)) && (best is null || Before(waiter, best)))
            {
                best = waiter;
            }
        }

        return best;
    }

    private bool IsWithinBudget(GovernedCall call, DateTimeOffset now) =>
        _tiers[(int)TierOf(call)].MayStart(call.Job, call.Share, call.Priority == CallPriority.RealTime, now);

    private bool Before(CallWaiter a, CallWaiter b)
    {
        if (a.Call.Priority != b.Call.Priority)
        {
            return a.Call.Priority < b.Call.Priority;
        }

        var hadA = _tiers[(int)TierOf(a.Call)].StartedBy(a.Call.Job);
        var hadB = _tiers[(int)TierOf(b.Call)].StartedBy(b.Call.Job);
        return hadA != hadB ? hadA < hadB : a.Arrival < b.Arrival;
    }

    private void Arm(DateTimeOffset now)
    {
        DateTimeOffset? next = null;
        foreach (var waiter in _waiters)
        {
            // Where a lot was asked for, its answer admits, and no clock.
            var tier = (int)TierOf(waiter.Call);
            Earlier(ref next, now < _flatUntil ? _flatUntil : _lots[tier].IsAsking ? null : _tiers[tier].NextChance(now));
            Earlier(ref next, _sharers.Count > 0 && !_lots[tier].IsAsking ? _lots[tier].NextChance(now) : null);
        }

        Set(_timer, next, now);
        Set(_boundary, Boundary(), now);
    }

    private static void Set(ITimer timer, DateTimeOffset? next, DateTimeOffset now)
    {
        // A timer may fire slightly early; the extra millisecond saves a round.
        var due = next is { } at ? at - now + TimeSpan.FromMilliseconds(1) : Timeout.InfiniteTimeSpan;
        timer.Change(due < TimeSpan.Zero && next is not null ? TimeSpan.Zero : due, Timeout.InfiniteTimeSpan);
    }

    private static void Earlier(ref DateTimeOffset? next, DateTimeOffset? chance)
    {
        if (chance is { } at && (next is null || at < next))
        {
            next = at;
        }
    }

    private CallTier TierOf(GovernedCall call) => _learnt.GetValueOrDefault(call.Operation, call.Tier);

    private CallWait Describe(GovernedCall call)
    {
        var now = _clock.GetUtcNow();
        if (now < _flatUntil)
        {
            return new("the account's calls of the last hour are used up", _flatUntil);
        }

        var tier = TierOf(call);
        var budget = _tiers[(int)tier];
        return new(
            budget.Limit is { } limit
                ? $"this minute's {tier.ToString().ToLowerInvariant()}-tier calls are used up ({limit} per minute for the whole account)"
                : "waiting for the first answer, which contains the account's limits",
            budget.NextChance(now));
    }

    internal void GiveUp(CallWaiter waiter, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_waiters.Remove(waiter))
            {
                waiter.Cancel(cancellation);
            }
        }
    }
}
