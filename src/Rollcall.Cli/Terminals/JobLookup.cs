using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Operations;

namespace Rollcall.Cli.Terminals;

/// <summary>Finds the job that a command names by its file, or by the tag of one that ran here before.</summary>
internal static class JobLookup
{
    /// <summary>Reads the job file at a path.</summary>
    public static Job ReadFile(Invocation invocation, string path) =>
        JobFile.Read(invocation.FullPath(path), name => invocation.Terminal.Environment.GetValueOrDefault(name));

    /// <summary>Reads the job that a file or a tag names.</summary>
    public static Job Read(Invocation invocation, string fileOrTag)
    {
        if (IsFile(invocation, fileOrTag))
        {
            return ReadFile(invocation, fileOrTag);
        }

        using (var jobs = Stored(invocation, fileOrTag))
        {
            if (jobs.Find(fileOrTag) is { } stored)
            {
                return StoredJobs.Read(jobs.Current(stored), name => invocation.Terminal.Environment.GetValueOrDefault(name));
            }
        }

        using var history = Open(invocation, fileOrTag);
        return ReadFile(invocation, history.JobFileOf(fileOrTag) ?? throw Unknown(invocation, fileOrTag));
    }

    /// <summary>The tag of a job that ran here, named by its file or by the tag itself.</summary>
    public static string Tag(Invocation invocation, History history, string fileOrTag)
    {
        if (!IsFile(invocation, fileOrTag))
        {
            return history.Job(fileOrTag)?.Tag ?? throw NotRun(invocation, fileOrTag);
        }

        var path = invocation.FullPath(fileOrTag);
        var tag = history.TagOf(path) ?? ReadFile(invocation, fileOrTag).Tag;
        return history.Job(tag)?.Tag
            ?? throw new RollcallException(
                ExitCode.BadJob, $"The job {fileOrTag} has not run in {invocation.DataFolder}.", todo: $"Run it with: rollcall run {fileOrTag}");
    }

    /// <summary>The jobs stored in the data folder, which must exist.</summary>
    public static StoredJobs Stored(Invocation invocation, string? fileOrTag) =>
        Directory.Exists(invocation.DataFolder)
            ? new StoredJobs(invocation.DataFolder, invocation.Terminal.Clock)
            : throw Unknown(invocation, fileOrTag);

    /// <summary>The tag of a stored job, named by its file or by the tag itself.</summary>
    public static string StoredTag(Invocation invocation, StoredJobs jobs, string fileOrTag)
    {
        var tag = IsFile(invocation, fileOrTag) ? ReadFile(invocation, fileOrTag).Tag : fileOrTag;
        if (jobs.Find(tag) is not null)
        {
            return tag;
        }

        var nearest = Nearest.To(tag, jobs.All().Select(job => job.Tag));
        throw new RollcallException(
            ExitCode.BadJob,
            $"No job {tag} is stored in {invocation.DataFolder}.",
            todo: (nearest is null ? "" : $"Did you mean {nearest}? ") + "List the stored jobs with: rollcall jobs");
    }

    /// <summary>Refuses to run a job that is stored and killed, or a file that says something else than the stored job, or lies elsewhere.</summary>
    /// <param name="beginsAnew">Whether the store may be lost, and with it the jobs in it.</param>
    /// <exception cref="RollcallException">Exit 2.</exception>
    public static void RefuseOther(Invocation invocation, Job job, string fileOrTag, bool beginsAnew = false)
    {
        if (!Directory.Exists(invocation.DataFolder) || (beginsAnew && IsLost(invocation)))
        {
            return;
        }

        using var jobs = Stored(invocation, null);
        if (jobs.Find(job.Tag) is not { } stored)
        {
            return;
        }

        if (stored.Wish == JobWish.Killed)
        {
            throw new RollcallException(
                ExitCode.BadJob, $"The job {job.Tag} was killed.", job.Where("tag"), "Bring it back with: rollcall apply FILE --revive");
        }

        var current = jobs.Current(stored);
        if (IsFile(invocation, fileOrTag) && (File.ReadAllText(job.Path) != current.Text || Path.GetDirectoryName(job.Path) != current.Folder))
        {
            var other = Path.GetDirectoryName(job.Path) == current.Folder
                ? "says something else than this file"
                : $"belongs to the folder {current.Folder}, where its relative paths start";
            throw new RollcallException(
                ExitCode.BadJob,
                $"The job {job.Tag} is stored, and its version {current.Number} {other}.",
                job.Where("tag"),
                "Store the file first, with: rollcall apply FILE. To see what would change, add --dry-run.");
        }
    }

    private static bool IsLost(Invocation invocation)
    {
        try
        {
            using var jobs = Stored(invocation, null);
            return false;
        }
        catch (RollcallException)
        {
            // The run starts over, or says what is wrong.
            return true;
        }
    }

    /// <summary>The history of the data folder, which must exist.</summary>
    public static History Open(Invocation invocation, string? fileOrTag) =>
        Directory.Exists(invocation.DataFolder) ? new History(invocation.DataFolder) : throw Unknown(invocation, fileOrTag);

    private static bool IsFile(Invocation invocation, string fileOrTag) =>
        File.Exists(invocation.FullPath(fileOrTag)) || fileOrTag.Contains('/', StringComparison.Ordinal);

    private static RollcallException NotRun(Invocation invocation, string tag)
    {
        using var jobs = Stored(invocation, tag);
        return jobs.Find(tag) is null
            ? Unknown(invocation, tag)
            : new RollcallException(ExitCode.BadJob, $"The job {tag} is stored and has not run yet.", todo: "See when it runs with: rollcall jobs");
    }

    private static RollcallException Unknown(Invocation invocation, string? fileOrTag) =>
        fileOrTag is null
            ? new RollcallException(
                ExitCode.BadJob, $"There is no data folder {invocation.DataFolder}.", todo: "Choose one with --data or ROLLCALL_DATA, or run a job first.")
            : new RollcallException(
                ExitCode.BadJob,
                $"\"{fileOrTag}\" is neither a job file nor the tag of a job that ran in {invocation.DataFolder}.",
                todo: "List the jobs that ran here with: rollcall status");
}
