namespace Rollcall.Work;

/// <summary>
/// Stops a statement once a token is cancelled, again and again until this is disposed: a statement that is about to begin does not notice the first time.
/// </summary>
internal sealed class RepeatedStop : IDisposable
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(200);

    private readonly Lock _guard = new();
    private readonly Timer _timer;
    private readonly CancellationTokenRegistration _registration;
    private bool _over;

    /// <param name="stop">Called on a thread of its own, one call at a time.</param>
    public RepeatedStop(Action stop, CancellationToken token)
    {
        _timer = new Timer(_ =>
        {
            lock (_guard)
            {
                if (!_over)
                {
                    stop();
                }
            }
        });
        _registration = token.Register(() => _timer.Change(TimeSpan.Zero, Again));
    }

    public void Dispose()
    {
        _registration.Dispose();
        lock (_guard)
        {
            _over = true;
        }

        _timer.Dispose();
    }
}
