using System.CommandLine;
using Rollcall.Cli.Progress;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Cli.Words;
using Rollcall.Model;
using Rollcall.Operations;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall reconcile</c>: differences between the ledger and the books.</summary>
internal static class ReconcileCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var named = JobArguments.FileOrTag();
        var command = new Command("reconcile", "Compare the mapped address books with the ledger and report the differences; sends nothing") { named };
        Invocation.Bind(command, terminal, options,
        async (invocation, cancellation) => {
            var job = JobLookup.Read(invocation, invocation.Arguments.GetRequiredValue(named));
            var found = await ProgressDisplay.ShowAsync(terminal, progress => Reconcile.RunAsync(job, invocation.Workplace(progress), cancellation));
            found = found.InWords(job.Path);
            if (invocation.Json)
            {
                invocation.WriteJson(found);
            }
            else
            {
                ReconciliationReport.Write(invocation.Out, found);
            }

            // A difference is a result, not a failure.
            return ExitCode.Done;
        });
        return command;
    }
}
