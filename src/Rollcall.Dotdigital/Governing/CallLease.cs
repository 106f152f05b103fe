namespace Rollcall.Dotdigital;

/// <summary>Permission for one call. If it is disposed without an answer, the call counts but provides no information.</summary>
internal sealed class CallLease(Governor governor, GovernedCall call, CallTier tier, long generation) : IDisposable
{
    private int _ended;

    public GovernedCall Call => call;

    /// <summary>The tier it was counted in when it started.</summary>
    public CallTier Tier => tier;

    /// <summary>The window it started in, by the tier's own count.</summary>
    public long Generation => generation;

    /// <summary>The call was answered.</summary>
    /// <param name="headers">The headers of the answer.</param>
    /// <param name="refusal">The limit that refused it; null when it was accepted.</param>
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
