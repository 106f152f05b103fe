namespace Rollcall.Lytics;

/// <summary>The one place that decides about retries. Every call can be retried: reads change nothing, and a duplicate event has no effect.</summary>
internal static class LyticsRetryPolicy
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <param name="failure">How it failed.</param>
    /// <param name="repeats">Retries so far.</param>
    /// <param name="oneOfMany">Whether the call is about one person of many, so that waiting would add up.</param>
    public static bool Again(LyticsFailure failure, int repeats, bool oneOfMany) => failure switch
    {
        // Lytics sends neither Retry-After nor rate headers. The pauses add up to a minute and a half.
        LyticsFailure.Overloaded => repeats < 8,

        // The pauses add up to three and a half seconds, because the fault may only affect this person.
        LyticsFailure.Broken or LyticsFailure.Unreachable when oneOfMany => repeats < 3,
        LyticsFailure.Broken => repeats < 8,

        // The pauses add up to 15 seconds, because a wrong URL should not cause a long wait.
        LyticsFailure.Unreachable => repeats < 5,

        // It would fail again.
        _ => false,
    };

    public static TimeSpan Pause(int repeats) => repeats > 6 ? LongestPause : TimeSpan.FromTicks(Math.Min(FirstPause.Ticks << repeats, LongestPause.Ticks));
}
