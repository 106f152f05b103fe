using DuckDB.NET.Data;

namespace Rollcall.Reading;

/// <summary>Runs SQL in the run's DuckDB so that it can be cancelled: DuckDB works on the calling thread.</summary>
internal static class DuckCommands
{
    public static Task<int> ExecuteAsync(this DuckDBConnection duckdb, string sql, CancellationToken cancellation) =>
        RunAsync(duckdb, sql, command => command.ExecuteNonQuery(), cancellation);

    /// <summary>Reads all rows into memory: only for small results.</summary>
    public static Task<List<T>> QueryAsync<T>(this DuckDBConnection duckdb, string sql, Func<DuckDBDataReader, T> read, CancellationToken cancellation) =>
        RunAsync(
            duckdb,
            sql,
            command =>
            {
                var rows = new List<T>();
                using var reader = command.ExecuteReader();
                while (reader.Read())
                {
                    rows.Add(read(reader));
                }

                return rows;
            },
            cancellation);

    private static async Task<T> RunAsync<T>(DuckDBConnection duckdb, string sql, Func<DuckDBCommand, T> run, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var command = duckdb.CreateCommand();
        command.CommandText = sql;
        command.UseStreamingMode = true;
        using var registration = cancellation.Register(command.Cancel);
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
