using DuckDB.NET.Data;
using Rollcall.Model;
using Rollcall.Work;

namespace Rollcall.Reading.Tables.Files;

/// <summary>Files of JSON objects as a table. A column's type is what all of its values have in common; texts stay text, also those that look like dates.</summary>
internal static class JsonTable
{
    /// <summary>Looks through the files, and copies what is good of those that DuckDB could not read.</summary>
    /// <param name="duckdb">Any database: it is asked what nested values are made of.</param>
    /// <param name="folder">Where copies go.</param>
    public static PreparedTable Prepare(DuckDBConnection duckdb, string key, IReadOnlyList<string> paths, string folder, Action<long>? progress, CancellationToken cancellation)
    {
        var rejected = new RejectedRows();
        var holds = new List<string>();
        var stamps = new List<FileStamp>();
        var keys = new JsonKeys();
        var readable = new List<(string Path, JsonForm Form)>();
        foreach (var path in paths)
        {
            var stamp = FileStamp.Of(path, endsWithNewline: false);
            var before = rejected.Count;
            var scan = Scanned(path, keys, rejected, progress, cancellation);
            readable.Add(scan.Clean ? (path, scan.Form) : (Copied(key, path, folder, cancellation), JsonForm.NewlineDelimited));
            stamps.Add(stamp with { EndsWithNewline = scan.EndsWithNewline });
            if (scan.Hold is not null)
            {
                holds.Add($"{path}: {scan.Hold}");
            }

            if (rejected.Count > before)
            {
                holds.Add($"{path}: {Counted.Of(rejected.Count - before, "rejected row")}");
            }
        }

        return new PreparedTable
        {
            Select = Select(duckdb, readable, [.. keys.All], paths[0]),
            Paths = [.. readable.Select(file => file.Path)],
            Rejected = rejected.Rows,
            RejectedCount = rejected.Count,
            Holds = holds,
            Files = stamps,
        };
    }

    private static JsonScanResult Scanned(string path, JsonKeys keys, RejectedRows rejected, Action<long>? progress, CancellationToken cancellation)
    {
        try
        {
            return JsonScan.Run(path, keys, rejected, null, progress, cancellation);
        }
        catch (TooManyKeysException)
        {
            throw TableFiles.TooWide(path, "keys");
        }
    }

    private static string Copied(string key, string path, string folder, CancellationToken cancellation)
    {
        var (copy, stream) = Copies.Create(folder, key, ".jsonl");
        using (stream)
        {
            JsonScan.Run(path, new JsonKeys(), new RejectedRows(), stream, null, cancellation);
        }

        return copy;
    }

    private static string Select(DuckDBConnection duckdb, IReadOnlyList<(string Path, JsonForm Form)> files, IReadOnlyList<(string Name, JsonKinds Kinds)> keys, string first)
    {
        if (keys.Count == 0)
        {
            throw new RollcallException(ExitCode.Source, "The file holds no JSON object.", first, "Write an array of objects, or one object a line.");
        }

        var nested = keys.Any(key => key.Kinds == JsonKinds.Nested) ? NestedTypes(duckdb, files) : [];
        var types = keys.Select(key => $"{SqlText.Literal(key.Name)}: {SqlText.Literal(Type(key.Name, key.Kinds, nested))}").ToList();
        return string.Join(" UNION ALL ", files
            .GroupBy(file => (file.Form, Gzip: FileKinds.IsGzip(file.Path)))
            .Select(group => $"SELECT *{Replaced(keys)} FROM {Read(group.Key.Form, [.. group.Select(file => file.Path)], $"columns = {{{string.Join(", ", types)}}}")}"));
    }

    /// <summary>A column of texts and numbers is one of texts, in which numbers are spelled as anywhere.</summary>
    private static string Replaced(IReadOnlyList<(string Name, JsonKinds Kinds)> keys)
    {
        var mixed = keys.Where(key => IsMixed(key.Kinds)).Select(key => $"{FieldSql.Text(SqlText.Name(key.Name), ColumnKind.Json)} AS {SqlText.Name(key.Name)}").ToList();
        return mixed.Count == 0 ? "" : $" REPLACE ({string.Join(", ", mixed)})";
    }

    private static bool IsMixed(JsonKinds kinds) => kinds.HasFlag(JsonKinds.Number | JsonKinds.Text) && !kinds.HasFlag(JsonKinds.Nested);

    private static string Type(string name, JsonKinds kinds, Dictionary<string, string> nested) => kinds switch
    {
        JsonKinds.Integer => "BIGINT",
        JsonKinds.Number or (JsonKinds.Number | JsonKinds.Integer) => "DOUBLE",
        JsonKinds.Boolean => "BOOLEAN",
        JsonKinds.Nested => nested.GetValueOrDefault(name, "JSON"),
        _ when kinds.HasFlag(JsonKinds.Nested) || IsMixed(kinds) => "JSON",
        _ => "VARCHAR",
    };

    /// <summary>What DuckDB makes of objects and arrays, so that SQL can reach into them.</summary>
    private static Dictionary<string, string> NestedTypes(DuckDBConnection duckdb, IReadOnlyList<(string Path, JsonForm Form)> files)
    {
        var types = new Dictionary<string, string>();
        using var command = duckdb.CreateCommand();
        command.CommandText = $"DESCRIBE {string.Join(" UNION ALL BY NAME ", files
            .GroupBy(file => (file.Form, Gzip: FileKinds.IsGzip(file.Path)))
            .Select(group => $"SELECT * FROM {Read(group.Key.Form, [.. group.Select(file => file.Path)], "sample_size = -1, union_by_name = true")}"))}";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            types[reader.GetString(0)] = reader.GetString(1);
        }

        return types;
    }

    private static string Read(JsonForm form, IReadOnlyList<string> paths, string options) =>
        $"read_json([{string.Join(", ", paths.Select(SqlText.Literal))}], format = '{form switch { JsonForm.Array => "array", JsonForm.NewlineDelimited => "newline_delimited", _ => "unstructured" }}', "
        + $"records = true, compression = '{(FileKinds.IsGzip(paths[0]) ? "gzip" : "uncompressed")}', maximum_object_size = {2 * JsonScan.LongestRecord}, {options})";
}
