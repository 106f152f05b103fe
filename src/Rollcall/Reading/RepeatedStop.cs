namespace Rollcall.Reading;

/// <summary>Stops a statement once a token is cancelled, again and again until this is disposed: a statement that has not quite begun does not notice the first time.</summary>
internal sealed class RepeatedStop : IDisposable
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(200);

    private readonly Lock guard = new();
    private readonly Timer timer;
    private readonly CancellationTokenRegistration registration;
    private bool over;

    /// <param name="stop">Called on a thread of its own, one call at a time.</param>
    public RepeatedStop(Action stop, CancellationToken token)
    {
        timer = new Timer(_ =>
        {
            lock (guard)
            {
                if (!over)
                {
                    stop();
                }
            }
        });
        registration = token.Register(() => timer.Change(TimeSpan.Zero, Again));
    }

    public void Dispose()
    {
        registration.Dispose();
        lock (guard)
        {
            over = true;
        }

        timer.Dispose();
    }
}
