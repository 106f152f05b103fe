using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Rollcall.Model;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Service.Access;

/// <summary>Opens <c>identity.db</c> of a data folder, for its owner alone, and makes its tables where there are none.</summary>
internal sealed class AccessFile : IDisposable
{
    private const int Version = 1;

    private readonly SqliteConnection _pool;
    private readonly DbContextOptions<AccessDatabase> _options;

    public AccessFile(string dataFolder)
    {
        var path = Path.Combine(Path.GetFullPath(dataFolder), "identity.db");
        FileModes.CreateFolder(Path.GetDirectoryName(path)!);
        Links.Refuse(path);

        // SQLite gives the mode of the database to the files beside it.
        using (new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete,
        }.ForOwner()))
        {
            FileModes.Restrict(path);
        }

        _pool = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, ForeignKeys = true, DefaultTimeout = 10 }.ToString());
        _options = new DbContextOptionsBuilder<AccessDatabase>().UseSqlite(_pool.ConnectionString).Options;
        var version = Read("PRAGMA user_version");
        if (version > Version)
        {
            throw new RollcallException(
                ExitCode.BadJob, $"The users were written by a newer Rollcall (version {version} of their tables; this one knows {Version}).", path,
                "Use the newer Rollcall again.");
        }

        if (version < Version)
        {
            CreateTables();
        }
    }

    public AccessDatabase Open() => new(_options);

    /// <summary>Whether there is a user. Asked at every start, so without Entity Framework, whose first question takes a second.</summary>
    public bool HasUsers() => Read("SELECT EXISTS (SELECT 1 FROM AspNetUsers)") != 0;

    public void Dispose()
    {
        SqliteConnection.ClearPool(_pool);
        _pool.Dispose();
    }

    private long Read(string sql)
    {
        using var connection = new SqliteConnection(_pool.ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private void CreateTables()
    {
        using var database = Open();
        database.Database.ExecuteSqlRaw("PRAGMA journal_mode = WAL");
        using var transaction = database.Database.BeginTransaction();

        // Another process may have been first.
        if (database.Database.SqlQueryRaw<int>("SELECT count(*) AS Value FROM sqlite_master WHERE type = 'table'").AsEnumerable().Single() == 0)
        {
            database.Database.ExecuteSqlRaw(database.Database.GenerateCreateScript());
            database.Database.ExecuteSqlRaw($"PRAGMA user_version = {Version}");
        }

        transaction.Commit();
    }
}
