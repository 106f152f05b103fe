using System.Text.Json;
using Rollcall.Jobs;

namespace Rollcall.Tests.Reading;

public sealed class CsvSourceTests : SourceContract
{
    protected override Task<TablesSourceOptions> PublishAsync()
    {
        var lines = People.Select(
            person => string.Join(',', person.Select(value => value is null ? "" : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")));
        return Task.FromResult(
            ReadingWorkshop.Files(
                Workshop.Write("people.csv", $"email,name,total,score,active,born,seen\n{string.Join('\n', lines)}\n"),
                types: new Dictionary<string, string> { ["score"] = "decimal" }));
    }

    protected override TablesSourceOptions Nowhere() => ReadingWorkshop.Files(Workshop.At("nowhere.csv"));
}

public abstract class JsonSourceContract : SourceContract
{
    private static readonly string[] Fields = ["email", "name", "total", "score", "active", "born", "seen"];

    protected static IEnumerable<string> Objects => People.Select(person =>
        $"{{{string.Join(", ", person.Select((value, i) => $"\"{Fields[i]}\": {Json(value, i)}"))}}}");

    protected override TablesSourceOptions Nowhere() => ReadingWorkshop.Files(Workshop.At("nowhere.json"));

    private static string Json(string? value, int i) => value is null ? "null" : i is >= 2 and <= 4 ? value : JsonSerializer.Serialize(value);
}

public sealed class JsonLinesSourceTests : JsonSourceContract
{
    protected override Task<TablesSourceOptions> PublishAsync() =>
        Task.FromResult(ReadingWorkshop.Files(Workshop.Write("people.jsonl", string.Join('\n', Objects) + "\n")));
}

public sealed class JsonArraySourceTests : JsonSourceContract
{
    protected override Task<TablesSourceOptions> PublishAsync() =>
        Task.FromResult(ReadingWorkshop.Files(Workshop.Write("people.json", $"[\n  {string.Join(",\n  ", Objects)}\n]\n")));
}

public sealed class ParquetSourceTests : SourceContract
{
    protected override Task<TablesSourceOptions> PublishAsync()
    {
        var rows = People.Select(
            person =>
                $"({string.Join(", ", person.Select(value => value is null ? "NULL" : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'"))})");
        var path = Workshop.At("people.parquet");
        Workshop.Execute($"""
            COPY (
                SELECT email, name, total::DECIMAL(18, 2) AS total, score::DOUBLE AS score, active::BOOLEAN AS active, born::DATE AS born,
                    seen::TIMESTAMP AS seen
                FROM (VALUES {string.Join(", ", rows)}) AS people(email, name, total, score, active, born, seen)
            ) TO '{path}'
            """);
        return Task.FromResult(ReadingWorkshop.Files(path));
    }

    protected override TablesSourceOptions Nowhere() => ReadingWorkshop.Files(Workshop.At("nowhere-*.parquet"));
}
