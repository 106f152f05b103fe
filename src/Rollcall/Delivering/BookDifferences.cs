using Rollcall.Dotdigital;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Work;

namespace Rollcall.Delivering;

/// <summary>
/// Where the ledger and the books differ: fills <c>difference(kind, kh, member_key, email, book_id, contact_id, state, account_status,
/// book_status, verdict, listed)</c>. Kinds: <c>removed</c> (in the ledger; removed manually), <c>deleted</c> (the contact is gone),
/// <c>missing</c> (one of the two), <c>status</c> (both know them, and say different things), <c>unknown_to_us</c> (in the book, not of the ledger).
/// </summary>
internal sealed class BookDifferences(RunContext run, string ledger)
{
    /// <summary>Most people missing from a book that are asked for by name, to know whether they were removed or deleted, a call each.</summary>
    public const int MostLookUps = 50;

    /// <summary>Of the book compared last: how many people it did not show were asked for by name.</summary>
    public int Asked { get; private set; }

    /// <summary>Of those, how many are in the book all the same: its pages did not show everybody.</summary>
    public long Present { get; private set; }

    /// <summary>Compares one book; says in how many members both agree.</summary>
    public async Task<long> FindAsync(long book, CancellationToken cancellation)
    {
        var shown = await WholeBook.ReadAsync(run, book, cancellation);
        Pair(book, shown);
        await LookUpMissingAsync(book, cancellation);
        return run.Db.Number("SELECT agreeing FROM agreement");
    }

    /// <summary>Makes the tables, empty.</summary>
    public void Begin() => run.Db.Execute("""
        CREATE OR REPLACE TABLE difference(
            kind VARCHAR, kh UBIGINT, member_key VARCHAR, email VARCHAR, book_id BIGINT, contact_id BIGINT, state VARCHAR,
            account_status VARCHAR, book_status VARCHAR, verdict VARCHAR, listed BOOLEAN);
        """);

    private void Pair(long book, string shown)
    {
        run.Db.Execute("""
            CREATE OR REPLACE TABLE agreement(agreeing BIGINT);
            CREATE OR REPLACE TABLE unlike(kh UBIGINT, member_key VARCHAR, email VARCHAR, known_id BIGINT, state VARCHAR, contact_id BIGINT,
                account_status VARCHAR, list_status VARCHAR);
            """);
        var agreeing = 0L;
        foreach (var slice in KeySlice.For(Math.Max(run.Ledger.Rows, run.Db.Number($"SELECT count(*) FROM {shown}"))))
        {
            run.Db.Execute($"""
                CREATE OR REPLACE TEMP TABLE beside AS
                WITH l AS (SELECT kh, member_key, email, contact_id, state FROM {ledger} WHERE book_id = {book}
                    AND state IN ('delivered', 'pending', 'suppressed') AND {slice.Where()}),
                f AS (SELECT kh, email_key, max(contact_id) AS contact_id, any_value(account_status) AS account_status,
                    any_value(list_status) AS list_status FROM {shown} WHERE {slice.Where()} GROUP BY 1, 2)
                SELECT coalesce(l.kh, f.kh) AS kh, coalesce(l.member_key, f.email_key) AS member_key, coalesce(l.email, f.email_key) AS email,
                       l.contact_id AS known_id, l.state,
                       f.contact_id, f.account_status, f.list_status
                FROM l FULL OUTER JOIN f ON f.kh = l.kh AND f.email_key = l.member_key
                """);
            agreeing += run.Db.Number("SELECT count(*) FROM beside WHERE state = 'delivered' AND account_status = 'Subscribed' AND list_status = 'Subscribed'");
            run.Db.Execute(
                """
                INSERT INTO unlike
                SELECT * FROM beside
                WHERE (state = 'delivered' AND account_status = 'Subscribed' AND list_status = 'Subscribed') IS DISTINCT FROM true
                """);
        }

        // Whose address changed at Dotdigital is still the same contact.
        run.Db.Execute($"""
            CREATE OR REPLACE TABLE renamed AS
            SELECT l.kh, l.member_key, l.email, l.state, f.contact_id, f.account_status, f.list_status, f.kh AS other_kh, f.member_key AS other_key
            FROM unlike l JOIN unlike f ON f.contact_id = l.known_id
            WHERE l.state IS NOT NULL AND l.contact_id IS NULL AND f.state IS NULL;
            DELETE FROM unlike WHERE EXISTS (SELECT 1 FROM renamed r WHERE (r.kh = unlike.kh AND r.member_key = unlike.member_key)
                OR (r.other_kh = unlike.kh AND r.other_key = unlike.member_key));
            INSERT INTO unlike SELECT kh, member_key, email, contact_id, state, contact_id, account_status, list_status FROM renamed;
            INSERT INTO difference
            SELECT CASE WHEN state IS NULL THEN 'unknown_to_us' WHEN verdict = 'absent' THEN 'missing'
                ELSE 'status' END, kh, member_key, email, {book}, coalesce(contact_id, known_id), state, account_status, book_status, verdict,
                   list_status IS NOT NULL
            FROM (SELECT *, {ReadBack.BookStatus} AS book_status, {ReadBack.Verdict} AS verdict FROM unlike)
            WHERE (state IS NULL AND verdict = 'in')
               OR (state = 'delivered' AND verdict IN ('absent', 'pending', 'out'))
               OR (state = 'pending' AND verdict IN ('in', 'out'))
               OR (state = 'suppressed' AND verdict = 'in');
            """);
        agreeing += run.Db.Number("SELECT count(*) FROM renamed WHERE state = 'delivered' AND account_status = 'Subscribed' AND list_status = 'Subscribed'");
        run.Db.Execute($"INSERT INTO agreement VALUES ({agreeing})");
    }

    private async Task LookUpMissingAsync(long book, CancellationToken cancellation)
    {
        var missing = run.Db.Query(
            $"""
            SELECT member_key, email, contact_id
            FROM difference WHERE book_id = {book} AND kind = 'missing'
            ORDER BY kh, member_key LIMIT {(run.Allow.Contains(DeletedGuard.Name) ? GoneContacts.MostAllowed : MostLookUps)}
            """,
            r => (Key: r.GetString(0), Email: r.GetString(1), Id: r.IsDBNull(2) ? (long?)null : r.GetInt64(2)));
        Asked = missing.Count;
        foreach (var (key, email, id) in missing)
        {
            var contact = await LookUps.FindContactAsync(run, id, email, cancellation);
            var person = $"book_id = {book} AND member_key = {SqlText.Literal(key)} AND kind = 'missing'";
            if (contact is null || contact.Status == ContactStatus.Deleted)
            {
                run.Db.Execute($"UPDATE difference SET kind = 'deleted', account_status = 'Deleted' WHERE {person}");
                continue;
            }

            // Some accounts' pages show only who is subscribed: the person's own page says more.
            var list = contact.StatusIn(book)?.ToString();
            run.Db.Execute($"""
                UPDATE difference SET kind = CASE n.verdict WHEN 'absent' THEN 'removed' WHEN 'in' THEN 'agrees' WHEN 'unknown' THEN 'agrees' ELSE 'status' END,
                    verdict = n.verdict, account_status = n.account_status, book_status = n.book_status, listed = n.list_status IS NOT NULL,
                    contact_id = {contact.Id}
                FROM (SELECT account_status, list_status, {ReadBack.BookStatus} AS book_status, {ReadBack.Verdict} AS verdict
                    FROM (SELECT {SqlText.Literal(contact.Status.ToString())} AS account_status, {SqlText.Literal(list)}::VARCHAR AS list_status)) n
                WHERE {person}
                """);
        }

        Present = run.Db.Number($"SELECT count(*) FROM difference WHERE book_id = {book} AND kind = 'agrees'");
        run.Db.Execute($"UPDATE agreement SET agreeing = agreeing + {Present}; DELETE FROM difference WHERE kind = 'agrees'");
    }
}
