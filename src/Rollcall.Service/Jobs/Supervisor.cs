using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Rollcall.Model;
using Rollcall.Operations;

namespace Rollcall.Service.Jobs;

/// <summary>
/// Runs stored jobs when they are due, stops them where somebody asked or their quiet hours begin, and has people on the watch looked at every hour. A
/// job's state and its next start are one row of the store: whatever happens to this process, the next one goes on from there.
/// </summary>
internal sealed class Supervisor(StoredJobs jobs, JobFiles files, JobRunner runner, TimeProvider clock, ServiceOptions options) : BackgroundService
{
    private static readonly TimeSpan _often = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan _late = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _lookEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan _stopWithin = TimeSpan.FromSeconds(25);

    private readonly ConcurrentDictionary<string, RunningJob> _running = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _nudge = new(0, 1);
    private IReadOnlyList<StoredJob> _all = [];
    private long _seen = -1;
    private DateTimeOffset _lookAt = DateTimeOffset.MinValue;

    /// <summary>How many runs are under way.</summary>
    public int Running => _running.Count(one => !one.Value.IsLook);

    /// <summary>Looks at the jobs at once, instead of half a second later.</summary>
    public void Nudge()
    {
        try
        {
            _nudge.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is about to look anyway.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        FindMissed();
        while (!stoppingToken.IsCancellationRequested)
        {
            Look();
            await WaitAsync(stoppingToken);
        }

        await StopAllAsync();
    }

    private DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>A run of a schedule that was due while no service was there is made up once, and its log says so.</summary>
    private void FindMissed()
    {
        foreach (var job in jobs.All().Where(job => JobLife.MayRun(job) && job.DueFor == DueReason.Schedule && job.DueAt < Now - _late))
        {
            jobs.Change(job.Tag, JobLife.Missed);
            jobs.Log(job.Tag, null, Severity.Warning, "run_missed", $"The run of {job.DueAt:u} was missed, since no service was there. It is made up now.");
        }
    }

    private void Look()
    {
        if (jobs.Changes is var changes && changes != _seen)
        {
            _all = jobs.All(killed: true);
            _seen = changes;
        }

        foreach (var job in _all)
        {
            Look(job);
        }

        if (Now >= _lookAt)
        {
            _lookAt = Now + _lookEvery;
            LookAtWatch();
            jobs.ForgetOldLog();
        }
    }

    private void Look(StoredJob job)
    {
        if (_running.TryGetValue(job.Tag, out var running))
        {
            Stop(job, running);
        }
        else if (job.RunId is { } dead)
        {
            FindDead(job.Tag, dead);
        }
        else if (IsDue(job) && Running < options.Parallel && jobs.Find(job.Tag) is { } current && IsDue(current))
        {
            Start(current);
        }
    }

    private bool IsDue(StoredJob job) => JobLife.MayRun(job) && job.RunId is null && job.DueAt <= Now;

    /// <summary>Only a service notes a run under way, and there is one service: the run of the one before was killed with it.</summary>
    private void FindDead(string tag, string runId)
    {
        var found = false;
        jobs.Change(tag, job =>
        {
            found = job.RunId == runId;
            return found ? JobLife.Stopped(job, Now, null) : job;
        });
        if (found)
        {
            jobs.Log(tag, runId, Severity.Warning, "run_interrupted", "The service ended while this run was under way; the next run goes on from there.");
        }
    }

    private void Stop(StoredJob job, RunningJob running)
    {
        if (running.IsLook)
        {
            return;
        }

        if (!JobLife.MayRun(job) || job.Bounced)
        {
            running.Stop();
        }
        else if (!running.Insists && files.Schedule(job)?.QuietUntil(Now) is { } until)
        {
            running.Stop(until.ToUniversalTime());
        }
    }

    private void Start(StoredJob job)
    {
        Rollcall.Jobs.Job file;
        try
        {
            file = files.Read(job);
        }
        catch (RollcallException wrong)
        {
            runner.Failed(job.Tag, null, wrong.Problems, byHand: true);
            return;
        }

        var insists = job.Start is { Now: true };
        if (!insists && file.Schedule?.QuietUntil(Now) is { } until)
        {
            jobs.Change(job.Tag, one => JobLife.Delayed(one, until.ToUniversalTime()));
            jobs.Log(job.Tag, null, Severity.Note, "run_delayed", $"These are its quiet hours: the run begins at {until:HH:mm}.");
            return;
        }

        Work(job.Tag, new RunningJob(insists, isLook: false), running => runner.RunAsync(job, file, running));
    }

    private void LookAtWatch()
    {
        using var history = new History(options.Workplace.DataFolder);
        foreach (var watched in history.OnWatch())
        {
            if (_all.FirstOrDefault(job => job.Tag == watched.Tag) is not { } job || _running.ContainsKey(job.Tag) || jobs.IsRunning(job.Tag))
            {
                continue;
            }

            try
            {
                var file = files.Read(job);
                Work(job.Tag, new RunningJob(insists: false, isLook: true), running => runner.LookAsync(job.Tag, file, running));
            }
            catch (RollcallException wrong)
            {
                jobs.Log(job.Tag, null, Severity.Warning, "watch_failed", $"People on the watch cannot be looked at: {wrong.Problems[0]}");
            }
        }
    }

    private void Work(string tag, RunningJob running, Func<RunningJob, Task> work)
    {
        _running[tag] = running;
        running.Work = Task.Run(async () =>
        {
            try
            {
                await work(running);
            }
            finally
            {
                _running.TryRemove(tag, out _);
                running.Dispose();
                Nudge();
            }
        });
    }

    private async Task WaitAsync(CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(_nudge.WaitAsync(either.Token), Task.Delay(_often, clock, either.Token));
        await either.CancelAsync();
    }

    /// <summary>No new run; those under way stop at their next safe point, and go on when a service starts again.</summary>
    private async Task StopAllAsync()
    {
        var under = _running.Values.ToList();
        under.ForEach(running => running.Stop());
        await Task.WhenAny(Task.WhenAll(under.Select(running => running.Work)), Task.Delay(_stopWithin, TimeProvider.System, CancellationToken.None));
    }
}
