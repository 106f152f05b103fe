using System.Data.Common;
using DuckDB.NET.Data;
using Rollcall.Jobs;

namespace Rollcall.Reading.Tables.Databases;

/// <summary>
/// Audiences in a database: their SQL runs there, and the rows stream into a table of the run's DuckDB.
/// All audiences of a run come from one connection, and so from one state of the database.
/// </summary>
internal sealed class DatabaseSource(TablesSourceOptions options, ExportConfig config) : ITableSource
{
    private readonly Database database = Database.Of(options);
    private DbConnection? connection;
    private int tables;

    public string Name => database.Name;

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
            if (SingleSelect.Wrong(Sql(audience), database.Lexis) is { } wrong)
            {
                problems.Add(new Problem(wrong, $"audience {audience}", "Write one SELECT; it may start with WITH."));
            }
        }

        var readable = audiences.Where(audience => SingleSelect.Wrong(Sql(audience), database.Lexis) is null);
        foreach (var audience in readable)
        {
            try
            {
                // A failed query spoils its transaction, so each has a connection of its own.
                await using var own = await ConnectAsync(cancellation);
                problems.AddRange(FieldColumns.Check(audience, fields, config, [.. (await ColumnsAsync(own, audience, cancellation)).Select(column => column.Column)]));
            }
            catch (RollcallException e)
            {
                problems.AddRange(e.Problems);
                if (e.Problems.Any(problem => problem.Where == database.Name || problem.Where == "source.tables.database"))
                {
                    break;
                }
            }
        }

        return problems;
    }

    public async Task<IAudienceReading> OpenAsync(string audience, IReadOnlyList<string> fields, DuckDBConnection duckdb, AudienceShape? previous, IProgress<long>? progress, CancellationToken cancellation)
    {
        var columns = await KnownColumnsAsync(audience, cancellation);
        var problems = FieldColumns.Check(audience, fields, config, [.. columns.Select(column => column.Column)]).ToList();
        if (problems.Count > 0)
        {
            throw new RollcallException(ExitCode.Source, problems);
        }

        DatabaseColumn Of(string field) => columns.First(column => column.Column == FieldColumns.Find(field, [.. columns.Select(known => known.Column)]));

        // What only insight data need is read whole, and not as one value.
        var whole = fields.Where(config.InsightFields.Contains).ToList();
        var single = fields.Where(field => config.ScalarFields.Contains(field) || !whole.Contains(field)).ToList();
        var text = await TextAsync(connection!, audience, cancellation);
        var select = $"SELECT {string.Join(", ", single.Select(field => Of(field).Expression).Concat(whole.Select(field => Of(field).Json)))} FROM (\n{text}\n) AS audience";
        var table = $"source_rows_{++tables}";
        var rows = new DatabaseRows(database, audience, (field, stop) => database.SuggestedAsync(connection!, Of(field), text, stop), [.. single.Select(field => Of(field).Column with { Name = field }), .. whole.Select(field => new Column(DatabaseRows.Whole(field), Of(field).Column.Type == "FLOAT" ? "FLOAT" : "JSON"))], table);
        return await Task.Run(() => rows.Read(connection!, select, duckdb, progress, cancellation), cancellation);
    }

    public async Task<IReadOnlyList<Column>> ColumnsAsync(string audience, CancellationToken cancellation) =>
        [.. (await KnownColumnsAsync(audience, cancellation)).Select(column => column.Column)];

    public async ValueTask DisposeAsync()
    {
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }

    private static string Select(string table, string? condition) =>
        $"SELECT * FROM {table}{(condition is null ? "" : $" WHERE (\n{condition}\n)")}";

    private async Task<IReadOnlyList<DatabaseColumn>> KnownColumnsAsync(string audience, CancellationToken cancellation)
    {
        if (SingleSelect.Wrong(Sql(audience), database.Lexis) is { } wrong)
        {
            throw new RollcallException(ExitCode.Source, wrong, $"audience {audience}", "Write one SELECT; it may start with WITH.");
        }

        connection ??= await ConnectAsync(cancellation);
        return await ColumnsAsync(connection, audience, cancellation);
    }

    private async Task<string> TextAsync(DbConnection open, string audience, CancellationToken cancellation)
    {
        var query = options.Audiences[audience];
        return query.Sql is { } sql
            ? SingleSelect.Bare(sql, database.Lexis)
            : Select(await database.TableAsync(open, query.From!, cancellation), query.Condition);
    }

    private async Task<DbConnection> ConnectAsync(CancellationToken cancellation)
    {
        try
        {
            return await database.OpenAsync(cancellation);
        }
        catch (Exception e) when (Database.IsTrouble(e) && !cancellation.IsCancellationRequested)
        {
            throw new RollcallException(ExitCode.Source, $"The database cannot be reached: {database.Message(e)}", database.Name, "Check that it runs, the address, the user and the password.", e);
        }
    }

    private async Task<IReadOnlyList<DatabaseColumn>> ColumnsAsync(DbConnection open, string audience, CancellationToken cancellation)
    {
        try
        {
            using var command = open.CreateCommand();
            command.CommandText = $"SELECT * FROM (\n{await TextAsync(open, audience, cancellation)}\n) AS audience LIMIT 0";
            using var reader = await command.ExecuteReaderAsync(cancellation);
            return database.Columns(reader);
        }
        catch (DbException e) when (e is not { InnerException: IOException or System.Net.Sockets.SocketException })
        {
            throw new RollcallException(ExitCode.Source, $"The SQL is wrong: {database.Message(e)}", $"audience {audience}", inner: e);
        }
        catch (Exception e) when (Database.IsTrouble(e) && !cancellation.IsCancellationRequested)
        {
            throw new RollcallException(ExitCode.Source, $"The database broke off: {database.Message(e)}", database.Name, "Check that it is the database meant, and that it runs.", e);
        }
    }
}
