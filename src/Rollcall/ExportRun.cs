using Rollcall.Delivering;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Planning;
using Rollcall.Reading;
using Rollcall.Recording;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall;

/// <summary>One pass of a job: connect, settle what an earlier run left, call the roll, compare, plan, guard, deliver, record.</summary>
public static class ExportRun
{
    /// <summary>Runs the job.</summary>
    /// <exception cref="RollcallException">The run stopped; whatever was sent is settled by the next run.</exception>
    public static async Task<RunResult> ExecuteAsync(Job job, RunOptions options, Workplace workplace, CancellationToken cancellation = default)
    {
        // What is adopted is in the ledger before the plan stands: then the question comes first, of a plan, which changes nothing.
        if (options is { GoAhead: { } goAhead, Adopt: not null })
        {
            if (!await goAhead(await PlanAsync(job, options, workplace, cancellation)))
            {
                return new RunResult { Job = job.Tag, RunId = "", Declined = true };
            }

            options = options with { GoAhead = null };
        }

        return await BeginAsync(job, options, workplace, cancellation);
    }

    private static Task<RunResult> BeginAsync(Job job, RunOptions options, Workplace workplace, CancellationToken cancellation) =>
        !options.Now && QuietTime.Held(job, workplace.Clock) is { } held ? Task.FromResult(held) : RunSession.WithAsync(
            job, workplace, options, SessionKind.Run, (run, destination) => ExecuteAsync(run, destination, options, cancellation), cancellation);

    /// <summary>Says what a run would change and cost; sends no write.</summary>
    /// <exception cref="RollcallException">The plan could not be made.</exception>
    public static Task<RunResult> PlanAsync(Job job, RunOptions options, Workplace workplace, CancellationToken cancellation = default) =>
        RunSession.WithAsync(job, workplace, options, SessionKind.Plan, (run, destination) => PlanAsync(run, destination, options, cancellation), cancellation);

    private static async Task<RunResult> ExecuteAsync(RunContext run, Destination destination, RunOptions options, CancellationToken cancellation)
    {
        destination = await Releases.ApplyAsync(run, destination, options, cancellation);
        var readBack = new ReadBack(run);
        var settled = new SettledDeliveries(run);
        var settlement = new Settlement(run, readBack, settled);
        var verification = new Verification(run, readBack, settled);
        var resubscriptions = new Resubscriptions(run, readBack, settled, options.RepeatsChallenge);
        var puttingRight = new PuttingRight(run, readBack, settled, options.Allow);
        var otherRemovals = new OtherRemovals(run);
        var fold = new LedgerFold(run, new ProvenIds(run).OutcomesAsync);
        var left = run.SomethingLeft;

        run.Db.Execute(Holds.Create);
        var unsettled = run.Journal.Unsettled();
        await settlement.SettleEarlierAsync(unsettled, cancellation);
        var earlier = unsettled.Count == 0 ? null : OutcomeFiles.Counts(run, settled.All);
        var underWay = run.Journal.Unsettled();
        await resubscriptions.ReadBackAsync(cancellation);
        await puttingRight.RunAsync(cancellation);

        // Who was found to be waiting just now may have answered since.
        await fold.RunAsync(cancellation);
        await verification.ReadPendingAsync(run.LedgerRelation, cancellation);
        await fold.RunAsync(cancellation);
        settled.All.Clear();

        // What was found undone is planned again by this run; only what is still under way waits for another.
        run.SomethingLeft = left || underWay.Count > 0 || puttingRight.Refused || settled.OptOutsUnread;

        var work =
            await PrepareAsync(run, destination, options, new LedgerUpkeep(run, settled, fold, new WatchLook(run, readBack, settled), puttingRight),
                underWay, otherRemovals, cancellation);
        var report = new RunReport(run, work.Counts, destination.Mapping);
        if (options.GoAhead is { } goAhead && !await goAhead(Planned(run, work, report)))
        {
            return new RunResult { Job = run.Job.Tag, RunId = run.RunId, Declined = true };
        }

        var leftNobody = false;
        if (!work.Verdict.Run)
        {
            if (options.Undelivered)
            {
                settled.RecordLocal(Pilot.Ended(run.LedgerRelation, run.Now));
            }

            await Preparation.CreateMissingAsync(run, destination, work, cancellation);
            await new Recommendations(run, destination.FieldsWith(work.Read.NewFields)).AskAsync(cancellation);
            leftNobody = await new Deliveries(run, work, settlement, settled, verification, resubscriptions, puttingRight, otherRemovals)
                .SendAsync(cancellation);
        }

        report.Judge(OutcomeFiles.Relation(run.Folder, settled.All));
        var failures = report.PublishFailures();
        await fold.RunAsync(cancellation);
        if (leftNobody)
        {
            run.EndEntering();
        }

        if (!options.IsLimited)
        {
            RollCall.Keep(run, work.Read,
                audience => work.Verdict.Run || destination.Mapping.Any(m => m.Audience == audience && work.Verdict.Books.Contains(m.Book)), work.Lost);
        }

        if (await new Outbox(run).FlushAsync(cancellation))
        {
            failures = report.PublishFailures();
        }

        run.SomethingLeft |= work.Read.RecommendationsMissing;
        await new InsightRecords(run, work).SendAsync(options.IsLimited, cancellation);
        if (run.Db.Number("SELECT count(*) FROM insight_failed") > 0)
        {
            failures = report.PublishFailures();
            if (await new GoneContacts(run).JudgeInsightAsync(settled, cancellation))
            {
                await fold.RunAsync(cancellation);
            }
        }

        return RunSession.Result(run, work, report) with { FailuresFile = failures, IsLimited = options.IsLimited, SettledEarlier = earlier };
    }

    private static async Task<RunResult> PlanAsync(RunContext run, Destination destination, RunOptions options, CancellationToken cancellation)
    {
        if (run.Folder.IsLocked(run.Job.Tag))
        {
            run.Report(Findings.RunUnderWay());
        }

        destination = await Releases.ApplyAsync(run, destination, options, cancellation);
        run.Db.Execute(Holds.Create);
        if (QuietTime.Found(run.Job, run.Clock) is { } quiet)
        {
            run.Report(quiet);
        }

        var unsettled = run.Journal.Unsettled();
        if (unsettled.Count > 0)
        {
            run.Report(Findings.DeliveriesUnsettled(unsettled.Count));
        }

        var work = await PrepareAsync(run, destination, options, null, [], new OtherRemovals(run), cancellation);
        if (run.Job.AsksForRecommendations)
        {
            run.Report(Findings.RecommendationsNotPlanned());
        }

        if (InsightRecords.Has(run.Job.Config))
        {
            run.Report(Findings.InsightNotPlanned());
        }

        return Planned(run, work, new RunReport(run, work.Counts, destination.Mapping));
    }

    /// <summary>What the work is and costs, with nothing of it sent.</summary>
    private static RunResult Planned(RunContext run, PlannedWork work, RunReport report)
    {
        report.Judge(null);
        return RunSession.Result(run, work, report) with
        {
            State = RunState.Completed,
            Plan = Planner.Cost(run, work),
            Changes = Planner.First(run),
            ExitCode = ExitCode.Done,
        };
    }

    /// <summary>Reads, compares and plans: everything before the first write, the same for a plan and a run.</summary>
    private static async Task<PlannedWork> PrepareAsync(
        RunContext run, Destination destination, RunOptions options, LedgerUpkeep? upkeep, IReadOnlyList<Delivery> underWay, OtherRemovals otherRemovals,
        CancellationToken cancellation)
    {
        var prepared = await Preparation.ReadAsync(run, destination, options, upkeep, underWay, cancellation);
        var (read, counts) = await Changes.FindAsync(run, destination, prepared, options, otherRemovals, cancellation);
        Pilot.Choose(run, options);
        return Planner.Plan(run, destination, read, counts, options);
    }
}
