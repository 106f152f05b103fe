namespace Rollcall.Dotdigital;

/// <summary>
/// Ends an attempt that stands still for <see cref="DotdigitalLimits.Timeout"/>. Every piece sent or received renews it,
/// so a large body on a slow line is not cut off while it moves.
/// </summary>
internal sealed class Patience : IDisposable
{
    private readonly CancellationTokenSource _time;
    private readonly CancellationTokenSource _linked;

    public Patience(TimeProvider clock, CancellationToken caller)
    {
        _time = new CancellationTokenSource(DotdigitalLimits.Timeout, clock);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_time.Token, caller);
    }

    public CancellationToken Token => _linked.Token;

    public bool RanOut => _time.IsCancellationRequested;

    public void Renew() => _time.CancelAfter(DotdigitalLimits.Timeout);

    public void Dispose()
    {
        _linked.Dispose();
        _time.Dispose();
    }
}
