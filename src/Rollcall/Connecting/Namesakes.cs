using DuckDB.NET.Data;
using Microsoft.Extensions.Logging;
using Rollcall.Comparing;
using Rollcall.Forgetting;
using Rollcall.Reading;
using Rollcall.Store;

namespace Rollcall.Connecting;

/// <summary>
/// A book made anew under a name that jobs of the account knew: whoever opted out of the former one opted out of what has that name. The opt-outs are
/// copied before anybody is entered, those of erased people too.
/// </summary>
internal static class Namesakes
{
    // What was seen of a person in the former book says nothing of this one.
    private static readonly HashSet<string> NotCopied = new(["account_id", "book_id", "seen_no", "back_since"], StringComparer.Ordinal);

    /// <summary>Copies what books with the names of these know and these do not; says so.</summary>
    public static IReadOnlyList<string> Inherit(DataFolder folder, SqliteStore store, long accountId, IEnumerable<(RunBook Book, string? Target)> books)
    {
        var known = store.Query(
            "SELECT b.tag, b.book_id, b.name, j.ledger_folder FROM book b JOIN job j ON j.tag = b.tag WHERE j.account_id = $account",
            r => new Known(r.GetString(0), r.GetInt64(1), r.GetString(2), r.IsDBNull(3) ? null : r.GetString(3)),
            ("$account", accountId));
        var said = new List<string>();
        foreach (var (book, target) in books.Where(b => b.Book.Id is not null))
        {
            var former = known.Where(k => k.Id != book.Id && (Same(k.Name, book.Name) || (target is not null && Same(k.Name, target)))).ToList();
            var people = former.Select(k => k.Id).Distinct().Sum(id => Copy(store, accountId, id, book.Id!.Value));

            // Once the book is the job's, its readings keep what they show.
            people += known.Exists(k => k.Id == book.Id) ? 0 : former.Where(k => k.Ledger is not null).Sum(k => CopyOfLedger(folder, store, accountId, k, book.Id!.Value));
            if (people > 0)
            {
                said.Add($"The address book \"{book.Name}\" ({book.Id}) was made anew under a name that was another book's ({string.Join(", ", former.Select(k => k.Id).Distinct().Order())}): {Counted.Of(people, "opt-out")} from that one count for it too.");
            }
        }

        return said;
    }

    /// <summary>The same, of a book that this run has just created, after people were compared: keeps out whoever was to enter.</summary>
    public static void InheritLate(RunContext run, RunBook book, string? target)
    {
        foreach (var said in Inherit(run.Folder, run.Store, run.Client.Account.Id, [(book, target)]))
        {
            run.Notice(said, LogLevel.Information);
        }

        // Those who are known by a hash only: nothing reads them again.
        new ForgottenOptOuts(run.Folder, run.Store, run.Client.Account.Id).AddTo(run.Db);
        run.Db.Execute($"""
            INSERT INTO late_opt_out
            SELECT c.kh, c.member_key, c.book_no, o.status, false, o.since, NULL
            FROM change c JOIN opt_out o ON o.kh = c.kh AND o.email_key = c.member_key
            WHERE c.book_no = {book.No} AND c.action IN ('{Comparing.Action.Enter}', '{Comparing.Action.Resubscribe}') AND o.book_id = {book.Id} AND o.cause = '{ForgottenOptOuts.Cause}'
            """);
    }

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static long Copy(SqliteStore store, long account, long from, long to) => store.InTransaction(s =>
    {
        (string Name, object? Value)[] books = [("$account", account), ("$from", from), ("$to", to)];
        var forgotten = string.Join(", ", Columns(s, "forgotten_opt_out").Except(NotCopied));
        var copied = (long)s.Execute($"INSERT OR IGNORE INTO forgotten_opt_out(account_id, book_id, {forgotten}) SELECT account_id, $to, {forgotten} FROM forgotten_opt_out WHERE account_id = $account AND book_id = $from", books);
        if (s.Number("SELECT count(*) FROM opt_out o WHERE account_id = $account AND book_id = $from AND NOT EXISTS (SELECT 1 FROM opt_out n WHERE n.account_id = $account AND n.book_id = $to AND n.email_key = o.email_key)", books) == 0)
        {
            return copied;
        }

        var columns = string.Join(", ", Columns(s, "opt_out").Except(NotCopied));
        return copied + s.Execute(
            $"INSERT OR IGNORE INTO opt_out(account_id, book_id, seen_no, {columns}) SELECT account_id, $to, $seen, {columns} FROM opt_out WHERE account_id = $account AND book_id = $from",
            [.. books, ("$seen", (object?)OptOuts.NextNo(s))]);
    });

    /// <summary>Copies what only a ledger knows: people whom Dotdigital showed as out when they were read back.</summary>
    private static long CopyOfLedger(DataFolder folder, SqliteStore store, long account, Known former, long to)
    {
        using var duckdb = new DuckDBConnection("DataSource=:memory:");
        duckdb.Open();
        var people = duckdb.Query(
            $"""
            SELECT member_key, contact_id, coalesce(book_status, code), since FROM {LedgerFiles.Relation(folder, former.Ledger)}
            WHERE book_id = {former.Id} AND state = 'suppressed' AND coalesce(account_status, 'Subscribed') = 'Subscribed' AND coalesce(book_status, code) IS NOT NULL
            """,
            r => (Key: r.GetString(0), Contact: r.IsDBNull(1) ? (long?)null : r.GetInt64(1), Status: r.GetString(2), Since: r.IsDBNull(3) ? (long?)null : r.GetInt64(3)));
        return people.Count == 0 ? 0 : store.InTransaction(s =>
        {
            var seen = OptOuts.NextNo(s);
            return people.Sum(p => (long)s.Execute(
                "INSERT OR IGNORE INTO opt_out(account_id, book_id, email_key, contact_id, status, since, cause, seen_no) VALUES ($account, $book, $key, $contact, $status, $since, 'theirs', $seen)",
                ("$account", account), ("$book", to), ("$key", p.Key), ("$contact", p.Contact), ("$status", p.Status), ("$since", p.Since), ("$seen", seen)));
        });
    }

    private static List<string> Columns(SqliteStore store, string table) => store.Query($"SELECT name FROM pragma_table_info('{table}')", r => r.GetString(0));

    private sealed record Known(string Tag, long Id, string Name, string? Ledger);
}
