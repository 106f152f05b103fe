using DuckDB.NET.Data;
using Rollcall.TestKit;

namespace Rollcall.EndToEnd.Tests.Chinook;

/// <summary>One file a table, written by DuckDB.</summary>
internal sealed class FileSource(TempFolder folder, ChinookDatabase database, FileKind kind) : ChinookSource
{
    public override IReadOnlyList<string> JobLines => ["files:", .. database.Tables.Select(table => $"  {table.Name}: {JobLine(table)}")];

    public override async Task PublishAsync(ChinookDatabase database)
    {
        await using var duckdb = new DuckDBConnection("Data Source=:memory:");
        await duckdb.OpenAsync();
        foreach (var table in database.Tables)
        {
            await ExecuteAsync(
                duckdb, $"CREATE TABLE {table.Name} ({string.Join(", ", table.Columns.Select(column => $"{column.Name} {column.SqlType("TIMESTAMP")}"))})");
            Append(duckdb, table, database.Rows($"SELECT * FROM {table.Name}"));
            await ExecuteAsync(duckdb, $"COPY {table.Name} TO '{File(table)}' ({(kind == FileKind.Csv ? "FORMAT csv, HEADER" : "FORMAT parquet")})");
        }
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task ExecuteAsync(DuckDBConnection duckdb, string sql)
    {
        await using var command = duckdb.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    private static void Append(DuckDBConnection duckdb, ChinookTable table, IEnumerable<object?[]> rows)
    {
        using var appender = duckdb.CreateAppender(table.Name);
        foreach (var values in rows)
        {
            var row = appender.CreateRow();
            foreach (var (column, value) in table.Columns.Zip(values))
            {
                _ = column.Typed(value) switch
                {
                    long number => row.AppendValue(number),
                    decimal number => row.AppendValue(number),
                    DateTime time => row.AppendValue(time),
                    string text => row.AppendValue(text),
                    _ => row.AppendNullValue(),
                };
            }

            row.EndRow();
        }
    }

    private string File(ChinookTable table) => folder[table.Name + (kind == FileKind.Csv ? ".csv" : ".parquet")];

    // CSV columns are text unless the job file sets types, and a sum needs numbers.
    private string JobLine(ChinookTable table) =>
        table.Columns.Where(column => column.Kind == ColumnKind.Decimal).Select(column => column.Name + ": decimal").ToList() switch
    {
        { Count: > 0 } types when kind == FileKind.Csv => $"{{path: {File(table)}, types: {{{string.Join(", ", types)}}}}}",
        _ => File(table),
    };
}

/// <summary>A kind of file.</summary>
internal enum FileKind
{
    Csv,
    Parquet,
}
