using Rollcall.Jobs;
using Rollcall.Model;

namespace Rollcall.Operations;

/// <summary>How a job that lives on goes from one state to the next. Functions of the job and the moment alone.</summary>
public static class JobLife
{
    /// <summary>How long a job may go on failing before it stops until somebody resumes it.</summary>
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromHours(10);

    private static readonly TimeSpan _busyPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _retryHourly = TimeSpan.FromHours(1);
    private static readonly TimeSpan[] _retries =
        [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15)];

    /// <summary>A job's state, as Lytics' job API spells it.</summary>
    public static string Status(StoredJob job) => job switch
    {
        { Wish: JobWish.Killed, RunId: not null } => "deleting",
        { Wish: JobWish.Killed } => "deleted",
        { Wish: JobWish.Paused, RunId: not null } => MayRun(job) ? "running" : "pausing",
        { Wish: JobWish.Paused } => "paused",
        { RunId: not null } => "running",
        { Completed: true } => "completed",
        _ when HasFailed(job) => "failed",
        { Errors: > 0 and var errors } => $"fault-{errors}",
        { DueAt: not null, DueFor: DueReason.Start or DueReason.Resume } => "initializing",
        _ => "sleeping",
    };

    /// <summary>A job as it is saved first.</summary>
    /// <param name="paused">Whether it waits to be resumed.</param>
    public static StoredJob New(string tag, ScheduleOptions? schedule, bool paused, DateTimeOffset now)
    {
        var job = new StoredJob
        {
            Tag = tag, Id = Guid.NewGuid().ToString("N"), Version = 1, Created = now, Updated = now, Wish = paused ? JobWish.Paused : JobWish.Active,
        };
        return paused ? job : Scheduled(job, schedule, schedule is { Continuous: true } ? now - ScheduleOptions.ContinuousPause : now);
    }

    /// <summary>A job with a new version: what was wrong with the one before is over.</summary>
    public static StoredJob Saved(StoredJob job, ScheduleOptions? schedule, DateTimeOffset now)
    {
        var saved = Mended(job) with { Version = job.Version + 1, Updated = now, Wish = job.Wish == JobWish.Killed ? JobWish.Active : job.Wish };
        return saved.Wish != JobWish.Active || saved.RunId is not null || IsStarted(saved) ? saved : Scheduled(saved, schedule, now);
    }

    /// <summary>Stops at the next safe point, and does not run until it is resumed.</summary>
    public static StoredJob Paused(StoredJob job, DateTimeOffset now) =>
        job with { Wish = JobWish.Paused, DueAt = null, Start = null, Bounced = false, Updated = now };

    /// <summary>Runs again, at once.</summary>
    public static StoredJob Resumed(StoredJob job, DateTimeOffset now) =>
        job.Wish == JobWish.Active && job.Errors == 0 && (job.RunId is not null || job.DueAt <= now) ? job
            : Mended(job) with { Wish = JobWish.Active, DueAt = now, DueFor = DueReason.Resume, Completed = false, Updated = now };

    /// <summary>Stops and starts again.</summary>
    public static StoredJob Bounced(StoredJob job, DateTimeOffset now) => Mended(job) with
    {
        Wish = JobWish.Active, Bounced = job.RunId is not null, DueAt = now, DueFor = DueReason.Resume, Completed = false, Updated = now,
    };

    /// <summary>Stops for good.</summary>
    public static StoredJob Killed(StoredJob job, DateTimeOffset now) =>
        job with { Wish = JobWish.Killed, DueAt = null, Start = null, Bounced = false, Updated = now };

    /// <summary>Runs as soon as it may, as somebody asked. A job that is paused stays paused afterwards.</summary>
    public static StoredJob Started(StoredJob job, RunStart start, DateTimeOffset now) =>
        job with { Start = start, DueAt = now, DueFor = DueReason.Start, Updated = now };

    /// <summary>Whether a run may begin, or go on: a job that is paused runs only as somebody starts it.</summary>
    public static bool MayRun(StoredJob job) => job.Wish == JobWish.Active || job is { Wish: JobWish.Paused, Start: not null };

    /// <summary>A run is under way. What it was asked for is kept until it ends, so that it goes on as it began.</summary>
    public static StoredJob Begun(StoredJob job, string runId) => job with { RunId = runId, DueAt = null, Bounced = false };

    /// <summary>A run ended that did what there was to do, or held it.</summary>
    public static StoredJob Ended(StoredJob job, Job file, RunResult result, DateTimeOffset now)
    {
        var ended = Mended(job) with
        {
            RunId = null,
            Bounced = false,
            Completed = job.Completed || result is { ExitCode: ExitCode.Done, IsLimited: false } && (file.Config.BackfillOnly || file.Schedule?.At is not null),
        };
        return AfterRun(ended, file.Schedule, now);
    }

    /// <summary>A run ended with an error.</summary>
    /// <param name="byHand">Whether only a person can mend it: then it is not tried every minute.</param>
    public static StoredJob Failed(StoredJob job, IReadOnlyList<Problem> problems, bool byHand, DateTimeOffset now)
    {
        var failed = job with
        {
            RunId = null, Start = null, Bounced = false, Errors = job.Errors + 1, FailingSince = job.FailingSince ?? now,
            Fault = [.. problems.Take(20)],
        };
        if (job.DueAt is not null || failed.Wish != JobWish.Active)
        {
            return failed with { Start = job.DueAt is null ? null : job.Start };
        }

        var pause = byHand || failed.Errors > _retries.Length ? _retryHourly : _retries[failed.Errors - 1];
        return now - failed.FailingSince >= GiveUpAfter
            ? failed with { DueAt = null }
            : failed with { DueAt = now + pause, DueFor = DueReason.Retry };
    }

    /// <summary>A run was stopped at a safe point: by a verb, by the quiet hours, or because the service ended.</summary>
    /// <param name="until">When it goes on; null for at once.</param>
    public static StoredJob Stopped(StoredJob job, DateTimeOffset now, DateTimeOffset? until)
    {
        var stopped = job with { RunId = null, Bounced = false };
        return !MayRun(stopped) ? stopped with { DueAt = null, Start = null }
            : stopped with { DueAt = until ?? now, DueFor = until is null ? DueReason.Resume : DueReason.Quiet };
    }

    /// <summary>Another process runs the job: it is tried again soon, and nothing is wrong.</summary>
    public static StoredJob Busy(StoredJob job, DateTimeOffset now) =>
        job with { RunId = null, DueAt = now + _busyPause, DueFor = job.DueFor == DueReason.Start ? DueReason.Start : DueReason.Busy };

    /// <summary>It waits for the end of its quiet hours: one run, however many would have begun in them.</summary>
    public static StoredJob Delayed(StoredJob job, DateTimeOffset until) => job with { DueAt = until, DueFor = DueReason.Quiet };

    /// <summary>Its due run was missed while no service was there: it is made up once.</summary>
    public static StoredJob Missed(StoredJob job) => job with { DueFor = DueReason.Missed };

    // What was started while the run was under way still has its run.
    private static StoredJob AfterRun(StoredJob job, ScheduleOptions? schedule, DateTimeOffset now) =>
        job.DueAt is not null ? job
        : job.Wish == JobWish.Active ? Scheduled(job, schedule, now)
        : job with { Start = null };

    private static StoredJob Scheduled(StoredJob job, ScheduleOptions? schedule, DateTimeOffset now)
    {
        var next = job.Completed ? null : schedule?.Next(now, job.Completed);
        return job with
        {
            DueAt = next is { } due ? schedule!.QuietUntil(due)?.ToUniversalTime() ?? due.ToUniversalTime() : null,
            DueFor = DueReason.Schedule,
            Start = null,
        };
    }

    private static StoredJob Mended(StoredJob job) => job with { Errors = 0, FailingSince = null, Fault = [] };

    private static bool IsStarted(StoredJob job) => job is { DueAt: not null, DueFor: DueReason.Start };

    private static bool HasFailed(StoredJob job) => job is { Errors: > 0, DueAt: null };
}
