using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>
/// Looks, before each comparison, at everybody on the watch, and puts into the ledger what Dotdigital shows: the comparison then does with them what
/// it does with anybody. One page read tells of 5,000 people, so a thousand on the watch cost a few calls.
/// </summary>
internal sealed class WatchLook(RunContext run, ReadBack readBack, SettledDeliveries settled)
{
    // Out of the book as far as the ledger knows: by a removal of ours, by nobody's doing, or never delivered. Or found in it by a look at the watch, whose
    // exit failed or was another job's to stop.
    private const string OutOfBook =
        "(l.outcome = 'Failed' OR l.code IN ('Removed', 'RemovedAtDotdigital', 'NotInBook', 'NotAtDotdigital', 'LeftUndelivered', 'LeftAfterRemoval', "
        + $"'NoLongerMember', '{ReasonCode.ClaimedByAnotherJob}'))";
    private const string UnknownFields = "0::UBIGINT";

    // Dotdigital tells its time to the second, and our call takes a moment: what it changed by our own write may look that much later.
    private const int ClockMargin = 5_000;

    private readonly Watch _watch = new(run);

    private long _lookedAt;

    /// <summary>Looks, and records what it saw.</summary>
    /// <param name="ledger">The relation of the ledger.</param>
    public async Task RunAsync(string ledger, CancellationToken cancellation)
    {
        if (await LookAsync(ledger, cancellation))
        {
            await RecordAsync(ledger, Late(ledger), cancellation);
            LeaveWhoWasLookedAt();
        }
    }

    /// <summary>Fills <c>looked</c> with what Dotdigital shows of everybody on the watch; says whether there was anybody to look at.</summary>
    /// <param name="ledger">The relation of the ledger.</param>
    public async Task<bool> LookAsync(string ledger, CancellationToken cancellation)
    {
        if (_watch.CopyTo(run.Db) == 0)
        {
            return false;
        }

        _lookedAt = run.Now;
        run.Db.Execute($"""
            CREATE OR REPLACE TABLE looked(kh UBIGINT, member_key VARCHAR, book_id BIGINT, contact_id BIGINT, account_status VARCHAR, book_status VARCHAR,
                verdict VARCHAR, updated BIGINT);
            CREATE OR REPLACE TABLE look_written AS
            SELECT kh, member_key, email, contact_id, book_id, since FROM watched WHERE kind IN ('{WatchKind.Entry}', '{WatchKind.Status}') AND book_id <> 0
            UNION
            SELECT w.kh, w.member_key, w.email, coalesce(l.contact_id, w.contact_id), l.book_id, w.since
            FROM watched w JOIN (SELECT kh, member_key, max(contact_id) AS contact_id, min(book_id) AS book_id FROM {ledger} WHERE state = 'delivered'
                GROUP BY 1, 2) l ON l.kh = w.kh AND l.member_key = w.member_key
            WHERE w.kind = '{WatchKind.Values}' AND NOT EXISTS (SELECT 1 FROM watched e WHERE e.kh = w.kh AND e.member_key = w.member_key
                AND e.kind = '{WatchKind.Entry}');
            CREATE OR REPLACE TABLE look_removed AS
            SELECT kh, member_key, email, contact_id, book_id FROM watched WHERE kind = '{WatchKind.Removal}';
            """);
        if (run.Db.Query("SELECT min(since) FROM look_written", r => r.IsDBNull(0) ? (long?)null : r.GetInt64(0))[0] is { } since)
        {
            // Who is not shown is not in: nothing is done about them, and they stay on the watch.
            await LookAsync("look_written", DateTimeOffset.FromUnixTimeMilliseconds(since), namesAbsent: false, cancellation);
        }

        if (run.Db.Number("SELECT count(*) FROM look_removed") > 0)
        {
            await LookAsync("look_removed", null, namesAbsent: true, cancellation);
        }

        return true;
    }

    /// <summary>Records what the look showed.</summary>
    /// <param name="ledger">The relation of the ledger.</param>
    /// <param name="late">Those of <see cref="Late"/> who count as delivered.</param>
    public async Task RecordAsync(string ledger, string late, CancellationToken cancellation)
    {
        settled.RecordLocal(late);
        settled.RecordLocal(TakenOut(ledger));
        settled.RecordLocal(Overwritten(ledger));
        await new CameBack(run, settled).SecondLookAsync(cancellation);
    }

    /// <summary>Takes everybody off the watch whose time was over when they were looked at.</summary>
    public void LeaveWhoWasLookedAt() => _watch.LeaveWhoWasLookedAt(_lookedAt);

    /// <summary>The condition, on a row <c>w</c> of <c>watched</c>, that its time was over then.</summary>
    public string Over => $"w.until < {_lookedAt}";

    private async Task LookAsync(string people, DateTimeOffset? since, bool namesAbsent, CancellationToken cancellation)
    {
        await readBack.ReadAsync(people, since, cancellation, namesAbsent);
        run.Db.Execute("INSERT INTO looked SELECT kh, member_key, book_id, contact_id, account_status, book_status, verdict, updated FROM seen");
    }

    private static string Of(string kind) =>
        $"EXISTS (SELECT 1 FROM watched w WHERE w.kh = s.kh AND w.member_key = s.member_key AND w.book_id = s.book_id AND w.kind = '{kind}')";

    /// <summary>In the book through an entry of ours that is still open, though the ledger says that they left or were not delivered.</summary>
    public string Late(string ledger) => $"""
        SELECT DISTINCT s.kh, s.member_key, s.book_id, 'watch' AS operation, l.email, NULL::VARCHAR AS profile_key, s.contact_id, 'delivered' AS state,
            NULL::VARCHAR AS origin, NULL::VARCHAR AS audience,
               {UnknownFields} AS fields_hash, 'Delivered' AS outcome, '{ReasonCode.AppliedLate}' AS code,
                   'Dotdigital shows the person in the book: an earlier write of this job was applied late.' AS reason,
               {run.Now} AS told_at, 'Subscribed' AS account_status, 'Subscribed' AS book_status
        FROM looked s JOIN {ledger} l ON l.kh = s.kh AND l.member_key = s.member_key AND l.book_id = s.book_id
        WHERE s.verdict = 'in' AND {Of(WatchKind.Entry)} AND (l.state = 'failed' OR (l.state = 'left' AND {OutOfBook}))
        """;

    /// <summary>Out of the book, though the ledger has them in it, while a removal of ours may be applied late: nobody else took them out.</summary>
    private string TakenOut(string ledger) => $"""
        SELECT DISTINCT s.kh, s.member_key, s.book_id, 'watch' AS operation, l.email, NULL::VARCHAR AS profile_key, s.contact_id, 'failed' AS state,
            NULL::VARCHAR AS origin, NULL::VARCHAR AS audience,
               {UnknownFields} AS fields_hash, 'Failed' AS outcome, '{ReasonCode.RemovedLate}' AS code,
                   'An earlier removal of this job was applied late: who is still wanted enters again.' AS reason,
               {run.Now} AS told_at, NULL::VARCHAR AS account_status, NULL::VARCHAR AS book_status
        FROM looked s JOIN {ledger} l ON l.kh = s.kh AND l.member_key = s.member_key AND l.book_id = s.book_id
        WHERE s.verdict = 'absent' AND {Of(WatchKind.Removal)} AND l.state = 'delivered' AND NOT EXISTS (SELECT 1 FROM looked t WHERE t.kh = s.kh
            AND t.member_key = s.member_key AND t.book_id = s.book_id AND t.verdict = 'in')
        """;

    /// <summary>Contacts that something changed after their last write surely ended: values that may be older go again.</summary>
    private static string Overwritten(string ledger) => $"""
        SELECT DISTINCT l.kh, l.member_key, l.book_id, 'watch' AS operation, NULL::VARCHAR AS email, NULL::VARCHAR AS profile_key,
            NULL::BIGINT AS contact_id, NULL::VARCHAR AS state, NULL::VARCHAR AS origin,
               NULL::VARCHAR AS audience, {UnknownFields} AS fields_hash, NULL::VARCHAR AS outcome, NULL::VARCHAR AS code, NULL::VARCHAR AS reason,
                   NULL::BIGINT AS told_at,
               NULL::VARCHAR AS account_status, NULL::VARCHAR AS book_status
        FROM {ledger} l JOIN watched w ON w.kh = l.kh AND w.member_key = l.member_key AND w.kind = '{WatchKind.Values}'
        JOIN (SELECT kh, member_key, max(updated) AS updated FROM looked GROUP BY 1, 2) s ON s.kh = l.kh AND s.member_key = l.member_key
        WHERE l.state IN ('delivered', 'pending') AND l.fields_hash IS DISTINCT FROM {UnknownFields} AND s.updated > w.settled_at + {ClockMargin}
        """;
}
