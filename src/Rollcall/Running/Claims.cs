using Rollcall.Model;
using Rollcall.Store;

namespace Rollcall.Running;

/// <summary>People wanted in the same books by other jobs of the data folder: an exit leaves them there, until they have left those jobs too.</summary>
internal static class Claims
{
    /// <summary>The origin, in <c>change</c>, of an exit that another job's claim stops.</summary>
    public const string Claimed = "claimed";

    /// <summary>Why such a person stays, in words.</summary>
    public const string Reason = "Left the audience; another job of the data folder wants the person in the book.";

    /// <summary>
    /// People that another job could not deliver yet are tried again: its <c>failed</c> rows claim too, until they leave its audiences.
    /// Marks the exits in <c>change</c> that another job's ledger, or a delivery of it on its way there, claims: by address, or by contact where
    /// that job has not learnt of a new address yet.
    /// </summary>
    /// <returns>Whether there are any that were not marked before; they are in <c>claimed(kh, member_key, book_no)</c>.</returns>
    public static bool Mark(RunContext run)
    {
        if (run.Db.Number($"SELECT count(*) FROM change WHERE action = '{ChangeAction.Exit}' AND origin = 'ours'") == 0)
        {
            return false;
        }

        using var leases = new LedgerLeases(run.Store.Ledgers);
        List<string> others = [.. Others(run, leases)];
        if (others.Count == 0)
        {
            return false;
        }

        run.Db.Execute($"""
            CREATE OR REPLACE TABLE claimed AS
            WITH
            x AS (SELECT c.kh, c.member_key, c.contact_id, c.book_no, b.book_id FROM change c JOIN book b USING (book_no)
                WHERE c.action = '{ChangeAction.Exit}' AND c.origin = 'ours'),
            o AS ({string.Join(" UNION ALL ", others)})
            SELECT x.kh, x.member_key, x.book_no FROM x JOIN o ON o.kh = x.kh AND o.member_key = x.member_key AND o.book_id = x.book_id
            UNION
            SELECT x.kh, x.member_key, x.book_no FROM x JOIN o ON o.contact_id = x.contact_id AND o.book_id = x.book_id;
            UPDATE change SET origin = '{Claimed}' FROM claimed k
            WHERE change.action = '{ChangeAction.Exit}' AND change.kh = k.kh AND change.member_key = k.member_key AND change.book_no = k.book_no;
            """);
        var marked = run.Db.Query("SELECT book_no, count(*) FROM claimed GROUP BY 1 ORDER BY 1", r => (r.GetFieldValue<ushort>(0), r.GetInt64(1)));
        foreach (var (book, members) in marked)
        {
            run.Report(Findings.MembersClaimed(members, run.Books[book].Name));
        }

        return marked.Count > 0;
    }

    private static IEnumerable<string> Others(RunContext run, LedgerLeases leases)
    {
        var (ledgers, manifests) = leases.Read(() => run.Store.Deliveries.ClaimsBeside(run.Client.Account.Id, run.Job.Tag), claims => claims.Ledgers);
        return ledgers.Select(
            l => $"""
                SELECT kh, member_key, contact_id, book_id
                FROM {LedgerFiles.Relation(run.Folder, l)}
                WHERE state IN ('delivered', 'pending', 'failed') AND coalesce(code, '') NOT IN ('{ReasonCode.ClaimedByAnotherJob}', '{ReasonCode.FoundThere}')
                """)
            .Concat(manifests.Select(m => $"SELECT kh, member_key, contact_id, book_id FROM {run.Rows(m)} WHERE book_id IS NOT NULL"));
    }
}
