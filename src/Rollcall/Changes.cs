using Rollcall.Comparing;
using Rollcall.Delivering;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;

namespace Rollcall;

/// <summary>
/// Roll + ledger -> changes: the comparison, and what depends on more than a member's own rows: keys, other addresses of a contact, other jobs. The same
/// for a run, a plan and an explanation.
/// </summary>
internal static class Changes
{
    /// <summary>Fills <c>change</c> and <c>changed</c>. Sends nothing; looks up addresses that contacts may move to, and removals of other jobs.</summary>
    /// <returns>What was read, with the rows that a key identifies; and the counts of the changes.</returns>
    public static async Task<(AudiencesRead Read, ComparisonCounts Counts)> FindAsync(
        RunContext run, Destination destination, Prepared prepared, RunOptions options, OtherRemovals otherRemovals, CancellationToken cancellation)
    {
        var (read, ledger, there) = (prepared.Read, prepared.Ledger, prepared.There);
        var counts = new Comparison(run.Db).Run(
            new ComparisonInput(ledger, prepared.LedgerRows, "opt_out", there, destination.Mapping, run.Books, run.Job.Config.SegmentIds)
            {
                Consent = ConsentRules.Of(run.Job, run.Now) with { Repeats = options.RepeatsChallenge, EnteringSince = run.EnteringSince },
                ExitExisting = run.Job.ExitExisting,
                RecreateDeleted = run.Job.RecreateDeleted,
                RestoreRemoved = run.Job.OnForeignRemoval == OnForeignRemoval.Restore,
                ReleasedAudiences = destination.ReleasedAudiences,
            },
            run.Progress,
            cancellation);
        read = read with { Counts = LostAddresses.Find(run, read.Counts, ledger, counts) };
        if (run.Job.Config.KeyField is null)
        {
            Moves.None(run.Db);
        }
        else
        {
            KeyOptOuts.Follow(run.Db, ledger, "opt_out", counts, run.Job.RecreateDeleted);
            Moves.Find(run.Db, ledger, LostAddresses.Wanted, counts, read.Counts.All(c => c.Reading.HoldExits is null));
            await MovedAddresses.ConfirmAsync(run, counts, options.Allow, cancellation);
        }

        Whose.KeepThere(run, there, ledger, counts);
        Claims.Mark(run);
        await otherRemovals.MarkAsync(counts, cancellation);
        return (read, counts);
    }
}
