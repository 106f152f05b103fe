using System.Data.Common;
using Rollcall.Jobs;

namespace Rollcall.Reading.Tables.Databases;

/// <summary>A column of an audience in a database.</summary>
/// <param name="Column">Its name, and the DuckDB type it is read as.</param>
/// <param name="Expression">The SQL that selects it from the audience as that type's text, or as a number.</param>
/// <param name="Json">The SQL that selects it as JSON text.</param>
/// <param name="Suggested">What a data field for it would be, as the column was declared; null where that is not known.</param>
internal sealed record DatabaseColumn(Column Column, string Expression, string Json, DataFieldType? Suggested);

/// <summary>What differs between databases: how they are reached, quote, keep one snapshot, and name types.</summary>
internal abstract class Database
{
    /// <summary>The name for messages, without a password.</summary>
    public required string Name { get; init; }

    /// <summary>How its strings and comments are written.</summary>
    public abstract SelectLexis Lexis { get; }

    /// <summary>The password, to keep it out of messages; empty when there is none.</summary>
    public virtual string Password => "";

    public static Database Of(TablesSourceOptions options)
    {
        var (database, name) = (options.Database!, options.DatabaseName ?? options.Database!);
        var scheme = database.IndexOf("://", StringComparison.Ordinal);
        return (scheme < 0 ? "" : database[..scheme].ToUpperInvariant()) switch
        {
            "POSTGRES" or "POSTGRESQL" => new PostgresDatabase(new DatabaseUrl(database, name)) { Name = name },
            "MYSQL" or "MARIADB" => new MySqlDatabase(new DatabaseUrl(database, name)) { Name = name },
            _ => new SqliteDatabase(database) { Name = name },
        };
    }

    /// <summary>Opens a connection in which every query sees the same state and none can write.</summary>
    public abstract Task<DbConnection> OpenAsync(CancellationToken cancellation);

    public virtual string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>The SELECT of a table, given its name as the job spells it.</summary>
    public virtual Task<string> TableAsync(DbConnection connection, string table, CancellationToken cancellation) =>
        Task.FromResult(string.Join('.', table.Split('.').Select(Quote)));

    /// <summary>The columns of an audience that was asked for no rows.</summary>
    public abstract IReadOnlyList<DatabaseColumn> Columns(DbDataReader reader);

    /// <summary>What a data field for a column would be.</summary>
    /// <param name="select">The audience's SELECT.</param>
    public virtual Task<DataFieldType?> SuggestedAsync(DbConnection connection, DatabaseColumn column, string select, CancellationToken cancellation) => Task.FromResult(column.Suggested);

    /// <summary>A value as text; throws <see cref="NotTextException"/> where it is none.</summary>
    public virtual string Text(DbDataReader reader, int index) => reader.GetString(index);

    /// <summary>The database's message without the password.</summary>
    public string Message(Exception error) =>
        Password.Length == 0 ? Words(error) : Words(error).Replace(Password, "***", StringComparison.Ordinal);

    /// <summary>
    /// Whether something that was thrown while a driver was at work is the database's doing: besides their own errors, drivers trip over answers that no
    /// database gives, each in its own way.
    /// </summary>
    public static bool IsTrouble(Exception error) => error is not (RollcallException or DuckDB.NET.Data.DuckDBException or NotTextException);

    /// <summary>What the database says, about the audience's own SQL.</summary>
    protected virtual string Words(Exception error) =>
        error is System.Data.Common.DbException or IOException or TimeoutException or System.Net.Sockets.SocketException ? error.Message : $"its answer is none that a database gives ({error.Message})";
}

/// <summary>A value that holds bytes, not text.</summary>
internal sealed class NotTextException() : Exception("It holds bytes that are no text.");
