using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Delivering;

/// <summary>
/// Takes people who are already in the mapped books into the ledger as delivered. Members get the hash of the roll's values, so that nothing is
/// sent for them until a value changes. A person who opted out, has yet to confirm, or is in an
/// import of this job that Dotdigital has not finished, is not taken in. A person in no audience has no status in the book, and none is reported.
/// </summary>
internal sealed class Adoption(RunContext run, Destination destination, AdoptAs adoptAs)
{
    /// <summary>Fills <c>adopted</c>, whose columns are those of outcomes, from the books and the roll; names how many.</summary>
    public async Task FindAsync(string ledger, CancellationToken cancellation)
    {
        run.Db.Execute($"CREATE OR REPLACE TABLE adopted AS FROM {LedgerFiles.Empty(OutcomeFiles.Columns)}");
        foreach (var book in run.Books.Where(b => b.Id is not null && destination.Mapping.Any(m => m.Book == b.No)))
        {
            var shown = await WholeBook.ReadAsync(run, book.Id!.Value, cancellation);
            foreach (var slice in KeySlice.For(Math.Max(run.Db.Number("SELECT count(*) FROM roll"), run.Db.Number($"SELECT count(*) FROM {shown}"))))
            {
                Find(book.No, book.Id.Value, shown, ledger, slice);
            }

            var (people, members) =
                run.Db.Query($"SELECT count(*), count(*) FILTER (fields_hash IS NOT NULL) FROM adopted WHERE book_id = {book.Id}",
                    r => (r.GetInt64(0), r.GetInt64(1)))[0];
            run.Report(Findings.PeopleAdopted(people, book.Name, adoptAs == AdoptAs.Own, members));
        }
    }

    /// <summary>Names, before a job first touches a book, how many people are in it already.</summary>
    /// <param name="there">The relation of people in the books before the job.</param>
    public static void SayAlreadyThere(RunContext run, string ledger, string there)
    {
        if (run.Db.Number($"SELECT count(*) FROM {there}") == 0)
        {
            return;
        }

        var names = run.Books.Where(b => b.Id is not null).ToDictionary(b => b.Id!.Value, b => b.Name);
        foreach (var (book, people) in run.Db.Query(
            $"SELECT book_id, count(*) FROM {there} WHERE book_id NOT IN (SELECT DISTINCT book_id FROM {ledger}) GROUP BY 1 ORDER BY 1",
            r => (r.GetInt64(0), r.GetInt64(1))))
        {
            run.Report(Findings.PeopleAlreadyThere(people, names[book]));
        }
    }

    /// <summary>The ledger as it will be: what a plan compares with.</summary>
    public static string Joined(string ledger) => $"""
        (SELECT * FROM {ledger} l WHERE NOT EXISTS (SELECT 1 FROM adopted a WHERE a.kh = l.kh AND a.member_key = l.member_key AND a.book_id = l.book_id)
         UNION ALL BY NAME
         SELECT a.* EXCLUDE (operation, told_at), a.told_at AS since, a.told_at AS outcome_at FROM adopted a)
        """;

    private void Find(int no, long book, string shown, string ledger, KeySlice slice)
    {
        var audiences = destination.Mapping.Where(m => m.Book == no).Select(m => m.Audience).Order().ToList();
        var names = string.Join(", ", audiences.Select(a => $"({a}, {SqlText.Literal(run.Job.Config.SegmentIds[a])})"));
        var own = adoptAs == AdoptAs.Own;
        var reason = own ? "Was in the book, and was taken over as put there by this job." : "Was in the book before this job knew of it.";
        run.Db.Execute($"""
            INSERT INTO adopted BY NAME
            WITH f AS (SELECT kh, email_key AS member_key, max(contact_id) AS contact_id FROM {shown} WHERE account_status = 'Subscribed'
                AND list_status = 'Subscribed' AND email_key <> '' AND {slice.Where()} GROUP BY 1, 2),
            r AS (SELECT *, row_number() OVER (PARTITION BY kh, member_key ORDER BY audience, profile_key NULLS LAST, row_hash, row) AS n FROM roll
                WHERE {slice.Where()}),
            w AS (SELECT kh, member_key, min(audience) AS audience FROM roll WHERE {slice.Where()}
                AND audience IN (SELECT audience FROM (VALUES {names}) names(audience, id)) GROUP BY 1, 2),
            l AS (SELECT kh, member_key, state, origin, code FROM {ledger} WHERE book_id = {book} AND {slice.Where()}),
            o AS (SELECT DISTINCT kh, email_key FROM opt_out WHERE book_id IN (0, {book}) AND {slice.Where()}),
            -- A person in the book under another address, as the ledger knows, is no newcomer: the address changed at Dotdigital.
            e AS (SELECT DISTINCT f.kh, f.member_key FROM f JOIN {ledger} k ON k.contact_id = f.contact_id WHERE k.book_id = {book}
                AND k.state IN ('delivered', 'pending') AND k.member_key <> f.member_key),
            c AS (SELECT DISTINCT contact_id FROM opt_out WHERE book_id IN (0, {book}) AND contact_id IS NOT NULL)
            SELECT f.kh, f.member_key, {book} AS book_id, 'adopt' AS operation, coalesce(r.email, f.member_key) AS email, r.profile_key, f.contact_id,
                   'delivered' AS state,
                   CASE WHEN {own} THEN 'ours' WHEN l.code = 'ExitIgnored' OR l.state = 'failed' THEN coalesce(l.origin, 'there') ELSE 'there' END AS origin,
                   coalesce(n.id, {SqlText.Literal(run.Job.Config.SegmentIds[audiences[0]])}) AS audience, CASE WHEN w.kh IS NOT NULL
                       AND l.state IS DISTINCT FROM 'delivered' THEN r.fields_hash END AS fields_hash,
                   'Delivered' AS outcome, CASE WHEN {own} OR w.kh IS NOT NULL THEN '{ReasonCode.Adopted}'
                       ELSE '{ReasonCode.FoundThere}' END AS code, {SqlText.Literal(reason)} AS reason, {run.Now} AS told_at,
                   'Subscribed' AS account_status, CASE WHEN w.kh IS NOT NULL THEN 'Subscribed' END AS book_status
            FROM f
            LEFT JOIN (SELECT * FROM r WHERE n = 1) r ON r.kh = f.kh AND r.member_key = f.member_key
            LEFT JOIN w ON w.kh = f.kh AND w.member_key = f.member_key
            LEFT JOIN (VALUES {names}) n(audience, id) ON n.audience = w.audience
            LEFT JOIN l ON l.kh = f.kh AND l.member_key = f.member_key
            LEFT JOIN o ON o.kh = f.kh AND o.email_key = f.member_key
            LEFT JOIN c ON c.contact_id = f.contact_id
            LEFT JOIN (SELECT DISTINCT kh, member_key FROM under_way) u ON u.kh = f.kh AND u.member_key = f.member_key
            LEFT JOIN e ON e.kh = f.kh AND e.member_key = f.member_key
            WHERE u.kh IS NULL AND e.kh IS NULL AND o.kh IS NULL AND c.contact_id IS NULL
                AND (l.state IS NULL OR l.state IN ('left', 'failed') OR ({own} AND l.state = 'delivered' AND l.origin = 'there'))
            """);
    }
}
