using System.Text.Json;
using Rollcall.Recording;
using Rollcall.Store;

namespace Rollcall;

/// <summary>How a job stands.</summary>
/// <param name="Tag">The job.</param>
/// <param name="JobFile">The job file last used.</param>
/// <param name="AccountId">The Dotdigital account.</param>
/// <param name="State">How its last run ended, or that one is under way; null when it never ran.</param>
/// <param name="Progress">How far the run under way is.</param>
/// <param name="LastRun">The last run that ended.</param>
/// <param name="Books">Its books, as the ledger has them.</param>
public sealed record JobStatus(string Tag, string JobFile, long AccountId, RunState? State, RunProgress? Progress, RunResult? LastRun, IReadOnlyList<BookCounts> Books)
{
    /// <summary>How many people runs look at again, for writes whose end is not known.</summary>
    public long Watched { get; init; }
}

/// <summary>A book in the ledger of a job.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Delivered">Members whom the job has in it.</param>
/// <param name="Pending">Members who wait.</param>
/// <param name="Suppressed">Members left alone.</param>
public sealed record BookCounts(long Id, string Name, long Delivered, long Pending, long Suppressed);

/// <summary>What happened in a data folder so far. May be read while a run is under way.</summary>
public sealed class History : IDisposable
{
    private readonly DataFolder folder;
    private readonly SqliteStore store;

    /// <summary>Opens the data folder.</summary>
    public History(string dataFolder)
    {
        folder = new DataFolder(dataFolder);
        store = SqliteStore.Open(folder);
    }

    /// <summary>Every job that ran here.</summary>
    public IReadOnlyList<JobStatus> Jobs() => [.. store.Query("SELECT tag FROM job ORDER BY tag", r => r.GetString(0)).Select(t => Job(t)!).Where(j => j.State is not null)];

    /// <summary>One job; null when it never ran here.</summary>
    public JobStatus? Job(string tag)
    {
        var found = store.Query("SELECT job_file, account_id FROM job WHERE tag = $tag", r => (File: r.GetString(0), Account: r.GetInt64(1)), ("$tag", tag));
        if (found.Count == 0)
        {
            return null;
        }

        var last = store.Query("SELECT state, progress FROM run WHERE tag = $tag ORDER BY started DESC, rowid DESC LIMIT 1", r => (State: Enum.Parse<RunState>(r.GetString(0), ignoreCase: true), Progress: r.IsDBNull(1) ? null : JsonSerializer.Deserialize<RunProgress>(r.GetString(1), ResultJson.Options)), ("$tag", tag));
        var running = last.Count > 0 && last[0].State == RunState.Running;
        RunState? state = last.Count == 0 ? null : running && !folder.IsLocked(tag) ? RunState.Interrupted : last[0].State;
        var books = store.Query("SELECT book_id, name, delivered, pending, suppressed FROM book WHERE tag = $tag ORDER BY name", r => new BookCounts(r.GetInt64(0), r.GetString(1), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4)), ("$tag", tag));
        return new JobStatus(tag, found[0].File, found[0].Account, state, state == RunState.Running ? last[0].Progress : null, Runs(tag).FirstOrDefault(r => r.State != RunState.Running), books) { Watched = Watch.People(store, tag) };
    }

    /// <summary>Whether a run of the job came to its end, or sent anything.</summary>
    public bool HasBegun(string tag) =>
        store.Number("SELECT (SELECT count(*) FROM run WHERE tag = $tag AND state IN ('completed', 'held')) + (SELECT count(*) FROM delivery WHERE tag = $tag)", ("$tag", tag)) > 0;

    /// <summary>A job's runs, newest first.</summary>
    public IReadOnlyList<RunResult> Runs(string tag) => store.Query(
        "SELECT run_id, state, started, finished, result FROM run WHERE tag = $tag ORDER BY started DESC, rowid DESC",
        r => !r.IsDBNull(4)
            ? JsonSerializer.Deserialize<RunResult>(r.GetString(4), ResultJson.Options)!
            : new RunResult
            {
                Job = tag,
                RunId = r.GetString(0),
                State = Enum.Parse<RunState>(r.GetString(1), ignoreCase: true) is RunState.Running && !folder.IsLocked(tag) ? RunState.Interrupted : Enum.Parse<RunState>(r.GetString(1), ignoreCase: true),
                Started = DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(2)),
                Finished = r.IsDBNull(3) ? null : DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(3)),
            },
        ("$tag", tag));

    /// <summary>Everything the last run that ended did not deliver, with the reason; streamed.</summary>
    public IEnumerable<Failure> Failures(string tag)
    {
        if (FailuresFile(tag) is not { } file)
        {
            yield break;
        }

        using var duckdb = new DuckDB.NET.Data.DuckDBConnection("DataSource=:memory:");
        duckdb.Open();
        using var command = duckdb.CreateCommand();
        command.UseStreamingMode = true;
        command.CommandText = $"FROM {RunReport.Rows(file)}";
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            yield return RunReport.From(row);
        }
    }

    /// <summary>The same, counted by reason.</summary>
    public IReadOnlyList<FailureReason> Reasons(string tag)
    {
        if (FailuresFile(tag) is not { } file)
        {
            return [];
        }

        using var duckdb = new DuckDB.NET.Data.DuckDBConnection("DataSource=:memory:");
        duckdb.Open();
        return FailureReasons.Of(duckdb, RunReport.Rows(file));
    }

    private string? FailuresFile(string tag) =>
        store.Query("SELECT failures FROM run WHERE tag = $tag AND failures IS NOT NULL ORDER BY started DESC, rowid DESC LIMIT 1", r => folder.Full(r.GetString(0)), ("$tag", tag)).FirstOrDefault(File.Exists);

    /// <summary>The job file last used with this tag; null when the job never ran here.</summary>
    public string? JobFileOf(string tag) => store.Query("SELECT job_file FROM job WHERE tag = $tag", r => r.GetString(0), ("$tag", tag)).FirstOrDefault();

    /// <inheritdoc/>
    public void Dispose() => store.Dispose();
}
