using Rollcall.Jobs;
using Rollcall.Model;

namespace Rollcall.Reading.Tables.Files;

/// <summary>CSV files as a table.</summary>
internal static class CsvTable
{
    /// <summary>The SELECT over files whose headers are all that was read: good for its columns, not for its rows.</summary>
    public static string Outline(FileTable table, IReadOnlyList<string> paths, CancellationToken cancellation) =>
        Select(paths
            .Select(path => (path, dialect: CsvDialect.Of(table, path)))
            .Select(file => new Readable(file.path, file.dialect, CsvScan.Header(file.path, file.dialect, cancellation), QuotedNewlines: false))
            .ToList());

    /// <summary>Looks through the files, and copies what is good of those that DuckDB could not read.</summary>
    /// <param name="folder">Where copies go.</param>
    public static PreparedTable Prepare(string key, FileTable table, IReadOnlyList<string> paths, string folder, Action<long>? progress, CancellationToken cancellation)
    {
        var rejected = new RejectedRows();
        var holds = new List<string>();
        var stamps = new List<FileStamp>();
        var readable = new List<Readable>();
        foreach (var path in paths)
        {
            var dialect = CsvDialect.Of(table, path);
            var stamp = FileStamp.Of(path, endsWithNewline: false);
            var before = rejected.Count;
            var (scan, file) = dialect.IsUtf8
                ? (CsvScan.Run(path, dialect, rejected, null, progress, cancellation), path)
                : Copied(key, path, dialect, rejected, folder, progress, cancellation);
            if (dialect.IsUtf8 && !scan.Clean)
            {
                (_, file) = Copied(key, path, dialect, new RejectedRows(), folder, null, cancellation);
            }

            stamps.Add(stamp with { EndsWithNewline = scan.EndsWithNewline });
            readable.Add(new Readable(file, dialect, scan.Header, scan.QuotedNewlines));
            var reason = scan.Hold ?? (scan.Header is null ? "it is empty: it has no header row" : null);
            if (reason is not null)
            {
                holds.Add($"{path}: {reason}");
            }

            if (rejected.Count > before)
            {
                holds.Add($"{path}: {Counted.Of(rejected.Count - before, "rejected row")}");
            }
        }

        var headers = readable.Where(file => file.Header is not null).ToList();
        holds.AddRange(headers
            .SelectMany(file => headers[0].Header!.Except(file.Header!, StringComparer.OrdinalIgnoreCase).Select(column => $"{file.Path}: it lacks the column {column}")));
        return new PreparedTable
        {
            Select = Select(readable),
            Paths = [.. readable.Select(file => file.Path)],
            Rejected = rejected.Rows,
            RejectedCount = rejected.Count,
            Holds = holds,
            Files = stamps,
        };
    }

    private static (CsvScanResult Scan, string Path) Copied(string key, string path, CsvDialect dialect, RejectedRows rejected, string folder, Action<long>? progress, CancellationToken cancellation)
    {
        var (copy, stream) = Copies.Create(folder, key, ".csv");
        using (stream)
        {
            return (CsvScan.Run(path, dialect, rejected, stream, progress, cancellation), copy);
        }
    }

    private static string Select(IReadOnlyList<Readable> files)
    {
        // Files of a glob may have their columns in another order: those alike are read together.
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
            throw new RollcallException(ExitCode.Source, $"The file has no column \"{unknown}\" to give a type.", first.Path, Suggestion.For(unknown, first.Header!));
        }

        var types = new Dictionary<string, string>(first.Dialect.Types, StringComparer.OrdinalIgnoreCase);
        var columns = first.Header!.Select(name => types.TryGetValue(name, out var type) && type != "text"
            ? $"{CsvTypes.Sql(SqlText.Name(name), type)} AS {SqlText.Name(name)}"
            : SqlText.Name(name));
        return $"SELECT {string.Join(", ", columns)} FROM read_csv([{string.Join(", ", files.Select(file => SqlText.Literal(file.Path)))}], "
            + $"auto_detect = false, header = true, delim = {SqlText.Literal(first.Dialect.Delimiter)}, quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = true, "
            + $"max_line_size = {2 * CsvScan.LongestRecord}, compression = '{(FileKinds.IsGzip(first.Path) ? "gzip" : "none")}', parallel = {(first.QuotedNewlines ? "false" : "true")}, "
            + $"columns = {{{string.Join(", ", first.Header!.Select(name => $"{SqlText.Literal(name)}: 'VARCHAR'"))}}})";
    }

    private sealed record Readable(string Path, CsvDialect Dialect, IReadOnlyList<string>? Header, bool QuotedNewlines);
}
