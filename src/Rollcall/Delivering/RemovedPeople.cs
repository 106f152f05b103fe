using System.Globalization;
using Rollcall.Dotdigital;
using Rollcall.Model;
using Rollcall.Running;

namespace Rollcall.Delivering;

/// <summary>
/// Sees whether people who were to be removed from a book are out of it, by id and by address: a removal by an id that Dotdigital does not have any more
/// ends without an error and takes nobody out. Reads the book's pages, or looks each person up, whichever is fewer calls.
/// </summary>
internal sealed class RemovedPeople(RunContext run)
{
    /// <summary>Most people who are looked up by name after a book's pages, a call each.</summary>
    public const int MostByName = 50;

    /// <summary>
    /// Fills <c>left_seen(kh, member_key, book_id, contact_id, verdict, listed)</c> with what became of <paramref name="people"/>, a relation of
    /// <c>kh, member_key, email, contact_id, book_id</c>, all of one book.
    /// </summary>
    public async Task ReadAsync(string people, long book, CancellationToken cancellation)
    {
        run.Db.Execute($"""
            CREATE OR REPLACE TABLE leaver AS SELECT kh, member_key, any_value(email) AS email, max(contact_id) AS contact_id, {book} AS book_id
            FROM {people} GROUP BY 1, 2;
            CREATE OR REPLACE TABLE left_shown(kh UBIGINT, member_key VARCHAR, contact_id BIGINT, account_status VARCHAR, list_status VARCHAR,
                doubtful BOOLEAN);
            """);
        var (persons, staying) = (run.Db.Number("SELECT count(*) FROM leaver"), Staying(book));
        if (persons <= 1 + (staying / DotdigitalLimits.PageV3))
        {
            await LookUpAsync("leaver", cancellation);
        }
        else
        {
            await ReadPagesAsync(book, staying, cancellation);
        }

        run.Db.Execute($"""
            CREATE OR REPLACE TABLE left_seen AS
            SELECT kh, member_key, {book}::BIGINT AS book_id, contact_id, CASE WHEN doubtful THEN 'unknown'
                ELSE {ReadBack.Verdict} END AS verdict, list_status IS NOT NULL AS listed FROM left_shown
            """);
    }

    private async Task ReadPagesAsync(long book, long staying, CancellationToken cancellation)
    {
        run.Db.Execute($"CREATE OR REPLACE TABLE left_page AS FROM {BookReading.Empty}");
        await BookReading.ReadAsync(run, book, null, "left_page", cancellation);

        // Pages that lack half of those who stay are no proof that the others left. And a page may be older than the removal; a person's own page tells.
        var believed = run.IsGone(book) || run.Db.Number("SELECT count(*) FROM left_page") * 2 >= staying;
        run.Db.Execute($"""
            INSERT INTO left_shown
            WITH
            i AS (SELECT contact_id, any_value(account_status) AS account_status, any_value(list_status) AS list_status FROM left_page GROUP BY 1),
            e AS (
                SELECT kh, email_key, max(contact_id) AS contact_id, any_value(account_status) AS account_status, any_value(list_status) AS list_status
                FROM left_page GROUP BY 1, 2)
            SELECT l.kh, l.member_key, coalesce(i.contact_id, e.contact_id), coalesce(i.account_status, e.account_status),
                   coalesce(i.list_status, e.list_status), {!believed}
            FROM leaver l LEFT JOIN i ON i.contact_id = l.contact_id LEFT JOIN e ON e.kh = l.kh AND e.email_key = l.member_key;

            CREATE OR REPLACE TABLE left_doubt AS
            SELECT l.* FROM leaver l JOIN left_shown s ON s.kh = l.kh AND s.member_key = l.member_key
            WHERE s.doubtful OR s.list_status IS NOT NULL ORDER BY l.kh, l.member_key LIMIT {MostByName};
            DELETE FROM left_shown s WHERE EXISTS (SELECT 1 FROM left_doubt d WHERE d.kh = s.kh AND d.member_key = s.member_key);
            """);
        await LookUpAsync("left_doubt", cancellation);
    }

    private async Task LookUpAsync(string people, CancellationToken cancellation)
    {
        var book = run.Db.Query($"SELECT DISTINCT book_id FROM {people}", r => r.GetInt64(0)).FirstOrDefault();
        var persons =
            run.Db.Query($"SELECT member_key, email, contact_id FROM {people}",
                r => (r.GetString(0), r.GetString(1), r.IsDBNull(2) ? (long?)null : r.GetInt64(2)));
        await foreach (var (key, contact) in LookUps.ManyAsync(run, persons, "see who left", cancellation))
        {
            run.Db.Execute($"""
                INSERT INTO left_shown
                SELECT kh, member_key, {contact?.Id.ToString(CultureInfo.InvariantCulture) ?? "NULL"}, {SqlText.Literal(contact?.Status.ToString())},
                       {SqlText.Literal(contact?.StatusIn(book)?.ToString())}, false
                FROM leaver WHERE member_key = {SqlText.Literal(key)}
                """);
        }
    }

    /// <summary>How many the book is known to hold besides.</summary>
    private long Staying(long book) => run.Db.Number($"""
        SELECT count(*) FROM {run.LedgerRelation} k
        WHERE k.book_id = {book} AND k.state = 'delivered' AND NOT EXISTS (SELECT 1 FROM leaver l WHERE l.kh = k.kh AND l.member_key = k.member_key)
        """);
}
