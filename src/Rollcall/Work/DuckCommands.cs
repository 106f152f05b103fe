using DuckDB.NET.Data;

namespace Rollcall.Work;

/// <summary>Runs SQL in a DuckDB. DuckDB works on the calling thread: methods for long work can be cancelled.</summary>
internal static class DuckCommands
{
    public static int Execute(this DuckDBConnection duckdb, string sql)
    {
        using var command = duckdb.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteNonQuery();
    }

    /// <summary>Reads all rows into memory: only for small results.</summary>
    public static List<T> Query<T>(this DuckDBConnection duckdb, string sql, Func<DuckDBDataReader, T> read)
    {
        using var command = duckdb.CreateCommand();
        command.CommandText = sql;
        return Rows(command, read);
    }

    public static Task<int> ExecuteAsync(this DuckDBConnection duckdb, string sql, CancellationToken cancellation) =>
        RunAsync(duckdb, sql, command => command.ExecuteNonQuery(), cancellation);

    /// <summary>Reads all rows into memory: only for small results.</summary>
    public static Task<List<T>> QueryAsync<T>(this DuckDBConnection duckdb, string sql, Func<DuckDBDataReader, T> read, CancellationToken cancellation) =>
        RunAsync(
            duckdb,
            sql,
            command => Rows(command, read),
            cancellation);

    private static List<T> Rows<T>(DuckDBCommand command, Func<DuckDBDataReader, T> read)
    {
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private static async Task<T> RunAsync<T>(DuckDBConnection duckdb, string sql, Func<DuckDBCommand, T> run, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var command = duckdb.CreateCommand();
        command.CommandText = sql;
        command.UseStreamingMode = true;
        using var stopping = new RepeatedStop(command.Cancel, cancellation);
        try
        {
            return await Task.Run(() => run(command), CancellationToken.None);
        }
        catch (DuckDBException e) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException("Reading was cancelled.", e, cancellation);
        }
    }
}
