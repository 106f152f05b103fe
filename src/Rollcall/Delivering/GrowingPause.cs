namespace Rollcall.Delivering;

/// <summary>The pauses between looks at what Dotdigital has under way: short at first, each half as long again, never more than half a minute.</summary>
internal sealed class GrowingPause(TimeProvider clock)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private TimeSpan _next = Shortest;

    /// <summary>Waits, and will wait longer the next time.</summary>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        await Task.Delay(_next, clock, cancellation);
        _next = _next * 1.5 < Longest ? _next * 1.5 : Longest;
    }

    /// <summary>Begins again with short pauses.</summary>
    public void Reset() => _next = Shortest;
}
