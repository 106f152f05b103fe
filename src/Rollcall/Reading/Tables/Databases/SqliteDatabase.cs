using System.Data.Common;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Work;

namespace Rollcall.Reading.Tables.Databases;

/// <summary>A SQLite file, opened read-only. Its columns have no types: each value is read as it is stored.</summary>
internal sealed class SqliteDatabase(string path, string? dataFolder) : Database
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The longest text, blob or row that SQLite makes, in bytes.</summary>
    private const int Longest = 16 << 20;

    /// <summary>The most memory that SQLite uses in this process; larger sorts and groups use files.</summary>
    private const long MostMemory = 512L << 20;

    public override SelectLexis Lexis => SelectLexis.Sqlite;

    public override async Task<DbConnection> OpenAsync(TimeSpan limit, CancellationToken cancellation)
    {
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            throw new RollcallException(ExitCode.Source, $"There is no file {path}.", "source.tables.database", "Relative paths start at the job file.");
        }

        if (RegularFile.OtherKind(path) is { } other)
        {
            throw new RollcallException(ExitCode.Source, $"{path} is {other}; a SQLite database is a regular file.", "source.tables.database");
        }

        if (dataFolder is not null)
        {
            OutsideDataFolder.Require(path, dataFolder, "source.tables.database");
        }

        var settings = new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false };
        var connection = new SqliteConnection(settings.ToString());
        await connection.OpenAsync(cancellation);
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA query_only = 1; BEGIN;";
        await command.ExecuteNonQueryAsync(cancellation);
        SqliteGuard.Set(connection.Handle!, Longest, MostMemory);
        return connection;
    }

    public override DbCommand Query(DbConnection connection, string sql)
    {
        SqliteGuard.RefuseMore(((SqliteConnection)connection).Handle!, sql);
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }

    /// <summary>The command's own Cancel does nothing.</summary>
    public override void Stop(DbConnection connection, DbCommand command) => SQLitePCL.raw.sqlite3_interrupt(((SqliteConnection)connection).Handle);

    public override IReadOnlyList<DatabaseColumn> Columns(DbDataReader reader) =>
        [.. Enumerable.Range(0, reader.FieldCount).Select(i => Named(reader.GetName(i))).Select((name, i) => new DatabaseColumn(
            new Column(reader.GetName(i), "VARCHAR"),
            name,
            $"CASE WHEN typeof({name}) = 'blob' THEN json_quote(CAST({name} AS TEXT)) WHEN {name} IS NOT NULL THEN json_quote({name}) END",
            Declared(reader.GetDataTypeName(i))))];

    /// <summary>SQLite does not enforce declared types: the stored values have to match. Without a declared type, a column of numbers is numeric.</summary>
    public override async Task<DataFieldType?> SuggestedAsync(DbConnection connection, DatabaseColumn column, string select, StatementLimit limit)
    {
        var types = Around(select, $"DISTINCT typeof({column.Expression})", $" WHERE {column.Expression} IS NOT NULL");
        var stored = await Task.Run(() => Read(connection, types, limit, reader => reader.Cast<DbDataRecord>().Select(row => row.GetString(0)).ToHashSet()));

        return column.Suggested switch
        {
            DataFieldType.Date when stored.All(type => type is "text") => DataFieldType.Date,
            DataFieldType.Boolean when stored.All(type => type is "integer") => DataFieldType.Boolean,
            DataFieldType.Numeric when stored.All(IsNumber) => DataFieldType.Numeric,
            null when stored.Count > 0 && stored.All(IsNumber) => DataFieldType.Numeric,
            _ => DataFieldType.String,
        };
    }

    private static bool IsNumber(string stored) => stored is "integer" or "real";

    /// <summary>By SQLite's rules for names of types, and the usual meaning of DATE and BOOLEAN; null when nothing is declared.</summary>
    private static DataFieldType? Declared(string type)
    {
        var words = type.ToUpperInvariant();
        bool Has(params string[] parts) => parts.Any(part => words.Contains(part, StringComparison.Ordinal));
        return Has("BOOL") ? DataFieldType.Boolean
            : Has("DATE", "TIMESTAMP") ? DataFieldType.Date
            : Has("CHAR", "TEXT", "CLOB") ? DataFieldType.String
            : Has("INT", "REAL", "FLOA", "DOUB", "DEC", "NUM") ? DataFieldType.Numeric
            : null;
    }

    public override string Text(DbDataReader reader, int index) => reader.GetValue(index) switch
    {
        string text => text,
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => Shortest(number),
        byte[] bytes => Decoded(bytes),
        var other => Convert.ToString(other, CultureInfo.InvariantCulture)!,
    };

    /// <summary>As Dotdigital accepts it, if it does: 37.62 for 37.620000000000005.</summary>
    private static string Shortest(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        return DecimalText.Of(text) ?? text;
    }

    /// <summary>Some programs store texts as blobs.</summary>
    private static string Decoded(byte[] bytes)
    {
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new NotTextException();
        }
    }
}
