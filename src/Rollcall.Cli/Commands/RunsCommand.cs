using System.CommandLine;
using Rollcall.Cli.Json;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Cli.Words;
using Rollcall.Model;
using Spectre.Console;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall runs</c>: a job's runs.</summary>
internal static class RunsCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var named = JobArguments.FileOrTag();
        var command = new Command("runs", "List a job's runs") { named };
        Invocation.Bind(command, terminal, options,
        (invocation, _) => {
            var asked = invocation.Arguments.GetRequiredValue(named);
            using var history = JobLookup.Open(invocation, asked);
            var tag = JobLookup.Tag(invocation, history, asked);
            var file = history.JobFileOf(tag) ?? asked;
            IReadOnlyList<RunResult> runs = [.. history.Runs(tag).Select(run => run.InWords(file))];
            if (invocation.Json)
            {
                invocation.WriteJson(new RunList(tag, runs));
            }
            else if (runs.Count == 0)
            {
                invocation.Out.WriteLine($"{tag} has not run yet.");
            }
            else
            {
                StatusReport.WriteRuns(invocation.Out, runs, terminal.Clock);
            }

            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
