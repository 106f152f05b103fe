using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Service.Access;
using Rollcall.Service.Jobs;

namespace Rollcall.Service.Api;

/// <summary>
/// Jobs that are made over HTTP. Who writes a job may read what its source may read, so what reaches further than the folders of <c>--files</c> is for
/// administrators.
/// </summary>
internal sealed class HttpJobs(StoredJobs jobs, JobFiles files, ServiceOptions options)
{
    /// <summary>Checks and saves a job.</summary>
    /// <param name="expected">The version that it replaces: 0 for none, null for whichever.</param>
    public SavedJob Save(string text, Caller caller, JobDoor door, long? expected, bool paused, string? extra = null, string? tag = null)
    {
        var job = Read(text, door);
        if (tag is not null && tag != job.Tag)
        {
            throw new RollcallException(
                ExitCode.BadJob, $"The job's tag is {job.Tag}, and the path's is {tag}.", job.Where("tag"), "A tag is a job's identity: it stays.");
        }

        Check(job, Before(job.Tag), caller);
        return jobs.Save(new SaveRequest
        {
            Job = job, Text = text, Folder = Folder, Door = door, Author = caller.Name, Expected = expected, Paused = paused, Extra = extra,
        });
    }

    /// <summary>What a text says.</summary>
    public Job Read(string text, JobDoor door) => JobFile.Parse(text, Path.Combine(Folder, "job.yaml"), files.Values(door));

    private string Folder => options.Files.Count > 0 ? options.Files[0] : options.Workplace.DataFolder;

    private Job? Before(string tag)
    {
        if (jobs.Find(tag) is not { Wish: not JobWish.Killed } stored)
        {
            return null;
        }

        try
        {
            return files.Read(stored);
        }
        catch (RollcallException)
        {
            // What cannot be read cannot be compared: everything in the new version counts as new.
            return null;
        }
    }

    /// <exception cref="RollcallException">Exit 2, with everything that the caller may not do.</exception>
    private void Check(Job job, Job? before, Caller caller)
    {
        var problems = new List<Problem>();
        if (!caller.ChangesConsent)
        {
            problems.AddRange(ConsentOptions.Changed(job, before).Select(
                key => new Problem($"{caller.Name} may not change it: that needs the right to change consent.", job.Where(key), "Ask an administrator.")));
        }

        if (caller.Role < Role.Admin)
        {
            problems.AddRange(Reaching(job).Select(
                key => new Problem(
                    "only administrators write this into a job.", job.Where(key), "Use what is stored by name, or a file in the folders of --files.")));
        }

        if (job.Source is TablesSourceOptions tables)
        {
            problems.AddRange(tables.Files.Where(file => !IsInside(file.Value.Path)).Select(
                file => new Problem("the file is in none of the folders that the service reads.", job.Where($"source.tables.files.{file.Key}"),
                    "Put it there, or start the service with --files FOLDER.")));
        }

        if (problems.Count > 0)
        {
            throw new RollcallException(ExitCode.BadJob, problems);
        }
    }

    /// <summary>The keys whose values reach beyond what an editor may use.</summary>
    private static IEnumerable<string> Reaching(Job job)
    {
        if (job.Authorization.Credentials is not null)
        {
            yield return "authorization";
        }

        if (job.Source is TablesSourceOptions { Database: not null })
        {
            yield return "source.tables.database";
        }

        if (job.Source is LyticsSourceOptions)
        {
            yield return "source.lytics";
        }

        if (job.StatusSink is not null)
        {
            yield return "status_sink";
        }
    }

    /// <summary>Whether a path is in a folder of <c>--files</c>, behind all links.</summary>
    private bool IsInside(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        while (folder is not null && !Directory.Exists(folder))
        {
            folder = Path.GetDirectoryName(folder);
        }

        var real = folder is null ? null : RealPath.Of(folder);
        var file = File.Exists(path) ? RealPath.Of(path) : path;
        return options.Files.Select(RealPath.Of).Any(allowed => IsBelow(real, allowed) && (!File.Exists(path) || IsBelow(file, allowed)));
    }

    private static bool IsBelow(string? path, string folder) =>
        path == folder || path?.StartsWith(folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal) == true;
}
