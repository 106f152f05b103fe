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
}
