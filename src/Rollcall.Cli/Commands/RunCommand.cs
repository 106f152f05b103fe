using System.CommandLine;
using Rollcall.Cli.Json;
using Rollcall.Cli.Progress;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Jobs;
using Spectre.Console;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall run</c>: one pass of a job.</summary>
internal static class RunCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var file = JobArguments.File();
        var yes = new Option<bool>("--yes", "-y") { Description = "Ask nothing; passes no guard" };
        var beginAnew = new Option<bool>("--begin-anew") { Description = "Start over where the data folder's store is lost: who was delivered before is not known" };
        var command = new Command("run", "Bring the address books in step with the audiences, once") { file, yes, beginAnew };
        var asked = new RunArguments();
        asked.AddTo(command);
        Invocation.Bind(command, terminal, options, async (invocation, cancellation) =>
        {
            var name = invocation.Arguments.GetRequiredValue(file);
            var job = JobLookup.ReadFile(invocation, name);
            if (!invocation.Json)
            {
                ErrorReport.Problems(terminal.Err, job.Warnings);
            }

            var run = asked.Read(invocation.Arguments) with { BeginAnew = invocation.Arguments.GetValue(beginAnew) };
            if (terminal.CanAsk && !invocation.Json && !invocation.Arguments.GetValue(yes) && !await GoAheadAsync(invocation, job, name, run, cancellation))
            {
                return ExitCode.Done;
            }

            var result = await ProgressDisplay.ShowAsync(terminal, progress => ExportRun.ExecuteAsync(job, run, invocation.Workplace(progress), cancellation));
            return RunReport.Show(invocation, name, job.Tag, result);
        });
        return command;
    }

    /// <summary>Before a job's first run, someone at the terminal sees what it will do and may still say no.</summary>
    private static async Task<bool> GoAheadAsync(Invocation invocation, Job job, string name, RunOptions run, CancellationToken cancellation)
    {
        if (run.BeginAnew || HasRun(invocation, job.Tag))
        {
            return true;
        }

        var plan = await ProgressDisplay.ShowAsync(invocation.Terminal, progress => ExportRun.PlanAsync(job, run, invocation.Workplace(progress), cancellation));
        new RunReport(invocation.Terminal.Err, name).WritePlan(plan);
        invocation.Terminal.Err.WriteLine();
        if (await new ConfirmationPrompt("This job has not run here before. Run it?") { DefaultValue = false }.ShowAsync(invocation.Terminal.Err, cancellation))
        {
            return true;
        }

        invocation.Out.WriteLine("Nothing was sent.");
        return false;
    }

    private static bool HasRun(Invocation invocation, string tag)
    {
        if (!Directory.Exists(invocation.DataFolder))
        {
            return false;
        }

        using var history = new History(invocation.DataFolder);
        return history.Job(tag)?.LastRun is not null;
    }
}
