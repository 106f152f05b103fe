namespace Rollcall.Store.Sqlite;

internal sealed class SqliteLedgers(StoreConnection db, DataFolder folder) : ILedgers
{
    // No more columns than the first version of the store had: what is lost is asked of old ones too.
    private const string Ledgers = "SELECT tag, account_id, ledger_folder AS folder, ledger_rows AS rows, generation FROM job";

    public IReadOnlyList<KeptLedger> All() => db.Query<KeptLedger>(Ledgers);

    public KeptLedger? Of(string tag) => db.First<KeptLedger>($"{Ledgers} WHERE tag = @tag", new { tag });

    public void Name(NewGeneration next) => db.InTransaction(() =>
    {
        Name(db, next.Tag, next.Folder, next.Number, next.Books);
        SqliteJournal.Record(db, next.Recorded);
        if (next.Events is not null)
        {
            db.Execute("INSERT INTO outbox(tag, run_id, events) VALUES (@Tag, @RunId, @Events)", new { next.Tag, next.RunId, next.Events });
        }
    });

    public void Count(string tag, IReadOnlyCollection<BookRows> books) => db.InTransaction(() =>
    {
        db.Execute(
            "UPDATE job SET ledger_rows = @rows WHERE tag = @tag; UPDATE book SET delivered = 0, pending = 0, suppressed = 0 WHERE tag = @tag",
            new { tag, rows = books.Sum(b => b.Rows) });
        Count(db, tag, books);
    });

    public IDisposable? Lease(string generation)
    {
        var lease = LedgerFiles.AreThere(folder, generation) ? folder.TryShare(StoreLoss.MarkOf(generation)) : null;
        if (lease is null || LedgerFiles.AreThere(folder, generation))
        {
            return lease;
        }

        lease.Dispose();
        return null;
    }

    public void Delete(string generation)
    {
        using (var alone = folder.TryAlone(StoreLoss.MarkOf(generation)))
        {
            if (alone is null)
            {
                return;
            }

            // What has no files cannot be leased: the rest goes unseen.
            Directory.GetFiles(folder.Full(generation), "*.parquet").ToList().ForEach(File.Delete);
        }

        Directory.Delete(folder.Full(generation), recursive: true);
    }

    /// <summary>Names a generation inside the caller's transaction.</summary>
    internal static void Name(StoreConnection db, string tag, string folder, long generation, IReadOnlyCollection<BookRows> books)
    {
        db.Execute(
            "UPDATE job SET ledger_folder = @folder, ledger_rows = @rows, generation = @generation WHERE tag = @tag",
            new { tag, folder, rows = books.Sum(b => b.Rows), generation });
        Count(db, tag, books);
    }

    private static void Count(StoreConnection db, string tag, IEnumerable<BookRows> books) => db.Execute(
        "UPDATE book SET delivered = @Delivered, pending = @Pending, suppressed = @Suppressed WHERE tag = @tag AND book_id = @Book",
        books.Select(b => new { b.Delivered, b.Pending, b.Suppressed, tag, b.Book }));
}
