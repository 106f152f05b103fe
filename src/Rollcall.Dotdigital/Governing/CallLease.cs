namespace Rollcall.Dotdigital;

/// <summary>The right to make one call. Disposed without an answer, the call counts and teaches nothing.</summary>
internal sealed class CallLease(Governor governor, GovernedCall call, CallTier tier, long generation) : IDisposable
{
    private int _ended;

    public GovernedCall Call => call;

    /// <summary>The tier it was counted in when it started.</summary>
    public CallTier Tier => tier;

    /// <summary>The window it started in, by the tier's own count.</summary>
    public long Generation => generation;

    /// <summary>The call was answered.</summary>
    /// <param name="headers">What the answer told.</param>
    /// <param name="refusal">The limit that refused it; null when it was let through.</param>
    public void Answered(RateHeaders headers, FailureCause? refusal)
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            governor.Finish(this, headers, refusal);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            governor.Abandon(this);
        }
    }
}
