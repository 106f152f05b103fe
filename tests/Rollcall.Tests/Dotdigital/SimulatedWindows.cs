using Microsoft.Extensions.Time.Testing;
using Rollcall.Dotdigital;
using Xunit;

namespace Rollcall.Tests.Dotdigital;

/// <summary>
/// A rate limiter as Dotdigital documents its own, and callers under governors, one for each process, in simulated time: calls take a while to arrive, answers
/// take a while to come back, and Dotdigital's clock is not this machine's.
/// </summary>
internal sealed class SimulatedWindows
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly FakeTimeProvider _clock = Connected.NewClock();
    private readonly PriorityQueue<Action, long> _due = new();
    private readonly Dictionary<long, int> _countedByWindow = [];
    private readonly Random _random;
    private readonly List<Caller> _callers = [];
    private long _blockedWindow = -1;

    public SimulatedWindows(int seed)
    {
        _random = new Random(seed);
        Governor = new Governor(_clock);
    }

    public Governor Governor { get; }

    public required int Limit { get; init; }

    /// <summary>How far Dotdigital's clock is ahead.</summary>
    public TimeSpan Skew { get; init; }

    /// <summary>The longest a call, or an answer, is on its way.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>Chance, for each step, that somebody else makes a call.</summary>
    public double Others { get; init; }

    /// <summary>Calls let through, by window.</summary>
    public Dictionary<long, int> Accepted { get; } = [];

    /// <summary>Another process on the account.</summary>
    public Governor AddProcess() => new(_clock);

    /// <summary>Calls let through, by job and window.</summary>
    public Dictionary<(string Job, long Window), int> AcceptedByJob { get; } = [];

    public int Refused { get; private set; }

    /// <summary>Calls that arrived in a window that an earlier answer had reported as used up.</summary>
    public int SentKnowingBetter { get; private set; }

    public void AddCaller(string job, double share, int atOnce, CallPriority priority = CallPriority.Batch, Governor? process = null)
    {
        for (var i = 0; i < atOnce; i++)
        {
            _callers.Add(new Caller(new GovernedCall("op", CallTier.Low, job, priority, share), process ?? Governor));
        }
    }

    /// <summary>The process dies: it makes no more calls, and hears no answers.</summary>
    public void Kill(Governor process)
    {
        foreach (var caller in _callers.Where(caller => caller.Governor == process))
        {
            caller.Dead = true;
        }

        _callers.RemoveAll(caller => caller.Dead);
    }

    public void Run(TimeSpan time)
    {
        var end = _clock.GetUtcNow() + time;
        while (_clock.GetUtcNow() < end)
        {
            foreach (var caller in _callers)
            {
                Advance(caller);
            }

            if (_random.NextDouble() < Others)
            {
                Count();
            }

            _clock.Advance(Step);
            NoteWhatIsKnown();
            var now = _clock.GetUtcNow().Ticks;
            while (_due.TryPeek(out _, out var at) && at <= now)
            {
                _due.Dequeue()();
                NoteWhatIsKnown();
            }
        }
    }

    /// <summary>A call is released at one moment and starts slightly later: only answers before the release count.</summary>
    private void NoteWhatIsKnown()
    {
        foreach (var caller in _callers.Where(caller => caller is { Waiting.IsCompleted: true, KnewBlocked: null }))
        {
            caller.KnewBlocked = _blockedWindow;
        }
    }

    private void Advance(Caller caller)
    {
        if (caller.Busy)
        {
            return;
        }

        caller.Waiting ??= caller.Governor.EnterAsync(caller.Call, null, TestContext.Current.CancellationToken).AsTask();
        if (!caller.Waiting.IsCompleted)
        {
            return;
        }

        var lease = caller.Waiting.GetAwaiter().GetResult();
        caller.Waiting = null;
        caller.Busy = true;
        var knewBlocked = caller.KnewBlocked ?? _blockedWindow;
        caller.KnewBlocked = null;
        After(Latency, () => Arrive(caller, lease, knewBlocked));
    }

    private void Arrive(Caller caller, CallLease lease, long knewBlocked)
    {
        var window = Window();
        var let = Count();
        if (let)
        {
            Accepted[window] = Accepted.GetValueOrDefault(window) + 1;
            AcceptedByJob[(caller.Call.Job, window)] = AcceptedByJob.GetValueOrDefault((caller.Call.Job, window)) + 1;
        }
        else
        {
            Refused++;
        }

        if (knewBlocked == window)
        {
            SentKnowingBetter++;
        }

        var now = DotdigitalNow();
        var left = Math.Max(0, Limit - _countedByWindow[window]);
        var headers = new RateHeaders(CallTier.Low, Limit, left, window + 60, DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds()), null);
        After(Latency, () =>
        {
            caller.Busy = false;
            if (left == 0)
            {
                _blockedWindow = Math.Max(_blockedWindow, window);
            }

            if (!caller.Dead)
            {
                lease.Answered(headers, let ? null : FailureCause.TierLimit);
            }
        });
    }

    private bool Count()
    {
        var window = Window();
        var count = _countedByWindow.GetValueOrDefault(window);
        _countedByWindow[window] = Math.Min(count + 1, Limit);
        return count < Limit;
    }

    private DateTimeOffset DotdigitalNow() => _clock.GetUtcNow() + Skew;

    private long Window() => DotdigitalNow().ToUnixTimeSeconds() / 60 * 60;

    private void After(TimeSpan atMost, Action action) =>
        _due.Enqueue(action, (_clock.GetUtcNow() + (atMost * _random.NextDouble())).Ticks);

    private sealed class Caller(GovernedCall call, Governor governor)
    {
        public Governor Governor => governor;

        public bool Dead { get; set; }

        public GovernedCall Call => call;

        public Task<CallLease>? Waiting { get; set; }

        public bool Busy { get; set; }

        /// <summary>The last window known to be used up when the call was released.</summary>
        public long? KnewBlocked { get; set; }
    }
}
