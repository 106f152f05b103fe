using System.CommandLine;
using Rollcall.Cli.Json;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Operations;
using Spectre.Console;

namespace Rollcall.Cli.Commands;

/// <summary><c>rollcall apply</c>: stores job files, so that a service runs them.</summary>
internal static class ApplyCommand
{
    public static Command Create(Terminal terminal, GlobalOptions options)
    {
        var files = new Argument<string[]>("FILE") { Description = "Job files, YAML or JSON", Arity = ArgumentArity.OneOrMore };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would change, and store nothing" };
        var revive = new Option<bool>("--revive") { Description = "Bring back a job of this tag that was killed" };
        var command = new Command("apply", "Store jobs from files: a service runs them") { files, dryRun, revive };
        Invocation.Bind(command, terminal, options,
        (invocation, _) => {
            // All of them are read before the first is stored.
            var requests = invocation.Arguments.GetRequiredValue(files)
                .Select(file => Request(invocation, file) with { Revive = invocation.Arguments.GetValue(revive) }).ToList();
            RefuseTwice(requests);
            var dry = invocation.Arguments.GetValue(dryRun);
            if (dry && !Directory.Exists(invocation.DataFolder))
            {
                Show(invocation, [.. requests.Select(request => Look(null, null, request))], dry, isServed: false);
                return Task.FromResult(ExitCode.Done);
            }

            var workplace = invocation.Workplace();
            using var jobs = new StoredJobs(workplace.DataFolder, workplace.Clock, workplace.Checkpoint);
            using var history = new History(workplace.DataFolder);
            var looked = requests.Select(request => (Request: request, Look: Look(jobs, history, request))).ToList();
            var applied = looked.Select(one => dry ? one.Look : Save(jobs, one.Request, one.Look)).ToList();
            Show(invocation, applied, dry, jobs.IsServed);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static SaveRequest Request(Invocation invocation, string file)
    {
        var job = JobLookup.ReadFile(invocation, file);
        ErrorReport.Problems(invocation.Terminal.Err, job.Warnings);
        return new SaveRequest
        {
            Job = job,
            Text = File.ReadAllText(job.Path),
            Folder = Path.GetDirectoryName(job.Path)!,
            Door = JobDoor.Shell,
            Author = $"{Environment.UserName} (shell)",
        };
    }

    private static void RefuseTwice(IReadOnlyList<SaveRequest> requests)
    {
        if (requests.GroupBy(one => one.Job.Tag).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new RollcallException(
                ExitCode.BadJob,
                $"Two files have the tag {twice.Key}: {string.Join(", ", twice.Select(one => Path.GetFileName(one.Job.Path)))}.",
                todo: "A tag is a job's identity: give one of them another.");
        }
    }

    private static AppliedJob Look(StoredJobs? jobs, History? history, SaveRequest request)
    {
        var stored = jobs?.Find(request.Job.Tag);
        var now = stored is null ? null : jobs!.Current(stored);
        var saving = stored is null ? JobSaving.Created
            : stored.Wish == JobWish.Killed ? request.Revive ? JobSaving.Revived : throw Killed(stored.Tag)
            : now!.Text == request.Text && now.Folder == request.Folder ? JobSaving.Unchanged
            : JobSaving.Updated;
        return new AppliedJob(request.Job.Tag, saving, stored?.Version ?? 0, Changes(now, request))
        {
            TakesOver = stored is null ? history?.Job(request.Job.Tag)?.JobFile : null,
        };
    }

    private static List<string> Changes(JobVersion? now, SaveRequest request)
    {
        List<string> changes = [.. LineChanges.Of(now?.Text ?? "", request.Text)];
        if (now is not null && now.Folder != request.Folder)
        {
            changes.AddRange([$"- (relative paths start in) {now.Folder}", $"+ (relative paths start in) {request.Folder}"]);
        }

        return changes;
    }

    private static AppliedJob Save(StoredJobs jobs, SaveRequest request, AppliedJob look)
    {
        var saved = jobs.Save(request);
        return look with { Saving = saved.Saving, Version = saved.Job.Version };
    }

    private static RollcallException Killed(string tag) =>
        new(ExitCode.BadJob, $"The job {tag} was killed.", todo: "Give the job another tag, or bring it back with --revive.");

    private static void Show(Invocation invocation, IReadOnlyList<AppliedJob> applied, bool dryRun, bool isServed)
    {
        if (invocation.Json)
        {
            invocation.WriteJson(new AppliedJobs(applied, dryRun));
            return;
        }

        foreach (var job in applied)
        {
            var what = job.Saving.ToString().ToLowerInvariant();
            invocation.Out.WriteLine(dryRun ? $"{job.Tag}: would be {what}" : $"{job.Tag}: {what}, version {job.Version}");
            if (job.TakesOver is { } file)
            {
                invocation.Out.WriteLine($"  It takes over the ledger of the job that ran from {file}.");
            }

            foreach (var line in dryRun ? job.Changes : [])
            {
                invocation.Out.WriteLine("  " + line);
            }
        }

        if (!dryRun && !isServed)
        {
            invocation.Out.WriteLine("No service runs in this data folder. Start one with: rollcall serve");
        }
    }
}
