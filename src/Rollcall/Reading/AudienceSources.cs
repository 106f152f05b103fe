using Rollcall.Jobs;
using Rollcall.Reading.Tables;
using Rollcall.Running;

namespace Rollcall.Reading;

/// <summary>Opens a job's source: the engine's own, or the platform's.</summary>
internal static class AudienceSources
{
    /// <param name="folder">As <see cref="TablesSource.Open"/> has it.</param>
    public static IAudienceSource Open(Job job, Workplace workplace, string folder)
    {
        if (job.Source is not TablesSourceOptions)
        {
            return workplace.PlatformOf(job.Source).Source(job);
        }

        return TablesSource.Open(job, folder, workplace.DataFolder, workplace.Clock);
    }
}
