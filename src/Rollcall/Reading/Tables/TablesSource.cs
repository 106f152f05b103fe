using Rollcall.Jobs;
using Rollcall.Reading.Tables.Databases;
using Rollcall.Reading.Tables.Files;
using Rollcall.Running;
using Rollcall.Work;

namespace Rollcall.Reading.Tables;

/// <summary>Opens audiences in tables: a database, or files.</summary>
internal static class TablesSource
{
    /// <param name="job">The job; its source must be <see cref="TablesSourceOptions"/>.</param>
    /// <param name="folder">
    /// An absolute folder of this run for cleaned copies of damaged files; created when needed, and emptied of them when the source is disposed.
    /// </param>
    /// <param name="dataFolder">The data folder: nothing in it is a source.</param>
    /// <param name="clock">Ends queries that take too long.</param>
    public static ITableSource Open(Job job, string folder, string dataFolder, TimeProvider clock)
    {
        var options = (TablesSourceOptions)job.Source;
        return options.Database is null
            ? new FilesSource(options, job.Config, folder, dataFolder, clock)
            : new DatabaseSource(options, job.Config, dataFolder, clock);
    }
}

/// <summary>A source of tables: it knows the columns of a query that was not run.</summary>
internal interface ITableSource : IAudienceSource
{
    /// <summary>The columns of an audience.</summary>
    Task<IReadOnlyList<Column>> ColumnsAsync(string audience, CancellationToken cancellation);
}
