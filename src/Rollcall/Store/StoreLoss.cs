using System.Globalization;
using Rollcall.Model;
using Rollcall.Work;

namespace Rollcall.Store;

/// <summary>
/// Tells a store that is gone, empty, or older than the ledger files beside it: taken for a fresh or current one, everybody would enter again, and
/// people who left since would be forgotten. A data folder in which nothing was ever written is no loss.
/// </summary>
internal sealed class StoreLoss
{
    /// <summary>The file, in a generation of the ledger, that says that the store has named it. One without it may be what a killed run left.</summary>
    private const string Named = "named";

    /// <summary>What runs write beside the store.</summary>
    public static readonly IReadOnlyList<string> Traces = ["ledger", "there", "manifests", "outcomes", "events", "failures", "insight"];

    private readonly DataFolder _folder;
    private readonly List<(string Tag, long Newest, bool IsNamed)> _ledgers;

    private StoreLoss(DataFolder folder, List<(string, long, bool)> ledgers)
    {
        _folder = folder;
        _ledgers = ledgers;
    }

    /// <summary>Looks at the files, before the store is opened: a run names a generation first, and marks it then.</summary>
    public static StoreLoss Look(DataFolder folder) => new(folder, [.. Generations(folder)]);

    /// <summary>Whether the store's file is gone or has nothing in it, though runs wrote files beside it.</summary>
    public static bool IsGone(DataFolder folder) => new FileInfo(folder.StorePath) is { Exists: false } or { Length: 0 } && HasTraces(folder);

    /// <summary>Whether runs wrote files into the folder.</summary>
    public static bool HasTraces(DataFolder folder) =>
        Traces.Select(folder.Full).Any(path => Directory.Exists(path) && Directory.EnumerateFiles(path, "*.parquet", SearchOption.AllDirectories).Any());

    /// <summary>The jobs whose ledger on the disk is newer than the store knows, with both generations.</summary>
    public IReadOnlyList<(string Tag, long Known, long Newest)> Newer(IStore store)
    {
        var known = _ledgers.Count == 0 ? [] : store.Ledgers.All().ToDictionary(j => j.Tag, j => j.Generation, StringComparer.Ordinal);

        // A job is in the store before its first generation is on the disk; and of a later one, those before it were named.
        return [.. _ledgers.Select(l => (l.Tag, Known: known.GetValueOrDefault(l.Tag, -1), l.Newest, l.IsNamed))
            .Where(l => l.Known < 0 || (l.Newest > l.Known && (l.IsNamed || l.Newest > l.Known + 1)))
            .Select(l => (l.Tag, l.Known, l.Newest))];
    }

    /// <exception cref="RollcallException">The store is gone or empty.</exception>
    public void RefuseGone()
    {
        if (IsGone(_folder))
        {
            throw Lost(
                _folder,
                File.Exists(_folder.StorePath)
                    ? "is empty, though runs wrote files beside it"
                    : "is gone, though the files that runs wrote beside it are there");
        }
    }

    /// <exception cref="RollcallException">The store has no tables, or is older than the ledger.</exception>
    public void RefuseOlder(IFoundStore store)
    {
        if (store.IsBlank)
        {
            if (HasTraces(_folder))
            {
                throw Lost(_folder, "is empty, though runs wrote files beside it");
            }

            return;
        }

        if (Newer(store) is [var (tag, known, newest), ..])
        {
            var ours = known < 0 ? "nothing" : $"generation {known}";
            throw Lost(_folder, $"is older than the ledger beside it: of the job {tag} it knows {ours}, and generation {newest} is there");
        }
    }

    /// <summary>The file that says that the store has named a generation; a reader of the generation holds it.</summary>
    public static string MarkOf(string generation) => $"{generation}/{Named}";

    /// <summary>Notes that the store has named a generation.</summary>
    public static void Mark(DataFolder folder, string? generation)
    {
        if (generation is null || !Directory.Exists(folder.Full(generation)))
        {
            return;
        }

        var path = folder.Full(MarkOf(generation));
        if (!File.Exists(path))
        {
            File.WriteAllBytes(path, []);
            FileModes.Restrict(path);
        }
    }

    private static RollcallException Lost(DataFolder folder, string how) => new(
        ExitCode.BadJob,
        $"The data folder's store {how}. Without it, it is unknown who was delivered, who opted out and what is under way.",
        folder.StorePath,
        "Restore the data folder from a backup, whole. To start over instead: rollcall run JOBFILE --begin-anew. It moves the old files aside; "
        + "the people in the address books then count as already there, and no exit takes them out "
        + "(with --adopt=own as this job's, and those in no audience leave).");

    private static IEnumerable<(string Tag, long Newest, bool IsNamed)> Generations(DataFolder folder)
    {
        foreach (var job in Directory.Exists(folder.Full("ledger")) ? Directory.GetDirectories(folder.Full("ledger")) : [])
        {
            var numbers = Directory.GetDirectories(job).Select(Path.GetFileName)
                .Where(n => long.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out _)).ToList();
            if (numbers.MaxBy(n => long.Parse(n!, CultureInfo.InvariantCulture)) is { } newest)
            {
                yield return (Path.GetFileName(job), long.Parse(newest, CultureInfo.InvariantCulture), File.Exists(Path.Combine(job, newest, Named)));
            }
        }
    }
}
