namespace Rollcall.Dotdigital;

/// <summary>
/// The arithmetic of one tier: how many calls may still start in the current window. Without a clock and a lock.
/// Dotdigital counts fixed windows by its clock. A call in progress at the end of a window may be counted in either, so it is counted in both.
/// </summary>
internal sealed class TierBudget
{
    // One call in this many of a window is reserved, so that an event, or another job's first call, does not wait for the end of the window.
    private const int KeptFree = 50;

    private static readonly long WindowLength = (long)DotdigitalLimits.RateWindow.TotalSeconds;

    private readonly Dictionary<string, int> _startedByJob = [];
    private readonly Dictionary<string, int> _underWayByJob = [];

    private bool _answered;
    private long _generation;
    private int? _limit;
    private int _started;
    private int _underWay;

    // The minimum that other users of the account must have used of this window, based on what remains; null until an answer shows it.
    // Below zero while calls of ours in progress are not counted yet.
    private int? _others;

    private DateTimeOffset _windowEnds;
    private DateTimeOffset _blockedUntil;

    // Dotdigital's number of the current window and of the last finished one: seconds since 1970 of its end.
    // After a window has ended by the clock, the number is an assumption until an answer confirms it.
    private long _window;
    private long _past = long.MinValue;
    private bool _assumed = true;

    public int UnderWay => _underWay;

    public int? Limit => _limit;

    /// <summary>Dotdigital's number of the current window; perhaps an assumption.</summary>
    public long Window => _window;

    /// <summary>Whether answers number the windows, so that processes can agree on one.</summary>
    public bool IsNumbered { get; private set; }

    public DateTimeOffset WindowEnds => _windowEnds;

    /// <summary>Calls of ours that started in this window, or may count in it.</summary>
    public int Started => _started;

    /// <summary>The calls of everybody that Dotdigital had counted in this window, by its latest answer.</summary>
    public int Counted { get; private set; }

    /// <summary>How far ordinary calls may use up a window; the rest is reserved.</summary>
    public int Unreserved => _limit is { } limit ? limit - (limit / KeptFree) : 0;

    /// <summary>When a call that cannot start now can be attempted again; null when that depends on a pending answer.</summary>
    public DateTimeOffset? NextChance(DateTimeOffset now)
    {
        if (now < _blockedUntil)
        {
            return _blockedUntil;
        }

        return _limit is null ? null : _windowEnds;
    }

    /// <param name="last">Whether the call may use the reserved calls of the window: real-time calls, and jobs without a call yet.</param>
    public bool MayStart(string job, double share, bool last, DateTimeOffset now)
    {
        RollOver(now);
        if (now < _blockedUntil)
        {
            return false;
        }

        if (_limit is not { } limit)
        {
            return _answered || _underWay < DotdigitalLimits.CallsBeforeFirstAnswer;
        }

        var ours = share >= 1 ? limit : Math.Max(1, (int)(limit * share));
        var free = MayUseReserve(job, last) ? limit : Unreserved;
        return _started + Math.Max(0, _others ?? 0) < free && StartedBy(job) < ours;
    }

    /// <summary>Whether the job may use the reserved calls of the window.</summary>
    public bool MayUseReserve(string job, bool last) => last || StartedBy(job) == 0;

    /// <summary>The number of calls of the job in this window.</summary>
    public int StartedBy(string job) => _startedByJob.GetValueOrDefault(job);

    /// <summary>Counts a call, and returns the number of the window it started in.</summary>
    public long Start(string job)
    {
        _started++;
        _underWay++;
        _startedByJob[job] = _startedByJob.GetValueOrDefault(job) + 1;
        _underWayByJob[job] = _underWayByJob.GetValueOrDefault(job) + 1;
        return _generation;
    }

    /// <summary>A call ended without an answer.</summary>
    public void Finish(string job)
    {
        _underWay--;
        var left = _underWayByJob[job] - 1;
        if (left == 0)
        {
            _underWayByJob.Remove(job);
        }
        else
        {
            _underWayByJob[job] = left;
        }
    }

    /// <summary>The call was not counted here but in another tier.</summary>
    public void Withdraw(string job)
    {
        Uncount(job);
        Finish(job);
    }

    /// <summary>A call was answered; call before <see cref="Finish"/>, so that it is carried over the end of a window like any call in progress.</summary>
    /// <param name="generation">The result of <see cref="Start"/>.</param>
    public void Learn(RateHeaders headers, string job, long generation, DateTimeOffset now)
    {
        _answered = true;
        if (headers.Limit is not { } limit || limit <= 0)
        {
            return;
        }

        RollOver(now);
        if (headers.Reset is not { } window || headers.UntilReset(now) is not { } left)
        {
            _limit = limit;
            if (_windowEnds <= now)
            {
                _windowEnds = now + DotdigitalLimits.RateWindow;
            }

            LearnOthers(limit, headers.Remaining);
            return;
        }

        IsNumbered = true;
        if (window <= _past)
        {
            // Counted in a finished window: it says nothing about this one, and was carried over unnecessarily.
            if (generation < _generation)
            {
                Uncount(job);
            }

            return;
        }

        if (!_assumed && window < _window)
        {
            return;
        }

        _limit = limit;
        var ends = now + left;
        if (_assumed)
        {
            _windowEnds = ends;
        }
        else if (window == _window)
        {
            _windowEnds = ends < _windowEnds ? ends : _windowEnds;
        }
        else
        {
            // Dotdigital is one window ahead of our assumption. This call counts there, and perhaps those in progress.
            _past = _window;
            StartWindow();
            _windowEnds = ends;
        }

        _window = window;
        _assumed = false;
        LearnOthers(limit, headers.Remaining);
    }

    /// <summary>A call was refused because the tier is used up.</summary>
    public void Exhaust(RateHeaders headers, DateTimeOffset now)
    {
        var wait = headers.RetryAfter ?? headers.UntilReset(now) ?? DotdigitalLimits.RateWindow;
        wait = wait < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : wait;
        wait = wait > DotdigitalLimits.LongestWait ? DotdigitalLimits.LongestWait : wait;
        if (now + wait > _blockedUntil)
        {
            _blockedUntil = now + wait;
        }
    }

    /// <summary>Begins the next window when this one has ended by the clock.</summary>
    public void RollOver(DateTimeOffset now)
    {
        if (_limit is null || now < _windowEnds)
        {
            return;
        }

        var windows = ((now - _windowEnds).Ticks / DotdigitalLimits.RateWindow.Ticks) + 1;
        _windowEnds += windows * DotdigitalLimits.RateWindow;
        _past = _window + (WindowLength * (windows - 1));
        _window = _past + WindowLength;
        _assumed = true;
        StartWindow();
    }

    private void LearnOthers(int limit, int? remaining)
    {
        if (remaining is { } left)
        {
            _others = Math.Max(_others ?? int.MinValue, limit - left - _started);
            Counted = Math.Max(Counted, limit - left);
        }
    }

    /// <summary>A call of ours is known not to count in this window: the call attributed to it was from another user.</summary>
    private void Uncount(string job)
    {
        _started--;
        _startedByJob[job]--;
        _others++;
    }

    private void StartWindow()
    {
        _generation++;
        _started = _underWay;
        _others = null;
        Counted = 0;
        _startedByJob.Clear();
        foreach (var (job, count) in _underWayByJob)
        {
            _startedByJob[job] = count;
        }
    }
}
