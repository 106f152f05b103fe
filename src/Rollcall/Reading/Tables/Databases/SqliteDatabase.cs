using System.Data.Common;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Rollcall.Reading.Tables.Databases;

/// <summary>A SQLite file, opened read-only. Its columns have no types: each value is read as it is stored.</summary>
internal sealed class SqliteDatabase(string path) : Database
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public override SelectLexis Lexis { get; } = new();

    public override async Task<DbConnection> OpenAsync(CancellationToken cancellation)
    {
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            throw new RollcallException(ExitCode.Source, $"There is no file {path}.", "source.tables.database", "Relative paths start at the job file.");
        }

        if (RegularFile.OtherKind(path) is { } other)
        {
            throw new RollcallException(ExitCode.Source, $"{path} is {other}; a SQLite database is a regular file.", "source.tables.database");
        }

        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        await connection.OpenAsync(cancellation);
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA query_only = 1; BEGIN;";
        await command.ExecuteNonQueryAsync(cancellation);
        return connection;
    }

    public override IReadOnlyList<DatabaseColumn> Columns(DbDataReader reader) =>
        [.. Enumerable.Range(0, reader.FieldCount).Select(i => Quote(reader.GetName(i))).Select((name, i) => new DatabaseColumn(
            new Column(reader.GetName(i), "VARCHAR"),
            name,
            $"CASE WHEN typeof({name}) = 'blob' THEN json_quote(CAST({name} AS TEXT)) WHEN {name} IS NOT NULL THEN json_quote({name}) END",
            Declared(reader.GetDataTypeName(i))))];

    /// <summary>A declared type binds no value: what the values are stored as has to agree. Where none is declared, numbers alone make a number.</summary>
    public override async Task<DataFieldType?> SuggestedAsync(DbConnection connection, DatabaseColumn column, string select, CancellationToken cancellation)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT DISTINCT typeof({column.Expression}) FROM (\n{select}\n) AS audience WHERE {column.Expression} IS NOT NULL";
        using var reader = await command.ExecuteReaderAsync(cancellation);
        var stored = new HashSet<string>();
        while (await reader.ReadAsync(cancellation))
        {
            stored.Add(reader.GetString(0));
        }

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

    /// <summary>By SQLite's rules for names of types, and what people mean by DATE and BOOLEAN; null where nothing is declared.</summary>
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
        double number => FloatText.Of(number),
        byte[] bytes => Decoded(bytes),
        var other => Convert.ToString(other, CultureInfo.InvariantCulture)!,
    };

    /// <summary>Programs do store texts as blobs.</summary>
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
