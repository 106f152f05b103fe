using System.Data.Common;
using DuckDB.NET.Data;
using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Work;

namespace Rollcall.Reading.Tables.Databases;

/// <summary>
/// Audiences in a database: their SQL runs there, and the rows stream into a table of the run's DuckDB.
/// All audiences of a run come from one connection, and so from one state of the database.
/// </summary>
internal sealed class DatabaseSource(TablesSourceOptions options, ExportConfig config, string dataFolder, TimeProvider clock) : ITableSource
{
    /// <summary>The server ends a statement that Rollcall could not end.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly Database _database = Database.Of(options, dataFolder);
    private DbConnection? _connection;
    private int _tables;

    public string Name => _database.Name;

    public string Sql(string audience) => options.Audiences[audience] switch
    {
        { Sql: { } sql } => sql,
        { Condition: { } condition, From: { } table } => Select(table, condition),
        { From: var table } => Select(table!, null),
    };

    public async Task<IReadOnlyList<Problem>> CheckAsync(IReadOnlyList<string> audiences, IReadOnlyList<string> fields, CancellationToken cancellation)
    {
        var problems = new List<Problem>();
        foreach (var audience in audiences)
        {
            try
            {
                // A failed query aborts its transaction, so each audience has its own connection.
                await using var own = await ConnectAsync(cancellation);
                var columns = await ColumnsAsync(own, audience, cancellation);
                problems.AddRange(FieldColumns.Check(audience, fields, config, [.. columns.Select(column => column.Column)]));
            }
            catch (RollcallException e)
            {
                problems.AddRange(e.Problems);
                if (e.Problems.Any(problem => problem.Where == _database.Name || problem.Where == "source.tables.database"))
                {
                    // Without the database, report at least what the SQL text shows.
                    problems.AddRange(audiences.Select(Refused).OfType<Problem>());
                    break;
                }
            }
        }

        return problems;
    }

    public async Task<IReadOnlyList<Problem>> WarningsAsync(CancellationToken cancellation)
    {
        await using var own = await ConnectAsync(cancellation);
        var rights = await RightsAsync(own, cancellation);
        return rights.Count == 0
            ? []
            : [new Problem(
                $"The database's user {string.Join(", ", rights)}; an audience's SQL only has to read.",
                _database.Name,
                "Use a role that may only read: docs/security.md has the statements that make one.",
                Severity.Warning)];
    }

    public Task<IAudienceReading> OpenAsync(
        string audience,
        IReadOnlyList<string> fields,
        DuckDBConnection duckdb,
        AudienceShape? previous,
        IProgress<long>? progress,
        CancellationToken cancellation) => OpenAsync(audience, fields, duckdb, "", progress, cancellation);

    public Task<IAudienceReading> SampleAsync(
        string audience, IReadOnlyList<string> fields, int rows, DuckDBConnection duckdb, CancellationToken cancellation) =>
        OpenAsync(audience, fields, duckdb, $" LIMIT {rows}", null, cancellation);

    private async Task<IAudienceReading> OpenAsync(
        string audience, IReadOnlyList<string> fields, DuckDBConnection duckdb, string ending, IProgress<long>? progress, CancellationToken cancellation)
    {
        var columns = await KnownColumnsAsync(audience, cancellation);
        var problems = FieldColumns.Check(audience, fields, config, [.. columns.Select(column => column.Column)]).ToList();
        if (problems.Count > 0)
        {
            throw new RollcallException(ExitCode.Source, problems);
        }

        DatabaseColumn Of(string field) => columns.First(column => column.Column == FieldColumns.Find(field, [.. columns.Select(known => known.Column)]));

        // Fields that only insight data need are read whole, and not as one value.
        var whole = fields.Where(config.InsightFields.Contains).ToList();
        var single = fields.Where(field => config.ScalarFields.Contains(field) || !whole.Contains(field)).ToList();
        var text = await TextAsync(_connection!, audience, cancellation);
        var selected = single.Select(field => Of(field).Expression).Concat(whole.Select(field => Of(field).Json));
        var select = _database.Around(text, string.Join(", ", selected), ending);
        async Task<DataFieldType?> SuggestedAsync(string field, CancellationToken stop)
        {
            using var suggesting = Limit(stop);
            try
            {
                return await _database.SuggestedAsync(_connection!, Of(field), text, suggesting);
            }
            catch (Exception e) when (Database.IsTrouble(e))
            {
                suggesting.Explain($"audience {audience}", e);
                throw new RollcallException(ExitCode.Source, $"Reading failed: {_database.Message(e)}", $"audience {audience}", inner: e);
            }
        }

        var read = single.Select(field => Of(field).Column with { Name = field })
            .Concat(whole.Select(field => new Column(DatabaseRows.Whole(field), Of(field).Column.Type == "FLOAT" ? "FLOAT" : "JSON")));
        var rows = new DatabaseRows(_database, audience, SuggestedAsync, [.. read], $"source_rows_{++_tables}");
        using var limit = Limit(cancellation);
        return await Task.Run(() => rows.Read(_connection!, select, duckdb, progress, limit), CancellationToken.None);
    }

    public async Task<IReadOnlyList<Column>> ColumnsAsync(string audience, CancellationToken cancellation) =>
        [.. (await KnownColumnsAsync(audience, cancellation)).Select(column => column.Column)];

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }
    }

    /// <summary>What the user may do besides reading; nothing when the server does not say.</summary>
    private async Task<IReadOnlyList<string>> RightsAsync(DbConnection own, CancellationToken cancellation)
    {
        try
        {
            return await _database.RightsAsync(own, cancellation);
        }
        catch (DbException) when (!cancellation.IsCancellationRequested)
        {
            return [];
        }
    }

    private static string Select(string table, string? condition) =>
        $"SELECT * FROM {table}{(condition is null ? "" : $" WHERE (\n{condition}\n)")}";

    private static Problem Refused(string audience, string wrong) => new(wrong, $"audience {audience}", SingleSelect.Todo);

    /// <summary>A problem that the text of an audience's SQL shows; null when there is none.</summary>
    private Problem? Refused(string audience) => SingleSelect.Wrong(Sql(audience), _database.Lexis) is { } wrong ? Refused(audience, wrong) : null;

    private StatementLimit Limit(CancellationToken cancellation) => new(options.Timeout, clock, cancellation);

    private async Task<IReadOnlyList<DatabaseColumn>> KnownColumnsAsync(string audience, CancellationToken cancellation)
    {
        _connection ??= await ConnectAsync(cancellation);
        return await ColumnsAsync(_connection, audience, cancellation);
    }

    private async Task<string> TextAsync(DbConnection open, string audience, CancellationToken cancellation)
    {
        var query = options.Audiences[audience];
        return query.Sql is { } sql
            ? SingleSelect.Bare(sql, _database.Lexis)
            : Select(await _database.TableAsync(open, query.From!, cancellation), query.Condition);
    }

    private async Task<DbConnection> ConnectAsync(CancellationToken cancellation)
    {
        try
        {
            return await _database.OpenAsync(options.Timeout + Grace, cancellation);
        }
        catch (Exception e) when (Database.IsTrouble(e) && !cancellation.IsCancellationRequested)
        {
            throw new RollcallException(
                ExitCode.Source,
                $"The database cannot be reached: {_database.Message(e)}",
                _database.Name,
                "Check that it runs, the address, the user and the password.",
                e);
        }
    }

    /// <summary>An audience's columns; all errors in its SQL appear here, before a row is read.</summary>
    private async Task<IReadOnlyList<DatabaseColumn>> ColumnsAsync(DbConnection open, string audience, CancellationToken cancellation)
    {
        using var limit = Limit(cancellation);
        try
        {
            var query = options.Audiences[audience];
            var text = await TextAsync(open, audience, limit.Token);
            var whole = query.Sql ?? text;
            if ((SingleSelect.Wrong(whole, _database.Lexis) ?? await _database.ForbiddenAsync(open, whole, limit.Token)) is { } wrong)
            {
                throw new RollcallException(ExitCode.Source, [Refused(audience, wrong)]);
            }

            return await Task.Run(() => _database.Read(open, _database.Around(text, more: " LIMIT 0"), limit, _database.Columns), CancellationToken.None);
        }
        catch (Exception e) when (e is DbException { InnerException: not (IOException or System.Net.Sockets.SocketException) } or OperationCanceledException)
        {
            limit.Explain($"audience {audience}", e);
            throw new RollcallException(ExitCode.Source, $"The SQL is wrong: {_database.Message(e)}", $"audience {audience}", inner: e);
        }
        catch (Exception e) when (Database.IsTrouble(e) && !cancellation.IsCancellationRequested)
        {
            throw new RollcallException(
                ExitCode.Source,
                $"The database broke off: {_database.Message(e)}",
                _database.Name,
                "Check that it is the database meant, and that it runs.",
                e);
        }
    }
}
