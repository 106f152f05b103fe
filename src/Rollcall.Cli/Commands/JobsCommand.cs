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
            IReadOnlyList<StoredJobLine> all = [];
            if (Directory.Exists(invocation.DataFolder))
            {
                using var jobs = JobLookup.Stored(invocation, null);
                using var history = new History(invocation.DataFolder);
                all = [.. jobs.All(invocation.Arguments.GetValue(killed)).Select(job => Line(invocation, jobs, history, job))];
            }

            if (invocation.Json)
            {
                invocation.WriteJson(new StoredJobList(all));
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

    private static StoredJobLine Line(Invocation invocation, StoredJobs jobs, History history, StoredJob job) => StoredJobLine.Of(job) with
    {
        Label = Label(invocation, jobs.Current(job)),
        LastRun = history.Job(job.Tag)?.LastRun is { } last ? new LastRun(last.RunId, last.State, last.Started, last.Finished) : null,
    };

    private static string? Label(Invocation invocation, JobVersion version)
    {
        try
        {
            return StoredJobs.Read(version, name => invocation.Terminal.Environment.GetValueOrDefault(name)).Label;
        }
        catch (RollcallException)
        {
            // What it needs may be in the service's environment only. Its runs say what is wrong.
            return null;
        }
    }

    private static void Write(Invocation invocation, IReadOnlyList<StoredJobLine> all)
    {
        var clock = invocation.Terminal.Clock;
        var listing = new Listing(
            new("Job", Style: "bold"), new("State"), new("Next run"), new("Last run", LeftOut: 3), new("Version", Number: true, LeftOut: 2),
            new("Label", Style: "dim", LeftOut: 1));
        foreach (var job in all)
        {
            listing.Add(
                job.Tag,
                job.Status,
                job.NextRun is { } next ? Figures.Time(next, clock) : "·",
                job.LastRun is { } last ? $"{Figures.Time(last.Started, clock)} {Headings.Word(last.State)}" : "·",
                Figures.Count(job.Version),
                job.Label ?? "");
        }

        listing.Write(invocation.Out);
        foreach (var job in all.Where(job => job.Fault.Count > 0))
        {
            invocation.Out.WriteLine($"{job.Tag}: {job.Fault[0]}");
        }
    }
}
