using Microsoft.Extensions.Logging;
using Rollcall.Comparing;
using Rollcall.Connecting;
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
        !options.Now && QuietTime.Held(job, workplace.Clock) is { } held ? Task.FromResult(held) : RunSession.WithAsync(job, workplace, recorded: true, (run, destination) => ExecuteAsync(run, destination, options, cancellation), cancellation, options.BeginAnew);

    /// <summary>Says what a run would change and cost; sends no write.</summary>
    /// <exception cref="RollcallException">The plan could not be made.</exception>
    public static Task<RunResult> PlanAsync(Job job, RunOptions options, Workplace workplace, CancellationToken cancellation = default) =>
        RunSession.WithAsync(job, workplace, recorded: false, (run, destination) => PlanAsync(run, destination, options, cancellation), cancellation);

    private static async Task<RunResult> ExecuteAsync(RunContext run, Destination destination, RunOptions options, CancellationToken cancellation)
    {
        run.Allow = options.Allow;
        destination = await Releases.ApplyAsync(run, destination, options, cancellation);
        var readBack = new ReadBack(run);
        var settlement = new Settlement(run, readBack);
        var verification = new Verification(run, readBack, settlement);
        var resubscriptions = new Resubscriptions(run, readBack, settlement, options.RepeatsChallenge);
        var puttingRight = new PuttingRight(run, readBack, settlement, options.Allow);
        var fold = new LedgerFold(run, new ProvenIds(run).OutcomesAsync);
        var left = run.SomethingLeft;

        run.Db.Execute(Holds.Create);
        var unsettled = run.Journal.Unsettled();
        await settlement.SettleEarlierAsync(unsettled, cancellation);
        var earlier = unsettled.Count == 0 ? null : OutcomeFiles.Counts(run, settlement.Settled);
        var underWay = run.Journal.Unsettled();
        await resubscriptions.ReadBackAsync(cancellation);
        await puttingRight.RunAsync(cancellation);

        // Who was found to be waiting just now may have answered since.
        await fold.RunAsync(cancellation);
        await verification.ReadPendingAsync(run.LedgerRelation, cancellation);
        await fold.RunAsync(cancellation);
        settlement.Settled.Clear();

        // What was found undone is planned again by this run; only what is still under way waits for another.
        run.SomethingLeft = left || underWay.Count > 0 || puttingRight.Refused || settlement.OptOutsUnread;

        var work = await Prepare(run, destination, options, new LedgerUpkeep(run, settlement, fold, new WatchLook(run, readBack, settlement), puttingRight), underWay, cancellation);
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
                settlement.RecordLocal(Pilot.Ended(run.LedgerRelation, run.Now));
            }

            var before = run.SomethingLeft;
            run.SomethingLeft = false;
            await CreateMissingAsync(run, destination, work, cancellation);
            await new Recommendations(run, destination.FieldsWith(work.Read.NewFields)).AskAsync(cancellation);
            leftNobody = await new Deliveries(run, work, settlement, verification, resubscriptions, puttingRight).SendAsync(before, cancellation);
        }

        report.Judge(OutcomeFiles.Relation(run.Folder, settlement.Settled));
        var failures = report.PublishFailures();
        await fold.RunAsync(cancellation);
        if (leftNobody)
        {
            run.EndEntering();
        }

        if (!options.IsLimited)
        {
            RollCall.Keep(run, work.Read, audience => work.Verdict.Run || destination.Mapping.Any(m => m.Audience == audience && work.Verdict.Books.Contains(m.Book)), work.Lost);
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
            if (await new GoneContacts(run).JudgeInsightAsync(settlement, cancellation))
            {
                await fold.RunAsync(cancellation);
            }
        }

        return RunSession.Result(run, work, report) with { Failures = report.First(), State = work.Verdict.Held.Count > 0 || run.HeldBeside(work.Verdict).Any() ? RunState.Held : RunState.Completed, FailuresFile = failures, IsLimited = options.IsLimited, SettledEarlier = earlier };
    }

    private static async Task<RunResult> PlanAsync(RunContext run, Destination destination, RunOptions options, CancellationToken cancellation)
    {
        run.Allow = options.Allow;
        if (run.Folder.IsLocked(run.Job.Tag))
        {
            run.Notice("A run of this job is under way: what it has not sent yet is in this plan too.", LogLevel.Information);
        }

        destination = await Releases.ApplyAsync(run, destination, options, cancellation);
        run.Db.Execute(Holds.Create);
        if (QuietTime.Words(run.Job, run.Clock) is { } quiet)
        {
            run.Notice(quiet, LogLevel.Information);
        }

        var unsettled = run.Journal.Unsettled();
        if (unsettled.Count > 0)
        {
            run.Notice($"An earlier run left {Counted.Of(unsettled.Count, "delivery", "deliveries")} unsettled; a run settles them before it plans, so this plan may differ.");
        }

        var work = await Prepare(run, destination, options, null, [], cancellation);
        if (run.Job.AsksForRecommendations)
        {
            run.Notice("Recommendations are not in these figures: a run asks for them.", LogLevel.Information);
        }

        if (InsightRecords.Has(run.Job.Config))
        {
            run.Notice("Insight data are not in these figures: a run sends them after everything else.", LogLevel.Information);
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
            Failures = report.First(),
            Plan = Planner.Cost(run, work),
            Changes = Planner.First(run),
            ExitCode = ExitCode.Done,
        };
    }

    /// <summary>Everything before the first write, the same for a plan and a run.</summary>
    /// <param name="upkeep">Brings the ledger up to what the books show; null in a plan, which changes nothing.</param>
    private static async Task<PlannedWork> Prepare(RunContext run, Destination destination, RunOptions options, LedgerUpkeep? upkeep, IReadOnlyList<Delivery> underWay, CancellationToken cancellation)
    {
        var mapped = run.Books.Where(b => b.Id is not null).Select(b => b.Id!.Value).ToList();
        run.Db.Execute(Recommendations.Create);
        run.Db.Execute(InsightRecords.Create);
        run.Db.Execute(Outbox.Create);
        foreach (var manifest in underWay.Select(d => d.Manifest).OfType<string>())
        {
            // A member is in one unsettled delivery at most.
            run.Db.Execute($"INSERT INTO under_way SELECT DISTINCT kh, member_key, 'UnderWay' FROM {run.Rows(manifest)}");
        }

        var unread = await run.OptOuts.ReadAsync(run.Client, mapped.Prepend(OptOuts.WholeAccount), run.Progress, cancellation);
        LateOptOuts.Close(run, unread);
        var there = await new AlreadyThere(run).ReadAsync(mapped, mayRead: upkeep is not null, cancellation);
        run.OptOuts.CopyTo(run.Db, mapped);
        if (upkeep is not null)
        {
            await upkeep.LookAsync(mapped, cancellation);
        }
        else if (run.Store.Watch(run.Job.Tag, run.Client.Account.Id).People is > 0 and var watched)
        {
            run.Notice($"{Counted.Of(watched, "person is", "people are")} on the watch after writes whose end is not known: a run looks at them before it plans.", LogLevel.Information);
        }


        ProfilesSink.MakeFor(run.Job);
        var read = await new RollCall(run).ReadAsync(destination, adopts: options.Adopt is not null, mayBeEmpty: options.Allow.Contains("empty") || run.Job.Guards.EmptyAudience == EmptyAudience.Allow, cancellation);
        run.OptOuts.Forgotten?.AddTo(run.Db);
        ForgottenThere.AddTo(run, there);

        if (upkeep is not null && await upkeep.RunAsync(destination, options, cancellation))
        {
            run.OptOuts.CopyTo(run.Db, mapped);
            run.OptOuts.Forgotten?.AddTo(run.Db);
        }
        else if (upkeep is null && new MissingPeople(run, options).Suspects() is { Count: > 0 } suspects)
        {
            new Watch(run).CopyTo(run.Db);
            await new ForeignRemovals(run, options).LookAsync(suspects, cancellation);
        }

        var current = run.Ledger;
        var ledger = LedgerFiles.Relation(run.Folder, current.Folder);
        if (upkeep is null && options.Adopt is { } adoptAs)
        {
            await new Adoption(run, destination, adoptAs).FindAsync(ledger, cancellation);
            ledger = Adoption.Joined(ledger);
        }
        else if (upkeep is null)
        {
            Adoption.SayAlreadyThere(run, ledger, there);
        }

        var counts = new Comparison(run.Db).Run(
            new ComparisonInput(ledger, current.Rows, "opt_out", there, destination.Mapping, run.Books, run.Job.Config.SegmentIds)
            {
                Consent = ConsentRules.Of(run.Job, run.Now) with { Repeats = options.RepeatsChallenge, EnteringSince = run.EnteringSince },
                ExitExisting = run.Job.ExitExisting,
                RecreateDeleted = run.Job.RecreateDeleted,
                RestoreRemoved = run.Job.OnForeignRemoval == OnForeignRemoval.Restore,
                ReleasedAudiences = run.ReleasedAudiences,
            },
            run.Progress,
            cancellation);
        read = read with { Counts = LostAddresses.Find(run, read.Counts, ledger, counts) };
        await FollowKeysAsync(run, read, ledger, counts, options, cancellation);
        Whose.KeepThere(run, there, ledger, counts);
        Claims.Mark(run);
        await OtherRemovals.MarkAsync(run, counts, cancellation);
        Pilot.Choose(run, options);
        return Planner.Plan(run, destination, read, counts, options);
    }

    /// <summary>Creates the books and data fields that are missing, once the guards agree.</summary>
    private static async Task CreateMissingAsync(RunContext run, Destination destination, PlannedWork work, CancellationToken cancellation)
    {
        foreach (var (name, type) in work.Read.NewFields)
        {
            await Creations.CreateFieldAsync(run, name, type, cancellation);
        }

        var there = new AlreadyThere(run);
        foreach (var book in run.Books.Where(b => b.Id is null && !work.Verdict.Books.Contains(b.No)).ToList())
        {
            var created = await Creations.CreateBookAsync(run, book, destination.Targets[book.No], cancellation);
            run.Books[book.No] = created;
            run.Db.Execute($"UPDATE book SET book_id = {created.Id} WHERE book_no = {book.No}");
            there.Keep(created.Id!.Value, null, 0);
            Namesakes.InheritLate(run, created, destination.Targets[book.No].Name, cancellation);
            await run.OptOuts.ReadAsync(run.Client, [created.Id.Value], run.Progress, cancellation);
        }

        // The name the job uses, so that a book renamed at Dotdigital is still found.
        run.Store.Books.Keep(
            run.Job.Tag,
            run.Books.Where(b => b.Id is not null).Select(b => (b.Id!.Value, destination.Targets[b.No].Name ?? b.Name)),
            run.Job.Config.DataFields.Except(destination.VanishedFields, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>What a profile's own key says beyond its address: opt-outs under another one, and that a contact moves.</summary>
    private static async Task FollowKeysAsync(RunContext run, AudiencesRead read, string ledger, ComparisonCounts counts, RunOptions options, CancellationToken cancellation)
    {
        if (run.Job.Config.KeyField is null)
        {
            Moves.None(run.Db);
            return;
        }

        KeyOptOuts.Follow(run.Db, ledger, "opt_out", counts, run.Job.RecreateDeleted);
        Moves.Find(run.Db, ledger, LostAddresses.Wanted, counts, read.Counts.All(c => c.Reading.HoldExits is null));
        await MovedAddresses.ConfirmAsync(run, counts, options.Allow, cancellation);
    }
}
