namespace Rollcall.Store;

/// <summary>
/// A copy of the store as it is at one moment, and a hold on the files that it names and that a run may delete at any time: the generations of ledgers,
/// and the tables that are replaced as a whole. Its other files stay for 30 days.
/// </summary>
internal sealed class StoreSnapshot : IDisposable
{
    private readonly List<IDisposable> _held;

    private StoreSnapshot(string database, IReadOnlyList<HeldFile> files, IReadOnlyList<string> missing, List<IDisposable> held)
    {
        Database = database;
        Files = files;
        Missing = missing;
        _held = held;
    }

    /// <summary>The path of the copy.</summary>
    public string Database { get; }

    /// <summary>The files that the copy names.</summary>
    public IReadOnlyList<HeldFile> Files { get; }

    /// <summary>What the copy names and is not there, though the store names it still.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Copies the store of a data folder.</summary>
    /// <param name="work">The folder that the copy lies in.</param>
    public static StoreSnapshot Take(DataFolder folder, IStore store, string work)
    {
        for (var missing = new HashSet<string>(StringComparer.Ordinal); ;)
        {
            var snapshot = Once(folder, store.Ledgers, work);

            // What was replaced just now is named by the next copy under its new name.
            if (missing.IsSupersetOf(snapshot.Missing))
            {
                return snapshot;
            }

            snapshot.Dispose();
            missing = snapshot.Missing.ToHashSet(StringComparer.Ordinal);
        }
    }

    public void Dispose() => _held.ForEach(one => one.Dispose());

    private static StoreSnapshot Once(DataFolder folder, ILedgers ledgers, string work)
    {
        var copy = new DataFolder(Path.Combine(work, "copy"));
        File.Delete(copy.StorePath);
        Stores.CopyDatabase(folder.StorePath, copy.StorePath);
        var files = new List<HeldFile>();
        var missing = new List<string>();
        var held = new List<IDisposable>();
        using var store = Stores.OpenUnchecked(copy);

        // Who enters after this moment is not in the copy, and may opt out as a member before it is used.
        store.Jobs.EnteredUnknown();
        foreach (var generation in store.Ledgers.All().Select(ledger => ledger.Folder).OfType<string>())
        {
            if (ledgers.Lease(generation) is { } lease)
            {
                held.Add(lease);
                files.AddRange(Directory.EnumerateFiles(folder.Full(generation)).Select(path => new HeldFile($"{generation}/{Path.GetFileName(path)}")));
            }
            else
            {
                missing.Add(generation);
            }
        }

        var replaced = store.Jobs.All().SelectMany(job => Enum.GetValues<JobTable>().Select(job.File)).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var name in store.Retention.Named())
        {
            var open = replaced.Contains(name) ? OpenIfThere(folder.Full(name)) : null;
            if (open is not null)
            {
                held.Add(open);
            }

            if (open is null && (replaced.Contains(name) || !File.Exists(folder.Full(name))))
            {
                missing.Add(name);
            }
            else
            {
                files.Add(new HeldFile(name, open));
            }
        }

        return new StoreSnapshot(copy.StorePath, files, missing, held);
    }

    private static FileStream? OpenIfThere(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}

/// <summary>A file that a copy of the store names.</summary>
/// <param name="Name">Its path inside the data folder.</param>
/// <param name="Open">The file, where its name may go before it is read.</param>
internal sealed record HeldFile(string Name, Stream? Open = null);
