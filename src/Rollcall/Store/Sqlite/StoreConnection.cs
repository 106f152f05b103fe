using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using Rollcall.Model;
using Rollcall.Work;

namespace Rollcall.Store.Sqlite;

/// <summary>The connection to a store's SQLite file: WAL, and every commit reaches the disk. One thread uses it at a time; others wait.</summary>
internal sealed class StoreConnection : IDisposable
{
    // https://www.sqlite.org/rescode.html
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int IoError = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    private readonly SqliteConnection _connection;
    private readonly Lock _gate = new();
    private readonly Action<string>? _checkpoint;

    static StoreConnection()
    {
        DefaultTypeMap.MatchNamesWithUnderscores = true;

        // Dapper knows a moment itself, and would ask no handler about it.
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset));
        SqlMapper.RemoveTypeMap(typeof(DateTimeOffset?));
        SqlMapper.AddTypeHandler(new FlagColumn());
        SqlMapper.AddTypeHandler(new MomentColumn());
        SqlMapper.AddTypeHandler(new NumbersColumn());
        SqlMapper.AddTypeHandler(new JsonColumn<RunStart>());
        SqlMapper.AddTypeHandler(new JsonColumn<IReadOnlyList<Problem>>());
    }

    public StoreConnection(string path, Action<string>? checkpoint)
    {
        _checkpoint = checkpoint;
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 60 }.ToString());
        try
        {
            Told(() =>
            {
                _connection.Open();
                FileModes.Restrict(path);
                return _connection.Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=60000; PRAGMA foreign_keys=ON;");
            });
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs <paramref name="work"/> in one transaction: all of it is on the disk afterwards, or none.</summary>
    public T InTransaction<T>(Func<T> work) => Told(() =>
    {
        _checkpoint?.Invoke("commit");
        using var transaction = _connection.BeginTransaction(deferred: false);
        var result = work();
        transaction.Commit();
        _checkpoint?.Invoke("commit");
        return result;
    });

    public void InTransaction(Action work) => InTransaction(() =>
    {
        work();
        return 0;
    });

    /// <summary>Runs a statement; once for each, where the parameters are many.</summary>
    /// <returns>How many rows it changed.</returns>
    public int Execute(string sql, object? parameters = null) => Told(() => _connection.Execute(sql, parameters));

    /// <summary>Runs a statement in a transaction of its own.</summary>
    public void Commit(string sql, object? parameters) => InTransaction(() => Execute(sql, parameters));

    public List<T> Query<T>(string sql, object? parameters = null) => Told(() => _connection.Query<T>(sql, parameters).AsList());

    /// <summary>The first row; null for none.</summary>
    public T? First<T>(string sql, object? parameters = null) where T : class => Told(() => _connection.QueryFirstOrDefault<T>(sql, parameters));

    /// <summary>Reads rows one after another, however many there are, until one is enough.</summary>
    public void Each<T>(string sql, object? parameters, Func<T, bool> isEnough) =>
        Told(() => _connection.Query<T>(sql, parameters, buffered: false).Any(isEnough));

    public void Each<T>(string sql, object? parameters, Action<T> read) => Each<T>(sql, parameters, row =>
    {
        read(row);
        return false;
    });

    public long Number(string sql, object? parameters = null) =>
        Told(() => Convert.ToInt64(_connection.ExecuteScalar(sql, parameters) ?? 0L, CultureInfo.InvariantCulture));

    public void Dispose() => _connection.Dispose();

    public static StoreException Fault(SqliteException e) => new(
        e.SqliteErrorCode switch
        {
            ReadOnly or CannotOpen => StoreFault.NotWritable,
            Full or IoError => StoreFault.NoRoom,
            Busy or Locked => StoreFault.Busy,
            Corrupt or NotADatabase => StoreFault.Damaged,
            _ => StoreFault.Other,
        },
        e.Message,
        e);

    private T Told<T>(Func<T> work)
    {
        lock (_gate)
        {
            try
            {
                return work();
            }
            catch (SqliteException e)
            {
                throw Fault(e);
            }
        }
    }
}
