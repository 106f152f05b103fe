using DuckDB.NET.Data;
using Rollcall.Connecting;
using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Reading;
using Rollcall.Recording;
using Rollcall.Running;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall;

/// <summary>
/// Opens what a run works with and closes it again, however the run ends: lock, store, run database, connection, and the run's entry in the history.
/// </summary>
internal static class RunSession
{
    public static async Task<RunResult> WithAsync(
        Job job, Workplace workplace, RunOptions options, SessionKind kind, Func<RunContext, Destination, Task<RunResult>> work, CancellationToken cancellation)
    {
        var (recorded, writes) = (kind == SessionKind.Run, kind != SessionKind.Plan);
        var folder = new DataFolder(workplace.DataFolder, workplace.Checkpoint);
        using var taken = writes
            ? folder.TryLock(job.Tag)
                ?? throw new RollcallException(ExitCode.Busy, $"Another run of {job.Tag} is under way.", folder.Root,
                    "Wait for it to end: 'rollcall status' shows how far it is.")
            : null;
        if (writes)
        {
            ForgetLock.RefuseMeanwhile(folder);
        }

        var started = workplace.Clock.GetUtcNow();
        var begun = recorded && options.BeginAnew ? BeginAnew(folder, job.Tag, started) : null;
        using var store = Stores.Open(folder, workplace.Checkpoint);
        store.Rekey(cancellation);
        if (writes)
        {
            StoreLoss.Mark(folder, store.Ledgers.Of(job.Tag)?.Folder);
            RunFolders.DeleteAbandoned(folder, store, job.Tag, started);
        }

        var runId = kind == SessionKind.Look ? $"look-{Guid.NewGuid():N}" : store.Runs.Begin(job.Tag, started, recorded);
        if (kind == SessionKind.Run)
        {
            workplace.Began?.Invoke(runId);
        }

        using var scope = RunScope.Begin(workplace.Logs.CreateLogger("Rollcall"), runId, job.Tag);

        // Plans leave no row that would keep their id apart; what is only in the name of the lock and the folder does.
        using var workFolder = new WorkFolder(folder, writes ? runId : $"plan-{Guid.NewGuid():N}");
        ApiUsage? usage = null;
        try
        {
            if (!writes)
            {
                ForgetLock.RefuseMeanwhile(folder);
            }

            var result = await RunAsync(job, workplace, options, folder, store, runId, workFolder.Path, kind, work, spent => usage = spent, cancellation);
            result = begun is null ? result : result with { Findings = [begun, .. result.Findings] };
            result = result with { Started = started, Finished = workplace.Clock.GetUtcNow() };
            if (recorded && result.Declined)
            {
                store.Runs.Remove(runId);
            }
            else if (recorded)
            {
                store.Runs.Finish(result);
            }

            return result;
        }
        catch (Exception e)
        {
            var stop = Explain(e, folder.Root, cancellation);
            if (recorded)
            {
                var state = stop is null ? RunState.Interrupted : RunState.Failed;
                try
                {
                    store.Runs.Finish(new RunResult { Job = job.Tag, RunId = runId, State = state, Started = started,
                        Finished = workplace.Clock.GetUtcNow(),
                        ApiCalls = usage is null ? new ApiCalls(0, new Dictionary<string, long>()) : new ApiCalls(usage.Total, usage.ByOperation()),
                        BytesSent = usage?.BytesSent ?? 0, Notices = stop is null ? [] : [.. stop.Problems.Select(p => p.ToString())] });
                }
                catch (StoreException) when (stop is not null)
                {
                    // A full disk stops the run and this note of it alike; the next run marks it as interrupted, and the user is told of the stop itself.
                }
            }

            if (stop is null || ReferenceEquals(stop, e))
            {
                throw;
            }

            throw stop;
        }
    }

    private static Finding BeginAnew(DataFolder folder, string tag, DateTimeOffset now)
    {
        ForgetLock.RefuseWhileOthersWork(folder, tag);
        return NewBeginning.Make(folder, tag, now);
    }

    public static RunResult Result(RunContext run, PlannedWork work, RunReport report)
    {
        IReadOnlyList<GuardHeld> guards = [.. work.Verdict.Held, .. run.HeldBeside(work.Verdict)];
        return new()
        {
            Job = run.Job.Tag,
            RunId = run.RunId,
            State = guards.Count > 0 ? RunState.Held : RunState.Completed,
            Audiences = [.. report.Audiences(run.Job.Config.SegmentIds).Select(a => a with { Name = NameOf(a.Id, run, work) })],
            Outcomes = report.Outcomes(),
            Reasons = report.Reasons(run.Job.Config.SegmentIds),
            Failures = report.First(),
            ValuesLeftOut = run.Db.Number("SELECT count(*) FROM value_left_out"),
            ApiCalls = new ApiCalls(run.Client.Usage.Total, run.Client.Usage.ByOperation()),
            BytesSent = run.Client.Usage.BytesSent,
            Guards = guards,
            Findings = [.. run.Findings],
            ExitCode = guards.Count > 0 ? ExitCode.Guard : report.AnyFailed ? ExitCode.SomeNotDelivered : ExitCode.Done,
        };
    }

    private static string? NameOf(string audience, RunContext run, PlannedWork work) =>
        run.Job.Config.SegmentIds.Index().Where(one => one.Item == audience).Select(one => work.Read.Counts[one.Index].Name).FirstOrDefault();

    private static async Task<RunResult> RunAsync(
        Job job, Workplace workplace, RunOptions options, DataFolder folder, IStore store, string runId, string runFolder, SessionKind kind,
        Func<RunContext, Destination, Task<RunResult>> work, Action<ApiUsage> spending, CancellationToken cancellation)
    {
        var (recorded, looks) = (kind == SessionKind.Run, kind == SessionKind.Look);
        if (!looks && job.Config.BackfillOnly && store.Jobs.Find(job.Tag) is { Backfilled: true })
        {
            return new RunResult { Job = job.Tag, RunId = runId, State = RunState.Completed, Findings = [Findings.AlreadyExported()],
                Plan = recorded ? null : new PlanCost(), Changes = recorded ? null : [] };
        }

        workplace = recorded ? workplace with { Progress = new KeptProgress(store.Runs, runId, workplace.Progress, workplace.Clock) } : workplace;
        workplace.Progress?.Report(new RunProgress("connect", 0, null, "calls"));
        using var client = await Connection.ConnectAsync(job, workplace, cancellation);
        spending(client.Usage);
        var log = workplace.Logs.CreateLogger("Rollcall");
        using var calls = new SharedCalls(client, store.Budgets, log);
        using var scope = RunScope.OfAccount(log, client.Account.Id);
        var asked = workplace.Clock.GetTimestamp();
        var server = new ServerClock(workplace.Clock, await client.ServerTimeAsync(cancellation), asked);
        RememberJob(folder, store, job, client.Account.Id, recorded, server.GetUtcNow());
        using var place = await RunPlace.InAsync(workplace.Room, client.Account.Id, workplace.Progress, cancellation);
        using var db = new RunDatabase(runFolder, cancellation, place.Portion);
        using var leases = kind == SessionKind.Plan ? new LedgerLeases(store.Ledgers) : null;
        (job, var renamed) = looks ? (job, []) : await KnownAudiences.ApplyAsync(job, workplace, folder, store, db, cancellation);
        var destination = await Connection.ReadAsync(job, client, store.Books, cancellation);

        // What the job names and the account lacks is nothing that a look would use.
        if (destination.Problems.Count > 0 && !looks)
        {
            throw new RollcallException(ExitCode.BadJob, destination.Problems);
        }

        var inherited = Namesakes.Inherit(folder, store, client.Account.Id, destination.Books.Select(b => (b, destination.Targets[b.No].Name)), cancellation);
        var run = new RunContext
        {
            Job = job,
            Workplace = workplace,
            RunId = runId,
            Folder = folder,
            Store = store,
            Leases = leases,
            Allow = options.Allow,
            Journal = store.Journal(job.Tag, client.Account.Id, server),
            OptOuts = new OptOuts(store.OptOuts(client.Account.Id), server) { Forgotten = new ForgottenOptOuts(folder, store.Forgotten, client.Account.Id) },
            Db = db,
            ServerClock = server,
            Client = client,
            AccountBooks = destination.AllBooks,
            Log = log,
            EnteringSince = store.Jobs.Find(job.Tag)?.EnteringSince ?? server.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        run.Books.AddRange(destination.Books);
        (looks ? [] : inherited.Concat(renamed)
            .Concat(destination.VanishedBooks.Select(Findings.BookVanished))
            .Concat(destination.VanishedFields.Select(Findings.FieldVanished))
            .Concat(SharedBooks.Differing(job, destination, store.Books)))
            .ToList().ForEach(found => run.Report(found));

        var result = await work(run, destination);
        if (recorded && job.Config.BackfillOnly && result is { ExitCode: ExitCode.Done, IsLimited: false }
            && result.Audiences.Any(a => a.Members > a.Omitted + a.Invalid))
        {
            store.Jobs.EndBackfill(job.Tag);
        }

        return result with { Ended = server.GetUtcNow() };
    }

    private static void RememberJob(DataFolder folder, IStore store, Job job, long accountId, bool recorded, DateTimeOffset now)
    {
        if (store.Jobs.Find(job.Tag) is { AccountId: var known } && known != accountId && store.Deliveries.Any(job.Tag))
        {
            throw new RollcallException(
                ExitCode.BadJob,
                $"The job {job.Tag} has so far exported to the Dotdigital account {known}; these credentials belong to account {accountId}. Nothing was sent.",
                job.Where("authorization"),
                "Use the credentials of the first account, or give the job another tag.");
        }

        if (recorded)
        {
            var moment = now.ToUnixTimeMilliseconds();
            store.Jobs.Remember(
                new JobNow(job.Tag, accountId, job.Path, SharedBooks.Word(job.Config.ExitAction)), moment, NewBeginning.IsOf(folder, job.Tag) ? 0 : moment);
        }
    }

    /// <summary>A stop in words for the user; null when the user interrupted.</summary>
    private static RollcallException? Explain(Exception e, string folder, CancellationToken cancellation) => e switch
    {
        RollcallException stop => stop,
        OperationCanceledException when cancellation.IsCancellationRequested => null,
        DotdigitalException d => new RollcallException(ExitCode.Dotdigital, d.Message, null, Todo(d.Kind), d),
        IOException or UnauthorizedAccessException => new RollcallException(ExitCode.SomeNotDelivered, $"The data folder cannot be written: {e.Message}",
            null, "Make room or give the rights, and run again: what was sent is settled first.", e),
        StoreException => new RollcallException(ExitCode.SomeNotDelivered, $"The data folder's store cannot be used: {e.Message.Split('\n', 2)[0]}", null,
            "Look at the disk's free space and rights, and run again: what was sent is settled first.", e),
        _ => FolderProblem.Of(e, folder),
    };

    private static string? Todo(FailureKind kind) => kind switch
    {
        FailureKind.Configuration => null,
        FailureKind.Boundless => "Check that the endpoint is Dotdigital's, and tell its support. What was sent stays open, and the next run asks again.",
        _ => "Run again: what was sent is settled first.",
    };

    /// <summary>Passes progress on, and keeps the latest in the store about once a second for <c>rollcall status</c>.</summary>
    private sealed class KeptProgress(IRuns runs, string runId, IProgress<RunProgress>? next, TimeProvider clock) : IProgress<RunProgress>
    {
        private static readonly TimeSpan Often = TimeSpan.FromSeconds(1);
        private long? _keptAt;

        public void Report(RunProgress value)
        {
            next?.Report(value);
            if (_keptAt is null || clock.GetElapsedTime(_keptAt.Value) >= Often)
            {
                _keptAt = clock.GetTimestamp();
                runs.Progress(runId, value);
            }
        }
    }
}
