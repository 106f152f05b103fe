using System.Text.RegularExpressions;

namespace Rollcall.Store;

/// <summary>What runs leave in the data folder, and how long it stays: rolls go when a run ends, manifests and reports after 30 days.</summary>
internal static partial class RunFolders
{
    private static readonly TimeSpan Retention = TimeSpan.FromDays(30);

    /// <summary>Deletes work folders of runs whose process died, and files of deliveries long since in the ledger.</summary>
    /// <param name="tag">The job whose lock the caller holds.</param>
    public static void DeleteAbandoned(DataFolder folder, IStore store, string tag, DateTimeOffset now)
    {
        var before = (now - Retention).ToUnixTimeMilliseconds();
        foreach (var old in store.Retention.Before(before))
        {
            store.Retention.Unname(old);
            old.Files.ToList().ForEach(folder.Delete);
        }

        // A result names up to a hundred people; what it counts may stay.
        store.Retention.ForgetFailures(before);

        // A run marked as running whose job's lock is free has no process.
        foreach (var run in store.Runs.Unended().Where(run => run.Tag == tag || !folder.IsLocked(run.Tag)))
        {
            store.Runs.Interrupted(run.RunId);
        }

        DeleteDeadFolders(folder);
    }

    /// <summary>The name of the lock that says that a work folder, of a run or a plan, is in use; it is taken before the folder is made.</summary>
    public static string Lock(string work) => $".work-{work}";

    /// <summary>Whether a run or a plan works in the data folder.</summary>
    public static bool AnyInUse(DataFolder folder) => Directory.Exists(folder.Full("locks"))
        && Directory.EnumerateFiles(folder.Full("locks"), $"{Lock("*")}.lock").Select(path => Path.GetFileNameWithoutExtension(path)!).Any(folder.IsLocked);

    /// <summary>Deletes the work folders, with the rolls in them, that nobody works in any more.</summary>
    public static void DeleteDeadFolders(DataFolder folder)
    {
        if (!Directory.Exists(folder.Full("runs")))
        {
            return;
        }

        // Whatever else lies there is not ours to delete.
        foreach (var path in Directory.GetDirectories(folder.Full("runs")).Where(path => Ours().IsMatch(Path.GetFileName(path)) && !Links.IsLink(path)))
        {
            var name = Lock(Path.GetFileName(path));
            using var free = folder.TryLock(name);
            if (free is not null)
            {
                Directory.Delete(path, recursive: true);
                folder.Delete($"locks/{name}.lock");
            }
        }
    }

    /// <summary>A run's id, or the name of what plans, checks, looks and backups work in.</summary>
    [GeneratedRegex(@"\A(?:[0-9]{8}T[0-9]{6}Z(?:-[0-9]+)?|(?:plan|check|look|backup)-[0-9a-f]{1,32})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Ours();
}
