using DuckDB.NET.Data;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Connecting;

/// <summary>
/// A book created again under a name that jobs of the account knew: people who opted out of the former one opted out of the one with that name. The
/// opt-outs are copied before anybody is entered, those of erased people too.
/// </summary>
internal static class Namesakes
{
    /// <summary>Copies what books with the names of these know and these do not; says so.</summary>
    public static IReadOnlyList<Finding> Inherit(DataFolder folder, IStore store, long accountId, IEnumerable<(RunBook Book, string? Target)> books,
        CancellationToken cancellation)
    {
        using var leases = new LedgerLeases(store.Ledgers);
        var known = leases.Read(() => store.Books.OfAccount(accountId), kept => kept.Select(b => b.LedgerFolder).OfType<string>());
        var optOuts = store.OptOuts(accountId);
        var said = new List<Finding>();
        foreach (var (book, target) in books.Where(b => b.Book.Id is not null))
        {
            var former = known.Where(k => k.BookId != book.Id && (Same(k.Name, book.Name) || (target is not null && Same(k.Name, target)))).ToList();
            var people = former.Select(k => k.BookId).Distinct().Sum(id => optOuts.Copy(id, book.Id!.Value));

            // Once the book is the job's, its readings keep what they show.
            people += known.Any(k => k.BookId == book.Id)
                ? 0
                : former.Where(k => k.LedgerFolder is not null).Sum(k => CopyOfLedger(folder, optOuts, k, book.Id!.Value, cancellation));
            if (people > 0)
            {
                said.Add(Findings.BookCreatedAgain(book.Name, book.Id!.Value, former.Select(k => k.BookId).Distinct().Order(), people));
            }
        }

        return said;
    }

    /// <summary>The same, of a book that this run has just created, after people were compared: keeps out the people who were to enter.</summary>
    public static void InheritLate(RunContext run, RunBook book, string? target, CancellationToken cancellation)
    {
        foreach (var said in Inherit(run.Folder, run.Store, run.Client.Account.Id, [(book, target)], cancellation))
        {
            run.Report(said);
        }

        // Those who are known by a hash only: nothing reads them again.
        new ForgottenOptOuts(run.Folder, run.Store.Forgotten, run.Client.Account.Id).AddTo(run.Db);
        run.Db.Execute($"""
            INSERT INTO late_opt_out
            SELECT c.kh, c.member_key, c.book_no, o.status, false, o.since, NULL
            FROM change c JOIN opt_out o ON o.kh = c.kh AND o.email_key = c.member_key
            WHERE c.book_no = {book.No} AND c.action IN ('{ChangeAction.Enter}', '{ChangeAction.Resubscribe}') AND o.book_id = {book.Id}
                AND o.cause = '{ForgottenOptOuts.Cause}'
            """);
    }

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    /// <summary>Copies what only a ledger knows: people that Dotdigital showed as out when they were read back.</summary>
    private static long CopyOfLedger(DataFolder folder, IOptOuts optOuts, KnownBook former, long to, CancellationToken cancellation)
    {
        using var duckdb = new DuckDBConnection("DataSource=:memory:");
        duckdb.Open();
        var people = duckdb.Query(
            $"""
            SELECT member_key, contact_id, coalesce(book_status, code), since FROM {LedgerFiles.Relation(folder, former.LedgerFolder)}
            WHERE book_id = {former.BookId} AND state = 'suppressed' AND coalesce(account_status, 'Subscribed') = 'Subscribed'
                AND coalesce(book_status, code) IS NOT NULL
            """,
            r => new FeedOptOut(r.GetString(0), r.IsDBNull(1) ? null : r.GetInt64(1), r.GetString(2), r.IsDBNull(3) ? null : r.GetInt64(3), 0),
            cancellation);
        return people.Count == 0 ? 0 : optOuts.KeepNew(people, to);
    }
}
