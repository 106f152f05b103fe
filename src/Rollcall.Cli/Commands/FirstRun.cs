using Rollcall.Cli.Progress;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Cli.Words;
using Rollcall.Jobs;
using Rollcall.Model;
using Spectre.Console;

namespace Rollcall.Cli.Commands;

/// <summary>A job's first run at a terminal: it reads and plans, shows the user what it would do, and sends only after the user agrees.</summary>
internal sealed class FirstRun(Invocation invocation, Job job, string name)
{
    /// <summary>How long a plan may wait for an answer. After that, people may have opted out, so the run starts again.</summary>
    private static readonly TimeSpan _fresh = TimeSpan.FromMinutes(1);

    private readonly TaskCompletionSource<RunResult> _planned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IProgress<RunProgress>? _shown;

    public async Task<RunResult> ExecuteAsync(RunOptions options, CancellationToken cancellation)
    {
        var asking = options with
        {
            GoAhead = plan =>
            {
                _planned.TrySetResult(plan);
                return _answered.Task;
            },
        };
        var workplace = invocation.Workplace(new Shown(this));
        var running = Task.Run(() => ExportRun.ExecuteAsync(job, asking, workplace, cancellation), CancellationToken.None);
        await ShowAsync(_ => Task.WhenAny(_planned.Task, running));
        if (!_planned.Task.IsCompletedSuccessfully)
        {
            return await running;
        }

        bool yes, late;
        try
        {
            var asked = invocation.Terminal.Clock.GetTimestamp();
            yes = await AskAsync(await _planned.Task, cancellation);
            late = yes && invocation.Terminal.Clock.GetElapsedTime(asked) > _fresh;
        }
        catch
        {
            _answered.SetResult(false);
            await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        _answered.SetResult(yes && !late);
        var result = await ShowAsync(_ => running);
        return late ? await ShowAsync(progress => ExportRun.ExecuteAsync(job, options, invocation.Workplace(progress), cancellation)) : result;
    }

    private Task<T> ShowAsync<T>(Func<IProgress<RunProgress>, Task<T>> work) => ProgressDisplay.ShowAsync(
        invocation.Terminal,
        progress =>
        {
            _shown = progress;
            return work(progress);
        });

    private async Task<bool> AskAsync(RunResult plan, CancellationToken cancellation)
    {
        var err = invocation.Terminal.Err;
        new RunReport(err, name).WritePlan(plan.InWords(job.Path));
        err.WriteLine();
        return await new ConfirmationPrompt("This job has not run here before. Run it?") { DefaultValue = false }.ShowAsync(err, cancellation);
    }

    /// <summary>Forwards to the current display.</summary>
    private sealed class Shown(FirstRun run) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => run._shown?.Report(value);
    }
}
