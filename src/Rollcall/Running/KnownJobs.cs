using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Running;

/// <summary>The jobs of a data folder, as far as they are stored or their files can still be read: where else a person may stand.</summary>
internal static class KnownJobs
{
    public static List<KnownJob> Read(IStore store, Func<string, string?> environment) =>
        [.. store.Jobs.All().Select(job => new KnownJob(job.Tag, job.AccountId, job.JobFile, job.LedgerFolder, Of(store.StoredJobs, job, environment)))];

    private static Job? Of(IStoredJobs stored, KeptJob job, Func<string, string?> environment)
    {
        try
        {
            return stored.Find(job.Tag) is { } kept && stored.Version(kept.Tag, kept.Version) is { } version
                ? JobFile.Parse(version.Text, Path.Combine(version.Folder, version.Tag + ".yaml"), environment)
                : JobFile.Read(job.JobFile, environment);
        }
        catch (RollcallException)
        {
            // What it would have told is named as remaining.
            return null;
        }
    }
}

/// <summary>A person's row in a job's ledger.</summary>
internal sealed record KnownRow(KnownJob Job, long BookId, string BookName, string State, string? Status, string? Origin);

/// <summary>A job that ran in the data folder.</summary>
/// <param name="Tag">Its tag.</param>
/// <param name="AccountId">Its Dotdigital account.</param>
/// <param name="Path">Its job file.</param>
/// <param name="Ledger">Its ledger's current generation; null before the first.</param>
/// <param name="File">What the job file says; null when it cannot be read any more.</param>
internal sealed record KnownJob(string Tag, long AccountId, string Path, string? Ledger, Job? File)
{
    /// <summary>What the ledger has of the person.</summary>
    public IReadOnlyList<KnownRow> Rows(DataFolder folder, IStore store, Trace trace, CancellationToken cancellation)
    {
        var names = store.Books.Of(Tag).ToDictionary(b => b.BookId, b => b.Name);
        return OnLedger(
            folder,
            relation =>
                $"""
                SELECT book_id, state, coalesce(book_status, code), origin
                FROM {relation} WHERE kh = md5_number_lower({SqlText.Literal(trace.MemberKey)}) AND member_key = {SqlText.Literal(trace.MemberKey)}
                """,
            r => new KnownRow(this, r.GetInt64(0), names.GetValueOrDefault(r.GetInt64(0)) ?? $"{r.GetInt64(0)}", r.GetString(1),
                r.IsDBNull(2) ? null : r.GetString(2), r.IsDBNull(3) ? null : r.GetString(3)),
            cancellation);
    }

    /// <summary>The status files that the job's sink has written so far.</summary>
    public IEnumerable<string> StatusFiles()
    {
        if (File?.StatusSink is ProfilesSinkOptions profiles)
        {
            return System.IO.File.Exists(profiles.Path) || System.IO.File.Exists(profiles.Path + ".work") ? [profiles.Path] : [];
        }

        return File?.StatusSink is FileSinkOptions { Path: var path } && System.IO.Path.GetDirectoryName(path)! is var folder && Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, $"{System.IO.Path.GetFileNameWithoutExtension(path)}-*{System.IO.Path.GetExtension(path)}")]
            : [];
    }

    /// <summary>Counts the ledger again, which may have lost a row.</summary>
    public void CountAgain(DataFolder folder, IStore store, CancellationToken cancellation) =>
        store.Ledgers.Count(Tag, OnLedger(folder, BookRows.Query, BookRows.Of, cancellation));

    private List<T> OnLedger<T>(DataFolder folder, Func<string, string> query, Func<DuckDB.NET.Data.DuckDBDataReader, T> read, CancellationToken cancellation)
    {
        if (Ledger is null)
        {
            return [];
        }

        using var duckdb = new DuckDB.NET.Data.DuckDBConnection("DataSource=:memory:");
        duckdb.Open();
        return duckdb.Query(query(LedgerFiles.Relation(folder, Ledger)), read, cancellation);
    }
}
