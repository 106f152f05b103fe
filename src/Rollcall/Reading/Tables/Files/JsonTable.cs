using DuckDB.NET.Data;
using Rollcall.Model;
using Rollcall.Work;

namespace Rollcall.Reading.Tables.Files;

/// <summary>
/// Files of JSON objects as a table. A column's type is what all of its values have in common; texts stay text, even if they look like dates.
/// </summary>
internal static class JsonTable
{
    /// <summary>Looks through the files, and copies the good objects of those that DuckDB could not read.</summary>
    /// <param name="duckdb">Any database: it is asked for the types of nested values.</param>
    /// <param name="folder">Where copies go.</param>
    public static PreparedTable Prepare(
        DuckDBConnection duckdb, string key, IReadOnlyList<string> paths, string folder, Action<long>? progress, CancellationToken cancellation)
    {
        var scans = new TableScan();
        var keys = new JsonKeys();
        var readable = new List<ReadableJson>();
        foreach (var path in paths)
        {
            var scan = scans.Look(path, rejected => Scanned(path, keys, rejected, progress, cancellation));
            var (file, form) = (path, scan.Form);
            if (!scan.Clean)
            {
                form = JsonForm.NewlineDelimited;
                Copies.Write(folder, key, ".jsonl", copy => JsonScan.Run(path, new JsonKeys(), new RejectedRows(), copy, null, cancellation), out file);
            }

            readable.Add(new ReadableJson(file, form));
        }

        return scans.Table(Select(duckdb, readable, [.. keys.All], paths[0]), readable.Select(file => file.Path));
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

    private static string Select(
        DuckDBConnection duckdb, IReadOnlyList<ReadableJson> files, IReadOnlyList<(string Name, JsonKinds Kinds)> keys, string first)
    {
        if (keys.Count == 0)
        {
            throw new RollcallException(ExitCode.Source, "The file holds no JSON object.", first, "Write an array of objects, or one object a line.");
        }

        var nested = keys.Any(key => key.Kinds == JsonKinds.Nested) ? NestedTypes(duckdb, files) : [];
        var types = keys.Select(key => $"{SqlText.Literal(key.Name)}: {SqlText.Literal(Type(key.Name, key.Kinds, nested))}");
        return string.Join(" UNION ALL ", Reads(files, $"columns = {{{string.Join(", ", types)}}}").Select(read => $"SELECT *{Replaced(keys)} FROM {read}"));
    }

    /// <summary>A column of texts and numbers is read as text, with numbers in their usual spelling.</summary>
    private static string Replaced(IReadOnlyList<(string Name, JsonKinds Kinds)> keys)
    {
        var mixed = keys.Where(key => IsMixed(key.Kinds))
            .Select(key => $"{FieldSql.Text(SqlText.Name(key.Name), ColumnKind.Json)} AS {SqlText.Name(key.Name)}")
            .ToList();
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

    /// <summary>DuckDB's types of objects and arrays, so that SQL can read their parts.</summary>
    private static Dictionary<string, string> NestedTypes(DuckDBConnection duckdb, IReadOnlyList<ReadableJson> files)
    {
        var all = Reads(files, "sample_size = -1, union_by_name = true").Select(read => $"SELECT * FROM {read}");
        return duckdb.Query($"DESCRIBE {string.Join(" UNION ALL BY NAME ", all)}", row => (Name: row.GetString(0), Type: row.GetString(1)))
            .ToDictionary(column => column.Name, column => column.Type);
    }

    /// <summary>The relations that read the files, one for all files of one form.</summary>
    private static IEnumerable<string> Reads(IEnumerable<ReadableJson> files, string options) => files
        .GroupBy(file => (file.Form, Gzip: FileKinds.IsGzip(file.Path)))
        .Select(group => $"""
            read_json(
                [{string.Join(", ", group.Select(file => SqlText.Literal(file.Path)))}],
                format = '{Named(group.Key.Form)}',
                records = true,
                compression = '{(group.Key.Gzip ? "gzip" : "uncompressed")}',
                maximum_object_size = {2 * JsonScan.LongestRecord},
                {options})
            """);

    private static string Named(JsonForm form) => form switch
    {
        JsonForm.Array => "array",
        JsonForm.NewlineDelimited => "newline_delimited",
        _ => "unstructured",
    };

    private sealed record ReadableJson(string Path, JsonForm Form);
}
