namespace Rollcall.Dotdigital;

/// <summary>What to do after a failed attempt.</summary>
/// <param name="Again">Whether to try again.</param>
/// <param name="Pause">How long to wait first, in addition to the wait of the governor.</param>
/// <param name="CountsAsRepeat">Whether it counts as one of the request's retries.</param>
/// <param name="Reason">The rule, as text.</param>
internal readonly record struct RetryDecision(bool Again, TimeSpan Pause, bool CountsAsRepeat, string Reason);

/// <summary>The one place that decides whether a request is sent again.</summary>
internal static class DotdigitalRetryPolicy
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstImportPause = TimeSpan.FromSeconds(5);

    /// <param name="request">What was sent.</param>
    /// <param name="failure">How it failed.</param>
    /// <param name="repeats">Retries so far.</param>
    /// <param name="waits">Waits for a free import slot so far.</param>
    public static RetryDecision ShouldRetry(DotdigitalRequest request, DotdigitalException failure, int repeats, int waits)
    {
        switch (failure.Cause)
        {
            // The server's advice first: a refused call was not applied, and the governor holds the next attempt until the limit allows it.
            case FailureCause.TierLimit:
                return new(true, TimeSpan.Zero, false, "the tier's calls of this minute are used up");
            case FailureCause.FlatLimit:
                return new(true, TimeSpan.Zero, false, "the account's calls of this hour are used up");

            // Refused, not applied; a slot becomes free when an import finishes.
            case FailureCause.ActiveImports:
                return new(true, Growing(FirstImportPause, waits), false, "the account has the maximum number of active imports");
        }

        if (failure.Kind == FailureKind.Ambiguous)
        {
            return No("it may already have been applied");
        }

        if (failure.Kind is not FailureKind.Transient)
        {
            return No("it would fail again");
        }

        if (repeats >= request.Repeats)
        {
            return No("the maximum number of retries was reached");
        }

        var pause = failure.RetryAfter is { } advised && advised > TimeSpan.Zero
            ? (advised < DotdigitalLimits.LongestWait ? advised : DotdigitalLimits.LongestWait)
            : Growing(FirstPause, repeats);
        return failure.Cause switch
        {
            FailureCause.NotSent => new(true, pause, true, "nothing was sent"),
            FailureCause.Busy => new(true, pause, true, "Dotdigital was busy and did nothing"),
            _ when request.Safety == RequestSafety.Repeatable => new(true, pause, true, "repeating it is harmless"),
            _ => No("it must not be repeated"),
        };
    }

    private static RetryDecision No(string reason) => new(false, TimeSpan.Zero, false, reason);

    private static TimeSpan Growing(TimeSpan first, int times)
    {
        var pause = first * Math.Pow(2, Math.Min(times, 16));
        return pause < LongestPause ? pause : LongestPause;
    }
}
