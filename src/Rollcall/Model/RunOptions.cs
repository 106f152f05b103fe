namespace Rollcall.Model;

/// <summary>What a command asks of one run.</summary>
public sealed record RunOptions
{
    /// <summary>Guards to pass, once: exits, enters, mails, moves, empty, rejects, missing, deleted, optouts, watchdog.</summary>
    public IReadOnlySet<string> Allow { get; init; } = new HashSet<string>();

    /// <summary>A pilot: only these addresses enter and are updated, and nobody exits; empty for everyone.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>A pilot: at most so many of the members who have something to enter or update, and nobody exits; null for all.</summary>
    public long? Limit { get; init; }

    /// <summary>Tries again only what is not delivered: people who failed in the last run that had failures, and those the ledger has as failed.</summary>
    public bool Undelivered { get; init; }

    /// <summary>Reads the mapped books to their end, whatever <c>verify_every</c> says.</summary>
    public bool Verify { get; init; }

    /// <summary>Runs in the job's quiet hours as well.</summary>
    public bool Now { get; init; }

    /// <summary>Starts over where the data folder's store is gone or older than the ledger files beside it: nobody of the former ledger is known.</summary>
    public bool BeginAnew { get; init; }

    /// <summary>Takes people already in the mapped books into the ledger; null for not.</summary>
    public AdoptAs? Adopt { get; init; }

    /// <summary>Books, by name or id, and audiences taken out of the job, whose members are released.</summary>
    public IReadOnlyList<string> Release { get; init; } = [];

    /// <summary>Asked once the plan stands, before anything is sent: whether to go on. A run that does not leaves no trace. Null asks nobody.</summary>
    public Func<RunResult, Task<bool>>? GoAhead { get; init; }

    /// <summary>Whether a challenge that was sent and not answered is sent again.</summary>
    internal bool RepeatsChallenge { get; init; }

    /// <summary>Whether some members stay as they are that an ordinary run would change.</summary>
    internal bool IsLimited => IsPilot || Undelivered;

    /// <summary>Whether nobody may exit.</summary>
    internal bool IsPilot => Only.Count > 0 || Limit is not null;
}

/// <summary>As whose members people found in a book are taken into the ledger.</summary>
public enum AdoptAs
{
    /// <summary>As people who were there already: exits leave them.</summary>
    AlreadyThere,

    /// <summary>As people that this job put there: exits act on them.</summary>
    Own,
}
