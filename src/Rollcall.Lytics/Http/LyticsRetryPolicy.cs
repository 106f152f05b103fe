namespace Rollcall.Lytics;

/// <summary>The one place that decides whether a call is made again. Every call may be: readings change nothing, and an event that comes twice says the same.</summary>
internal static class LyticsRetryPolicy
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <param name="failure">How it failed.</param>
    /// <param name="repeats">Repeats so far.</param>
    /// <param name="oneOfMany">Whether the call is about one person of many, each of whom would wait for as long.</param>
    public static bool Again(LyticsFailure failure, int repeats, bool oneOfMany) => failure switch
    {
        // No Retry-After and no rate headers: patience is all there is. Pauses add up to a minute and a half.
        LyticsFailure.Overloaded => repeats < 8,

        // Pauses add up to three and a half seconds: the fault may be with this person alone.
        LyticsFailure.Broken or LyticsFailure.Unreachable when oneOfMany => repeats < 3,
        LyticsFailure.Broken => repeats < 8,

        // Pauses add up to a quarter of a minute: a wrong address should not keep anybody waiting.
        LyticsFailure.Unreachable => repeats < 5,

        // It would fail again.
        _ => false,
    };

    public static TimeSpan Pause(int repeats) => repeats > 6 ? LongestPause : TimeSpan.FromTicks(Math.Min(FirstPause.Ticks << repeats, LongestPause.Ticks));
}
