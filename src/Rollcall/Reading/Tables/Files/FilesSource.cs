using DuckDB.NET.Data;
using Rollcall.Jobs;

namespace Rollcall.Reading.Tables.Files;

/// <summary>Audiences in files, read by DuckDB. Each file is looked through once a run, whatever the number of audiences over it.</summary>
internal sealed class FilesSource(TablesSourceOptions options, ExportConfig config, string folder) : ITableSource
{
    private readonly DuckDBConnection parser = OpenParser();
    private readonly Dictionary<string, PreparedTable> prepared = new(StringComparer.OrdinalIgnoreCase);

    public string Name => options.Files.Count == 1 ? options.Files.Values.First().Path : $"{options.Files.Count} files";

    public string Sql(string audience) => FileQuery.Text(options.Audiences[audience]);

    public async Task<IReadOnlyList<Problem>> CheckAsync(IReadOnlyList<string> audiences, IReadOnlyList<string> fields, CancellationToken cancellation)
    {
        var problems = new List<Problem>();
        var outlines = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var key in options.Files.Keys)
        {
            try
            {
                outlines[key] = await OutlineAsync(key, cancellation);
            }
            catch (RollcallException e)
            {
                problems.AddRange(e.Problems);
            }
        }

        foreach (var audience in audiences)
        {
            var (query, wrong) = FileQuery.Parse(parser, audience, options.Audiences[audience], [.. options.Files.Keys]);
            problems.AddRange(wrong);
            if (query is not null && query.Keys.All(outlines.ContainsKey))
            {
                problems.AddRange(await CheckQueryAsync(audience, query, outlines, fields, cancellation));
            }
        }

        return problems;
    }

    public async Task<IAudienceReading> OpenAsync(string audience, IReadOnlyList<string> fields, DuckDBConnection duckdb, AudienceShape? previous, IProgress<long>? progress, CancellationToken cancellation)
    {
        var query = Parsed(audience);
        var tables = new Dictionary<string, PreparedTable>();
        foreach (var key in query.Keys)
        {
            tables[key] = await PrepareAsync(key, progress, cancellation);
        }

        var selects = tables.ToDictionary(table => table.Key, table => table.Value.Select);
        var columns = await ColumnsAsync(duckdb, audience, Relation(query, selects, "*"), cancellation);
        var wrong = FieldColumns.Check(audience, fields, config, columns).ToList();
        if (wrong.Count > 0)
        {
            throw new RollcallException(ExitCode.Source, wrong);
        }

        var chosen = fields.Select(field => $"{SqlText.Name(FieldColumns.Find(field, columns)!.Name)} AS {SqlText.Name(field)}");
        return new FileReading(Relation(query, selects, $"{string.Join(", ", chosen)}, row_number() OVER () AS __row"), tables, previous);
    }

    public async Task<IReadOnlyList<Column>> ColumnsAsync(string audience, CancellationToken cancellation)
    {
        var query = Parsed(audience);
        var outlines = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var key in query.Keys)
        {
            outlines[key] = await OutlineAsync(key, cancellation);
        }

        return await ColumnsAsync(parser, audience, Relation(query, outlines, "*"), cancellation);
    }

    public ValueTask DisposeAsync()
    {
        parser.Dispose();
        foreach (var copy in Directory.Exists(folder) ? Directory.GetFiles(folder, "copy-*") : [])
        {
            File.Delete(copy);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Files as common table expressions: they hide every table of the run's database that has the same name.</summary>
    private static string Relation(FileQuery query, IReadOnlyDictionary<string, string> selects, string columns)
    {
        var tables = query.Keys.Select(key => $"{SqlText.Name(key)} AS NOT MATERIALIZED ({selects[key]})").ToList();
        var with = tables.Count == 0 ? "" : $"WITH {string.Join(",\n", tables)}\n";
        return $"({with}SELECT {columns} FROM (\n{query.Sql}\n) AS audience)";
    }

    private FileQuery Parsed(string audience)
    {
        var (query, problems) = FileQuery.Parse(parser, audience, options.Audiences[audience], [.. options.Files.Keys]);
        return query ?? throw new RollcallException(ExitCode.Source, problems);
    }

    private static DuckDBConnection OpenParser()
    {
        var duckdb = new DuckDBConnection("DataSource=:memory:");
        duckdb.Open();
        using var command = duckdb.CreateCommand();
        command.CommandText = "SET autoinstall_known_extensions = false; SET autoload_known_extensions = false; SET threads = 1; SET memory_limit = '200MB';";
        command.ExecuteNonQuery();
        return duckdb;
    }

    private async Task<IReadOnlyList<Problem>> CheckQueryAsync(string audience, FileQuery query, IReadOnlyDictionary<string, string> outlines, IReadOnlyList<string> fields, CancellationToken cancellation)
    {
        try
        {
            var columns = await ColumnsAsync(parser, audience, Relation(query, outlines, "*"), cancellation);
            return [.. FieldColumns.Check(audience, fields, config, columns)];
        }
        catch (RollcallException e)
        {
            return e.Problems;
        }
    }

    private static async Task<IReadOnlyList<Column>> ColumnsAsync(DuckDBConnection duckdb, string audience, string relation, CancellationToken cancellation)
    {
        try
        {
            return await RelationColumns.OfAsync(duckdb, relation, cancellation);
        }
        catch (DuckDBException e)
        {
            throw new RollcallException(ExitCode.Source, $"The SQL is wrong: {DuckMessages.First(e)}", $"audience {audience}", inner: e);
        }
    }

    private async Task<string> OutlineAsync(string key, CancellationToken cancellation)
    {
        var table = options.Files[key];
        var (kind, paths) = TableFiles.Find(parser, key, table);
        return kind == FileKind.Csv
            ? await Task.Run(() => Guarded(() => CsvTable.Outline(table, paths, cancellation)), cancellation)
            : (await PrepareAsync(key, null, cancellation)).Select;
    }

    private async Task<PreparedTable> PrepareAsync(string key, IProgress<long>? progress, CancellationToken cancellation)
    {
        if (prepared.TryGetValue(key, out var known))
        {
            return known;
        }

        var table = options.Files[key];
        var (kind, paths) = TableFiles.Find(parser, key, table);
        var made = await Task.Run(
            () => Guarded(() => kind switch
            {
                FileKind.Csv => CsvTable.Prepare(key, table, paths, folder, progress is null ? null : progress.Report, cancellation),
                FileKind.Parquet => ParquetTable.Prepare(paths),
                _ => JsonTable.Prepare(parser, key, paths, folder, progress is null ? null : progress.Report, cancellation),
            }),
            cancellation);
        prepared[key] = made;
        return made;
    }

    private static T Guarded<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RollcallException(ExitCode.Source, $"A file cannot be read: {e.Message}", todo: "Make it readable for this user.", inner: e);
        }
    }
}
