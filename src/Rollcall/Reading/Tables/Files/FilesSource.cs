using DuckDB.NET.Data;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Work;

namespace Rollcall.Reading.Tables.Files;

/// <summary>Audiences in files, read by DuckDB. Each file is scanned once a run, however many audiences use it.</summary>
internal sealed class FilesSource(TablesSourceOptions options, ExportConfig config, string folder, string dataFolder, TimeProvider clock) : ITableSource
{
    private readonly DuckDBConnection _parser = OpenParser();
    private readonly Dictionary<string, PreparedTable> _prepared = new(StringComparer.OrdinalIgnoreCase);

    public string Name => options.Files.Count == 1 ? options.Files.Values.First().Path : $"{options.Files.Count} files";

    public string Sql(string audience) => FileQuery.Text(options.Audiences[audience]);

    public async Task<IReadOnlyList<Problem>> CheckAsync(IReadOnlyList<string> audiences, IReadOnlyList<string> fields, CancellationToken cancellation)
    {
        var problems = new List<Problem>();
        var outlines = new TablesSql();
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

    public async Task<IAudienceReading> OpenAsync(
        string audience,
        IReadOnlyList<string> fields,
        DuckDBConnection duckdb,
        AudienceShape? previous,
        IProgress<long>? progress,
        CancellationToken cancellation)
    {
        var query = Parsed(audience);
        var (tables, selects) = (new Dictionary<string, PreparedTable>(), new TablesSql());
        foreach (var key in query.Keys)
        {
            tables[key] = await PrepareAsync(key, progress, cancellation);
            selects[key] = new TableSql(tables[key].Select, tables[key].Paths);
        }

        // One database an audience, for its columns and its rows: to open one takes as long as to read a small file.
        var locked = LockedDuckDb.Open(selects.Paths(query), Path.Combine(folder, "spill-source"));
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
        var select = selects.Select(query, $"{string.Join(", ", chosen)}, row_number() OVER () AS __row");
        var rows = new CarriedRows(locked, select, $"audience {audience}", () => Limit(cancellation));
        return new FileReading(duckdb, rows, tables, previous);
    }

    public async Task<IReadOnlyList<Column>> ColumnsAsync(string audience, CancellationToken cancellation)
    {
        var query = Parsed(audience);
        var outlines = new TablesSql();
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
        duckdb.Execute("""
            SET autoinstall_known_extensions = false;
            SET autoload_known_extensions = false;
            SET threads = 1;
            SET memory_limit = '200MB';
            """);
        return duckdb;
    }

    private async Task<IReadOnlyList<Problem>> CheckQueryAsync(
        string audience, FileQuery query, TablesSql outlines, IReadOnlyList<string> fields, CancellationToken cancellation)
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

    private async Task<IReadOnlyList<Column>> ColumnsAsync(string audience, FileQuery query, TablesSql tables, CancellationToken cancellation)
    {
        using var locked = LockedDuckDb.Open(tables.Paths(query), spill: null);
        return await ColumnsAsync(audience, query, tables, locked, cancellation);
    }

    private async Task<IReadOnlyList<Column>> ColumnsAsync(
        string audience, FileQuery query, TablesSql tables, DuckDBConnection locked, CancellationToken cancellation)
    {
        using var limit = Limit(cancellation);
        try
        {
            return await RelationColumns.OfAsync(locked, $"({tables.Select(query, "*")})", limit.Token);
        }
        catch (Exception e) when (e is DuckDBException or OperationCanceledException)
        {
            limit.Explain($"audience {audience}", e);
            var message = e is DuckDBException wrong ? DuckMessages.First(wrong) : e.Message;
            throw new RollcallException(ExitCode.Source, $"The SQL is wrong: {message}", $"audience {audience}", inner: e);
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

