using Rollcall.Connecting;
using Rollcall.Delivering;
using Rollcall.Recording;

namespace Rollcall.Reconciling;

/// <summary>What a run learns from the books themselves before it compares: who was taken out of them, and who is in them already.</summary>
internal sealed class LedgerUpkeep(RunContext run, Settlement settlement, LedgerFold fold)
{
    public async Task RunAsync(Destination destination, RunOptions options, CancellationToken cancellation)
    {
        var removals = new ForeignRemovals(run, settlement);
        if (!options.IsLimited && (options.Verify || removals.IsDue))
        {
            await removals.LookAsync(cancellation);
            fold.Run(cancellation);
            removals.Done();
        }

        if (options.Adopt is { } adoptAs)
        {
            await new Adoption(run, destination, adoptAs).FindAsync(RunSession.LedgerRelation(run), cancellation);
            settlement.RecordLocal("FROM adopted");
            fold.Run(cancellation);
        }

        // This is in the ledger; no change of this run hangs on it.
        settlement.Settled.Clear();
    }
}
