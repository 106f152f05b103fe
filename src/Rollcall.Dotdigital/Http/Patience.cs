namespace Rollcall.Dotdigital;

/// <summary>
/// Ends an attempt that makes no progress for <see cref="DotdigitalLimits.Timeout"/>. Every chunk sent or received restarts the timeout,
/// so a large body on a slow line is not cut off while it progresses. The total time of an answer from its first byte is limited as well.
/// </summary>
internal sealed class Patience : IDisposable
{
    private readonly CancellationTokenSource _time;
    private readonly CancellationTokenSource _linked;
    private readonly TimeProvider _clock;
    private long _answered;
    private TimeSpan? _mostOfAnswer;

    public Patience(TimeProvider clock, CancellationToken caller)
    {
        _clock = clock;
        _time = new CancellationTokenSource(DotdigitalLimits.Timeout, clock);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_time.Token, caller);
    }

    public CancellationToken Token => _linked.Token;

    public bool RanOut => _time.IsCancellationRequested;

    /// <summary>Whether the answer as a whole took too long.</summary>
    public bool AnswerRanOut => RanOut && _mostOfAnswer is { } most && _clock.GetElapsedTime(_answered) >= most;

    public void Renew()
    {
        var left = _mostOfAnswer is { } most ? most - _clock.GetElapsedTime(_answered) : DotdigitalLimits.Timeout;
        _time.CancelAfter(left < TimeSpan.Zero ? TimeSpan.Zero : left < DotdigitalLimits.Timeout ? left : DotdigitalLimits.Timeout);
    }

    /// <summary>The answer has started, and may take this long.</summary>
    public void Answered(TimeSpan most)
    {
        (_answered, _mostOfAnswer) = (_clock.GetTimestamp(), most);
        Renew();
    }

    public void Dispose()
    {
        _linked.Dispose();
        _time.Dispose();
    }
}
