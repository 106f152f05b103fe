using System.CommandLine;
using Rollcall.Cli.Progress;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Cli.Words;
using Rollcall.Model;
using Rollcall.Operations;
using Spectre.Console;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall run</c>: one pass of a job.</summary>
internal static class RunCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var file = JobArguments.File();
        var yes = new Option<bool>("--yes", "-y") { Description = "Ask no questions; overrides no guard" };
        var beginAnew = new Option<bool>("--begin-anew")
        {
            Description = "Start over when the data folder's store is lost: earlier deliveries are no longer known",
        };
        var command = new Command("run", "Bring the address books in step with the audiences, once") { file, yes, beginAnew };
        var asked = new RunArguments();
        asked.AddTo(command);
        Invocation.Bind(command, terminal, options,
        async (invocation, cancellation) => {
            var name = invocation.Arguments.GetRequiredValue(file);
            var job = JobLookup.ReadFile(invocation, name);
            JobLookup.RefuseOther(invocation, job, name, invocation.Arguments.GetValue(beginAnew));
            if (!invocation.Json)
            {
                ErrorReport.Problems(terminal.Err, job.Warnings);
            }

            var run = asked.Read(invocation.Arguments) with { BeginAnew = invocation.Arguments.GetValue(beginAnew) };
            var asks = terminal.CanAsk && !invocation.Json && !invocation.Arguments.GetValue(yes) && !run.BeginAnew && !HasBegun(invocation, job.Tag);
            var result = asks
                ? await new FirstRun(invocation, job, name).ExecuteAsync(run, cancellation)
                : await ProgressDisplay.ShowAsync(terminal, progress => ExportRun.ExecuteAsync(job, run, invocation.Workplace(progress), cancellation));
            if (result.Declined)
            {
                invocation.Out.WriteLine("Nothing was sent.");
                return ExitCode.Done;
            }

            return RunReport.Show(invocation, name, job.Tag, result.InWords(job.Path));
        });
        return command;
    }

    private static bool HasBegun(Invocation invocation, string tag)
    {
        if (!Directory.Exists(invocation.DataFolder))
        {
            return false;
        }

        using var history = new History(invocation.DataFolder);
        return history.HasBegun(tag);
    }
}
