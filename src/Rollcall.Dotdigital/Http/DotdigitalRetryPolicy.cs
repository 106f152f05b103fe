namespace Rollcall.Dotdigital;

/// <summary>What to do after a failed attempt.</summary>
/// <param name="Again">Whether to try again.</param>
/// <param name="Pause">How long to wait first, beside what the governor makes the call wait.</param>
/// <param name="CountsAsRepeat">Whether it uses up one of the request's repeats.</param>
/// <param name="Reason">The rule, in words.</param>
internal readonly record struct RetryDecision(bool Again, TimeSpan Pause, bool CountsAsRepeat, string Reason);

/// <summary>The one place that decides whether a request is sent again.</summary>
internal static class DotdigitalRetryPolicy
{
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_firstImportPause = TimeSpan.FromSeconds(5);

    /// <param name="request">What was sent.</param>
    /// <param name="failure">How it failed.</param>
    /// <param name="repeats">Repeats used up so far.</param>
    /// <param name="waits">Waits for room among the imports so far.</param>
    public static RetryDecision ShouldRetry(DotdigitalRequest request, DotdigitalException failure, int repeats, int waits)
    {
        switch (failure.Cause)
        {
            // Server's advice first: a refused call was not acted on, and the governor holds the next attempt until the limit allows it.
            case FailureCause.TierLimit:
                return new(true, TimeSpan.Zero, false, "the tier's calls of this minute are used up");
            case FailureCause.FlatLimit:
                return new(true, TimeSpan.Zero, false, "the account's calls of this hour are used up");

            // Refused, not acted on; room comes when an import ends.
            case FailureCause.ActiveImports:
                return new(true, Growing(s_firstImportPause, waits), false, "the account has as many imports under way as it may");
        }

        if (failure.Kind == FailureKind.Ambiguous)
        {
            return No("it may have been done already");
        }

        if (failure.Kind is not FailureKind.Transient)
        {
            return No("it would fail again");
        }

        if (repeats >= request.Repeats)
        {
            return No("it was repeated often enough");
        }

        var pause = failure.RetryAfter is { } advised && advised > TimeSpan.Zero
            ? (advised < DotdigitalLimits.LongestWait ? advised : DotdigitalLimits.LongestWait)
            : Growing(s_firstPause, repeats);
        return failure.Cause switch
        {
            FailureCause.NotSent => new(true, pause, true, "nothing was sent"),
            FailureCause.Busy => new(true, pause, true, "Dotdigital said it is busy and did nothing"),
            _ when request.Safety == RequestSafety.Repeatable => new(true, pause, true, "twice does no harm"),
            _ => No("it must not be done twice"),
        };
    }

    private static RetryDecision No(string reason) => new(false, TimeSpan.Zero, false, reason);

    private static TimeSpan Growing(TimeSpan first, int times)
    {
        var pause = first * Math.Pow(2, Math.Min(times, 16));
        return pause < s_longestPause ? pause : s_longestPause;
    }
}
