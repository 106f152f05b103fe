using Rollcall.Model;
using Rollcall.Store.Sqlite;

namespace Rollcall.Store;

/// <summary>Opens the store of a data folder.</summary>
internal static class Stores
{
    /// <exception cref="RollcallException">The store is lost, of a newer version, or cannot be opened.</exception>
    public static IStore Open(DataFolder folder, Action<string>? checkpoint = null)
    {
        var loss = StoreLoss.Look(folder);
        loss.RefuseGone();
        return SqliteStore.Open(folder, checkpoint, store =>
        {
            loss.RefuseOlder(store);
            store.Migrate();
        });
    }

    /// <summary>Opens the store as it is, to find out what is lost.</summary>
    public static IFoundStore OpenUnchecked(DataFolder folder) => SqliteStore.Open(folder, null, _ => { });

    /// <summary>Whether a file is a database that <see cref="CopyDatabase"/> copies.</summary>
    public static bool IsDatabase(string path) => SqliteCopy.IsDatabase(path);

    /// <summary>Copies a database that others may be writing to, as it is at one moment.</summary>
    /// <exception cref="StoreException">It cannot be read, or the copy not be written.</exception>
    public static void CopyDatabase(string from, string to) => SqliteCopy.Make(from, to);
}
