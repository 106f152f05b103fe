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
        if (!File.Exists(path))
        {
            throw new RollcallException(ExitCode.Source, $"There is no file {path}.", "source.tables.database", "Relative paths start at the job file.");
        }

        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        await connection.OpenAsync(cancellation);
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA query_only = 1; BEGIN;";
        await command.ExecuteNonQueryAsync(cancellation);
        return connection;
    }

    public override IReadOnlyList<DatabaseColumn> Columns(DbDataReader reader) =>
        [.. Enumerable.Range(0, reader.FieldCount).Select(i => Quote(reader.GetName(i))).Select((name, i) =>
            new DatabaseColumn(new Column(reader.GetName(i), "VARCHAR"), name, $"CASE WHEN typeof({name}) = 'blob' THEN json_quote(CAST({name} AS TEXT)) WHEN {name} IS NOT NULL THEN json_quote({name}) END"))];

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
