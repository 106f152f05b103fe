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
            throw Directory.Exists(table.Path)
                ? new RollcallException(ExitCode.Source, $"{table.Path} is a folder.", where, "Give a pattern of its files, such as folder/*.csv.")
                : new RollcallException(ExitCode.Source, IsPattern(table.Path) ? $"No file matches {table.Path}." : $"There is no file {table.Path}.", where, "Relative paths start at the job file.");
        }

        if (paths.Select(path => (path, Kind: RegularFile.OtherKind(path))).FirstOrDefault(one => one.Kind is not null) is { Kind: { } other, path: var wrong })
        {
            throw new RollcallException(ExitCode.Source, $"{wrong} is {other}; a source is a regular file.", where, "Write it into a file first.");
        }

        var kinds = paths.Select(path => (path, kind: FileKinds.Of(path))).ToList();
        if (kinds.FirstOrDefault(pair => pair.kind is null).path is { } unknown)
        {
            throw new RollcallException(ExitCode.Source, $"{unknown} is of no known kind.", where, "Known are csv, tsv, txt, json, jsonl, ndjson and parquet, each maybe with .gz.");
        }

        if (kinds.FirstOrDefault(pair => pair.kind != kinds[0].kind).path is { } unlike)
        {
            throw new RollcallException(ExitCode.Source, $"{paths[0]} and {unlike} are of different kinds.", where, "Make each kind a table of its own and join them with UNION ALL.");
        }

        return (kinds[0].kind!.Value, paths);
    }

    /// <summary>Most columns of a table: beyond any that people make, and what DuckDB still reads in a moment.</summary>
    public const int MostColumns = 10_000;

    /// <summary>The stop for a file with too many columns.</summary>
    public static RollcallException TooWide(string path, string what) =>
        new(ExitCode.Source, $"The file has more than {MostColumns:N0} {what}; a table has no more.", path, "Is it the right file, and its delimiter? Leave out what the job does not need.");

    private static bool IsPattern(string path) => path.AsSpan().ContainsAny('*', '?', '[');

    private static List<string> Paths(DuckDBConnection duckdb, string path)
    {
        if (File.Exists(path) || !IsPattern(path))
        {
            return File.Exists(path) ? [path] : [];
        }

        using var command = duckdb.CreateCommand();
        command.CommandText = $"SELECT file FROM glob({SqlText.Literal(path)})";
        using var reader = command.ExecuteReader();
        var paths = new List<string>();
        while (reader.Read())
        {
            paths.Add(reader.GetString(0));
        }

        paths.Sort(StringComparer.Ordinal);
        return paths;
    }
}
