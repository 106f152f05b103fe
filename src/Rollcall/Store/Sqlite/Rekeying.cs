using DuckDB.NET.Data;
using Rollcall.Model;

namespace Rollcall.Store.Sqlite;

/// <summary>
/// Gives what former versions wrote new keys, once a data folder: they keyed addresses in other ways than <see cref="MemberKey"/>. New files are written
/// beside the old ones, and one transaction names them all, keys the store's own rows, and says that it is done. It keeps every other process out of
/// the store while it lasts; one that is killed has changed nothing. Where all addresses are plain ASCII nothing is rewritten.
/// </summary>
internal static class Rekeying
{
    private const string Schema = """
        CREATE TABLE IF NOT EXISTS rekeyed(form INTEGER PRIMARY KEY);  -- the forms of member keys that the folder was brought to
        CREATE TABLE IF NOT EXISTS rekeyed_litter(path TEXT PRIMARY KEY) WITHOUT ROWID;  -- what no transaction names any more, to be deleted
        """;

    // The form of MemberKey; another one of a later version has another number.
    private const int Form = 1;

    private const string SpillFolder = "rekey.spill";

    /// <summary>Sees to it that the folder's keys are those of this version.</summary>
    /// <exception cref="RollcallException">Exit 6: a run or a plan of a former version works in the folder.</exception>
    public static void Ensure(DataFolder folder, StoreConnection store, CancellationToken cancellation)
    {
        if (!IsDone(store))
        {
            if (RunFolders.AnyInUse(folder))
            {
                throw new RollcallException(
                    ExitCode.Busy,
                    "A run or a plan of a former version of Rollcall works in the data folder, which this version has to bring up to date first.",
                    folder.Root,
                    "Wait for it to end, and repeat the command.");
            }

            try
            {
                Rekey(folder, store, cancellation);
            }
            catch (StoreException e) when (e.Fault == StoreFault.Busy)
            {
                throw new RollcallException(
                    ExitCode.Busy,
                    "Another command brings the data folder up to date just now.",
                    folder.Root,
                    "Wait for it to end, and repeat the command.",
                    e);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or DuckDBException or StoreException)
            {
                throw new RollcallException(
                    ExitCode.SomeNotDelivered,
                    $"The data folder, written by a former version, cannot be brought up to date: {e.Message.Split('\n', 2)[0]}",
                    folder.Root,
                    "Look at the disk's free space and the folder's rights, and repeat the command: nothing has changed.",
                    e);
            }
            finally
            {
                DeleteSpill(folder);
            }
        }

        DeleteLitter(folder, store);
    }

    private static bool IsDone(StoreConnection store) =>
        store.Number("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'rekeyed'") > 0
        && store.Number("SELECT count(*) FROM rekeyed WHERE form = @Form", new { Form }) > 0;

    private static void Rekey(DataFolder folder, StoreConnection store, CancellationToken cancellation) => store.InTransaction(() =>
    {
        // Who waited for another process finds it done.
        if (IsDone(store))
        {
            return;
        }

        store.Execute(Schema);
        DeleteSpill(folder);
        using var tables = new RekeyedTables(folder, store, folder.Full(SpillFolder), cancellation);
        tables.Rekey();
        new RekeyedRows(store, tables).Rekey();
        store.Execute("INSERT OR IGNORE INTO rekeyed_litter(path) VALUES (@path)", tables.Replaced.Select(path => new { path }));
        store.Execute("INSERT INTO rekeyed(form) VALUES (@Form)", new { Form });
    });

    private static void DeleteLitter(DataFolder folder, StoreConnection store)
    {
        foreach (var path in store.Query<string>("SELECT path FROM rekeyed_litter"))
        {
            if (Directory.Exists(folder.Full(path)))
            {
                Directory.Delete(folder.Full(path), recursive: true);
            }
            else if (File.Exists(folder.Full(path)))
            {
                folder.Delete(path);
            }

            store.Execute("DELETE FROM rekeyed_litter WHERE path = @path", new { path });
        }
    }

    private static void DeleteSpill(DataFolder folder)
    {
        if (Directory.Exists(folder.Full(SpillFolder)))
        {
            Directory.Delete(folder.Full(SpillFolder), recursive: true);
        }
    }
}
