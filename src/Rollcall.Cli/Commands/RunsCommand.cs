using System.CommandLine;
using Rollcall.Cli.Json;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Cli.Words;
using Rollcall.Model;
using Spectre.Console;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall runs</c>: a job's newest runs.</summary>
internal static class RunsCommand
{
    private const int RunsShown = 100;

    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var named = JobArguments.FileOrTag();
        var limit = new Option<int>("--limit") { Description = "List the newest N runs", HelpName = "N", DefaultValueFactory = _ => RunsShown };
        limit.Validators.Add(one =>
        {
            if (one.Tokens.Count > 0 && int.TryParse(one.Tokens[0].Value, out var number) && number < 1)
            {
                one.AddError("--limit takes a number greater than 0.");
            }
        });
        var command = new Command("runs", "List a job's newest runs") { named, limit };
        Invocation.Bind(command, terminal, options,
        (invocation, _) => {
            var asked = invocation.Arguments.GetRequiredValue(named);
            using var history = JobLookup.Open(invocation, asked);
            var tag = JobLookup.Tag(invocation, history, asked);
            var file = history.JobFileOf(tag) ?? asked;
            IReadOnlyList<RunResult> runs = [.. history.Runs(tag, invocation.Arguments.GetValue(limit)).Select(run => run.InWords(file))];
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
                if (history.RunCount(tag) - runs.Count is > 0 and var older)
                {
                    invocation.Out.MarkupLineInterpolated($"[dim]{Counted.Of(older, "older run")} not shown; --limit N shows more.[/]");
                }
            }

            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
