namespace Rollcall.Model;

/// <summary>A job that lives on in a data folder: what a job file says, and how it stands.</summary>
public sealed record StoredJob
{
    /// <summary>Its work tracking slug.</summary>
    public required string Tag { get; init; }

    /// <summary>An id that no other job ever had: 32 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>The number of its current version.</summary>
    public required long Version { get; init; }

    /// <summary>When it came here.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it was last changed, by a new version or a verb.</summary>
    public required DateTimeOffset Updated { get; init; }

    /// <summary>What people want of it.</summary>
    public JobWish Wish { get; init; }

    /// <summary>The run under way; null for none.</summary>
    public string? RunId { get; init; }

    /// <summary>When its next run begins; null for never, unless it is started.</summary>
    public DateTimeOffset? DueAt { get; init; }

    /// <summary>Why the next run begins then.</summary>
    public DueReason DueFor { get; init; }

    /// <summary>What the next run was asked for by the person who started it; null for a run that nobody started.</summary>
    public RunStart? Start { get; init; }

    /// <summary>How many of its last runs ended with an error, in a row.</summary>
    public int Errors { get; init; }

    /// <summary>When the first of these ended; null without errors.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>What was wrong in the last of these.</summary>
    public IReadOnlyList<Problem> Fault { get; init; } = [];

    /// <summary>Whether a job that exports once has done so.</summary>
    public bool Completed { get; init; }

    /// <summary>Whether the run under way is stopped so that another begins.</summary>
    public bool Bounced { get; init; }

    /// <summary>What Lytics' job API says of a job beside what a job file says, as JSON; null for nothing.</summary>
    public string? Extra { get; init; }
}

/// <summary>What people want of a job.</summary>
public enum JobWish
{
    /// <summary>Runs as its schedule says.</summary>
    Active,

    /// <summary>Does not run until somebody resumes it.</summary>
    Paused,

    /// <summary>Never runs again; its history is kept, and nothing at Dotdigital is undone.</summary>
    Killed,
}

/// <summary>Why a run begins.</summary>
public enum DueReason
{
    /// <summary>Its schedule says so.</summary>
    Schedule,

    /// <summary>A run of the schedule was missed while no service was there, and is made up once.</summary>
    Missed,

    /// <summary>Somebody started it.</summary>
    Start,

    /// <summary>The last run ended with an error.</summary>
    Retry,

    /// <summary>The last run was interrupted and goes on.</summary>
    Resume,

    /// <summary>It waits for the end of the job's quiet hours.</summary>
    Quiet,

    /// <summary>Another process runs the job.</summary>
    Busy,
}

/// <summary>What a person asks of the run they start.</summary>
public sealed record RunStart
{
    /// <summary>Who started it.</summary>
    public required string By { get; init; }

    /// <summary>Runs in the job's quiet hours as well.</summary>
    public bool Now { get; init; }

    /// <summary>Guards to pass, once.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary>A pilot: only these addresses.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>A pilot: at most so many members.</summary>
    public long? Limit { get; init; }

    /// <summary>Books and audiences that were taken out of the job, whose members are released.</summary>
    public IReadOnlyList<string> Release { get; init; } = [];

    /// <summary>Reads the mapped books to their end.</summary>
    public bool Verify { get; init; }

    /// <summary>Takes people already in the mapped books into the ledger; null for not.</summary>
    public AdoptAs? Adopt { get; init; }

    /// <summary>Sends only what is not delivered.</summary>
    public bool Undelivered { get; init; }

    /// <summary>The plan it was decided on: the run holds where it would do more than that; null for none.</summary>
    public string? Plan { get; init; }

    /// <summary>The same as options of a run.</summary>
    public RunOptions Options() => new()
    {
        Now = Now,
        Allow = Allow.ToHashSet(),
        Only = Only,
        Limit = Limit,
        Release = Release,
        Verify = Verify,
        Adopt = Adopt,
        Undelivered = Undelivered,
    };
}

/// <summary>What a job file said at one time.</summary>
/// <param name="Tag">The job.</param>
/// <param name="Number">1 for the first.</param>
/// <param name="Text">The text of the job file, YAML or JSON.</param>
/// <param name="Folder">The absolute folder where relative paths in it start.</param>
/// <param name="Door">Where it came from.</param>
/// <param name="Author">Who saved it.</param>
/// <param name="At">When.</param>
public sealed record JobVersion(string Tag, long Number, string Text, string Folder, JobDoor Door, string Author, DateTimeOffset At);

/// <summary>Where a version of a job came from: what it may read depends on it.</summary>
public enum JobDoor
{
    /// <summary>A file, from the shell: it may read the environment and any file of its author's.</summary>
    Shell,

    /// <summary>HTTP: secrets are stored ones only, and files lie in the folders that the service names.</summary>
    Http,

    /// <summary>Lytics' job API: as HTTP.</summary>
    Lytics,
}

/// <summary>A line of a job's log.</summary>
/// <param name="No">Its number, rising over all jobs.</param>
/// <param name="Tag">The job.</param>
/// <param name="RunId">The run; null outside of runs.</param>
/// <param name="At">When.</param>
/// <param name="Level">How much it matters.</param>
/// <param name="Code">What happened, such as <c>run_ended</c>.</param>
/// <param name="Message">The same in words, without addresses.</param>
/// <param name="Context">Counts, as JSON; null for none.</param>
public sealed record JobLogLine(long No, string Tag, string? RunId, DateTimeOffset At, Severity Level, string Code, string Message, string? Context);
