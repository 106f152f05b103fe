using Rollcall.Jobs;
using Rollcall.Reading.Tables.Databases;
using Rollcall.Reading.Tables.Files;

namespace Rollcall.Reading.Tables;

/// <summary>Opens audiences in tables: a database, or files.</summary>
internal static class TablesSource
{
    /// <param name="job">The job; its source must be <see cref="TablesSourceOptions"/>.</param>
    /// <param name="folder">An absolute folder of this run for cleaned copies of damaged files; made when needed, and emptied of them when the source is disposed.</param>
    public static IAudienceSource Open(Job job, string folder)
    {
        var options = (TablesSourceOptions)job.Source;
        return options.Database is null
            ? new FilesSource(options, job.Config.IdField, folder)
            : new DatabaseSource(options, job.Config.IdField);
    }
}
