using Rollcall.Delivering;
using Rollcall.Model;
using Rollcall.Recording;
using Rollcall.Running;

namespace Rollcall;

/// <summary>What a run learns from the books themselves before it compares: who was taken out of them, and who is in them already.</summary>
internal sealed class LedgerUpkeep(RunContext run, SettledDeliveries settled, LedgerFold fold, WatchLook watch, PuttingRight puttingRight)
{
    /// <summary>Looks at everybody on the watch, and at those who are known to have opted out and may be subscribed all the same.</summary>
    /// <param name="books">The job's books.</param>
    public async Task LookAsync(IReadOnlyList<long> books, CancellationToken cancellation)
    {
        await watch.RunAsync(run.LedgerRelation, cancellation);
        await fold.RunAsync(cancellation);
        run.OptOuts.CopyTo(run.Db, books);
        await puttingRight.LookAtKnownAsync(run.LedgerRelation, cancellation);
        await fold.RunAsync(cancellation);
        run.OptOuts.CopyTo(run.Db, books);
        settled.All.Clear();
    }

    /// <returns>Whether the books were read, which may have shown opt-outs.</returns>
    public async Task<bool> RunAsync(Destination destination, RunOptions options, CancellationToken cancellation)
    {
        var removals = new ForeignRemovals(run, options);
        var due = !options.IsLimited && (options.Verify || removals.IsDue);
        var books = due ? [.. run.Books.Where(b => b.Id is not null)] : new MissingPeople(run, options).Suspects();
        if (due || books.Count > 0)
        {
            var held = await removals.LookAsync(books, cancellation);
            settled.RecordLocal(removals.Outcomes(run.LedgerRelation));
            new CameBack(run, settled).FirstLook("(SELECT * FROM difference WHERE kind = 'status' AND state = 'suppressed' AND verdict = 'in')");
            if (due)
            {
                await new DeletedPeople(run, settled).LookAsync(cancellation);
            }

            await fold.RunAsync(cancellation);

            // A book that a guard holds is looked at again by the next run.
            if (due && !held && !run.HeldEarly.Any(h => h.Guard == DeletedGuard.Name))
            {
                removals.Done();
            }
        }

        if (options.Adopt is { } adoptAs)
        {
            await new Adoption(run, destination, adoptAs).FindAsync(run.LedgerRelation, cancellation);
            settled.RecordLocal("FROM adopted");
            await fold.RunAsync(cancellation);
        }

        // This is in the ledger; no change of this run hangs on it.
        settled.All.Clear();
        return due || books.Count > 0 || options.Adopt is not null;
    }
}
