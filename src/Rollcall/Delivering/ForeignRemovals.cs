using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;

namespace Rollcall.Delivering;

/// <summary>
/// Every <c>verify_every</c>, a run reads its books to their end and learns who is no longer in them: removed manually, deleted,
/// or opted out without a trace in the feeds. What becomes of those taken out, <c>on_foreign_removal</c> says.
/// </summary>
internal sealed class ForeignRemovals(RunContext run, RunOptions options)
{
    /// <summary>Whether it is time to look. A moment in the future was written by a clock that was wrong: it is time.</summary>
    public bool IsDue => run.Job.VerifyEvery is { } every
        && run.Store.Jobs.Find(run.Job.Tag) is { LedgerFolder: not null, VerifiedAt: var last }
        && (run.Now - last >= every.TotalMilliseconds || last > run.Now);

    /// <summary>Looks at these books; <see cref="Outcomes"/> says what is found.</summary>
    /// <returns>Whether so many are missing from one of them that a guard holds it.</returns>
    public async Task<bool> LookAsync(IReadOnlyList<RunBook> books, CancellationToken cancellation)
    {
        var ledger = run.LedgerRelation;
        var differences = new BookDifferences(run, ledger);
        var missing = new MissingPeople(run, options);
        var held = false;
        differences.Begin();
        foreach (var book in books)
        {
            await differences.FindAsync(book.Id!.Value, cancellation);
            if (missing.Holds(book, ledger, differences))
            {
                held = true;
                run.Db.Execute($"DELETE FROM difference WHERE book_id = {book.Id} AND kind IN ('removed', 'missing')");
                continue;
            }

            var (gone, unasked) =
                run.Db.Query(
                    $"""
                    SELECT count(*) FILTER (kind = 'removed'), count(*) FILTER (kind = 'missing')
                    FROM difference d WHERE book_id = {book.Id} AND {MissingPeople.Ours}
                    """,
                    r => (r.GetInt64(0), r.GetInt64(1)))[0];
            if (unasked > 0)
            {
                run.Report(Findings.MissingNotLookedUp(unasked, book.Name));
            }

            if (gone > 0)
            {
                run.Report(Findings.MembersRemovedThere(gone, book.Name, run.Job.OnForeignRemoval == OnForeignRemoval.Restore));
            }
        }

        return held;
    }

    /// <summary>Notes that the books were looked at.</summary>
    public void Done() => run.Store.Jobs.Verified(run.Job.Tag, run.Now);

    // Who opted out says it all. Nor does a page prove an absence: a reading may be short, and some show only who is subscribed. Each person's own page does.
    private const string NotThere = $"d.kind = 'removed' AND {MissingPeople.Ours}";

    // People who were asked to come back are unsubscribed until they say yes: that ends no waiting. Their yes is found where pending people are read again.
    private static string AwaitsAnswer(string ledger) =>
        $"""
        EXISTS (SELECT 1 FROM {ledger} k WHERE k.kh = d.kh AND k.member_key = d.member_key AND k.book_id = d.book_id AND k.state = 'pending'
            AND k.code IN {ReasonCode.AskedBack})
        """;

    /// <summary>What the ledger has to learn, as outcomes, in SQL.</summary>
    public string Outcomes(string ledger) => $"""
        SELECT d.kh, d.member_key, d.book_id, 'verify' AS operation, d.email, NULL::VARCHAR AS profile_key, d.contact_id,
               CASE WHEN d.kind = 'removed' THEN 'left' WHEN d.kind = 'deleted' OR d.verdict = 'out' THEN 'suppressed'
                   WHEN d.verdict = 'pending' THEN 'pending' ELSE 'delivered' END AS state,
               NULL::VARCHAR AS origin, NULL::VARCHAR AS audience, NULL::UBIGINT AS fields_hash,
               CASE WHEN d.kind = 'removed' THEN 'Omitted' WHEN d.kind = 'deleted' OR d.verdict = 'out' THEN 'Suppressed'
                   WHEN d.verdict = 'pending' THEN 'Pending' ELSE 'Delivered' END AS outcome,
               CASE WHEN d.kind = 'removed' THEN '{ReasonCode.RemovedAtDotdigital}' WHEN d.kind = 'deleted' THEN '{ReasonCode.DeletedAtDotdigital}'
                   WHEN d.verdict = 'out' THEN d.book_status WHEN d.verdict = 'pending' THEN {ReadBack.PendingCode("d.listed")} ELSE 'Seen' END AS code,
               CASE WHEN d.kind = 'removed' THEN 'Was removed from the book manually, at Dotdigital.'
                   WHEN d.kind = 'deleted' THEN '{DeletedGuard.DeletedReason}'
                    WHEN d.verdict = 'out' THEN 'Dotdigital shows the person as ' || d.book_status || '.'
                        WHEN d.verdict = 'pending' THEN 'Dotdigital asked the person to confirm.'
                    ELSE 'Dotdigital shows the person in the book.' END AS reason,
               {run.Now} AS told_at, d.account_status, CASE WHEN d.kind = 'status' THEN d.book_status END AS book_status
        FROM difference d
        WHERE ({NotThere}) OR d.kind = 'deleted' OR (d.kind = 'status' AND d.state IN ('delivered', 'pending')
            AND (NOT {AwaitsAnswer(ledger)} OR (d.verdict = 'out' AND d.book_status <> 'Unsubscribed')))
        """;
}
