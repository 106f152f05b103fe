using Rollcall.Model;

namespace Rollcall.Store;

/// <summary>The jobs that live on, their versions and logs.</summary>
internal interface IStoredJobs
{
    /// <summary>A number that rises with every change of any job, whoever makes it: what to ask often.</summary>
    long Changes { get; }

    /// <summary>All jobs, killed ones too, by tag.</summary>
    IReadOnlyList<StoredJob> All();

    /// <summary>A job; null when there is none of the tag.</summary>
    StoredJob? Find(string tag);

    /// <summary>A job by its id; null when there is none.</summary>
    StoredJob? OfId(string id);

    /// <summary>Adds a job and its first version; false where the tag is taken.</summary>
    bool Add(StoredJob job, JobVersion version);

    /// <summary>
    /// Changes a job: reads it, asks for what it is to be, and keeps that, in one transaction, so that nobody changes it in between.
    /// </summary>
    /// <param name="change">What the job is to be; null for as it is. Must not use the store.</param>
    /// <returns>The job as it is then; null where there is none.</returns>
    StoredJob? Change(string tag, Func<StoredJob, JobChange?> change);

    /// <summary>A job's versions, newest first, without their texts.</summary>
    IReadOnlyList<JobVersion> Versions(string tag);

    /// <summary>A version; null when there is none.</summary>
    JobVersion? Version(string tag, long number);

    /// <summary>Adds a line to a job's log.</summary>
    void Log(JobLogLine line);

    /// <summary>Lines of the log in the order of time.</summary>
    /// <param name="tag">The job; null for all that are not killed.</param>
    /// <param name="since">The first moment.</param>
    /// <param name="after">The number that lines are beyond; 0 for all.</param>
    /// <param name="most">How many.</param>
    IReadOnlyList<JobLogLine> LogOf(string? tag, DateTimeOffset since, long after, int most);

    /// <summary>Takes lines out of the log that are older than a moment.</summary>
    void ForgetLog(DateTimeOffset before);
}

/// <summary>What a job is to be.</summary>
/// <param name="Version">A new version of it; null for none.</param>
/// <param name="Line">What its log says of the change; null for nothing. Its number is the store's.</param>
internal sealed record JobChange(StoredJob Job, JobVersion? Version = null, JobLogLine? Line = null);
