namespace Rollcall.Store;

/// <summary>The jobs that ran in a data folder.</summary>
internal interface IJobs
{
    /// <summary>All jobs, by tag.</summary>
    IReadOnlyList<KeptJob> All();

    /// <summary>A job; null when it never ran here.</summary>
    KeptJob? Find(string tag);

    /// <summary>Whether a run of the job came to its end, or sent anything.</summary>
    bool HasBegun(string tag);

    /// <summary>
    /// The jobs of which somebody has to be looked at, by tag: people on the watch for anything but insight records, which only a run sends, or deliveries
    /// that are not in the ledger yet. Does not grow with the history: a thousand jobs that are done cost a thousand look-ups in an index.
    /// </summary>
    IReadOnlyList<WatchedJob> OnWatch();

    /// <summary>Keeps what a job is now.</summary>
    /// <param name="enteringSince">Since when somebody without a row in the ledger may be wanted, for a job that is new here.</param>
    void Remember(JobNow job, long now, long enteringSince);

    /// <summary>Everybody wanted has a row in the ledger now: people who are new to the next run entered then.</summary>
    void EndEntering(string tag);

    /// <summary>It is not known, of any job, since when people without a row in the ledger are wanted: those who opted out are left alone then.</summary>
    void EnteredUnknown();

    /// <summary>Remembers, for good, that the members of the job's first run were sent.</summary>
    void EndFirstRun(string tag);

    /// <summary>Remembers, for good, that a job that exports once has done so.</summary>
    void EndBackfill(string tag);

    /// <summary>Notes that the job's books were read to their end.</summary>
    void Verified(string tag, long now);

    /// <summary>Names the file of a table that is replaced as a whole; null for an empty one.</summary>
    void Keep(string tag, JobTable table, string? file);

    /// <summary>Forgets what hangs on a ledger that is lost. How its open deliveries ended is in that ledger, or nowhere.</summary>
    /// <param name="newest">The newest generation that was ever written.</param>
    /// <param name="isThere">Whether a file is there: status events whose file is not are given up.</param>
    void BeginAnew(string tag, long newest, Func<string, bool> isThere);
}

/// <summary>A job as its last run had it.</summary>
/// <param name="EnteringSince">Since when there may be members without a row in the ledger; null after a run that left nobody out.</param>
/// <param name="VerifiedAt">When its books were last read to their end; at first, when the job came here.</param>
/// <param name="Insight">The file of the insight records that Dotdigital was last sent; null before the first.</param>
/// <param name="Owed">The file of recommendations that are not yet insight records; null for none.</param>
/// <param name="Recommended">The file of what a table recommended to everybody, as far as it was ever read; null for none.</param>
internal sealed record KeptJob(
    string Tag,
    long AccountId,
    string JobFile,
    string? LedgerFolder,
    bool Backfilled,
    bool FirstRunEnded,
    long? EnteringSince,
    long VerifiedAt,
    string? Insight,
    string? Owed,
    string? Recommended)
{
    /// <summary>The file of a table; null for an empty one.</summary>
    public string? File(JobTable table) => table switch
    {
        JobTable.Insight => Insight,
        JobTable.Owed => Owed,
        _ => Recommended,
    };
}

/// <summary>A job of which somebody has to be looked at.</summary>
/// <param name="People">How many people are on its watch.</param>
/// <param name="Since">When the earliest write was sent whose end is not known, by Dotdigital's clock.</param>
/// <param name="Open">How many of its deliveries are not in the ledger yet: those of a run under way, or of one that was killed.</param>
internal sealed record WatchedJob(string Tag, long AccountId, long People, long Since, long Open);

/// <summary>A job as it is now.</summary>
internal sealed record JobNow(string Tag, long Account, string File, string Exit);

/// <summary>A table of one job that is replaced as a whole.</summary>
internal enum JobTable
{
    Insight,
    Owed,
    Recommended,
}
