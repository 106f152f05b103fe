using System.Globalization;
using Rollcall.Dotdigital;
using Rollcall.Model;
using Rollcall.Running;

namespace Rollcall.Delivering;

/// <summary>
/// What became of contacts whose id Dotdigital refused as unknown (<c>InvalidContactId</c>). That alone deletes nobody: each is looked up by id and by
/// address. Merged into another contact, they go on under its id; only people missed by both look-ups are deleted there.
/// </summary>
internal sealed class GoneContacts(RunContext run)
{
    /// <summary>The only code of Dotdigital's that may mean that a contact is deleted; in lower case.</summary>
    public const string RefusedId = "invalidcontactid";

    /// <summary>Most people that are looked up by name in one delivery; two calls each at most.</summary>
    public const int MostByName = 200;

    /// <summary>The same where the user allowed the deletions.</summary>
    public const int MostAllowed = 5000;

    private const string Create = """
        CREATE OR REPLACE TABLE gone_contact(
            kh UBIGINT, member_key VARCHAR, old_id BIGINT, contact_id BIGINT, book_id BIGINT, account_status VARCHAR, list_status VARCHAR, fate VARCHAR);
        """;

    private const string Renamed = "SELECT DISTINCT kh, member_key, old_id, contact_id FROM gone_contact WHERE fate = 'merged'";

    /// <summary>Looks up the refused people of an import, and gives its outcomes with what was found.</summary>
    /// <param name="outcomes">The outcomes, in SQL.</param>
    /// <param name="settled">Puts new contact ids into the ledger.</param>
    public async Task<string> JudgeAsync(string outcomes, string manifest, SettledDeliveries settled, CancellationToken cancellation)
    {
        if (run.Db.Number($"SELECT count(*) FROM report WHERE lower(code) = '{RefusedId}'") == 0)
        {
            return outcomes;
        }

        run.Db.Execute($"""
            CREATE OR REPLACE TABLE refused_id AS
            SELECT m.kh, m.member_key, any_value(m.email) AS email, m.contact_id FROM {manifest} m
            WHERE m.contact_id IN (SELECT contact_id FROM report WHERE lower(code) = '{RefusedId}') GROUP BY m.kh, m.member_key, m.contact_id;
            {Create}
            """);
        await LookAsync(cancellation);
        NewIds.Record(run, settled, Renamed);
        return Judged(outcomes);
    }

    /// <summary>Looks up whose insight records were refused because Dotdigital does not know the contact.</summary>
    /// <returns>Whether the ledger has something to learn.</returns>
    public async Task<bool> JudgeInsightAsync(SettledDeliveries settled, CancellationToken cancellation)
    {
        const string Refused = "SELECT DISTINCT contact_id FROM insight_failed WHERE lower(code) IN ('invalidcontactidentifier', 'contactiddoesnotexist')";
        if (run.Db.Number($"SELECT count(*) FROM ({Refused})") == 0)
        {
            return false;
        }

        var ledger = run.LedgerRelation;
        run.Db.Execute($"""
            CREATE OR REPLACE TABLE refused_id AS
            SELECT k.kh, k.member_key, any_value(k.email) AS email, k.contact_id FROM {ledger} k
            WHERE k.state = 'delivered' AND k.contact_id IN ({Refused}) GROUP BY k.kh, k.member_key, k.contact_id;
            {Create}
            """);
        await LookAsync(cancellation);
        NewIds.Record(run, settled, Renamed);
        settled.RecordLocal($"""
            SELECT k.kh, k.member_key, k.book_id, 'verify' AS operation, k.email, NULL::VARCHAR AS profile_key, k.contact_id, 'suppressed' AS state,
                   NULL::VARCHAR AS origin, NULL::VARCHAR AS audience, NULL::UBIGINT AS fields_hash, 'Suppressed' AS outcome,
                   '{ReasonCode.DeletedAtDotdigital}' AS code, '{DeletedGuard.DeletedReason}' AS reason, {run.Now} AS told_at,
                   'Deleted' AS account_status, 'Deleted' AS book_status
            FROM {ledger} k
            JOIN (SELECT DISTINCT kh, member_key FROM gone_contact WHERE fate = 'deleted') g ON g.kh = k.kh AND g.member_key = k.member_key
            WHERE k.state IN ('delivered', 'pending')
            """);
        return true;
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        var books = run.Books.Where(b => b.Id is not null).Select(b => b.Id!.Value).ToList();
        var most = run.Allow.Contains(DeletedGuard.Name) ? MostAllowed : MostByName;
        if (run.Db.Number("SELECT count(*) FROM refused_id") > most)
        {
            await LookAtPagesAsync(books, cancellation);
        }

        var people = run.Db.Query(
            $"SELECT member_key, email, contact_id FROM refused_id ORDER BY kh, member_key LIMIT {most}",
            r => (Key: r.GetString(0), Email: r.GetString(1), Id: (long?)r.GetInt64(2)));
        var asked = people.DistinctBy(p => p.Key).ToDictionary(p => p.Key, p => p.Id);
        await foreach (var (key, contact) in LookUps.ManyAsync(run, people, "look up", cancellation))
        {
            var there = contact is { Status: not ContactStatus.Deleted } ? contact : null;
            if (there is not null && ProvenIds.Of(there, key, asked[key]) is null)
            {
                // Somebody else's contact says nothing of the person.
                continue;
            }

            var fate = there is null ? "'deleted'" : $"CASE contact_id WHEN {Text(there.Id)} THEN 'there' ELSE 'merged' END";
            foreach (var book in books.Append(0))
            {
                run.Db.Execute($"""
                    INSERT INTO gone_contact
                    SELECT kh, member_key, contact_id, {(there is null ? "NULL" : Text(there.Id))}, {book},
                           {SqlText.Literal(there?.Status.ToString())}, {SqlText.Literal(there?.StatusIn(book)?.ToString())}, {fate}
                    FROM refused_id WHERE member_key = {SqlText.Literal(key)}
                    """);
            }
        }

        run.Db.Execute("""
            INSERT INTO gone_contact SELECT kh, member_key, contact_id, NULL, 0, NULL, NULL, 'unknown' FROM refused_id r
            WHERE NOT EXISTS (SELECT 1 FROM gone_contact g WHERE g.kh = r.kh AND g.member_key = r.member_key)
            """);
    }

    /// <summary>People shown on the books' pages, by id or address, need not be asked for by name, where the pages are fewer than the names.</summary>
    private async Task LookAtPagesAsync(IReadOnlyList<long> books, CancellationToken cancellation)
    {
        var ledger = run.LedgerRelation;
        foreach (var book in books)
        {
            var (members, refused) = run.Db.Query(
                $"""
                SELECT count(*), count(r.kh) FROM {ledger} k LEFT JOIN refused_id r ON r.kh = k.kh AND r.member_key = k.member_key
                WHERE k.book_id = {book} AND k.state IN ('delivered', 'pending')
                """,
                r => (r.GetInt64(0), r.GetInt64(1)))[0];
            if (refused <= 1 + (members / DotdigitalLimits.PageV3))
            {
                continue;
            }

            var shown = await WholeBook.ReadAsync(run, book, cancellation);
            run.Db.Execute($"""
                INSERT INTO gone_contact
                WITH s AS (
                    SELECT kh, email_key, max(contact_id) AS contact_id, any_value(account_status) AS account_status, any_value(list_status) AS list_status
                    FROM {shown} GROUP BY 1, 2)
                SELECT r.kh, r.member_key, r.contact_id, s.contact_id, {book}, s.account_status, s.list_status,
                       CASE s.contact_id WHEN r.contact_id THEN 'there' ELSE 'merged' END
                FROM refused_id r JOIN s ON s.kh = r.kh AND s.email_key = r.member_key
                UNION ALL
                SELECT r.kh, r.member_key, r.contact_id, s.contact_id, {book}, s.account_status, s.list_status, 'there'
                FROM refused_id r JOIN {shown} s ON s.contact_id = r.contact_id WHERE s.email_key <> r.member_key;
                """);
        }

        run.Db.Execute("DELETE FROM refused_id r WHERE EXISTS (SELECT 1 FROM gone_contact g WHERE g.kh = r.kh AND g.member_key = r.member_key)");
    }

    /// <summary>Outcomes with the refused people's fates: deleted, not looked at, or somebody else by now, whose own status in the book counts.</summary>
    private static string Judged(string outcomes)
    {
        const string Entering = "(f.fate = 'merged' AND o.operation <> 'update' AND s.verdict IN ('in', 'pending', 'out'))";
        return $"""
            WITH o AS ({outcomes}),
            f AS (SELECT kh, member_key, any_value(fate) AS fate, max(contact_id) AS contact_id FROM gone_contact GROUP BY 1, 2),
            s AS (
                SELECT kh, member_key, book_id, {ReadBack.Verdict} AS verdict, {ReadBack.BookStatus} AS book_status,
                       list_status IS NOT NULL AS listed, account_status
                FROM gone_contact WHERE fate = 'merged')
            SELECT o.* REPLACE (
                coalesce(f.contact_id, o.contact_id) AS contact_id,
                CASE WHEN f.fate = 'deleted' THEN 'suppressed' WHEN {Entering} THEN {ReadBack.State("failed")} ELSE o.state END AS state,
                CASE WHEN f.fate = 'deleted' THEN 'Suppressed' WHEN {Entering} THEN {ReadBack.Outcome("Failed")} ELSE o.outcome END AS outcome,
                CASE WHEN f.fate = 'deleted' THEN '{ReasonCode.DeletedAtDotdigital}' WHEN f.fate = 'unknown' THEN '{ReasonCode.PerhapsDeleted}'
                     WHEN {Entering} THEN {ReadBack.Code("o.code")} WHEN f.fate = 'merged' THEN '{ReasonCode.ContactMerged}' ELSE o.code END AS code,
                CASE WHEN f.fate = 'deleted' THEN '{DeletedGuard.DeletedReason}' WHEN f.fate = 'unknown' THEN '{DeletedGuard.NotLookedUp}'
                     WHEN {Entering} THEN {ReadBack.Reason("o.reason")}
                     WHEN f.fate = 'merged' THEN 'Dotdigital has the address under another contact id now; the next run goes by it.'
                     ELSE o.reason END AS reason,
                CASE WHEN f.fate = 'deleted' THEN 'Deleted' WHEN {Entering} THEN s.account_status ELSE o.account_status END AS account_status,
                CASE WHEN f.fate = 'deleted' THEN 'Deleted' WHEN {Entering} THEN s.book_status ELSE o.book_status END AS book_status)
            FROM o
            LEFT JOIN f ON f.kh = o.kh AND f.member_key = o.member_key AND o.outcome = 'Failed' AND lower(o.code) = '{RefusedId}'
            LEFT JOIN s ON s.kh = o.kh AND s.member_key = o.member_key AND s.book_id = o.book_id
            """;
    }

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
