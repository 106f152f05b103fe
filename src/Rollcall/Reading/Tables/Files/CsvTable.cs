using Rollcall.Jobs;
using Rollcall.Model;

namespace Rollcall.Reading.Tables.Files;

/// <summary>CSV files as a table.</summary>
internal static class CsvTable
{
    /// <summary>The SELECT over files of which only the headers were read: for its columns, not for its rows.</summary>
    public static string Outline(FileTable table, IReadOnlyList<string> paths, CancellationToken cancellation) =>
        Select(paths
            .Select(path => (path, dialect: CsvDialect.Of(table, path)))
            .Select(file => new Readable(file.path, file.dialect, CsvScan.Header(file.path, file.dialect, cancellation), QuotedNewlines: false))
            .ToList());

    /// <summary>Looks through the files, and copies the good rows of those that DuckDB could not read.</summary>
    /// <param name="folder">Where copies go.</param>
    public static PreparedTable Prepare(
        string key, FileTable table, IReadOnlyList<string> paths, string folder, Action<long>? progress, CancellationToken cancellation)
    {
        var scans = new TableScan();
        var readable = new List<Readable>();
        foreach (var path in paths)
        {
            var (dialect, file) = (CsvDialect.Of(table, path), path);
            CsvScanResult Copied(RejectedRows rejected, Action<long>? heard) =>
                Copies.Write(folder, key, ".csv", copy => CsvScan.Run(path, dialect, rejected, copy, heard, cancellation), out file);

            var scan = scans.Look(
                path, rejected => dialect.IsUtf8 ? CsvScan.Run(path, dialect, rejected, null, progress, cancellation) : Copied(rejected, progress));
            if (dialect.IsUtf8 && !scan.Clean)
            {
                Copied(new RejectedRows(), null);
            }

            readable.Add(new Readable(file, dialect, scan.Header, scan.QuotedNewlines));
        }

        var headers = readable.Where(file => file.Header is not null).ToList();
        return scans.Table(
            Select(readable),
            readable.Select(file => file.Path),
            headers.SelectMany(file => headers[0].Header!
                .Except(file.Header!, StringComparer.OrdinalIgnoreCase)
                .Select(column => $"{file.Path}: the column {column} is missing")));
    }

    private static string Select(IReadOnlyList<Readable> files)
    {
        // Files of a glob may have their columns in another order: files with the same order are read together.
        var groups = files
            .Where(file => file.Header is not null)
            .GroupBy(file => (Header: string.Join('\0', file.Header!), Gzip: FileKinds.IsGzip(file.Path), file.Dialect.Delimiter, file.QuotedNewlines))
            .Select(group => SelectAlike([.. group]))
            .ToList();
        if (groups.Count == 0)
        {
            throw new RollcallException(ExitCode.Source, "The file is empty: it has no header row.", files[0].Path, "Export it again, with a header row.");
        }

        return string.Join(" UNION ALL BY NAME ", groups);
    }

    private static string SelectAlike(IReadOnlyList<Readable> files)
    {
        var first = files[0];
        if (first.Dialect.Types.Keys.Except(first.Header!, StringComparer.OrdinalIgnoreCase).FirstOrDefault() is { } unknown)
        {
            throw new RollcallException(
                ExitCode.Source, $"The file has no column \"{unknown}\" to give a type.", first.Path, Suggestion.For(unknown, first.Header!));
        }

        var types = new Dictionary<string, string>(first.Dialect.Types, StringComparer.OrdinalIgnoreCase);
        var columns = first.Header!.Select(name => types.TryGetValue(name, out var type) && type != "text"
            ? $"{CsvTypes.Sql(SqlText.Name(name), type)} AS {SqlText.Name(name)}"
            : SqlText.Name(name));
        return $$"""
            SELECT {{string.Join(", ", columns)}}
            FROM read_csv(
                [{{string.Join(", ", files.Select(file => SqlText.Literal(file.Path)))}}],
                auto_detect = false,
                header = true,
                delim = {{SqlText.Literal(first.Dialect.Delimiter)}},
                quote = '"',
                escape = '"',
                nullstr = '',
                allow_quoted_nulls = true,
                max_line_size = {{2 * CsvScan.LongestRecord}},
                compression = '{{(FileKinds.IsGzip(first.Path) ? "gzip" : "none")}}',
                parallel = {{(first.QuotedNewlines ? "false" : "true")}},
                columns = { {{string.Join(", ", first.Header!.Select(name => $"{SqlText.Literal(name)}: 'VARCHAR'"))}} })
            """;
    }

    private sealed record Readable(string Path, CsvDialect Dialect, IReadOnlyList<string>? Header, bool QuotedNewlines);
}
