namespace Rollcall.Service.Jobs;

/// <summary>A run, or a look at a watch, that this service has under way.</summary>
internal sealed class RunningJob(bool insists, bool isLook) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Whether it goes on in quiet hours.</summary>
    public bool Insists { get; } = insists;

    /// <summary>Whether it only looks at people on the watch.</summary>
    public bool IsLook { get; } = isLook;

    /// <summary>Its work; ends without an exception.</summary>
    public Task Work { get; set; } = Task.CompletedTask;

    /// <summary>When the quiet hours end that it was stopped for; null for another reason.</summary>
    public DateTimeOffset? QuietUntil { get; private set; }

    public CancellationToken Stopping => _stop.Token;

    /// <summary>Stops it at its next safe point.</summary>
    public void Stop(DateTimeOffset? quietUntil = null)
    {
        if (!_stop.IsCancellationRequested)
        {
            QuietUntil = quietUntil;
            _stop.Cancel();
        }
    }

    public void Dispose() => _stop.Dispose();
}
