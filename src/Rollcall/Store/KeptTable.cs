namespace Rollcall.Store;

/// <summary>A table of one job that is replaced as a whole: a Parquet file that the store names. Empty, it is no file.</summary>
/// <param name="column">The column of <c>job</c> that names it.</param>
/// <param name="columns">Its columns.</param>
internal sealed class KeptTable(RunContext run, string column, IReadOnlyList<(string Name, string Type)> columns)
{
    private string Folder => $"insight/{run.Job.Tag}/{column}";

    private string? File => run.Store.Query($"SELECT {column} FROM job WHERE tag = $tag", r => r.IsDBNull(0) ? null : r.GetString(0), ("$tag", run.Job.Tag)).SingleOrDefault();

    public bool IsEmpty => File is null;

    /// <summary>Its rows.</summary>
    public string Relation => File is { } file ? run.Rows(file) : LedgerFiles.Empty(columns);

    /// <summary>Replaces its rows, durably; whoever reads finds the former ones or these.</summary>
    /// <param name="query">The rows, which may be made from <see cref="Relation"/>.</param>
    public void Replace(string query)
    {
        var next = run.Db.Number($"SELECT count(*) FROM (SELECT 1 FROM ({query}) LIMIT 1)") == 0 ? null : run.Publish($"{Folder}/{Guid.NewGuid():N}.parquet", query);
        run.Store.InTransaction(s => s.Execute($"UPDATE job SET {column} = $file WHERE tag = $tag", ("$file", next), ("$tag", run.Job.Tag)));

        // Also what a killed process left.
        foreach (var file in Directory.Exists(run.Folder.Full(Folder)) ? Directory.GetFiles(run.Folder.Full(Folder)) : [])
        {
            if (Path.GetFileName(file) != Path.GetFileName(next))
            {
                System.IO.File.Delete(file);
            }
        }
    }
}
