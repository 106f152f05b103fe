using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Reading;

/// <summary>People in a book by the ledger who are in no audience of that book any more.</summary>
internal sealed class MissingMembers(RunContext run, Destination destination)
{
    private readonly KeptLedger _current = run.Ledger;

    /// <summary>Whether members of a book of this audience are missing, and would lose something by that.</summary>
    public bool Any(int audience, CancellationToken cancellation)
    {
        // With these settings, missing members neither leave nor move to another address, and no entry, by which they may be resubscribed, is forgotten.
        if (_current.Folder is null
            || run.Job is { Config: { ExitAction: ExitAction.Ignore, KeyField: null, BringsBack: false }, InsightOnExit: InsightOnExit.Keep })
        {
            return false;
        }

        var slices = KeySlice.For(_current.Rows);
        foreach (var book in destination.Mapping.Where(m => m.Audience == audience).Select(m => m.Book))
        {
            if (run.Books[book].Id is not { } id)
            {
                continue;
            }

            var audiences = destination.Mapping.Where(m => m.Book == book).Select(m => m.Audience).ToList();
            foreach (var slice in slices)
            {
                cancellation.ThrowIfCancellationRequested();
                if (run.Db.Number(Query(id, audiences, slice)) > 0)
                {
                    return true;
                }
            }
        }

        return false;
    }

    // Rows that no comparison changes, such as of invalid addresses, do not call for a second reading.
    private string Query(long book, IReadOnlyList<int> audiences, KeySlice slice) => $"""
        SELECT count(*)
        FROM (
            SELECT l.kh
            FROM (
                SELECT kh, member_key
                FROM {LedgerFiles.Relation(run.Folder, _current.Folder)}
                WHERE {slice.Where()}
                    AND book_id = {book}
                    AND audience IN ({string.Join(", ", audiences.Select(audience => SqlText.Literal(run.Job.Config.SegmentIds[audience])))})
                    AND CASE state
                        WHEN 'delivered' THEN true
                        WHEN 'failed' THEN true
                        WHEN 'pending' THEN coalesce(code, '') NOT IN ('AwaitsConfirmation', '{ReasonCode.WaitsToBeAdded}')
                        WHEN 'suppressed' THEN {run.Job.Config.BringsBack}
                        ELSE false
                    END
                    AND code IS DISTINCT FROM '{ReasonCode.ClaimedByAnotherJob}'
                    {(run.Job.ExitExisting ? "" : "AND origin IS DISTINCT FROM 'there'")}
            ) AS l
            ANTI JOIN (
                SELECT kh, member_key
                FROM roll
                WHERE {slice.Where()} AND problem IS NULL AND audience IN ({string.Join(", ", audiences)})
            ) AS r ON r.kh = l.kh AND r.member_key = l.member_key
            LIMIT 1
        )
        """;
}
