using Rollcall.Work;
using DuckDB.NET.Data;
using Rollcall.Jobs;
using Rollcall.Model;

namespace Rollcall.Reading.Tables.Files;

/// <summary>Finds a table's files and what they are.</summary>
internal static class TableFiles
{
    /// <summary>The absolute paths, sorted, all of one kind; throws with exit code 3 where there are none.</summary>
    public static (FileKind Kind, IReadOnlyList<string> Paths) Find(DuckDBConnection duckdb, string key, FileTable table)
    {
        var where = $"source.tables.files.{key}";
        var paths = Paths(duckdb, table.Path);
        if (paths.Count == 0)
        {
            throw Directory.Exists(table.Path) ? Wrong($"{table.Path} is a folder.", "Give a pattern of its files, such as folder/*.csv.")
                : IsPattern(table.Path) ? Wrong($"No file matches {table.Path}.", "Relative paths start at the job file.")
                : Wrong($"There is no file {table.Path}.", "Relative paths start at the job file.");
        }

        if (paths.Select(path => (path, Kind: RegularFile.OtherKind(path))).FirstOrDefault(one => one.Kind is not null) is { Kind: { } other, path: var wrong })
        {
            throw Wrong($"{wrong} is {other}; a source is a regular file.", "Write it into a file first.");
        }

        var kinds = paths.Select(path => (path, kind: FileKinds.Of(path))).ToList();
        if (kinds.FirstOrDefault(pair => pair.kind is null).path is { } unknown)
        {
            throw Wrong($"{unknown} is of no known kind.", "Known are csv, tsv, txt, json, jsonl, ndjson and parquet, each maybe with .gz.");
        }

        if (kinds.FirstOrDefault(pair => pair.kind != kinds[0].kind).path is { } unlike)
        {
            throw Wrong($"{paths[0]} and {unlike} are of different kinds.", "Make each kind a table of its own and join them with UNION ALL.");
        }

        return (kinds[0].kind!.Value, paths);

        RollcallException Wrong(string message, string todo) => new(ExitCode.Source, message, where, todo);
    }

    /// <summary>Most columns of a table: more than people use, and few enough for DuckDB to read quickly.</summary>
    public const int MostColumns = 10_000;

    /// <summary>The exception for a file with too many columns.</summary>
    public static RollcallException TooWide(string path, string what) => new(
        ExitCode.Source,
        $"The file has more than {MostColumns:N0} {what}; a table has no more.",
        path,
        "Is it the right file, and its delimiter? Leave out what the job does not need.");

    private static bool IsPattern(string path) => path.AsSpan().ContainsAny('*', '?', '[');

    private static List<string> Paths(DuckDBConnection duckdb, string path)
    {
        if (File.Exists(path) || !IsPattern(path))
        {
            return File.Exists(path) ? [path] : [];
        }

        return [.. duckdb.Query($"SELECT file FROM glob({SqlText.Literal(path)})", row => row.GetString(0)).Order(StringComparer.Ordinal)];
    }
}
