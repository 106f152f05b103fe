using Rollcall.Delivering;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Recording;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall;

/// <summary>
/// A look at the people on a job's watch between its runs, whatever the job's state. It reads no audience, so it knows of nobody that they are wanted: it
/// removes and unsubscribes, and leaves everything else to the next run.
/// </summary>
public static class WatchRun
{
    /// <summary>
    /// Looks. Settles what a killed run left so far as reading tells its end; unsubscribes again who opted out and was put back by a write of the job; lets
    /// people leave who had left and were put into a book late. Makes no call where nobody has to be looked at.
    /// </summary>
    /// <returns>What it did, like a run's result, without audiences. A look that changed nothing is not in the history.</returns>
    /// <exception cref="RollcallException">The look stopped; exit 6: a run of the job is under way, and nothing was done.</exception>
    public static async Task<RunResult> LookAsync(Job job, Workplace workplace, CancellationToken cancellation = default)
    {
        using (var store = Stores.Open(new DataFolder(workplace.DataFolder, workplace.Checkpoint), workplace.Checkpoint))
        {
            if (store.Jobs.OnWatch().All(watched => watched.Tag != job.Tag))
            {
                var now = workplace.Clock.GetUtcNow();
                return new RunResult { Job = job.Tag, RunId = "", State = RunState.Completed, Started = now, Finished = now };
            }
        }

        var started = workplace.Clock.GetUtcNow();
        return await RunSession.WithAsync(
            job, workplace, new RunOptions(), SessionKind.Look, (run, _) => LookAsync(run, started, cancellation), cancellation);
    }

    private static async Task<RunResult> LookAsync(RunContext run, DateTimeOffset started, CancellationToken cancellation)
    {
        var readBack = new ReadBack(run);
        var settled = new SettledDeliveries(run);
        var puttingRight = new PuttingRight(run, readBack, settled, run.Allow);
        var fold = new LedgerFold(run, new ProvenIds(run).OutcomesAsync);
        run.Db.Execute(Holds.Create);
        var earlier = await SettleEarlierAsync(run, readBack, settled, puttingRight, fold, cancellation);

        var watch = new WatchLook(run, readBack, settled);
        var exits = new LateExits(run, watch, settled);
        var verdict = new GuardVerdict([], new HashSet<int>(), false);
        var unsettled = run.Journal.Unsettled();
        if (await watch.LookAsync(run.LedgerRelation, cancellation))
        {
            await ReadOptOutsAsync(run, cancellation);
            await watch.RecordAsync(run.LedgerRelation, exits.Find(run.LedgerRelation), cancellation);
            await fold.RunAsync(cancellation);
            CopyOptOuts(run);
            await puttingRight.LookAtKnownAsync(run.LedgerRelation, cancellation, onlyWatched: true);
            await fold.RunAsync(cancellation);
            CopyOptOuts(run);
            Preparation.LeaveOut(run, unsettled);
            verdict = await exits.SendAsync(run.LedgerRelation, cancellation);
            await fold.RunAsync(cancellation);
            watch.LeaveWhoWasLookedAt();
        }

        var result = Result(run, settled, puttingRight, verdict) with
        {
            SettledEarlier = earlier,
            Started = started,
            Finished = run.Clock.GetUtcNow(),
            Ended = run.ServerClock.GetUtcNow(),
        };
        if (earlier is not null || settled.All.Count > 0 || puttingRight.Restored > 0)
        {
            run.Store.Runs.KeepLook(result);
        }

        return result;
    }

    /// <summary>
    /// Settles what a killed run left, which reads and records. What Dotdigital has not finished stays open: nobody waits for it while a run may want to
    /// begin.
    /// </summary>
    /// <returns>What became of it; null where nothing ended.</returns>
    private static async Task<OutcomeCounts?> SettleEarlierAsync(RunContext run, ReadBack readBack, SettledDeliveries settled, PuttingRight puttingRight,
        LedgerFold fold, CancellationToken cancellation)
    {
        var unsettled = run.Journal.Unsettled();
        if (unsettled.Count + run.Journal.Settled().Count == 0)
        {
            return null;
        }

        await new Settlement(run, readBack, settled).SettleEarlierAsync(unsettled, cancellation, waits: false);
        await new Resubscriptions(run, readBack, settled, repeats: false).ReadBackAsync(cancellation);
        await puttingRight.RunAsync(cancellation);
        await fold.RunAsync(cancellation);
        var earlier = settled.All.Count == 0 ? null : OutcomeFiles.Counts(run, settled.All);
        settled.All.Clear();
        return earlier;
    }

    /// <summary>Reads who opted out of the account, and of the books for which somebody is on the watch. A book where that fails lets nobody go.</summary>
    private static async Task ReadOptOutsAsync(RunContext run, CancellationToken cancellation)
    {
        LateOptOuts.Close(run, await run.OptOuts.ReadAsync(run.Client, Books(run).Prepend(OptOuts.WholeAccount), run.Progress, cancellation));
        CopyOptOuts(run);
    }

    private static void CopyOptOuts(RunContext run) => run.OptOuts.CopyTo(run.Db, Books(run));

    private static List<long> Books(RunContext run) =>
        [.. run.Db.Query("SELECT DISTINCT book_id FROM watched WHERE book_id <> 0 ORDER BY 1", r => r.GetInt64(0)).Where(book => !run.IsGone(book))];

    private static RunResult Result(RunContext run, SettledDeliveries settled, PuttingRight puttingRight, GuardVerdict verdict)
    {
        IReadOnlyList<GuardHeld> guards = [.. verdict.Held, .. run.HeldBeside(verdict)];
        var outcomes = OutcomeFiles.Counts(run, settled.All);
        var left = run.SomethingLeft || settled.OptOutsUnread || puttingRight.Refused || outcomes.Failed > 0;
        return new RunResult
        {
            Job = run.Job.Tag,
            RunId = run.RunId,
            State = guards.Count > 0 ? RunState.Held : RunState.Completed,
            Outcomes = outcomes,
            ApiCalls = new ApiCalls(run.Client.Usage.Total, run.Client.Usage.ByOperation()),
            BytesSent = run.Client.Usage.BytesSent,
            Guards = guards,
            Findings = [.. run.Findings],
            ExitCode = guards.Count > 0 ? ExitCode.Guard : left ? ExitCode.SomeNotDelivered : ExitCode.Done,
        };
    }
}
