using Rollcall.Dotdigital;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>
/// People that other jobs of the data folder are removing from the same books. Such a removal may end after this job's entry, and remove the person again:
/// a person who is to enter waits until it has ended.
/// </summary>
internal sealed class OtherRemovals(RunContext run)
{
    /// <summary>Why, in words.</summary>
    public const string Reason = "Another job of the data folder is just removing the person from the book; enters when that has ended.";

    private readonly HashSet<long> _ended = [];

    /// <summary>
    /// Turns entries of <c>change</c> into <see cref="ChangeAction.UnderRemoval"/>. Asks Dotdigital how far a removal is that keeps somebody waiting; what
    /// is ended is for its own job to settle.
    /// </summary>
    /// <returns>Whether anybody waits who did not.</returns>
    public async Task<bool> MarkAsync(ComparisonCounts counts, CancellationToken cancellation)
    {
        foreach (var removal in Open().Where(r => r.RemoteId is not null))
        {
            if (run.Db.Number($"SELECT count(*) FROM {Waiting([removal])}") > 0 && await HasEndedAsync(removal, cancellation))
            {
                _ended.Add(removal.Id);
            }
        }

        return Mark(counts);
    }

    /// <summary>The same without a call: what is not known to be ended is under way.</summary>
    public bool Mark(ComparisonCounts counts)
    {
        var open = Open().ToList();
        if (open.Count == 0)
        {
            return false;
        }

        run.Db.Execute($"CREATE OR REPLACE TABLE under_removal AS SELECT DISTINCT kh, member_key, book_no FROM {Waiting(open)}");
        if (run.Db.Number("SELECT count(*) FROM under_removal") == 0)
        {
            return false;
        }

        const string Touched = "SELECT kh, member_key FROM under_removal";
        counts.Recount(run.Db, Touched, -1);
        run.Db.Execute($"""
            UPDATE change SET action = '{ChangeAction.UnderRemoval}', code = '{ReasonCode.UnderRemoval}', reason = {SqlText.Literal(Reason)}
            FROM under_removal u WHERE u.kh = change.kh AND u.member_key = change.member_key AND u.book_no = change.book_no;
            """);
        counts.Recount(run.Db, Touched, 1);
        ChangeTable.DeleteIdle(run.Db, "changed", ChangeAction.Enter, ChangeAction.Resubscribe, ChangeAction.Update, ChangeAction.Move);
        foreach (var (book, people) in run.Db.Query($"SELECT book_no, count(*) FROM change WHERE action = '{ChangeAction.UnderRemoval}' GROUP BY 1 ORDER BY 1",
            r => (r.GetFieldValue<ushort>(0), r.GetInt64(1))))
        {
            run.Report(Findings.MembersUnderRemoval(people, run.Books[book].Name));
        }

        return true;
    }

    /// <summary>Removals and unsubscriptions of other jobs that may still be carried out, by address or by contact, in books of this run.</summary>
    private IEnumerable<OpenRemoval> Open() => run.Store.Deliveries
        .RemovalsBeside(run.Client.Account.Id, run.Job.Tag, run.Now - (long)run.Job.WatchFor.TotalMilliseconds).Where(r => !_ended.Contains(r.Id));

    private string Waiting(IEnumerable<OpenRemoval> removals) => $"""
        (WITH
        e AS (
            SELECT c.kh, c.member_key, c.book_no, b.book_id, coalesce(c.contact_id, v.contact_id) AS contact_id
            FROM change c JOIN book b USING (book_no) LEFT JOIN changed v ON v.kh = c.kh AND v.member_key = c.member_key
            WHERE c.action IN ('{ChangeAction.Enter}', '{ChangeAction.Resubscribe}', '{ChangeAction.Await}')),
        o AS ({string.Join(" UNION ALL ", removals.Select(r => $"SELECT kh, member_key, contact_id, book_id FROM {run.Rows(r.Manifest)}"))})
        SELECT e.kh, e.member_key, e.book_no FROM e JOIN o ON o.kh = e.kh AND o.member_key = e.member_key AND o.book_id = e.book_id
        UNION
        SELECT e.kh, e.member_key, e.book_no FROM e JOIN o ON o.contact_id = e.contact_id AND o.book_id = e.book_id)
        """;

    private async Task<bool> HasEndedAsync(OpenRemoval removal, CancellationToken cancellation)
    {
        try
        {
            return await run.Client.Contacts.DeletionAsync(new DeletionId(removal.RemoteId!), cancellation) == DeletionStatus.Completed;
        }
        catch (DotdigitalException e) when (e.Kind is FailureKind.Transient or FailureKind.Ambiguous)
        {
            return false;
        }
    }
}
