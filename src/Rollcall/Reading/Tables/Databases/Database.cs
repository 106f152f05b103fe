using System.Data.Common;
using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Work;

namespace Rollcall.Reading.Tables.Databases;

/// <summary>A column of an audience in a database.</summary>
/// <param name="Column">Its name, and the DuckDB type it is read as.</param>
/// <param name="Expression">The SQL that selects it from the audience as that type's text, or as a number.</param>
/// <param name="Json">The SQL that selects it as JSON text.</param>
/// <param name="Suggested">The type of a data field for it, by the column's declaration; null when unknown.</param>
internal sealed record DatabaseColumn(Column Column, string Expression, string Json, DataFieldType? Suggested);

/// <summary>What differs between databases: how they are reached, quote, keep one snapshot and name types.</summary>
internal abstract class Database
{
    private readonly string _audience = $"audience_{Guid.NewGuid():N}";

    /// <summary>The name for messages, without a password.</summary>
    public required string Name { get; init; }

    /// <summary>How its names, strings and comments are written, as far as is known before a connection is open.</summary>
    public abstract SelectLexis Lexis { get; }

    /// <summary>The password, to keep it out of messages; empty when there is none.</summary>
    public virtual string Password => "";

    /// <param name="dataFolder">The data folder: no database in it is a source; null when there is none.</param>
    public static Database Of(TablesSourceOptions options, string? dataFolder = null)
    {
        var (database, name) = (options.Database!, options.DatabaseName ?? options.Database!);
        var scheme = database.IndexOf("://", StringComparison.Ordinal);
        return (scheme < 0 ? "" : database[..scheme].ToUpperInvariant()) switch
        {
            "POSTGRES" or "POSTGRESQL" => new PostgresDatabase(new DatabaseUrl(database, name)) { Name = name },
            "MYSQL" or "MARIADB" => new MySqlDatabase(new DatabaseUrl(database, name)) { Name = name },
            _ => new SqliteDatabase(database, dataFolder) { Name = name },
        };
    }

    /// <summary>Opens a connection in which all queries see the same state and none can write.</summary>
    /// <param name="limit">The longest that a statement may take; the server ends it too, where it can.</param>
    public abstract Task<DbConnection> OpenAsync(TimeSpan limit, CancellationToken cancellation);

    /// <summary>
    /// A command that runs the SQL as one statement: the protocol prevents a second one, not parsing.
    /// Every statement with an audience's SQL is made here.
    /// </summary>
    public abstract DbCommand Query(DbConnection connection, string sql);

    /// <summary>Ends the running statement, from another thread; may be called again.</summary>
    public virtual void Stop(DbConnection connection, DbCommand command) => command.Cancel();

    /// <summary>What an audience's SQL calls or names that does more than read, as only the server can tell; null when there is nothing.</summary>
    public virtual Task<string?> ForbiddenAsync(DbConnection connection, string sql, CancellationToken cancellation) =>
        Task.FromResult<string?>(null);

    /// <summary>What the user may do besides reading, in words; the protocol cannot prevent all of it.</summary>
    public virtual Task<IReadOnlyList<string>> RightsAsync(DbConnection connection, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([]);

    /// <summary>The SQL of a text, cut to one character more than <see cref="ValueLimit.Characters"/>.</summary>
    protected static string Clipped(string length, string text) =>
        $"CASE WHEN {length}({text}) > {ValueLimit.Characters} THEN left({text}, {ValueLimit.Characters + 1}) ELSE {text} END";

    public virtual string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A column of <see cref="Around"/>.</summary>
    protected string Named(string column) => $"{_audience}.{Quote(column)}";

    /// <summary>The SELECT of a table, given its name as the job spells it.</summary>
    public virtual Task<string> TableAsync(DbConnection connection, string table, CancellationToken cancellation) =>
        Task.FromResult(string.Join('.', table.Split('.').Select(Quote)));

    /// <summary>The columns of an audience that was asked for no rows.</summary>
    public abstract IReadOnlyList<DatabaseColumn> Columns(DbDataReader reader);

    /// <summary>The type of a data field for a column.</summary>
    /// <param name="select">The audience's SELECT.</param>
    /// <param name="limit">Ends a query that takes too long.</param>
    public virtual Task<DataFieldType?> SuggestedAsync(DbConnection connection, DatabaseColumn column, string select, StatementLimit limit) =>
        Task.FromResult(column.Suggested);

    /// <summary>Runs a query, and ends it at the limit.</summary>
    public T Read<T>(DbConnection connection, string sql, StatementLimit limit, Func<DbDataReader, T> read)
    {
        limit.Token.ThrowIfCancellationRequested();
        using var command = Query(connection, sql);
        using var stopping = limit.Stops(() => Stop(connection, command));
        using var reader = command.ExecuteReader();
        try
        {
            return read(reader);
        }
        catch
        {
            // Otherwise, closing the reader reads all remaining rows.
            Stop(connection, command);
            throw;
        }
    }

    /// <summary>
    /// A SELECT around an audience's. Its columns belong to a random name that is given after the audience's SQL: SQL that leaves its parentheses, or
    /// makes a comment of what follows, leaves them without a table.
    /// </summary>
    public string Around(string sql, string? columns = null, string more = "") =>
        $"SELECT {columns ?? $"{_audience}.*"} FROM (\n{sql}\n) AS {_audience}{more}";

    /// <summary>A value as text; throws <see cref="NotTextException"/> when it is not text.</summary>
    public virtual string Text(DbDataReader reader, int index) => reader.GetString(index);

    /// <summary>The database's message without the password.</summary>
    public string Message(Exception error) =>
        Password.Length == 0 ? Words(error) : Words(error).Replace(Password, "***", StringComparison.Ordinal);

    /// <summary>
    /// Whether an exception thrown by a driver was caused by the database: besides their own errors, drivers fail on answers that no database gives, each
    /// in its own way.
    /// </summary>
    public static bool IsTrouble(Exception error) => error is not (RollcallException or DuckDB.NET.Data.DuckDBException or NotTextException);

    /// <summary>The database's message, with positions in the audience's own SQL.</summary>
    protected virtual string Words(Exception error) => error is DbException or IOException or TimeoutException or System.Net.Sockets.SocketException
        ? error.Message
        : $"its answer is none that a database gives ({error.Message})";
}

/// <summary>A value that holds bytes, not text.</summary>
internal sealed class NotTextException() : Exception("It holds bytes that are no text.");
