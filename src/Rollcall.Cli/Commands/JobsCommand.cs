using System.CommandLine;
using Rollcall.Cli.Json;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Model;
using Rollcall.Operations;
using Spectre.Console;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall jobs</c>: the stored jobs and their states.</summary>
internal static class JobsCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var killed = new Option<bool>("--killed") { Description = "Show killed jobs too" };
        var command = new Command("jobs", "Show the stored jobs, their states and next runs") { killed };
        Invocation.Bind(command, terminal, options,
        (invocation, _) => {
            IReadOnlyList<StoredJob> all = [];
            if (Directory.Exists(invocation.DataFolder))
            {
                using var jobs = JobLookup.Stored(invocation, null);
                all = jobs.All(invocation.Arguments.GetValue(killed));
            }

            if (invocation.Json)
            {
                invocation.WriteJson(new StoredJobList([.. all.Select(StoredJobLine.Of)]));
            }
            else if (all.Count == 0)
            {
                invocation.Out.WriteLine($"No job is stored in {invocation.DataFolder}. Store one with: rollcall apply FILE");
            }
            else
            {
                Write(invocation, all);
            }

            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static void Write(Invocation invocation, IReadOnlyList<StoredJob> all)
    {
        var table = new Table().Border(TableBorder.None).AddColumn("job").AddColumn("state").AddColumn("next run").AddColumn("version");
        foreach (var job in all)
        {
            var next = job.DueAt is { } due ? due.ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture) + " UTC" : "-";
            table.AddRow(Markup.Escape(job.Tag), JobLife.Status(job), next, $"{job.Version}");
        }

        invocation.Out.Write(table);
        foreach (var job in all.Where(job => job.Fault.Count > 0))
        {
            invocation.Out.WriteLine($"{job.Tag}: {job.Fault[0]}");
        }
    }
}
