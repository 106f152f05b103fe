using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Running;

namespace Rollcall.Service.Jobs;

/// <summary>Makes one run of a stored job, and keeps how it ended.</summary>
internal sealed partial class JobRunner(StoredJobs jobs, RunFeed feed, Workplace workplace, ILogger<JobRunner> log)
{
    /// <summary>Makes a run. However it ends, the job's state says so afterwards; nothing is thrown.</summary>
    public async Task RunAsync(StoredJob stored, Job job, RunningJob running)
    {
        string? runId = null;
        var here = workplace with
        {
            Began = id =>
            {
                runId = id;
                jobs.Change(stored.Tag, one => JobLife.Begun(one, id));
            },
            Progress = new Progress(value => feed.Publish(runId ?? "", value)),
        };
        try
        {
            var options = (stored.Start?.Options() ?? new RunOptions()) with { Now = running.Insists };
            var result = await ExportRun.ExecuteAsync(job, options, here, running.Stopping);
            if (result.RunId.Length == 0 && job.Schedule?.QuietUntil(Now) is { } until)
            {
                jobs.Change(stored.Tag, one => JobLife.Delayed(one, until.ToUniversalTime()));
                return;
            }

            jobs.Change(stored.Tag, one => JobLife.Ended(one, job, result, Now));
            jobs.Log(stored.Tag, result.RunId, LevelOf(result), "run_ended", Words(result), Context(result));
        }
        catch (RollcallException busy) when (busy.ExitCode == ExitCode.Busy)
        {
            jobs.Change(stored.Tag, one => JobLife.Busy(one, Now));
        }
        catch (RollcallException fault)
        {
            var byHand = fault.ExitCode == ExitCode.BadJob || fault.InnerException is DotdigitalException { Status: 401 or 403 };
            Failed(stored.Tag, runId, fault.Problems, byHand);
        }
        catch (OperationCanceledException) when (running.Stopping.IsCancellationRequested)
        {
            jobs.Change(stored.Tag, one => JobLife.Stopped(one, Now, running.QuietUntil));
            jobs.Log(stored.Tag, runId, Severity.Note, "run_interrupted", running.QuietUntil is { } until
                ? $"Stopped for the quiet hours; it goes on at {until.ToString("HH:mm", CultureInfo.InvariantCulture)}."
                : "Stopped at a safe point; the next run goes on from there.");
        }
        catch (Exception unexpected)
        {
            Unexpected(log, unexpected, stored.Tag);
            var problem = new Problem("The run stopped with an error that Rollcall did not expect.", Todo: "See the service's log.");
            Failed(stored.Tag, runId, [problem], byHand: false);
        }
        finally
        {
            if (runId is not null)
            {
                feed.End(runId);
            }
        }
    }

    /// <summary>Looks at the people on a job's watch.</summary>
    public async Task LookAsync(string tag, Job job, RunningJob running)
    {
        try
        {
            var result = await WatchRun.LookAsync(job, workplace, running.Stopping);
            if (result.Outcomes.Delivered > 0)
            {
                jobs.Log(tag, result.RunId, Severity.Note, "watch_looked", $"People on the watch: {result.Outcomes.Delivered} put right.", null);
            }
        }
        catch (RollcallException busy) when (busy.ExitCode == ExitCode.Busy)
        {
            // The run under way looks at them itself.
        }
        catch (OperationCanceledException) when (running.Stopping.IsCancellationRequested)
        {
            // The next look goes on.
        }
        catch (Exception fault)
        {
            Unexpected(log, fault, tag);
            jobs.Log(tag, null, Severity.Warning, "watch_failed", fault is RollcallException known ? known.Problems[0].ToString()
                : "The look at people on the watch failed; it is repeated in an hour. See the service's log.");
        }
    }

    /// <summary>A job could not begin, or stopped.</summary>
    /// <param name="byHand">Whether only a person can mend it.</param>
    public void Failed(string tag, string? runId, IReadOnlyList<Problem> problems, bool byHand)
    {
        jobs.Change(tag, one => JobLife.Failed(one, problems, byHand, Now));
        jobs.Log(tag, runId, Severity.Error, "run_failed", Secrets.Mask(problems[0].ToString()));
    }

    private DateTimeOffset Now => workplace.Clock.GetUtcNow();

    private static Severity LevelOf(RunResult result) => result.ExitCode == ExitCode.Done ? Severity.Note : Severity.Warning;

    private static string Words(RunResult result) => result.State == RunState.Held
        ? $"A guard held something back: {string.Join(", ", result.Guards.Select(guard => guard.Guard).Distinct())}."
        : $"{Entered(result)} entered, {result.Audiences.Sum(one => one.Exited)} left, {result.Outcomes.Failed} not delivered.";

    private static long Entered(RunResult result) => result.Audiences.Sum(one => one.Entered);

    private static string Context(RunResult result) => JsonSerializer.Serialize(new
    {
        added = Entered(result),
        omitted = result.Outcomes.Omitted + result.Outcomes.Invalid + result.Outcomes.Suppressed,
        removed = result.Audiences.Sum(one => one.Exited),
    });

    [LoggerMessage(LogLevel.Error, "The job {Tag} stopped with an error that was not expected.")]
    private static partial void Unexpected(ILogger log, Exception fault, string tag);

    private sealed class Progress(Action<RunProgress> report) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => report(value);
    }
}
