using System.Text.Json.Serialization;
using Rollcall.Model;
using Rollcall.Operations;

namespace Rollcall.Service.Api;

/// <summary>A job.</summary>
/// <param name="Tag">Its work tracking slug.</param>
/// <param name="Id">The id that Lytics' paths use.</param>
/// <param name="Status">As Lytics' job API spells it.</param>
/// <param name="Version">Its current version, also the ETag.</param>
/// <param name="Created">When it was stored.</param>
/// <param name="Updated">When it was last changed.</param>
/// <param name="NextRun">When its next run begins; null for never.</param>
/// <param name="NextRunFor">Why.</param>
/// <param name="RunId">The run under way.</param>
/// <param name="Errors">Runs that ended with an error, in a row.</param>
/// <param name="FailingSince">When the first of these ended.</param>
/// <param name="Fault">What was wrong in the last of these.</param>
public sealed record JobAnswer(
    string Tag, string Id, string Status, long Version, DateTimeOffset Created, DateTimeOffset Updated, DateTimeOffset? NextRun, DueReason? NextRunFor,
    string? RunId, int Errors, DateTimeOffset? FailingSince, IReadOnlyList<ApiFault> Fault)
{
    /// <summary>The text of the job file; only in the answer for one job.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? File { get; init; }

    internal static JobAnswer Of(StoredJob job) => new(
        job.Tag, job.Id, JobLife.Status(job), job.Version, job.Created, job.Updated, job.DueAt, job.DueAt is null ? null : job.DueFor, job.RunId, job.Errors,
        job.FailingSince, [.. job.Fault.Select(one => new ApiFault(one.Message, one.Where, one.Todo))]);
}

/// <summary>What was wrong in a run.</summary>
public sealed record ApiFault(string Message, string? Where, string? Todo);

/// <summary>A page of a long list.</summary>
/// <param name="Items">The items.</param>
/// <param name="Next">What to give as <c>after</c> for the next page; null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>A job to be saved.</summary>
/// <param name="File">The text of a job file, YAML or JSON.</param>
/// <param name="Paused">Whether a job that is new waits to be resumed.</param>
public sealed record JobBody(string File, bool Paused = false);

/// <summary>A version of a job.</summary>
public sealed record VersionAnswer(long Version, string Author, DateTimeOffset At, JobDoor Door)
{
    /// <summary>The text of the job file; only in the answer for one version.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? File { get; init; }

    internal static VersionAnswer Of(JobVersion version) => new(version.Number, version.Author, version.At, version.Door);
}

/// <summary>What is asked of a run.</summary>
public sealed record RunBody
{
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

    /// <summary>Sends only what is not delivered.</summary>
    public bool Undelivered { get; init; }
}

/// <summary>A line of a job's log.</summary>
public sealed record LogAnswer(long No, string Job, string? RunId, DateTimeOffset At, Severity Level, string Code, string Message)
{
    internal static LogAnswer Of(JobLogLine line) => new(line.No, line.Tag, line.RunId, line.At, line.Level, line.Code, line.Message);
}

/// <summary>A new token.</summary>
public sealed record TokenBody(string Name, Role Role, bool SeesPeople = false, bool ChangesConsent = false, DateTimeOffset? Ends = null);

/// <summary>A token just made: the one time that it is shown.</summary>
public sealed record TokenAnswer(string Token, ApiToken Kept);
