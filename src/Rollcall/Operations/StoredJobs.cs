using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Store;

namespace Rollcall.Operations;

/// <summary>
/// The jobs that live on in a data folder: saved, read, and told what to do. The command line, both HTTP APIs and the page call this, whether a service
/// runs or not; a service that runs sees each change within a second.
/// </summary>
public sealed class StoredJobs : IDisposable
{
    private static readonly TimeSpan _logKept = TimeSpan.FromDays(30);

    private readonly DataFolder _folder;
    private readonly IStore _store;
    private readonly TimeProvider _clock;

    /// <summary>Opens the data folder's store.</summary>
    /// <exception cref="RollcallException">The store is lost, of a newer version, or cannot be opened.</exception>
    public StoredJobs(string dataFolder, TimeProvider clock, Action<string>? checkpoint = null)
    {
        _clock = clock;
        _folder = new DataFolder(dataFolder, checkpoint);
        _store = Stores.Open(_folder, checkpoint);
    }

    /// <summary>A number that rises with every change of any job, whoever makes it.</summary>
    public long Changes => _store.StoredJobs.Changes;

    /// <summary>All jobs, by tag.</summary>
    /// <param name="killed">Whether killed ones are among them.</param>
    public IReadOnlyList<StoredJob> All(bool killed = false) => [.. _store.StoredJobs.All().Where(job => killed || job.Wish != JobWish.Killed)];

    /// <summary>A job, killed ones too; null when there is none of the tag.</summary>
    public StoredJob? Find(string tag) => _store.StoredJobs.Find(tag);

    /// <summary>A job, killed ones too, by its id; null when there is none.</summary>
    public StoredJob? OfId(string id) => _store.StoredJobs.OfId(id);

    /// <summary>A job's versions, newest first, without their texts.</summary>
    public IReadOnlyList<JobVersion> Versions(string tag) => _store.StoredJobs.Versions(tag);

    /// <summary>A version of a job; null when there is none.</summary>
    public JobVersion? Version(string tag, long number) => _store.StoredJobs.Version(tag, number);

    /// <summary>A job's current version.</summary>
    public JobVersion Current(StoredJob job) => _store.StoredJobs.Version(job.Tag, job.Version)!;

    /// <summary>What a version says, as a job.</summary>
    /// <param name="value">The value of a reference such as <c>${NAME}</c>; null for one that is not known.</param>
    /// <exception cref="RollcallException">Exit 2, with every problem.</exception>
    public static Job Read(JobVersion version, Func<string, string?> value) =>
        JobFile.Parse(version.Text, Path.Combine(version.Folder, version.Tag + ".yaml"), value);

    /// <summary>Saves a job: adds it, or gives it a new version where it says something else than the current one.</summary>
    /// <exception cref="RollcallException">Exit 2: the job was killed and is not to be revived, or its version is not the expected one.</exception>
    public SavedJob Save(SaveRequest request)
    {
        var now = _clock.GetUtcNow();
        var tag = request.Job.Tag;
        var version = new JobVersion(tag, 1, request.Text, request.Folder, request.Door, request.Author, now);
        if (request.Expected is null or 0)
        {
            var first = JobLife.New(tag, request.Job.Schedule, request.Paused, now) with { Extra = request.Extra };
            if (_store.StoredJobs.Add(first, version))
            {
                Log(tag, null, Severity.Note, "job_created", $"Created by {request.Author}.");
                return new SavedJob(first, JobSaving.Created);
            }
        }

        var saving = JobSaving.Unchanged;
        var saved = _store.StoredJobs.Change(tag, job =>
        {
            if (request.Expected is { } expected && expected != job.Version)
            {
                throw new VersionConflictException(tag, expected, job.Version);
            }

            if (job.Wish == JobWish.Killed && !request.Revive)
            {
                throw new RollcallException(ExitCode.BadJob, $"The job {tag} was killed.", todo: "Give the job another tag, or apply it with --revive.");
            }

            return null;
        });
        if (saved is null)
        {
            throw new VersionConflictException(tag, request.Expected ?? 0, 0);
        }

        var current = Current(saved);
        if (saved.Wish != JobWish.Killed && current.Text == request.Text && current.Folder == request.Folder && saved.Extra == request.Extra)
        {
            return new SavedJob(saved, JobSaving.Unchanged);
        }

        saved = _store.StoredJobs.Change(tag, job =>
        {
            if (job.Version != saved.Version)
            {
                throw new VersionConflictException(tag, saved.Version, job.Version);
            }

            saving = job.Wish == JobWish.Killed ? JobSaving.Revived : JobSaving.Updated;
            var next = JobLife.Saved(job, request.Job.Schedule, now) with { Extra = request.Extra };
            var line = Line(tag, null, Severity.Note, "job_updated", $"Changed by {request.Author}.");
            return new JobChange(next, version with { Number = next.Version }, line);
        });
        return new SavedJob(saved!, saving);
    }

    /// <summary>Stops a job at its next safe point, until it is resumed.</summary>
    public StoredJob Pause(string tag, string by) => Verb(tag, "job_paused", $"Paused by {by}.", JobLife.Paused);

    /// <summary>Lets a job run again, at once; errors so far are forgotten.</summary>
    public StoredJob Resume(string tag, string by) => Verb(tag, "job_resumed", $"Resumed by {by}.", JobLife.Resumed);

    /// <summary>Stops a job at its next safe point and starts it again.</summary>
    public StoredJob Bounce(string tag, string by) => Verb(tag, "job_bounced", $"Stopped and started again by {by}.", JobLife.Bounced);

    /// <summary>Ends a job for good; its history is kept, and nothing at Dotdigital is undone.</summary>
    public StoredJob Kill(string tag, string by) => Verb(tag, "job_killed", $"Killed by {by}.", JobLife.Killed);

    /// <summary>Starts a run.</summary>
    /// <exception cref="RollcallException">Exit 6: a run that somebody started waits already, or is under way.</exception>
    public StoredJob Start(string tag, RunStart start) => Verb(tag, "run_started", $"Run started by {start.By}.", (job, now) =>
        job is { RunId: null, DueAt: null } or { DueFor: not DueReason.Start, RunId: null }
            ? JobLife.Started(job, start, now)
            : throw new RollcallException(ExitCode.Busy, $"A run of {tag} is under way, or about to begin.", todo: "Wait for its end, then start it again."));

    /// <summary>Notes something in a job's state that is not a person's doing.</summary>
    /// <returns>The job as it is then; null where there is none.</returns>
    public StoredJob? Change(string tag, Func<StoredJob, StoredJob> change) => _store.StoredJobs.Change(tag, job => new JobChange(change(job)));

    /// <summary>Adds a line to a job's log.</summary>
    public void Log(string tag, string? runId, Severity level, string code, string message, string? context = null) =>
        _store.StoredJobs.Log(Line(tag, runId, level, code, message, context));

    /// <summary>Lines of a job's log, or of all jobs that are not killed, in the order of time.</summary>
    public IReadOnlyList<JobLogLine> LogOf(string? tag, DateTimeOffset since, long after, int most) => _store.StoredJobs.LogOf(tag, since, after, most);

    /// <summary>Deletes lines of logs that are older than 30 days.</summary>
    public void ForgetOldLog() => _store.StoredJobs.ForgetLog(_clock.GetUtcNow() - _logKept);

    /// <summary>Whether a service runs the jobs of the data folder.</summary>
    public bool IsServed => _folder.IsLocked(ForgetLock.Service);

    /// <summary>Makes the caller the data folder's one service, until the result is disposed.</summary>
    /// <exception cref="RollcallException">Exit 6: another process is.</exception>
    public IDisposable Serve() => _folder.TryLock(ForgetLock.Service)
        ?? throw new RollcallException(ExitCode.Busy, "A service runs on this data folder already.", _folder.Root, "Stop it first, or name another folder with --data.");

    /// <summary>Whether a process runs the job now.</summary>
    public bool IsRunning(string tag) => _folder.IsLocked(tag);

    /// <inheritdoc/>
    public void Dispose() => _store.Dispose();

    private StoredJob Verb(string tag, string code, string message, Func<StoredJob, DateTimeOffset, StoredJob> change)
    {
        var now = _clock.GetUtcNow();
        return _store.StoredJobs.Change(tag, job => job.Wish == JobWish.Killed
            ? throw new RollcallException(ExitCode.BadJob, $"The job {tag} was killed.", todo: "Apply its file with --revive to bring it back.")
            : change(job, now) is var next && next == job ? null : new JobChange(next, Line: Line(tag, job.RunId, Severity.Note, code, message)))
            ?? throw new RollcallException(ExitCode.BadJob, $"No job {tag} is stored in {_folder.Root}.", todo: "Store it with: rollcall apply FILE");
    }

    private JobLogLine Line(string tag, string? runId, Severity level, string code, string message, string? context = null) =>
        new(0, tag, runId, _clock.GetUtcNow(), level, code, message, context);
}

/// <summary>What is to be saved.</summary>
public sealed record SaveRequest
{
    /// <summary>What the text says; checked before.</summary>
    public required Job Job { get; init; }

    /// <summary>The text of the job file, YAML or JSON.</summary>
    public required string Text { get; init; }

    /// <summary>The absolute folder where relative paths in it start.</summary>
    public required string Folder { get; init; }

    /// <summary>Where it came from.</summary>
    public required JobDoor Door { get; init; }

    /// <summary>Who saves it.</summary>
    public required string Author { get; init; }

    /// <summary>The version that it replaces: 0 for none, null for whichever.</summary>
    public long? Expected { get; init; }

    /// <summary>Whether a job of this tag that was killed comes back to life.</summary>
    public bool Revive { get; init; }

    /// <summary>Whether a job that is new waits to be resumed.</summary>
    public bool Paused { get; init; }

    /// <summary>What Lytics' job API says of it beside, as JSON; null for nothing.</summary>
    public string? Extra { get; init; }
}

/// <summary>What saving did.</summary>
public enum JobSaving
{
    /// <summary>It says what it said before.</summary>
    Unchanged,

    /// <summary>A new job.</summary>
    Created,

    /// <summary>A new version.</summary>
    Updated,

    /// <summary>A job that was killed lives again.</summary>
    Revived,
}

/// <summary>A job after it was saved.</summary>
public sealed record SavedJob(StoredJob Job, JobSaving Saving);

/// <summary>Somebody else changed the job meanwhile.</summary>
public sealed class VersionConflictException(string tag, long expected, long current)
    : Exception($"The job {tag} has version {current} now, not {expected}.")
{
    /// <summary>The version that was expected.</summary>
    public long Expected { get; } = expected;

    /// <summary>The version that it has; 0 for no job.</summary>
    public long Current { get; } = current;
}
