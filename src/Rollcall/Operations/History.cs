using System.Text.Json;
using Rollcall.Model;
using Rollcall.Recording;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Operations;

/// <summary>How a job stands.</summary>
/// <param name="Tag">The job.</param>
/// <param name="JobFile">The job file last used.</param>
/// <param name="AccountId">The Dotdigital account.</param>
/// <param name="State">How its last run ended, or that one is under way; null when it never ran.</param>
/// <param name="Progress">How far the run under way is.</param>
/// <param name="LastRun">The last run that ended.</param>
/// <param name="Books">Its books, as the ledger has them.</param>
public sealed record JobStatus(
    string Tag, string JobFile, long AccountId, RunState? State, RunProgress? Progress, RunResult? LastRun, IReadOnlyList<BookCounts> Books)
{
    /// <summary>How many people runs look at again, for writes whose end is not known.</summary>
    public long Watched { get; init; }
}

/// <summary>A book in the ledger of a job.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Delivered">Members that the job has in it.</param>
/// <param name="Pending">Members who wait.</param>
/// <param name="Suppressed">Members left alone.</param>
public sealed record BookCounts(long Id, string Name, long Delivered, long Pending, long Suppressed);

/// <summary>A job of which somebody has to be looked at between its runs (<see cref="WatchRun"/>).</summary>
/// <param name="Tag">The job.</param>
/// <param name="People">How many people are on its watch.</param>
/// <param name="Since">When the earliest write was sent whose end is not known.</param>
/// <param name="OpenDeliveries">How many of its deliveries have not ended: a run is under way, or was killed.</param>
public sealed record JobOnWatch(string Tag, long People, DateTimeOffset Since, long OpenDeliveries);

/// <summary>What happened in a data folder so far. May be read while a run is under way.</summary>
public sealed class History : IDisposable
{
    private readonly DataFolder _folder;
    private readonly IStore _store;

    /// <summary>Opens the data folder.</summary>
    public History(string dataFolder)
    {
        _folder = new DataFolder(dataFolder);
        _store = Stores.Open(_folder);
    }

    /// <summary>Every job that ran here.</summary>
    public IReadOnlyList<JobStatus> Jobs() => [.. _store.Jobs.All().Select(Status).Where(j => j.State is not null)];

    /// <summary>One job; null when it never ran here.</summary>
    public JobStatus? Job(string tag) => _store.Jobs.Find(tag) is { } job ? Status(job) : null;

    /// <summary>The job that last ran from a job file; null when none did.</summary>
    public string? TagOf(string jobFile) => _store.Jobs.All().FirstOrDefault(job => job.JobFile == jobFile && _store.Runs.Last(job.Tag) is not null)?.Tag;

    /// <summary>Whether a run of the job came to its end, or sent anything.</summary>
    public bool HasBegun(string tag) => _store.Jobs.HasBegun(tag);

    /// <summary>A job's newest runs, newest first; older ones are not read.</summary>
    public IReadOnlyList<RunResult> Runs(string tag, int atMost) => [.. _store.Runs.Of(tag, atMost).Select(Result)];

    /// <summary>How many runs a job has.</summary>
    public long RunCount(string tag) => _store.Runs.Count(tag);

    /// <summary>The jobs of which somebody has to be looked at between their runs; asks nobody but the store.</summary>
    public IReadOnlyList<JobOnWatch> OnWatch() =>
        [.. _store.Jobs.OnWatch().Select(job => new JobOnWatch(job.Tag, job.People, DateTimeOffset.FromUnixTimeMilliseconds(job.Since), job.Open))];

    /// <summary>The looks at a job's watch that changed something, newest first. They are no runs.</summary>
    public IReadOnlyList<RunResult> Looks(string tag) => _store.Runs.Looks(tag);

    /// <summary>Everything the last run that ended did not deliver, with the reason; streamed.</summary>
    public IEnumerable<Failure> Failures(string tag, CancellationToken cancellation)
    {
        if (FailuresFile(tag) is not { } file)
        {
            yield break;
        }

        using var duckdb = new DuckDB.NET.Data.DuckDBConnection("DataSource=:memory:");
        duckdb.Open();
        foreach (var failure in duckdb.Stream($"FROM {RunReport.Rows(file)}", RunReport.From, cancellation))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return failure;
        }
    }

    /// <summary>The same, counted by reason.</summary>
    public IReadOnlyList<FailureReason> Reasons(string tag, CancellationToken cancellation)
    {
        if (FailuresFile(tag) is not { } file)
        {
            return [];
        }

        using var duckdb = new DuckDB.NET.Data.DuckDBConnection("DataSource=:memory:");
        duckdb.Open();
        return duckdb.Query(FailureReasons.Query(RunReport.Rows(file)), FailureReasons.Of, cancellation);
    }

    private JobStatus Status(KeptJob job)
    {
        var last = _store.Runs.Last(job.Tag);
        var state = last is null ? null : (RunState?)State(last);
        var ended = state == RunState.Running ? _store.Runs.LastEnded(job.Tag) : last;
        return new JobStatus(
            job.Tag,
            job.JobFile,
            job.AccountId,
            state,
            state == RunState.Running && last!.Progress is { } progress ? JsonSerializer.Deserialize<RunProgress>(progress, ResultJson.Options) : null,
            ended is null ? null : Result(ended),
            [
                .. _store.Books.Of(job.Tag).OrderBy(b => b.Name, StringComparer.Ordinal)
                    .Select(b => new BookCounts(b.BookId, b.Name, b.Delivered, b.Pending, b.Suppressed)),
            ])
        {
            Watched = _store.Watch(job.Tag, job.AccountId).People,
        };
    }

    /// <summary>A run marked as running whose job's lock is free has no process.</summary>
    private RunState State(KeptRun run) => run.State == RunState.Running && !_folder.IsLocked(run.Tag) ? RunState.Interrupted : run.State;

    private RunResult Result(KeptRun run) => run.Result is { } text
        ? KeptRun.Read(text)
        : new RunResult { Job = run.Tag, RunId = run.RunId, State = State(run), Started = run.Started, Finished = run.Finished };

    private string? FailuresFile(string tag)
    {
        string? found = null;
        _store.Runs.Failures(tag, kept =>
        {
            var file = _folder.Full(kept.Failures);
            found = File.Exists(file) ? file : null;
            return found is not null;
        });
        return found;
    }

    /// <summary>The job file last used with this tag; null when the job never ran here.</summary>
    public string? JobFileOf(string tag) => _store.Jobs.Find(tag)?.JobFile;

    /// <inheritdoc/>
    public void Dispose() => _store.Dispose();
}
