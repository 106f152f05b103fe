using DuckDB.NET.Data;
using Rollcall.Work;

namespace Rollcall.Reading;

/// <summary>The columns of a relation, without reading it.</summary>
internal static class RelationColumns
{
    public static async Task<IReadOnlyList<Column>> OfAsync(DuckDBConnection duckdb, string relation, CancellationToken cancellation) =>
        await duckdb.QueryAsync($"DESCRIBE SELECT * FROM {relation} AS relation", row => new Column(row.GetString(0), row.GetString(1)), cancellation);
}
