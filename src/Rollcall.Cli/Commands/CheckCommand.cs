using System.CommandLine;
using Rollcall.Cli.Json;
using Rollcall.Cli.Progress;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Model;
using Rollcall.Operations;
using Spectre.Console;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall check</c>: a job file against its source and its account.</summary>
internal static class CheckCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var file = JobArguments.File();
        var command = new Command("check", "Check a job file against the source and the account; reports every problem at once") { file };
        Invocation.Bind(command, terminal, options,
        async (invocation, cancellation) => {
            var name = invocation.Arguments.GetRequiredValue(file);
            var job = JobLookup.ReadFile(invocation, name);
            var problems = await ProgressDisplay.ShowAsync(terminal, progress => JobCheck.RunAsync(job, invocation.Workplace(progress), cancellation));
            var errors = problems.Count(problem => problem.Severity == Severity.Error);
            if (invocation.Json)
            {
                invocation.WriteJson(
                    new CheckDocument(
                        job.Tag, errors == 0,
                        [.. problems.Select(problem => new CheckedProblem(problem.Severity, problem.Message, problem.Where, problem.Todo))]));
            }
            else
            {
                ErrorReport.Problems(invocation.Out, problems);
                invocation.Out.MarkupLineInterpolated(errors == 0
                    ? (FormattableString)$"[green]✓[/] [bold]{job.Tag}[/] is valid. See what it would do: rollcall plan {name}"
                    : $"[red]✗[/] [bold]{job.Tag}[/] has {Counted.Of(errors, "problem")}. Nothing was sent.");
            }

            return problems.Where(problem => problem.Severity == Severity.Error).Select(problem => problem.ExitCode).DefaultIfEmpty(ExitCode.Done).Min();
        });
        return command;
    }
}
