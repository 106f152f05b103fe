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

    /// <summary>Stops when cancelled, in the middle of a statement too.</summary>
    public static int Execute(this DuckDBConnection duckdb, string sql, CancellationToken cancellation) =>
        Run(duckdb, sql, command => command.ExecuteNonQuery(), cancellation);

    /// <summary>Reads all rows into memory: only for small results. Stops when cancelled, in the middle of a statement too.</summary>
    public static List<T> Query<T>(this DuckDBConnection duckdb, string sql, Func<DuckDBDataReader, T> read, CancellationToken cancellation) =>
        Run(duckdb, sql, command => Rows(command, read), cancellation);

    /// <summary>Runs a command of the SQL. Stops when cancelled, in the middle of a statement too.</summary>
    public static T Run<T>(this DuckDBConnection duckdb, string sql, Func<DuckDBCommand, T> run, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var command = duckdb.CreateCommand();
        command.CommandText = sql;
        using var stopping = new RepeatedStop(command.Cancel, cancellation);
        return Ending(() => run(command), cancellation);
    }

    /// <summary>Streams rows. Stops when cancelled, in the middle of the statement too.</summary>
    public static IEnumerable<T> Stream<T>(this DuckDBConnection duckdb, string sql, Func<DuckDBDataReader, T> read, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var command = duckdb.CreateCommand();
        command.CommandText = sql;
        command.UseStreamingMode = true;
        using var stopping = new RepeatedStop(command.Cancel, cancellation);
        using var reader = Ending(command.ExecuteReader, cancellation);
        while (Ending(reader.Read, cancellation))
        {
            yield return read(reader);
        }
    }

    public static Task<int> ExecuteAsync(this DuckDBConnection duckdb, string sql, CancellationToken cancellation) =>
        RunAsync(duckdb, sql, command => command.ExecuteNonQuery(), cancellation);

    /// <summary>Reads all rows into memory: only for small results.</summary>
    public static Task<List<T>> QueryAsync<T>(this DuckDBConnection duckdb, string sql, Func<DuckDBDataReader, T> read, CancellationToken cancellation) =>
        RunAsync(duckdb, sql, command => Rows(command, read), cancellation);

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

    private static Task<T> RunAsync<T>(DuckDBConnection duckdb, string sql, Func<DuckDBCommand, T> run, CancellationToken cancellation)
    {
        T Streaming(DuckDBCommand command)
        {
            command.UseStreamingMode = true;
            return run(command);
        }

        return Task.Run(() => Run(duckdb, sql, Streaming, cancellation), CancellationToken.None);
    }

    /// <summary>What DuckDB says of a statement that was stopped is no error: the run was cancelled.</summary>
    private static T Ending<T>(Func<T> run, CancellationToken cancellation)
    {
        try
        {
            return run();
        }
        catch (DuckDBException e) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException("The statement was cancelled.", e, cancellation);
        }
    }
}
