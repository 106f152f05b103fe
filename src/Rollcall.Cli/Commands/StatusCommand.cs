using System.CommandLine;
using Rollcall.Cli.Json;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Cli.Words;
using Rollcall.Model;
using Rollcall.Operations;
using Spectre.Console;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall status</c>: the status of the jobs of the data folder.</summary>
internal static class StatusCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var named = JobArguments.FileOrTag();
        named.Arity = ArgumentArity.ZeroOrOne;
        var command = new Command("status", "Show the status of jobs, also during a run") { named };
        Invocation.Bind(command, terminal, options,
        (invocation, _) => {
            if (invocation.Arguments.GetValue(named) is { } asked)
            {
                WriteJob(invocation, asked);
            }
            else
            {
                WriteJobs(invocation);
            }

            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static void WriteJob(Invocation invocation, string asked)
    {
        using var history = JobLookup.Open(invocation, asked);
        var status = history.Job(JobLookup.Tag(invocation, history, asked))!.InWords();
        if (invocation.Json)
        {
            invocation.WriteJson(status);
        }
        else
        {
            StatusReport.WriteJob(invocation.Out, status, invocation.Terminal.Clock);
        }
    }

    private static void WriteJobs(Invocation invocation)
    {
        IReadOnlyList<JobStatus> jobs = [];
        if (Directory.Exists(invocation.DataFolder))
        {
            using var history = new History(invocation.DataFolder);
            jobs = [.. history.Jobs().Select(job => job.InWords())];
        }

        if (invocation.Json)
        {
            invocation.WriteJson(new JobList(jobs));
        }
        else if (jobs.Count == 0)
        {
            invocation.Out.WriteLine($"No job has run in {invocation.DataFolder} yet. Run one with: rollcall run JOBFILE");
        }
        else
        {
            StatusReport.WriteJobs(invocation.Out, jobs, invocation.Terminal.Clock);
        }
    }
}
