using Rollcall.Store;

namespace Rollcall.Running;

/// <summary>A table of one job that is replaced as a whole: a Parquet file that the store names. Empty, it is no file.</summary>
internal sealed class KeptTable(RunContext run, JobTable table, IReadOnlyList<(string Name, string Type)> columns)
{
    private string Folder => $"insight/{run.Job.Tag}/{table.ToString().ToLowerInvariant()}";

    private string? Named => run.Store.Jobs.Find(run.Job.Tag)?.File(table);

    public bool IsEmpty => Named is null;

    /// <summary>Its rows.</summary>
    public string Relation => Named is { } file ? run.Rows(file) : LedgerFiles.Empty(columns);

    /// <summary>Replaces its rows, durably; a reader finds the former ones or these.</summary>
    /// <param name="query">The rows, which may be made from <see cref="Relation"/>.</param>
    public void Replace(string query)
    {
        var isEmpty = run.Db.Number($"SELECT count(*) FROM (SELECT 1 FROM ({query}) LIMIT 1)") == 0;
        var next = isEmpty ? null : run.Publish($"{Folder}/{Guid.NewGuid():N}.parquet", query);
        run.Store.Jobs.Keep(run.Job.Tag, table, next);

        // Also what a killed process left.
        foreach (var file in Directory.Exists(run.Folder.Full(Folder)) ? Directory.GetFiles(run.Folder.Full(Folder)) : [])
        {
            if (Path.GetFileName(file) != Path.GetFileName(next))
            {
                File.Delete(file);
            }
        }
    }
}
