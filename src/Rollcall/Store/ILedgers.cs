namespace Rollcall.Store;

/// <summary>Which generation of files is the ledger of a job.</summary>
internal interface ILedgers
{
    /// <summary>The ledgers of all jobs; of a store that a former version wrote, too.</summary>
    IReadOnlyList<KeptLedger> All();

    /// <summary>A job's ledger; null for a job that never ran here.</summary>
    KeptLedger? Of(string tag);

    /// <summary>Names a generation, marks the deliveries it has as recorded, counts its books, and puts its status events into the outbox.</summary>
    void Name(NewGeneration next);

    /// <summary>Counts a ledger again, which may have lost a row.</summary>
    /// <param name="books">All its books.</param>
    void Count(string tag, IReadOnlyCollection<BookRows> books);

    /// <summary>Keeps a generation from being deleted until the lease is given back, or its process ends.</summary>
    /// <returns>The lease; null where the generation's files are gone, or are just being deleted.</returns>
    IDisposable? Lease(string generation);

    /// <summary>Deletes a generation that no job names any more, unless somebody has leased it.</summary>
    void Delete(string generation);
}

/// <summary>A job's ledger.</summary>
/// <param name="Folder">The folder of its current generation; null before the first.</param>
internal sealed record KeptLedger(string Tag, long AccountId, string? Folder, long Rows, long Generation);

/// <summary>A generation to be named.</summary>
/// <param name="RunId">The run that wrote it.</param>
/// <param name="Recorded">The deliveries whose outcomes it has.</param>
/// <param name="Events">The file of status events; null for none.</param>
internal sealed record NewGeneration(
    string Tag, string Folder, long Number, string RunId, IReadOnlyList<Delivery> Recorded, IReadOnlyCollection<BookRows> Books, string? Events);

/// <summary>The rows of a book in a ledger.</summary>
internal sealed record BookRows(long Book, long Rows, long Delivered, long Pending, long Suppressed)
{
    /// <summary>The query, in DuckDB, that counts the books of a ledger.</summary>
    public static string Query(string ledger) => $"""
        SELECT book_id, count(*), count(*) FILTER (state = 'delivered'), count(*) FILTER (state = 'pending'), count(*) FILTER (state = 'suppressed')
        FROM {ledger} GROUP BY 1
        """;

    public static BookRows Of(DuckDB.NET.Data.DuckDBDataReader row) => new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4));

    public static BookRows operator +(BookRows one, BookRows other) => one with
    {
        Rows = one.Rows + other.Rows,
        Delivered = one.Delivered + other.Delivered,
        Pending = one.Pending + other.Pending,
        Suppressed = one.Suppressed + other.Suppressed,
    };
}
