using DuckDB.NET.Data;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Work;

namespace Rollcall.Reading.Tables.Files;

/// <summary>Audiences in files, read by DuckDB. Each file is looked through once a run, whatever the number of audiences over it.</summary>
internal sealed class FilesSource(TablesSourceOptions options, ExportConfig config, string folder, string dataFolder, TimeProvider clock) : ITableSource
{
    private readonly DuckDBConnection _parser = OpenParser();
    private readonly Dictionary<string, PreparedTable> _prepared = new(StringComparer.OrdinalIgnoreCase);

    public string Name => options.Files.Count == 1 ? options.Files.Values.First().Path : $"{options.Files.Count} files";

    public string Sql(string audience) => FileQuery.Text(options.Audiences[audience]);

    public async Task<IReadOnlyList<Problem>> CheckAsync(IReadOnlyList<string> audiences, IReadOnlyList<string> fields, CancellationToken cancellation)
    {
        var problems = new List<Problem>();
        var outlines = new Dictionary<string, TableSql>(StringComparer.OrdinalIgnoreCase);
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
            var (query, wrong) = FileQuery.Parse(_parser, audience, options.Audiences[audience], [.. options.Files.Keys]);
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

        var selects = tables.ToDictionary(table => table.Key, table => new TableSql(table.Value.Select, table.Value.Paths));

        // One database an audience, for its columns and its rows: to open one takes as long as a small file.
        var locked = LockedDuckDb.Open(Paths(selects), Path.Combine(folder, "spill-source"));
        IReadOnlyList<Column> columns;
        try
        {
            columns = await ColumnsAsync(audience, query, selects, locked, cancellation);
            var wrong = FieldColumns.Check(audience, fields, config, columns).ToList();
            if (wrong.Count > 0)
            {
                throw new RollcallException(ExitCode.Source, wrong);
            }
        }
        catch
        {
            locked.Dispose();
            throw;
        }

        var chosen = fields.Select(field => $"{SqlText.Name(FieldColumns.Find(field, columns)!.Name)} AS {SqlText.Name(field)}");
        var rows = new CarriedRows(locked, Select(query, selects, $"{string.Join(", ", chosen)}, row_number() OVER () AS __row"), $"audience {audience}", () => Limit(cancellation));
        return new FileReading(duckdb, rows, tables, previous);
    }

    public async Task<IReadOnlyList<Column>> ColumnsAsync(string audience, CancellationToken cancellation)
    {
        var query = Parsed(audience);
        var outlines = new Dictionary<string, TableSql>(StringComparer.OrdinalIgnoreCase);
        foreach (var key in query.Keys)
        {
            outlines[key] = await OutlineAsync(key, cancellation);
        }

        return await ColumnsAsync(audience, query, outlines, cancellation);
    }

    public ValueTask DisposeAsync()
    {
        _parser.Dispose();
        foreach (var copy in Directory.Exists(folder) ? Directory.GetFiles(folder, "copy-*") : [])
        {
            File.Delete(copy);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>The audience's SQL, with the files it uses as common table expressions.</summary>
    private static string Select(FileQuery query, IReadOnlyDictionary<string, TableSql> tables, string columns)
    {
        var files = query.Keys.Select(key => $"{SqlText.Name(key)} AS NOT MATERIALIZED ({tables[key].Select})").ToList();
        var with = files.Count == 0 ? "" : $"WITH {string.Join(",\n", files)}\n";
        return $"{with}SELECT {columns} FROM (\n{query.Sql}\n) AS audience";
    }

    private static IEnumerable<string> Paths(IReadOnlyDictionary<string, TableSql> tables) => tables.Values.SelectMany(table => table.Paths);

    private StatementLimit Limit(CancellationToken cancellation) => new(options.Timeout, clock, cancellation);

    private FileQuery Parsed(string audience)
    {
        var (query, problems) = FileQuery.Parse(_parser, audience, options.Audiences[audience], [.. options.Files.Keys]);
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

    private async Task<IReadOnlyList<Problem>> CheckQueryAsync(string audience, FileQuery query, IReadOnlyDictionary<string, TableSql> outlines, IReadOnlyList<string> fields, CancellationToken cancellation)
    {
        try
        {
            var columns = await ColumnsAsync(audience, query, outlines, cancellation);
            return [.. FieldColumns.Check(audience, fields, config, columns)];
        }
        catch (RollcallException e)
        {
            return e.Problems;
        }
    }

    private async Task<IReadOnlyList<Column>> ColumnsAsync(string audience, FileQuery query, IReadOnlyDictionary<string, TableSql> tables, CancellationToken cancellation)
    {
        using var locked = LockedDuckDb.Open(Paths(tables.Where(table => query.Keys.Contains(table.Key, StringComparer.OrdinalIgnoreCase)).ToDictionary()), spill: null);
        return await ColumnsAsync(audience, query, tables, locked, cancellation);
    }

    private async Task<IReadOnlyList<Column>> ColumnsAsync(string audience, FileQuery query, IReadOnlyDictionary<string, TableSql> tables, DuckDBConnection locked, CancellationToken cancellation)
    {
        using var limit = Limit(cancellation);
        try
        {
            return await RelationColumns.OfAsync(locked, $"({Select(query, tables, "*")})", limit.Token);
        }
        catch (Exception e) when (e is DuckDBException or OperationCanceledException)
        {
            limit.Explain($"audience {audience}", e);
            throw new RollcallException(ExitCode.Source, $"The SQL is wrong: {(e is DuckDBException wrong ? DuckMessages.First(wrong) : e.Message)}", $"audience {audience}", inner: e);
        }
    }

    private (FileKind Kind, IReadOnlyList<string> Paths) Find(string key)
    {
        var found = TableFiles.Find(_parser, key, options.Files[key]);
        foreach (var path in found.Paths)
        {
            OutsideDataFolder.Require(path, dataFolder, $"source.tables.files.{key}");
        }

        return found;
    }

    private async Task<TableSql> OutlineAsync(string key, CancellationToken cancellation)
    {
        var table = options.Files[key];
        var (kind, paths) = Find(key);
        if (kind == FileKind.Csv)
        {
            return new TableSql(await Task.Run(() => Guarded(() => CsvTable.Outline(table, paths, cancellation)), cancellation), paths);
        }

        var made = await PrepareAsync(key, null, cancellation);
        return new TableSql(made.Select, made.Paths);
    }

    private async Task<PreparedTable> PrepareAsync(string key, IProgress<long>? progress, CancellationToken cancellation)
    {
        if (_prepared.TryGetValue(key, out var known))
        {
            return known;
        }

        var table = options.Files[key];
        var (kind, paths) = Find(key);
        var made = await Task.Run(
            () => Guarded(() => kind switch
            {
                FileKind.Csv => CsvTable.Prepare(key, table, paths, folder, progress is null ? null : progress.Report, cancellation),
                FileKind.Parquet => ParquetTable.Prepare(paths),
                _ => JsonTable.Prepare(_parser, key, paths, folder, progress is null ? null : progress.Report, cancellation),
            }),
            cancellation);
        _prepared[key] = made;
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

/// <summary>A table of files as SQL.</summary>
/// <param name="Paths">The files that the SELECT reads.</param>
internal sealed record TableSql(string Select, IReadOnlyList<string> Paths);
