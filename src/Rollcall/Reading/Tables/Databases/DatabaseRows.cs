using System.Data.Common;
using DuckDB.NET.Data;
using Rollcall.Dotdigital;
using Rollcall.Model;
using Rollcall.Reading.Tables.Files;
using Rollcall.Running;
using Rollcall.Work;

namespace Rollcall.Reading.Tables.Databases;

/// <summary>Streams the rows of a query into a table of DuckDB; no more than a block of them is in memory.</summary>
/// <param name="suggested">The type of a data field for a field.</param>
internal sealed class DatabaseRows(
    Database database,
    string audience,
    Func<string, CancellationToken, Task<DataFieldType?>> suggested,
    IReadOnlyList<Column> columns,
    string table)
{
    private const int Reported = 10_000;
    private static readonly string[] OutOfMemory = ["Out of Memory", "pin block", "allocate block"];
    private readonly RejectedRows _rejected = new();
    private long _row;

    public IAudienceReading Read(DbConnection connection, string select, DuckDBConnection duckdb, IProgress<long>? progress, StatementLimit limit)
    {
        var declared = columns.Select(column => $"{SqlText.Name(column.Name)} {Type(column)}").Append("__row BIGINT");
        duckdb.Execute($"CREATE OR REPLACE TABLE {table}({string.Join(", ", declared)})");
        try
        {
            // In one transaction DuckDB writes full row groups to its file as it goes, and nothing to its log.
            using var transaction = duckdb.BeginTransaction();
            database.Read(connection, select, limit, reader =>
            {
                while (AppendSome(reader, duckdb, progress, limit.Token))
                {
                }

                return _row;
            });
            transaction.Commit();
        }
        catch (Exception e) when (Database.IsTrouble(e))
        {
            limit.Explain($"audience {audience}", e);
            throw Failed($"Reading failed after {Counted.Of(_row, "row")}: {database.Message(e)}", "Run again; nothing was sent.", e);
        }
        catch (DuckDBException e) when (IsMemory(e))
        {
            throw Failed(
                $"The rows are too long for the memory there is, after {Counted.Of(_row, "row")}.",
                "Select less, or shorten the values in the audience's SQL.",
                e);
        }

        var hold = _rejected.Count == 0 ? null : $"{database.Name}: {Counted.Of(_rejected.Count, "rejected row")}";
        var result = new AudienceReadingResult(_rejected.Rows, hold, AudienceShape.None) { RejectedCount = _rejected.Count };
        return new Reading(duckdb, table, suggested, result);
    }

    private RollcallException Failed(string message, string todo, Exception inner) => new(ExitCode.Source, message, $"audience {audience}", todo, inner);

    /// <summary>The column with a field's whole value.</summary>
    public static string Whole(string field) => $"whole {field}";

    private static string Field(Column column) => column.Name.StartsWith("whole ", StringComparison.Ordinal) ? column.Name["whole ".Length..] : column.Name;

    private static string Type(Column column) => column.Kind == ColumnKind.Float ? column.Type : "VARCHAR";

    private static bool IsMemory(DuckDBException e) =>
        OutOfMemory.Any(words => e.Message.Contains(words, StringComparison.OrdinalIgnoreCase));

    /// <summary>Appends rows up to a number of characters, which DuckDB then moves into its own, limited memory.</summary>
    /// <returns>Whether there may be more rows.</returns>
    private bool AppendSome(DbDataReader reader, DuckDBConnection duckdb, IProgress<long>? progress, CancellationToken stop)
    {
        using var appender = duckdb.CreateAppender(table);
        for (var gathered = 0L; gathered < ValueLimit.Gathered;)
        {
            if (!reader.Read())
            {
                return false;
            }

            gathered += Append(reader, appender);
            stop.ThrowIfCancellationRequested();
            if (_row % Reported == 0)
            {
                progress?.Report(_row);
            }
        }

        return true;
    }

    /// <returns>How many characters the row has.</returns>
    private long Append(DbDataReader reader, DuckDBAppender appender)
    {
        _row++;
        var length = 0L;
        var values = new string?[columns.Count];
        for (var i = 0; i < values.Length; i++)
        {
            try
            {
                values[i] = columns[i].Kind == ColumnKind.Float || reader.IsDBNull(i) ? null : WithoutZero(database.Text(reader, i));
            }
            catch (NotTextException)
            {
                _rejected.Add(null, _row, $"the field {Field(columns[i])} holds bytes that are no text");
                return length;
            }

            length += values[i]?.Length ?? 0;
            if (values[i]?.Length > ValueLimit.Characters || length > ValueLimit.RowCharacters)
            {
                _rejected.Add(null, _row, values[i]!.Length > ValueLimit.Characters
                    ? $"the field {Field(columns[i])} is longer than {ValueLimit.Characters} characters"
                    : $"its fields are longer than {ValueLimit.RowCharacters} characters together");
                return length;
            }
        }

        var target = appender.CreateRow();
        for (var i = 0; i < values.Length; i++)
        {
            if (columns[i].Kind == ColumnKind.Float && !reader.IsDBNull(i))
            {
                _ = columns[i].Type == "FLOAT" ? target.AppendValue((float)reader.GetDouble(i)) : target.AppendValue(reader.GetDouble(i));
            }
            else
            {
                target.AppendValue(values[i]);
            }
        }

        target.AppendValue(_row).EndRow();
        return length;
    }

    /// <summary>DuckDB's appender would end the text at a zero byte without an error.</summary>
    private static string WithoutZero(string text) => text.Contains('\0', StringComparison.Ordinal) ? throw new NotTextException() : text;

    private sealed class Reading(
        DuckDBConnection duckdb,
        string table,
        Func<string, CancellationToken, Task<DataFieldType?>> suggested,
        AudienceReadingResult result) : IAudienceReading
    {
        public string Relation => table;

        public string Whole(string field)
        {
            var text = $"CAST({SqlText.Name(DatabaseRows.Whole(field))} AS VARCHAR)";
            return FieldSql.JsonOrText($"coalesce(TRY_CAST({text} AS JSON), to_json({text}))");
        }

        public Task<DataFieldType?> SuggestedAsync(string field, CancellationToken cancellation) => suggested(field, cancellation);

        public Task<AudienceReadingResult> CompleteAsync(CancellationToken cancellation) => Task.FromResult(result);

        public async ValueTask DisposeAsync() => await duckdb.ExecuteAsync($"DROP TABLE IF EXISTS {table}", CancellationToken.None);
    }
}
