using Microsoft.Extensions.Logging;

namespace Rollcall.Dotdigital;

/// <summary>
/// The line of the log about one call, written when it has ended: its operation, status, duration, and how long it waited for the limits before.
/// </summary>
internal sealed class CallLine(DotdigitalOptions options, string operation) : IDisposable
{
    private readonly long _asked = options.Clock.GetTimestamp();
    private long? _began;

    /// <summary>The status of the answer; null while there is none.</summary>
    public int? Status { get; set; }

    /// <summary>The limits let it go.</summary>
    public void Begin() => _began = options.Clock.GetTimestamp();

    public void Dispose()
    {
        if (_began is not { } began || !options.Logger.IsEnabled(LogLevel.Debug))
        {
            return;
        }

        var (took, waited) = (options.Clock.GetElapsedTime(began).TotalMilliseconds, options.Clock.GetElapsedTime(_asked, began).TotalMilliseconds);
        if (Status is { } status)
        {
            options.Logger.LogDebug("{Operation} answered {Status} in {Milliseconds:0} ms, after waiting {Waited:0} ms", operation, status, took, waited);
        }
        else
        {
            options.Logger.LogDebug("{Operation} was not answered in {Milliseconds:0} ms, after waiting {Waited:0} ms", operation, took, waited);
        }
    }
}
