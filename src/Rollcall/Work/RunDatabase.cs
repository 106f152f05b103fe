using System.Globalization;
using DuckDB.NET.Data;
using Rollcall.Model;

namespace Rollcall.Work;

/// <summary>
/// The run's own DuckDB file: rolls, changes and reports at rest between the steps. Memory is bounded; what does not fit spills beside the file.
/// </summary>
internal sealed class RunDatabase : IDisposable
{
    private readonly string _settings;
    private readonly CancellationToken _cancellation;

    /// <param name="cancellation">The run's: a statement that lasts when it is cancelled ends then, as an <see cref="OperationCanceledException"/>.</param>
    /// <param name="portion">What it may use; null for what a run uses that shares with nobody.</param>
    public RunDatabase(string folder, CancellationToken cancellation, RunPortion? portion = null)
    {
        portion ??= RunPortion.Alone;
        _cancellation = cancellation;
        Folder = folder;
        var file = Path.Combine(folder, "run.duckdb");
        File.Delete(file);
        _settings = $"DataSource={file}";

        // Each run begins a new file: folding its log into it, every 16 MB and at the end, is lost time.
        Connection = Open();
        MemberKeySql.Register(Connection);
        DecimalSql.Register(Connection);
        Connection.Execute($"""
            SET memory_limit='{portion.Megabytes}MB';
            SET threads={portion.Threads};
            SET temp_directory={SqlText.Literal(Path.Combine(folder, "spill"))};
            SET preserve_insertion_order=false;
            SET checkpoint_threshold='1GB';
            PRAGMA disable_checkpoint_on_shutdown;
            SET autoinstall_known_extensions=false;
            SET autoload_known_extensions=false;
            SET TimeZone='UTC';
            """, CancellationToken.None);
        FileModes.Restrict(file);
    }

    public string Folder { get; }

    public DuckDBConnection Connection { get; }

    /// <summary>One more connection to the same database, for a query that streams while others run.</summary>
    public DuckDBConnection Open()
    {
        var connection = new DuckDBConnection(_settings);
        connection.Open();
        return connection;
    }

    /// <summary>For loops that fill a table row by row, whose inserts are nothing to interrupt.</summary>
    public void StopIfCancelled() => _cancellation.ThrowIfCancellationRequested();

    public int Execute(string sql) => Connection.Execute(sql, _cancellation);

    public long Number(string sql)
    {
        var value = Connection.Run(sql, command => command.ExecuteScalar(), _cancellation);
        return value is null or DBNull ? 0 : ((IConvertible)Narrow(value)).ToInt64(CultureInfo.InvariantCulture);
    }

    public List<T> Query<T>(string sql, Func<DuckDBDataReader, T> read) => Connection.Query(sql, read, _cancellation);

    public void Dispose()
    {
        Connection.Dispose();
    }

    /// <summary>Sums come back as HUGEINT.</summary>
    private static object Narrow(object value) => value is System.Numerics.BigInteger big ? (long)big : value;
}

/// <summary>A range of key hashes, both ends in it. Work goes slice by slice, so that memory follows the slice, not the audience.</summary>
internal readonly record struct KeySlice(ulong First, ulong Last)
{
    /// <summary>Members a slice holds, about: joined and grouped in memory at once.</summary>
    public const long Members = 400_000;

    /// <summary>Cuts the key space so that a slice holds about <see cref="Members"/> of <paramref name="rows"/>.</summary>
    public static IReadOnlyList<KeySlice> For(long rows)
    {
        var count = (int)Math.Clamp((rows + Members - 1) / Members, 1, 4096);
        var slices = new KeySlice[count];
        for (var i = 0; i < count; i++)
        {
            slices[i] = new KeySlice(Start(i, count), i + 1 == count ? ulong.MaxValue : Start(i + 1, count) - 1);
        }

        return slices;
    }

    public string Where(string column = "kh") => $"{column} >= {First}::UBIGINT AND {column} <= {Last}::UBIGINT";

    private static ulong Start(int index, int count) => (ulong)((UInt128)ulong.MaxValue * (UInt128)index / (UInt128)count);
}
