namespace Rollcall.Tests.Runs;

/// <summary>The system's clock, some time ahead. Set back, its wall clock goes back; the monotonic one never does.</summary>
internal sealed class LeapingClock : TimeProvider
{
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;

    public override long GetTimestamp() => System.GetTimestamp() + (long)(Math.Max(0, Ahead.TotalSeconds) * TimestampFrequency);
}
