using System.Collections.Concurrent;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Store;

namespace Rollcall.Service.Jobs;

/// <summary>What stored jobs say, read once for each version.</summary>
public sealed class JobFiles(StoredJobs jobs, ServiceOptions options)
{
    private readonly SecretStore _secrets = new(options.Workplace.DataFolder, options.Workplace.Clock);
    private readonly ConcurrentDictionary<string, (long Version, Job? Job)> _read = new(StringComparer.Ordinal);

    /// <summary>What a job says, with the values that its references have now.</summary>
    /// <exception cref="RollcallException">Exit 2, with every problem.</exception>
    public Job Read(StoredJob stored)
    {
        var version = jobs.Current(stored);
        var job = StoredJobs.Read(version, Values(version.Door));
        _read[stored.Tag] = (stored.Version, job);
        return job;
    }

    /// <summary>When a job runs, and when it is quiet; null where it has no schedule, or cannot be read.</summary>
    public ScheduleOptions? Schedule(StoredJob stored)
    {
        if (!_read.TryGetValue(stored.Tag, out var read) || read.Version != stored.Version)
        {
            try
            {
                return Read(stored).Schedule;
            }
            catch (RollcallException)
            {
                // Its next run says what is wrong.
                _read[stored.Tag] = read = (stored.Version, null);
            }
        }

        return read.Job?.Schedule;
    }

    // A source's address is no secret, and results show it; the password in it is kept where it is read.
    private static string Kept(string name, string value) => SourceStore.IsAddress(name) ? value : Secrets.Keep(value);

    /// <summary>The values of references: stored secrets; those of jobs made over HTTP never come from the environment.</summary>
    public Func<string, string?> Values(JobDoor door) =>
        name => _secrets.Find(name) is { } stored ? Kept(name, stored) : door == JobDoor.Shell ? options.Environment(name) : null;
}
