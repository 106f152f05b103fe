using System.Globalization;
using Rollcall.Model;

namespace Rollcall.Store;

/// <summary>
/// Starts over where the store is lost, or a ledger's files are: the old files are moved aside, never deleted. What was known of people goes with them, so
/// people in a book count as already there, and nobody who opted out is asked back, since it is no longer known since when they are members.
/// </summary>
internal static class NewBeginning
{
    private const string Aside = "lost-";

    private static readonly string[] FilesOfStore = ["rollcall.db", "rollcall.db-wal", "rollcall.db-shm"];

    /// <summary>Starts over; the caller holds the job's lock, and nobody else works in the folder.</summary>
    /// <returns>What was started over.</returns>
    /// <exception cref="RollcallException">Nothing is lost.</exception>
    public static Finding Make(DataFolder folder, string tag, DateTimeOffset now)
    {
        var aside = $"{Aside}{now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";
        if (IsWithoutTables(folder))
        {
            if (!StoreLoss.HasTraces(folder))
            {
                throw NothingLost(folder);
            }

            foreach (var name in StoreLoss.Traces.Concat(FilesOfStore))
            {
                folder.Move(name, $"{aside}/{name}");
            }

            return Findings.StoreBegunAnew(aside);
        }

        var loss = StoreLoss.Look(folder);
        using var store = Stores.OpenUnchecked(folder);
        var lost = loss.Newer(store).Select(l => (l.Tag, l.Newest)).ToList();
        if (lost.All(l => l.Tag != tag) && store.Ledgers.Of(tag) is { Folder: { } ledger } known && !LedgerFiles.AreThere(folder, ledger))
        {
            lost.Add((tag, known.Generation));
        }

        if (lost.Count == 0)
        {
            throw NothingLost(folder);
        }

        store.Migrate();
        foreach (var (job, newest) in lost)
        {
            // Files first: cut short here, the ledger's files are missing, and this begins again.
            folder.Move($"ledger/{job}", $"{aside}/ledger/{job}");
            folder.Move($"insight/{job}", $"{aside}/insight/{job}");
            store.Jobs.BeginAnew(job, newest, file => File.Exists(folder.Full(file)));
        }

        return Findings.JobsBegunAnew(aside, lost.Select(l => l.Tag));
    }

    /// <summary>Whether what was known of the job's members was lost once: since when they are members is unknown.</summary>
    public static bool IsOf(DataFolder folder, string tag) =>
        Directory.EnumerateDirectories(folder.Root, Aside + "*").Any(lost => Directory.Exists(Path.Combine(lost, "ledger", tag)));

    private static RollcallException NothingLost(DataFolder folder) => new(
        ExitCode.BadJob,
        "Nothing is lost: the data folder's store and its ledger belong together. Nothing was sent.",
        folder.Root,
        "Run without --begin-anew.");

    private static bool IsWithoutTables(DataFolder folder)
    {
        if (!File.Exists(folder.StorePath))
        {
            return true;
        }

        using var store = Stores.OpenUnchecked(folder);
        return store.IsBlank;
    }
}
