namespace Rollcall.Dotdigital;

/// <summary>What a failed call means for the caller.</summary>
public enum FailureKind
{
    /// <summary>The same call may succeed later: nothing was done, or repeating it is harmless.</summary>
    Transient,

    /// <summary>Nothing was done, and the same call will fail again.</summary>
    Permanent,

    /// <summary>Nothing was done, and the user has to fix something: credentials, region, permission, network.</summary>
    Configuration,

    /// <summary>It may have been done: the request was sent, but there was no answer. Check before repeating it.</summary>
    Ambiguous,

    /// <summary>
    /// The answer exceeded all limits. The call may have been applied, and the server cannot be trusted: stop, leave open
    /// what was sent, and check before repeating it.
    /// </summary>
    Boundless,
}

/// <summary>What happened, for the retry policy.</summary>
internal enum FailureCause
{
    /// <summary>Dotdigital answered with an error.</summary>
    Answer,

    /// <summary>No connection was established: nothing was sent.</summary>
    NotSent,

    /// <summary>The connection was lost.</summary>
    Dropped,

    /// <summary>No answer in time.</summary>
    TimedOut,

    /// <summary>An answer that cannot be read.</summary>
    Unreadable,

    /// <summary>An answer that is longer, deeper or slower than allowed.</summary>
    Boundless,

    /// <summary>A tier's calls of this minute are used up.</summary>
    TierLimit,

    /// <summary>The flat limit's calls of this hour are used up.</summary>
    FlatLimit,

    /// <summary>The account has the maximum number of active imports.</summary>
    ActiveImports,

    /// <summary>Dotdigital answered that it is busy; nothing was done.</summary>
    Busy,
}
