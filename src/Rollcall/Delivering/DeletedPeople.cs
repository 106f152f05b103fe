using System.Globalization;
using Rollcall.Dotdigital;
using Rollcall.Model;
using Rollcall.Running;

namespace Rollcall.Delivering;

/// <summary>
/// Looks again, whenever a run reads its books to their end, at people who are recorded as deleted at Dotdigital and are wanted: by id and by address.
/// People that Dotdigital shows under the same id was never deleted, or was restored, and is a member as before. A new contact under the address enters
/// where it was made after the deletion was seen and no call of ours can have created it: the person registered again on their own.
/// </summary>
internal sealed class DeletedPeople(RunContext run, SettledDeliveries settled)
{
    /// <summary>Most people looked up by name in one run, two calls each at most; others' turn comes with later runs.</summary>
    public const int MostByName = 200;

    // The ledger's codes: from a look-up of our own, and from an opt-out that another job or a feed learnt of.
    private const string Codes = $"('{ReasonCode.DeletedAtDotdigital}', '{Deletions.Status}')";

    /// <summary>Looks, and records what is found. Needs the roll, <c>opt_out</c>, and the books' pages.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        var ledger = run.LedgerRelation;
        Gather(ledger);
        if (run.Db.Number("SELECT count(*) FROM buried") == 0)
        {
            return;
        }

        await LookUpAsync(cancellation);
        LeaveOurs();
        Say();
        settled.RecordLocal(Outcomes(ledger));
        var risen = run.Db.Query("SELECT member_key FROM risen WHERE fate IN ('back', 'registered')", r => r.GetString(0));
        new Deletions(run).Lift(risen);
        run.Db.Execute("""
            DELETE FROM opt_out o WHERE o.status = 'Deleted' AND EXISTS (
                SELECT 1 FROM risen r WHERE r.kh = o.kh AND r.member_key = o.email_key AND r.fate IN ('back', 'registered'))
            """);
    }

    /// <summary>
    /// Fills <c>buried</c>: members recorded as deleted, and, without a look-up, people in no audience that a book's pages show under the same id.
    /// <c>seen</c> is when the deletion was seen; <c>sure</c>, whether by id and address.
    /// </summary>
    private void Gather(string ledger)
    {
        new Deletions(run).CopyTo(run.Db);
        run.Db.Execute($"""
            CREATE OR REPLACE TABLE buried AS
            WITH
            o AS (
                SELECT kh, email_key AS member_key, contact_id, s.seen FROM opt_out LEFT JOIN deletion_seen s ON s.member_key = email_key
                WHERE book_id = 0 AND status = '{Deletions.Status}' AND cause <> '{ForgottenOptOuts.Cause}'),
            l AS (
                SELECT k.kh, k.member_key, max(k.contact_id) AS contact_id, min(k.since) AS since, any_value(k.email) AS email FROM {ledger} k
                WHERE (k.state = 'suppressed' AND k.code IN {Codes})
                   OR (k.state = 'left' AND k.code = 'LeftOptedOut' AND EXISTS (SELECT 1 FROM o WHERE o.kh = k.kh AND o.member_key = k.member_key))
                GROUP BY 1, 2),
            d AS (
                SELECT coalesce(l.kh, o.kh) AS kh, coalesce(l.member_key, o.member_key) AS member_key, coalesce(o.contact_id, l.contact_id) AS contact_id,
                       coalesce(o.seen, l.since) AS seen, o.seen IS NOT NULL AS sure, l.email
                FROM l FULL OUTER JOIN o ON o.kh = l.kh AND o.member_key = l.member_key),
            w AS (SELECT r.kh, r.member_key, any_value(r.email) AS email FROM roll r SEMI JOIN d ON d.kh = r.kh AND d.member_key = r.member_key GROUP BY 1, 2)
            SELECT d.* REPLACE (coalesce(w.email, d.email, d.member_key) AS email), w.kh IS NOT NULL AS wanted
            FROM d LEFT JOIN w ON w.kh = d.kh AND w.member_key = d.member_key;
            CREATE OR REPLACE TABLE paged(kh UBIGINT, member_key VARCHAR, same BOOLEAN);
            """);
        foreach (var table in WholeBook.Tables(run))
        {
            run.Db.Execute($"""
                INSERT INTO paged
                WITH p AS (SELECT * FROM {table} WHERE account_status IS DISTINCT FROM 'Deleted')
                SELECT b.kh, b.member_key, true FROM buried b JOIN p ON p.contact_id = b.contact_id
                UNION
                SELECT b.kh, b.member_key, false FROM buried b JOIN p ON p.kh = b.kh AND p.email_key = b.member_key
                """);
        }

        run.Db.Execute(
            "DELETE FROM buried b WHERE NOT b.wanted AND NOT EXISTS (SELECT 1 FROM paged p WHERE p.kh = b.kh AND p.member_key = b.member_key AND p.same)");
    }

    private async Task LookUpAsync(CancellationToken cancellation)
    {
        run.Db.Execute("""
            CREATE OR REPLACE TABLE risen(kh UBIGINT, member_key VARCHAR, contact_id BIGINT, created BIGINT, fate VARCHAR);
            CREATE OR REPLACE TABLE risen_in(kh UBIGINT, member_key VARCHAR, book_id BIGINT, account_status VARCHAR, list_status VARCHAR);
            """);

        // People shown on a page first; of the others, some another time.
        var people = run.Db.Query(
            $"""
            SELECT b.member_key, b.email, b.contact_id FROM buried b
            LEFT JOIN (SELECT DISTINCT kh, member_key FROM paged) p ON p.kh = b.kh AND p.member_key = b.member_key
            ORDER BY p.kh IS NULL, md5(b.member_key || {SqlText.Literal(run.RunId)}), b.member_key LIMIT {MostByName}
            """,
            r => (r.GetString(0), r.GetString(1), r.IsDBNull(2) ? (long?)null : r.GetInt64(2)));
        var books = run.Books.Where(b => b.Id is not null).Select(b => b.Id!.Value).ToList();
        await foreach (var (key, contact) in LookUps.ManyAsync(run, people, "look up", cancellation))
        {
            if (contact is null or { Status: ContactStatus.Deleted or ContactStatus.Unknown })
            {
                continue;
            }

            // Where the deletion was not looked at by address when it was recorded, the contact created before it is the one it was about.
            var (id, created, name) = (Text(contact.Id), contact.Created is { } at ? Text(at.ToUnixTimeMilliseconds()) : "NULL::BIGINT", SqlText.Literal(key));
            run.Db.Execute($"""
                INSERT INTO risen
                SELECT kh, member_key, {id}, {created},
                       CASE WHEN contact_id = {id} THEN 'back' WHEN {created} > seen THEN 'registered'
                            WHEN contact_id IS NULL OR NOT sure THEN 'back' ELSE 'unclear' END
                FROM buried WHERE member_key = {name}
                """);
            foreach (var book in books)
            {
                var (account, list) = (SqlText.Literal(contact.Status.ToString()), SqlText.Literal(contact.StatusIn(book)?.ToString()));
                run.Db.Execute($"INSERT INTO risen_in SELECT kh, member_key, {book}, {account}, {list} FROM buried WHERE member_key = {name}");
            }
        }
    }

    /// <summary>
    /// Of the new contacts, those that a call of ours may have made are left alone: it is not certain that the person came back on their own.
    /// </summary>
    private void LeaveOurs()
    {
        foreach (var (key, created) in run.Db.Query("SELECT member_key, created FROM risen WHERE fate = 'registered'", r => (r.GetString(0), r.GetInt64(1))))
        {
            var writes = new Deletions(run).WritesAround(DateTimeOffset.FromUnixTimeMilliseconds(created));
            var name = SqlText.Literal(key);
            if (writes.Any(
                w => run.Db.Number(
                    $"SELECT count(*) FROM {run.Rows(w.Manifest)} WHERE member_key = {name}{(w.IsSingly ? "" : " AND contact_id IS NULL")}") > 0))
            {
                run.Db.Execute($"UPDATE risen SET fate = 'unclear' WHERE member_key = {name}");
            }
        }
    }

    private void Say()
    {
        var fates = run.Db.Query("SELECT fate, count(*) FROM risen GROUP BY 1", r => (r.GetString(0), r.GetInt64(1))).ToDictionary(f => f.Item1, f => f.Item2);
        if (fates.TryGetValue("back", out var back))
        {
            run.Report(Findings.DeletedPeopleBack(back));
        }

        if (fates.TryGetValue("registered", out var registered))
        {
            run.Report(Findings.DeletedPeopleRegistered(registered));
        }

        if (fates.TryGetValue("unclear", out var unclear))
        {
            run.Report(Findings.DeletedPeopleUnclear(unclear));
        }
    }

    private string Outcomes(string ledger) => $"""
        SELECT k.kh, k.member_key, k.book_id, 'verify' AS operation, k.email, NULL::VARCHAR AS profile_key, r.contact_id,
               CASE WHEN s.verdict = 'out' THEN 'suppressed' WHEN r.fate = 'registered' THEN 'failed' ELSE {ReadBack.State("failed")} END AS state,
               NULL::VARCHAR AS origin, NULL::VARCHAR AS audience, NULL::UBIGINT AS fields_hash,
               CASE WHEN s.verdict = 'out' THEN 'Suppressed' WHEN r.fate = 'registered' THEN 'Omitted' ELSE {ReadBack.Outcome("Omitted")} END AS outcome,
               CASE WHEN s.verdict = 'out' THEN s.book_status WHEN r.fate = 'registered' THEN '{ReasonCode.RegisteredAgain}'
                   ELSE {ReadBack.Code($"'{ReasonCode.ShownAgain}'")} END AS code,
               CASE WHEN s.verdict <> 'out' AND r.fate = 'registered'
                    THEN 'Was deleted at Dotdigital, and registered again on their own since: enters as a new contact.'
                    ELSE {ReadBack.Reason("'Dotdigital shows the contact again, and not in the book.'")} END AS reason,
               {run.Now} AS told_at, s.account_status, CASE WHEN s.verdict <> 'absent' THEN s.book_status END AS book_status
        FROM {ledger} k
        JOIN risen r ON r.kh = k.kh AND r.member_key = k.member_key AND r.fate IN ('back', 'registered')
        JOIN (
            SELECT kh, member_key, book_id, account_status, {ReadBack.BookStatus} AS book_status, {ReadBack.Verdict} AS verdict,
                   list_status IS NOT NULL AS listed
            FROM risen_in) s
          ON s.kh = k.kh AND s.member_key = k.member_key AND s.book_id = k.book_id
        WHERE (k.state = 'suppressed' AND k.code IN {Codes}) OR (k.state = 'left' AND k.code = 'LeftOptedOut' AND s.verdict IN ('in', 'pending'))
        """;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
