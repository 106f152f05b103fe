using Rollcall.Model;
using Rollcall.Operations;

namespace Rollcall.Cli.Json;

/// <summary>The answer of <c>apply</c>.</summary>
/// <param name="DryRun">Whether nothing was stored.</param>
internal sealed record AppliedJobs(IReadOnlyList<AppliedJob> Jobs, bool DryRun);

/// <summary>What became of one file.</summary>
/// <param name="Saving">created, updated, unchanged or revived.</param>
/// <param name="Version">The job's version now; 0 for a job that is not stored.</param>
/// <param name="Changes">The lines that change.</param>
internal sealed record AppliedJob(string Tag, JobSaving Saving, long Version, IReadOnlyList<string> Changes)
{
    /// <summary>The file that the job ran from before it was stored, whose ledger it keeps; null for none.</summary>
    public string? TakesOver { get; init; }
}

/// <summary>The answer of <c>export</c>.</summary>
internal sealed record ExportedJob(string Tag, long Version, string Author, DateTimeOffset At, string Text);

/// <summary>The answer of <c>jobs</c>.</summary>
internal sealed record StoredJobList(IReadOnlyList<StoredJobLine> Jobs);

/// <summary>A stored job.</summary>
/// <param name="Status">As Lytics' job API spells it.</param>
/// <param name="NextRun">When the next run begins; null for never.</param>
/// <param name="Fault">What was wrong in its last run.</param>
internal sealed record StoredJobLine(
    string Tag, string Id, string Status, long Version, DateTimeOffset? NextRun, string? RunId, int Errors, IReadOnlyList<Problem> Fault,
    DateTimeOffset Created, DateTimeOffset Updated)
{
    /// <summary>The label in its file; null where it has none, or cannot be read here.</summary>
    public string? Label { get; init; }

    /// <summary>Its last run that ended; null for none.</summary>
    public LastRun? LastRun { get; init; }

    public static StoredJobLine Of(StoredJob job) =>
        new(job.Tag, job.Id, JobLife.Status(job), job.Version, job.DueAt, job.RunId, job.Errors, job.Fault, job.Created, job.Updated);
}

/// <summary>How a run ended.</summary>
internal sealed record LastRun(string RunId, RunState State, DateTimeOffset Started, DateTimeOffset? Finished);

/// <summary>The answer of <c>serve</c>, once it listens.</summary>
internal sealed record ListeningService(IReadOnlyList<string> Urls, string Data);

/// <summary>The answer of <c>tokens add</c>: the one time that the token is shown.</summary>
internal sealed record MadeToken(string Token, string Id, string Name);

/// <summary>The answer of <c>tokens list</c>.</summary>
internal sealed record TokenList(IReadOnlyList<ApiToken> Tokens);

/// <summary>The answer of <c>tokens remove</c>.</summary>
internal sealed record RemovedToken(string Name, bool Removed);
