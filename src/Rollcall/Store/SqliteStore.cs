using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Rollcall.Store;

/// <summary>
/// What is small and changes: jobs, runs, the journal of deliveries, opt-outs and how far their feeds were read, the outbox, and the names
/// of the files that hold what is large. SQLite in WAL mode; every commit reaches the disk. Several processes may use one store at once.
/// </summary>
internal sealed class SqliteStore : IDisposable
{
    /// <summary>The store's version. Older stores are migrated forward, newer ones refused.</summary>
    public const int Version = 3;

    private readonly SqliteConnection connection;
    private readonly Lock gate = new();
    private readonly Action<string>? checkpoint;

    private SqliteStore(SqliteConnection connection, Action<string>? checkpoint)
    {
        this.connection = connection;
        this.checkpoint = checkpoint;
    }

    /// <exception cref="RollcallException">The store is lost, of a newer version, or cannot be opened.</exception>
    public static SqliteStore Open(DataFolder folder, Action<string>? checkpoint = null)
    {
        var loss = StoreLoss.Look(folder);
        loss.RefuseGone();
        return Open(folder, checkpoint, store =>
        {
            loss.RefuseOlder(store);
            store.Migrate();
        });
    }

    /// <summary>Opens the store as it is, to find out what is lost.</summary>
    public static SqliteStore OpenUnchecked(DataFolder folder) => Open(folder, null, _ => { });

    private static SqliteStore Open(DataFolder folder, Action<string>? checkpoint, Action<SqliteStore> prepare)
    {
        var settings = new SqliteConnectionStringBuilder { DataSource = folder.StorePath, Pooling = false, DefaultTimeout = 60 };
        var connection = new SqliteConnection(settings.ToString());
        try
        {
            connection.Open();
            DataFolder.Restrict(folder.StorePath);
            var store = new SqliteStore(connection, checkpoint);
            store.Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=60000; PRAGMA foreign_keys=ON;");
            store.RefuseNewer(folder);
            prepare(store);
            return store;
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw FolderProblem.Of(e, folder.StorePath)
                ?? new RollcallException(ExitCode.BadJob, $"The data folder's store cannot be opened: {e.Message}", folder.StorePath, "Restore the folder from a backup, or name another with --data.", e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs <paramref name="work"/> in one transaction: all of it is on the disk afterwards, or none.</summary>
    public T InTransaction<T>(Func<SqliteStore, T> work)
    {
        lock (gate)
        {
            checkpoint?.Invoke("commit");
            using var transaction = connection.BeginTransaction(deferred: false);
            var result = work(this);
            transaction.Commit();
            checkpoint?.Invoke("commit");
            return result;
        }
    }

    public void InTransaction(Action<SqliteStore> work) => InTransaction(store =>
    {
        work(store);
        return 0;
    });

    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        lock (gate)
        {
            using var command = Command(sql, parameters);
            return command.ExecuteNonQuery();
        }
    }

    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters) => Query(sql, read, _ => true, parameters);

    /// <summary>Reads the rows that are wanted into memory, of many.</summary>
    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, Func<T, bool> wanted, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        lock (gate)
        {
            using var command = Command(sql, parameters);
            using var reader = command.ExecuteReader();
            var rows = new List<T>();
            while (reader.Read())
            {
                if (read(reader) is var row && wanted(row))
                {
                    rows.Add(row);
                }
            }

            return rows;
        }
    }

    public long Number(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        lock (gate)
        {
            using var command = Command(sql, parameters);
            return Convert.ToInt64(command.ExecuteScalar() ?? 0L, CultureInfo.InvariantCulture);
        }
    }

    /// <summary>A prepared statement to run for many rows inside one transaction.</summary>
    public SqliteCommand Prepare(string sql, params ReadOnlySpan<string> names)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in names)
        {
            command.Parameters.Add(new SqliteParameter(name, null));
        }

        return command;
    }

    public void Dispose()
    {
        connection.Dispose();
    }

    private SqliteCommand Command(string sql, ReadOnlySpan<(string Name, object? Value)> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }

    private void RefuseNewer(DataFolder folder)
    {
        if ((int)Number("PRAGMA user_version") is var found and > Version)
        {
            throw new RollcallException(ExitCode.BadJob, $"The data folder was written by a newer Rollcall (store version {found}; this one knows {Version}).", folder.Root, "Use that version, or another folder with --data.");
        }
    }

    /// <summary>Brings the store up to date.</summary>
    public void Migrate()
    {
        if (Number("PRAGMA user_version") == Version)
        {
            return;
        }

        InTransaction(store =>
        {
            // Two processes may open a folder at once: whoever comes second finds it done.
            var before = store.Number("PRAGMA user_version");
            if (before < 1)
            {
                store.Execute(StoreSchema.Version1);
            }

            if (before < 2)
            {
                store.Execute(StoreSchema.Version2);
            }

            if (before < 3)
            {
                store.Execute(StoreSchema.Version3);
            }

            store.Execute($"PRAGMA user_version={Version}");
        });
    }
}
