namespace Rollcall.Dotdigital;

/// <summary>What a failed call means for whoever made it.</summary>
public enum FailureKind
{
    /// <summary>The same call may succeed later: nothing was done, or only what doing it again leaves as it is.</summary>
    Transient,

    /// <summary>Nothing was done, and the same call will fail again.</summary>
    Permanent,

    /// <summary>Nothing was done until the user puts something right: credentials, region, permission, network.</summary>
    Configuration,

    /// <summary>It may have been done: the request went out and no answer told. Look before doing it again.</summary>
    Ambiguous,

    /// <summary>
    /// The answer went on beyond every measure. It may have been done, and nothing else that this server says can be relied on: stop, leave open
    /// what was sent, and look before doing it again.
    /// </summary>
    Boundless,
}

/// <summary>What happened, for the retry policy.</summary>
internal enum FailureCause
{
    /// <summary>Dotdigital answered with an error.</summary>
    Answer,

    /// <summary>No connection came about: nothing was sent.</summary>
    NotSent,

    /// <summary>The connection broke.</summary>
    Dropped,

    /// <summary>No answer in time.</summary>
    TimedOut,

    /// <summary>An answer that cannot be read.</summary>
    Unreadable,

    /// <summary>An answer that is longer, deeper or slower than any may be.</summary>
    Boundless,

    /// <summary>A tier's calls of this minute are used up.</summary>
    TierLimit,

    /// <summary>The flat limit's calls of this hour are used up.</summary>
    FlatLimit,

    /// <summary>The account has as many imports under way as it may.</summary>
    ActiveImports,

    /// <summary>Dotdigital answered that something is busy now; nothing was done.</summary>
    Busy,
}
