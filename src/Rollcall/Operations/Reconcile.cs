using Rollcall.Delivering;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;

namespace Rollcall.Operations;

/// <summary>Reads a job's books to their end and says where they and the ledger differ. Sends nothing and changes nothing.</summary>
public static class Reconcile
{
    /// <summary>People listed of each kind of difference and book.</summary>
    public const int Listed = 10;

    /// <summary>Reconciles the mapped books.</summary>
    /// <exception cref="RollcallException">A book could not be read to its end, or the job or account is wrong.</exception>
    public static async Task<Reconciliation> RunAsync(Job job, Workplace workplace, CancellationToken cancellation = default)
    {
        Reconciliation? found = null;
        await RunSession.WithAsync(
            job,
            workplace,
            new RunOptions(),
            SessionKind.Plan,
            async (run, _) =>
            {
                found = await RunAsync(run, cancellation);
                return new RunResult { Job = job.Tag, RunId = run.RunId };
            },
            cancellation);
        return found
            ?? new Reconciliation { Job = job.Tag, Books = [], ApiCalls = new ApiCalls(0, new Dictionary<string, long>()),
                Findings = [Findings.AlreadyExportedBooksUnread()] };
    }

    private static async Task<Reconciliation> RunAsync(RunContext run, CancellationToken cancellation)
    {
        if (run.Folder.IsLocked(run.Job.Tag))
        {
            run.Report(Findings.ReconciledDuringRun());
        }

        var differences = new BookDifferences(run, run.LedgerRelation);
        differences.Begin();
        var books = new List<ReconciledBook>();
        foreach (var book in run.Books.Where(b => b.Id is not null))
        {
            var agreeing = await differences.FindAsync(book.Id!.Value, cancellation);
            var kinds =
                run.Db.Query($"SELECT kind, count(*) FROM difference WHERE book_id = {book.Id} GROUP BY 1", r => (r.GetString(0), r.GetInt64(1)))
                    .ToDictionary(k => k.Item1, k => k.Item2);
            books.Add(new ReconciledBook
            {
                Id = book.Id.Value,
                Name = book.Name,
                Agreeing = agreeing,
                Removed = kinds.GetValueOrDefault("removed"),
                Deleted = kinds.GetValueOrDefault("deleted"),
                Missing = kinds.GetValueOrDefault("missing"),
                NotInLedger = kinds.GetValueOrDefault("unknown_to_us"),
                StatusesDiffer = kinds.GetValueOrDefault("status"),
                First = First(run, book.Id.Value),
            });
        }

        foreach (var book in run.Books.Where(b => b.Id is null))
        {
            run.Report(Findings.BookNotCreatedYet(book.Name));
        }

        return new Reconciliation { Job = run.Job.Tag, Books = books, ApiCalls = new ApiCalls(run.Client.Usage.Total, run.Client.Usage.ByOperation()),
            Findings = [.. run.Findings] };
    }

    private static List<BookDifference> First(RunContext run, long book) => run.Db.Query(
        $"""
        SELECT kind, email, state, book_status, verdict FROM difference WHERE book_id = {book}
        QUALIFY row_number() OVER (PARTITION BY kind ORDER BY kh, member_key) <= {Listed}
        ORDER BY CASE kind WHEN 'status' THEN 1 WHEN 'removed' THEN 2 WHEN 'deleted' THEN 3 WHEN 'missing' THEN 4 ELSE 5 END, kh, member_key
        """,
        r => new BookDifference(
            r.GetString(1),
            r.GetString(0) switch
            {
                "removed" => DifferenceKind.Removed,
                "deleted" => DifferenceKind.Deleted,
                "missing" => DifferenceKind.Missing,
                "status" => DifferenceKind.Status,
                _ => DifferenceKind.NotInLedger,
            },
            r.IsDBNull(2) ? null : r.GetString(2),
            r.GetString(0) is "status" or "unknown_to_us" && !r.IsDBNull(3) ? r.GetString(3) : null));
}

/// <summary>Where a job's ledger and its books differ. Its JSON form is the contract of <c>rollcall reconcile --json</c>.</summary>
public sealed record Reconciliation
{
    /// <summary>The job's tag.</summary>
    public required string Job { get; init; }

    /// <summary>Whether ledger and books agree on every member: people who are in a book and not of the job are no disagreement.</summary>
    public bool Agrees => Books.All(b => b.Removed + b.Deleted + b.Missing + b.StatusesDiffer == 0);

    /// <summary>The mapped books.</summary>
    public required IReadOnlyList<ReconciledBook> Books { get; init; }

    /// <summary>Calls made, all of them reading.</summary>
    public required ApiCalls ApiCalls { get; init; }

    /// <summary>What else the user should know, in words, where somebody has put them in.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>What else the user should know.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];
}

/// <summary>One book beside the ledger.</summary>
public sealed record ReconciledBook
{
    /// <summary>The book's id.</summary>
    public required long Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Members delivered according to both.</summary>
    public long Agreeing { get; init; }

    /// <summary>In the ledger as delivered; removed from the book manually.</summary>
    public long Removed { get; init; }

    /// <summary>In the ledger as delivered; the contact is deleted at Dotdigital.</summary>
    public long Deleted { get; init; }

    /// <summary>In the ledger as delivered and not in the book; too many to ask after each.</summary>
    public long Missing { get; init; }

    /// <summary>In the book, and not put there by this job.</summary>
    public long NotInLedger { get; init; }

    /// <summary>Known to both, with another status.</summary>
    public long StatusesDiffer { get; init; }

    /// <summary>The first of each kind of difference.</summary>
    public IReadOnlyList<BookDifference> First { get; init; } = [];
}

/// <summary>How a person differs between ledger and book.</summary>
public enum DifferenceKind
{
    /// <summary>Removed from the book manually.</summary>
    Removed,

    /// <summary>Deleted at Dotdigital.</summary>
    Deleted,

    /// <summary>Not in the book: removed or deleted.</summary>
    Missing,

    /// <summary>In the book, and not in the ledger.</summary>
    NotInLedger,

    /// <summary>Another status.</summary>
    Status,
}

/// <summary>One person who differs.</summary>
/// <param name="Email">The address.</param>
/// <param name="Kind">How.</param>
/// <param name="Ledger">The ledger's state; null when it has none.</param>
/// <param name="Dotdigital">Dotdigital's status in the book; null when the person is not in it.</param>
public sealed record BookDifference(string Email, DifferenceKind Kind, string? Ledger, string? Dotdigital);
