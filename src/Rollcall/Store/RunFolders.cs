using System.Text.RegularExpressions;

namespace Rollcall.Store;

/// <summary>What runs leave in the data folder, and how long it stays: rolls go when a run ends, manifests and reports after 30 days.</summary>
internal static partial class RunFolders
{
    private static readonly TimeSpan Retention = TimeSpan.FromDays(30);

    /// <summary>Deletes work folders of runs whose process died, and files of deliveries long since in the ledger.</summary>
    /// <param name="tag">The job whose lock the caller holds.</param>
    public static void DeleteAbandoned(DataFolder folder, SqliteStore store, string tag, DateTimeOffset now)
    {
        var before = (now - Retention).ToUnixTimeMilliseconds();
        var old = store.Query(
            "SELECT id, manifest, outcomes FROM delivery WHERE state IN ('recorded', 'refused') AND prepared_at < $before AND (manifest IS NOT NULL OR outcomes IS NOT NULL)",
            r => (Id: r.GetInt64(0), Manifest: r.IsDBNull(1) ? null : r.GetString(1), Outcomes: r.IsDBNull(2) ? null : r.GetString(2)),
            ("$before", before));
        foreach (var delivery in old)
        {
            store.Execute("UPDATE delivery SET manifest = NULL, outcomes = NULL WHERE id = $id", ("$id", delivery.Id));
            foreach (var file in new[] { delivery.Manifest, delivery.Outcomes }.OfType<string>())
            {
                folder.Delete(file);
            }
        }

        foreach (var (id, failures) in store.Query("SELECT run_id, failures FROM run WHERE failures IS NOT NULL AND started < $before", r => (r.GetString(0), r.GetString(1)), ("$before", before)))
        {
            store.Execute("UPDATE run SET failures = NULL WHERE run_id = $id", ("$id", id));
            folder.Delete(failures);
        }

        foreach (var (id, events) in store.Query("SELECT id, events FROM outbox WHERE delivered_at < $before", r => (r.GetInt64(0), r.GetString(1)), ("$before", before)))
        {
            store.Execute("DELETE FROM outbox WHERE id = $id", ("$id", id));
            folder.Delete(events);
        }

        // A result names up to a hundred people; what it counts may stay.
        store.Execute("UPDATE run SET result = json_remove(result, '$.failures') WHERE started < $before AND json_extract(result, '$.failures[0]') IS NOT NULL", ("$before", before));
        MarkDeadRuns(folder, store, tag);
        DeleteDeadFolders(folder);
    }

    /// <summary>A run marked as running whose job's lock is free has no process.</summary>
    private static void MarkDeadRuns(DataFolder folder, SqliteStore store, string ours)
    {
        foreach (var (id, tag) in store.Query("SELECT run_id, tag FROM run WHERE state = 'running'", r => (r.GetString(0), r.GetString(1))))
        {
            if (tag == ours || !folder.IsLocked(tag))
            {
                store.Execute("UPDATE run SET state = 'interrupted' WHERE run_id = $id AND state = 'running'", ("$id", id));
            }
        }
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

    /// <summary>A run's id, or the name of what plans and checks work in.</summary>
    [GeneratedRegex(@"\A(?:[0-9]{8}T[0-9]{6}Z(?:-[0-9]+)?|(?:plan|check)-[0-9a-f]{1,32})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Ours();
}
