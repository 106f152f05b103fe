using Rollcall.Model;

namespace Rollcall.Reading.Tables.Files;

/// <summary>
/// Parquet files as a table: DuckDB reads them as they are. A damaged one cannot be read in part. Some programs (Impala) write texts without marking
/// them as such: bytes without a logical type are read as text.
/// </summary>
internal static class ParquetTable
{
    public static PreparedTable Prepare(IReadOnlyList<string> paths) => new()
    {
        Select = $"SELECT * FROM read_parquet([{string.Join(", ", paths.Select(SqlText.Literal))}], union_by_name = true, binary_as_string = true)",
        Paths = paths,
        Files = [.. paths.Select(path => FileStamp.Of(path, endsWithNewline: false))],
    };
}
