using DuckDB.NET.Data;
using Rollcall.Model;
using Rollcall.Running;

namespace Rollcall.Reading.Tables.Files;

/// <summary>An audience over files being read.</summary>
internal sealed class FileReading(
    DuckDBConnection duckdb, CarriedRows rows, IReadOnlyDictionary<string, PreparedTable> tables, AudienceShape? previous) : IAudienceReading
{
    public string Relation { get; } = rows.RelationIn(duckdb);

    public RollcallException? Failure => rows.Failure;

    /// <summary>In DuckDB all objects of a column have all keys: those without a value are removed again.</summary>
    public string Whole(string field)
    {
        var json = FieldSql.JsonOrText($"to_json({SqlText.Name(field)})");
        return $"(CASE WHEN json_type({json}) = 'OBJECT' THEN json_merge_patch('{{}}', {json}) ELSE {json} END)";
    }

    public Task<AudienceReadingResult> CompleteAsync(CancellationToken cancellation)
    {
        var shape = new AudienceShape(
            tables.ToDictionary(table => table.Key, table => table.Value.Files.Count),
            [.. tables.Values.SelectMany(table => table.Files).Where(file => file.EndsWithNewline).Select(file => file.Path).Distinct()]);
        var holds = tables.Values.SelectMany(table => table.Holds)
            .Concat(tables.Values.SelectMany(table => table.Files).Where(file => file.Changed()).Select(file => $"{file.Path}: it changed while it was read"))
            .Concat(Shrunken(shape))
            .ToList();
        return Task.FromResult(new AudienceReadingResult(
            [.. tables.Values.SelectMany(table => table.Rejected).Take(RejectedRows.Listed)],
            holds.Count == 0 ? null : string.Join("; ", holds),
            shape)
        {
            RejectedCount = tables.Values.Sum(table => table.RejectedCount),
        });
    }

    public ValueTask DisposeAsync()
    {
        rows.Dispose();
        return ValueTask.CompletedTask;
    }

    private IEnumerable<string> Shrunken(AudienceShape shape)
    {
        if (previous is null)
        {
            yield break;
        }

        foreach (var (key, count) in shape.Files)
        {
            if (previous.Files.TryGetValue(key, out var before) && count < before)
            {
                yield return $"source.tables.files.{key}: {count} files where the last reading found {before}";
            }
        }

        // A new file is compared with all files of the previous reading.
        var allEnded = previous.EndsWithNewline.Count > 0 && previous.EndsWithNewline.Count == previous.Files.Values.Sum();
        foreach (var file in tables.Values.SelectMany(table => table.Files).Where(file => !file.EndsWithNewline))
        {
            if (allEnded || previous.EndsWithNewline.Contains(file.Path))
            {
                yield return $"{file.Path}: its last line does not end as it did the last time; it may be cut short";
            }
        }
    }
}
