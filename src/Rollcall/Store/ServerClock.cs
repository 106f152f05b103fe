namespace Rollcall.Store;

/// <summary>
/// Dotdigital's clock: asked once, then carried on by this machine's monotonic one, whatever its wall clock does. All that is kept about people is dated by it.
/// </summary>
/// <param name="machine">This machine's clock.</param>
/// <param name="told">What <c>GET /v2/server-time</c> answered.</param>
/// <param name="askedAt">The machine's timestamp before the call: a slow answer then makes this clock fast, never slow. Null: now.</param>
internal sealed class ServerClock(TimeProvider machine, DateTimeOffset told, long? askedAt = null) : TimeProvider
{
    private readonly long _asked = askedAt ?? machine.GetTimestamp();

    /// <inheritdoc/>
    public override long TimestampFrequency => machine.TimestampFrequency;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => told + machine.GetElapsedTime(_asked);

    /// <inheritdoc/>
    public override long GetTimestamp() => machine.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        machine.CreateTimer(callback, state, dueTime, period);
}
