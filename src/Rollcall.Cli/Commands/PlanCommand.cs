using System.CommandLine;
using Rollcall.Cli.Json;
using Rollcall.Cli.Progress;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Cli.Words;
using Rollcall.Model;
using Rollcall.Operations;
using Spectre.Console;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall plan</c>: what a run would change and cost.</summary>
internal static class PlanCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var file = JobArguments.File();
        var sql = new Option<bool>("--sql") { Description = "First show the SQL that reads each audience" };
        var command = new Command("plan", "Show what a run would change and cost; sends nothing") { file, sql };
        var asked = new RunArguments();
        asked.AddTo(command);
        Invocation.Bind(command, terminal, options,
        async (invocation, cancellation) => {
            var name = invocation.Arguments.GetRequiredValue(file);
            var job = JobLookup.ReadFile(invocation, name);
            var queries = invocation.Arguments.GetValue(sql)
                ? await JobCheck.AudienceSqlAsync(job, invocation.Workplace())
                : null;
            if (!invocation.Json)
            {
                ErrorReport.Problems(terminal.Err, job.Warnings);
                foreach (var (audience, query) in queries ?? new Dictionary<string, string>())
                {
                    invocation.Out.MarkupLineInterpolated($"[dim]-- audience {audience}[/]");
                    terminal.RawOut.WriteLine(query.StartsWith("--", StringComparison.Ordinal) ? query : query.TrimEnd().TrimEnd(';') + ";");
                    terminal.RawOut.WriteLine();
                }
            }

            var plan = await ProgressDisplay.ShowAsync(
                terminal, progress => ExportRun.PlanAsync(job, asked.Read(invocation.Arguments), invocation.Workplace(progress), cancellation));
            plan = plan.InWords(job.Path);
            if (invocation.Json && queries is not null)
            {
                JsonDocuments.Write(terminal.RawOut, plan, "sql", queries);
            }
            else if (invocation.Json)
            {
                invocation.WriteJson(plan);
            }
            else
            {
                new RunReport(invocation.Out, name).WritePlan(plan);
            }

            return ExitCode.Done;
        });
        return command;
    }
}
