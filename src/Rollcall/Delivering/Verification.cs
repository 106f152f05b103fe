using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>
/// Reads back who was entered, since Dotdigital's report proves only that the contact was written: <c>auto</c> up to 50 calls, <c>full</c> whatever
/// it costs. Also reads again, each run, who waits to confirm.
/// </summary>
internal sealed class Verification(RunContext run, ReadBack readBack, SettledDeliveries settled)
{
    /// <summary>Most calls that <c>verify: auto</c> spends.</summary>
    public const int AutoCalls = 50;

    private static readonly TimeSpan UnansweredMailWaits = TimeSpan.FromHours(24);

    /// <summary>Reads back the people entered by this run's imports; says whether it did.</summary>
    public async Task<bool> VerifyEnteredAsync(CancellationToken cancellation)
    {
        var imports = settled.All.Where(d => d.Kind == DeliveryKind.Import && d.Books.Count > 0).ToList();
        if (run.Job.Verify == Verify.Off || imports.Count == 0)
        {
            return false;
        }

        var entered = $"(SELECT * FROM {OutcomeFiles.Relation(run.Folder, imports)} WHERE operation = 'enter' AND outcome = 'Delivered' AND code = 'Reported')";
        if (run.Job.Verify == Verify.Auto && readBack.Cost(entered) > AutoCalls)
        {
            return false;
        }

        await readBack.ReadAsync(entered, imports.Min(d => d.PreparedAt), cancellation);
        settled.RecordLocal(
            Outcomes(
                $"""
                (SELECT e.* FROM {entered} e JOIN seen n ON n.kh = e.kh AND n.member_key = e.member_key AND n.book_id = e.book_id
                    AND (n.verdict <> 'absent' OR n.named))
                """,
                "NotInBook", "Dotdigital reported the contact as written and does not show it in the book."));

        // Pages lag behind: people they do not show count as delivered, as reported, and are looked at again.
        new Watch(run).Enter(
            $"""
            SELECT e.member_key, e.book_id, '{WatchKind.Entry}' AS kind, '{WatchReason.NotShown}' AS why, e.email, e.contact_id
            FROM {entered} e JOIN seen n ON n.kh = e.kh AND n.member_key = e.member_key AND n.book_id = e.book_id AND n.verdict = 'absent'
            """,
            imports.Min(d => d.PreparedAt).ToUnixTimeMilliseconds());
        return true;
    }

    /// <summary>Reads again the ledger's pending people, as far as that costs little.</summary>
    public async Task ReadPendingAsync(string ledger, CancellationToken cancellation)
    {
        var pending = $"(SELECT *, 'enter' AS operation FROM {ledger} WHERE state = 'pending')";
        if (run.Db.Number($"SELECT count(*) FROM {pending}") == 0 || (run.Job.Verify != Verify.Full && readBack.Cost(pending) > AutoCalls))
        {
            return;
        }

        // Nobody was written before they became pending, so the books' pages may begin there: person by person, many would cost a call each.
        var since = run.Db.Number($"SELECT min(since) FROM {pending}");
        var began = run.OptOuts.SeenNo;
        await readBack.ReadAsync(pending, DateTimeOffset.FromUnixTimeMilliseconds(since), cancellation);
        RecordConfirmed(pending);
        var dayAgo = run.Now - (long)UnansweredMailWaits.TotalMilliseconds;
        var known =
            $"""
            (SELECT * FROM {pending} p WHERE EXISTS (SELECT 1 FROM seen s WHERE s.kh = p.kh AND s.member_key = p.member_key AND s.book_id = p.book_id
                AND (s.verdict IN ('in', 'out') OR (s.verdict = 'absent' AND p.code = '{ReasonCode.UnansweredMail}'
                AND (p.since < {dayAgo} OR p.since > {run.Now})))))
            """;
        settled.RecordLocal(Outcomes($"(SELECT * FROM {known} WHERE code NOT IN {ReasonCode.AskedBack})", ReasonCode.Unanswered,
            "The call was not answered, and a day later the person is still not in the book."));
        settled.RecordLocal(AskedOutcomes.Read($"(SELECT * FROM {ledger} WHERE state = 'pending' AND code IN {ReasonCode.AskedBack})", run.Now), began);
    }

    /// <summary>
    /// People who had to confirm before being added to another book as well, and have confirmed, are added now. In a book's pages they are absent, so
    /// another book of theirs tells, or a look at the person. Who was in the book when they were asked, and is shown as subscribed without it, has nothing
    /// more to confirm there either; that takes a look at the person.
    /// </summary>
    private void RecordConfirmed(string pending)
    {
        run.Db.Execute("CREATE OR REPLACE TABLE confirmed AS SELECT DISTINCT kh, member_key FROM seen WHERE verdict = 'in' OR account_status = 'Subscribed'");
        var waited =
            $"""
            (SELECT p.* FROM {pending} p JOIN confirmed f ON f.kh = p.kh AND f.member_key = p.member_key JOIN seen s ON s.kh = p.kh
                AND s.member_key = p.member_key AND s.book_id = p.book_id WHERE s.verdict = 'absent'
                AND (p.code = '{ReasonCode.WaitsToBeAdded}' OR (p.code = 'AwaitsConfirmation' AND s.account_status = 'Subscribed')))
            """;
        settled.RecordLocal(Outcomes(waited, "Confirmed", "The person has confirmed, and can be added to the book."));
    }

    private string Outcomes(string people, string absentCode, string absentReason) => $"""
        SELECT p.kh, p.member_key, p.book_id, p.operation, p.email, p.profile_key, coalesce(s.contact_id, p.contact_id) AS contact_id,
               {ReadBack.State("failed")} AS state,
               NULL::VARCHAR AS origin, NULL::VARCHAR AS audience, NULL::UBIGINT AS fields_hash,
               {ReadBack.Outcome("Failed")} AS outcome, {ReadBack.Code(SqlText.Literal(absentCode))} AS code,
               {ReadBack.Reason(SqlText.Literal(absentReason))} AS reason,
               {run.Now} AS told_at, s.account_status, CASE WHEN s.verdict <> 'absent' THEN s.book_status END AS book_status
        FROM {people} p JOIN seen s ON s.kh = p.kh AND s.member_key = p.member_key AND s.book_id = p.book_id AND s.verdict <> 'unknown'
        """;
}
