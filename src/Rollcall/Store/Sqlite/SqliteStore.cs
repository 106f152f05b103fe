using Rollcall.Model;

namespace Rollcall.Store.Sqlite;

/// <summary>The store as a SQLite file of the data folder.</summary>
internal sealed class SqliteStore : IFoundStore
{
    /// <summary>The store's version. Older stores are migrated forward, newer ones refused.</summary>
    public static readonly int Version = StoreSchema.Versions.Count;

    private readonly DataFolder _folder;

    private SqliteStore(DataFolder folder, Action<string>? checkpoint)
    {
        _folder = folder;
        Connection = new StoreConnection(folder.StorePath, checkpoint);
        Jobs = new SqliteJobs(Connection);
        StoredJobs = new SqliteStoredJobs(Connection);
        Tokens = new SqliteTokens(Connection);
        Runs = new SqliteRuns(Connection);
        Books = new SqliteBooks(Connection);
        Audiences = new SqliteAudiences(Connection);
        Ledgers = new SqliteLedgers(Connection, folder);
        Deliveries = new SqliteDeliveries(Connection);
        Outbox = new SqliteOutbox(Connection);
        Forgotten = new SqliteForgotten(Connection);
        Retention = new SqliteRetention(Connection);
        Budgets = new SqliteBudgets(Connection);
    }

    public StoreConnection Connection { get; }

    public IJobs Jobs { get; }

    public IStoredJobs StoredJobs { get; }

    public ITokens Tokens { get; }

    public IRuns Runs { get; }

    public IBooks Books { get; }

    public IAudiences Audiences { get; }

    public ILedgers Ledgers { get; }

    public IDeliveries Deliveries { get; }

    public IOutbox Outbox { get; }

    public IForgotten Forgotten { get; }

    public IRetention Retention { get; }

    public IBudgets Budgets { get; }

    public bool IsBlank => Connection.Number("SELECT count(*) FROM sqlite_master WHERE type = 'table'") == 0;

    private int Found => (int)Connection.Number("PRAGMA user_version");

    /// <param name="prepare">What is done with it before it is anybody's.</param>
    /// <exception cref="RollcallException">The store is of a newer version, or cannot be opened.</exception>
    public static SqliteStore Open(DataFolder folder, Action<string>? checkpoint, Action<SqliteStore> prepare)
    {
        SqliteStore? store = null;
        try
        {
            store = new SqliteStore(folder, checkpoint);
            store.RefuseNewer();
            prepare(store);
            return store;
        }
        catch (StoreException e)
        {
            store?.Dispose();
            throw FolderProblem.Of(e, folder.StorePath) ?? new RollcallException(
                ExitCode.BadJob,
                $"The data folder's store cannot be opened: {e.Message}",
                folder.StorePath,
                "Restore the folder from a backup, or name another with --data.",
                e);
        }
        catch
        {
            store?.Dispose();
            throw;
        }
    }

    public IJournal Journal(string tag, long account, TimeProvider clock) => new SqliteJournal(Connection, tag, account, clock);

    public IOptOuts OptOuts(long account) => new SqliteOptOuts(Connection, account);

    public IWatch Watch(string tag, long account) => new SqliteWatch(Connection, tag, account);

    public void Rekey(CancellationToken cancellation) => Rekeying.Ensure(_folder, Connection, cancellation);

    public void Migrate()
    {
        if (Found == Version)
        {
            return;
        }

        Connection.InTransaction(() =>
        {
            // Two processes may open a folder at once: the second one finds it done.
            foreach (var schema in StoreSchema.Versions.Skip(Found))
            {
                Connection.Execute(schema);
            }

            Connection.Execute($"PRAGMA user_version={Version}");
        });
    }

    public void Dispose() => Connection.Dispose();

    private void RefuseNewer()
    {
        if (Found > Version)
        {
            throw new RollcallException(
                ExitCode.BadJob,
                $"The data folder was written by a newer Rollcall (store version {Found}; this one knows {Version}).",
                _folder.Root,
                "Use that version, or another folder with --data.");
        }
    }
}
