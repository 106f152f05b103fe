using Microsoft.Extensions.Logging;
using Rollcall.Jobs;
using Rollcall.Work;

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

    /// <summary>Tries again only what is not delivered: who failed in the last run that had failures, and whom the ledger has as failed.</summary>
    public bool Undelivered { get; init; }

    /// <summary>Reads the mapped books to their end, whatever <c>verify_every</c> says.</summary>
    public bool Verify { get; init; }

    /// <summary>Runs in the job's quiet hours as well.</summary>
    public bool Now { get; init; }

    /// <summary>Starts over where the data folder's store is gone or older than the ledger files beside it: nobody of the former ledger is known.</summary>
    public bool BeginAnew { get; init; }

    /// <summary>Takes people already in the mapped books into the ledger; null for not.</summary>
    public AdoptAs? Adopt { get; init; }

    /// <summary>Books, by name or id, and audiences taken out of the job, whose members are let go.</summary>
    public IReadOnlyList<string> Release { get; init; } = [];

    /// <summary>Asked once the plan stands, before anything is sent: whether to go on. A run that does not leaves no trace. Null asks nobody.</summary>
    public Func<RunResult, Task<bool>>? GoAhead { get; init; }

    /// <summary>Whether a challenge that was sent and not answered is sent again.</summary>
    internal bool RepeatsChallenge { get; init; }

    /// <summary>Whether members stay as they are whom an ordinary run would change.</summary>
    internal bool IsLimited => IsPilot || Undelivered;

    /// <summary>Whether nobody may exit.</summary>
    internal bool IsPilot => Only.Count > 0 || Limit is not null;
}

/// <summary>As whose members people found in a book are taken into the ledger.</summary>
public enum AdoptAs
{
    /// <summary>As people who were there already: exits leave them.</summary>
    AlreadyThere,

    /// <summary>As people whom this job put there: exits act on them.</summary>
    Own,
}

/// <summary>What every run works with.</summary>
public sealed record Workplace
{
    /// <summary>The data folder's absolute path.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Gives the credentials of a job; throws <see cref="RollcallException"/> (exit 2) for a name that is not stored.</summary>
    public required Func<JobAuthorization, Credentials> Credentials { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Where log lines go. Lines mask addresses unless <see cref="ShowEmails"/>.</summary>
    public required ILoggerFactory Logs { get; init; }

    /// <summary>Whether logs show addresses.</summary>
    public bool ShowEmails { get; init; }

    /// <summary>Sends the requests to Dotdigital; null for a real connection.</summary>
    public HttpMessageHandler? Http { get; init; }

    /// <summary>Where audiences and sinks are that the engine does not know itself; null for nowhere.</summary>
    public ICustomerDataPlatform? Platform { get; init; }

    /// <summary>Called around every step that makes something durable or known, with <c>commit</c>, <c>file</c>, <c>request</c> or <c>answer</c>: where a crash test ends the process.</summary>
    public Action<string>? Checkpoint { get; init; }

    /// <summary>Hears how far the run is.</summary>
    public IProgress<RunProgress>? Progress { get; init; }

    internal ICustomerDataPlatform PlatformOf(object options) =>
        Platform ?? throw new RollcallException(ExitCode.BadJob, $"{options} is not reachable from here: this program was put together without it.");
}
