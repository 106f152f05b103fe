using System.Globalization;
using DuckDB.NET.Data;
using Microsoft.Data.Sqlite;
using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Reading;
using Rollcall.Reading.Tables;
using Rollcall.Running;
using Rollcall.TestKit;
using Rollcall.Work;
using Xunit;

namespace Rollcall.Tests.Reading;

/// <summary>A folder, a DuckDB and everything else needed to read audiences into a roll.</summary>
public sealed class ReadingWorkshop : IDisposable
{
    public ReadingWorkshop()
    {
        Directory.CreateDirectory(Folder);
        DuckDb = new DuckDBConnection("DataSource=:memory:");
        DuckDb.Open();
        Rollcall.Model.MemberKeySql.Register(DuckDb);
        DecimalSql.Register(DuckDb);
        Execute("SET threads = 2; SET autoinstall_known_extensions = false; SET autoload_known_extensions = false;");
    }

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), $"rollcall-reading-{Guid.NewGuid():N}");

    public DuckDBConnection DuckDb { get; }

    public string At(string name) => Path.Combine(Folder, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(At(name), text);
        return At(name);
    }

    public string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(At(name), bytes);
        return At(name);
    }

    public void Execute(string sql)
    {
        using var command = DuckDb.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Rows as texts joined by a bar; NULL as ∅.</summary>
    public IReadOnlyList<string> Query(string sql)
    {
        using var command = DuckDb.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(
                string.Join(
                    '|',
                    Enumerable.Range(0, reader.FieldCount).Select(
                        i => reader.IsDBNull(i) ? "∅" : Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture))));
        }

        return rows;
    }

    public static Job Job(
        SourceOptions source,
        IReadOnlyList<FieldMapping>? mappings = null,
        string email = "email",
        string? key = null,
        string? id = null,
        OnMissingField onMissing = OnMissingField.Keep,
        IReadOnlyList<string>? fieldChanges = null) => new()
    {
        Tag = "test",
        Label = "test",
        Path = "/job.yaml",
        Authorization = new JobAuthorization("test", null),
        Source = source,
        OnMissingField = onMissing,
        Config = new ExportConfig
        {
            SegmentIds = source is TablesSourceOptions tables ? [.. tables.Audiences.Keys] : ["all"],
            SegMappings = [],
            Mappings = mappings ?? [],
            EmailField = email,
            KeyField = key,
            IdField = id,
            FieldChanges = fieldChanges ?? [],
        },
    };

    public static TablesSourceOptions Files(
        string path,
        string? sql = null,
        string? delimiter = null,
        string? encoding = null,
        IReadOnlyDictionary<string, string>? types = null) => new()
    {
        Files = new Dictionary<string, FileTable> { ["people"] = new(path, types ?? new Dictionary<string, string>(), delimiter, encoding) },
        Audiences = new Dictionary<string, AudienceQuery> { ["all"] = sql is null ? new(null, "people", null) : new(sql, null, null) },
    };

    /// <summary>A query of the PostgreSQL server for tests; the test is skipped where there is none.</summary>
    public static TablesSourceOptions Postgres(string sql) => OfDatabase(TestDatabases.PostgresOrSkip().ToString(), "postgres://test", sql);

    /// <summary>A query of the MariaDB server for tests; the test is skipped where there is none.</summary>
    public static TablesSourceOptions MySql(string sql) => OfDatabase(TestDatabases.MySqlOrSkip().ToString(), "mysql://test", sql);

    /// <summary>A query of a SQLite file in the folder, after some setup.</summary>
    public async Task<TablesSourceOptions> SqliteAsync(string setup, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={At("test.sqlite")};Pooling=False");
        await connection.OpenAsync();
        await DatabasePeople.ExecuteAsync(connection, setup);
        return OfDatabase(At("test.sqlite"), "test.sqlite", sql);
    }

    internal IAudienceSource Open(Job job) => TablesSource.Open(job, At("copies"), At("data"), TimeProvider.System);

    /// <summary>Reads the job's first audience directly, without a roll.</summary>
    internal async Task<(IReadOnlyList<string> Rows, AudienceReadingResult Result)> ReadAsync(
        SourceOptions source,
        string[] fields,
        AudienceShape? previous = null)
    {
        var job = Job(source);
        await using var opened = Open(job);
        await using var reading = await opened.OpenAsync(job.Config.SegmentIds[0], fields, DuckDb, previous, null, TestContext.Current.CancellationToken);
        var rows = Query($"SELECT {string.Join(", ", fields.Select(field => $"\"{field}\""))} FROM {reading.Relation} ORDER BY __row");
        return (rows, await reading.CompleteAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Reads the job's audiences into the roll's tables.</summary>
    internal async Task<IReadOnlyList<AudienceCount>> CallAsync(
        Job job,
        IReadOnlyDictionary<string, DataFieldType>? dataFields = null,
        long accountId = 1,
        CancellationToken? cancellation = null)
    {
        var stop = cancellation ?? TestContext.Current.CancellationToken;
        await using var source = Open(job);
        var roll = new Roll(DuckDb, job, dataFields ?? new Dictionary<string, DataFieldType>(), accountId);
        await roll.CreateAsync(stop);
        var counts = new List<AudienceCount>();
        for (var i = 0; i < job.Config.SegmentIds.Count; i++)
        {
            await using var reading = await source.OpenAsync(job.Config.SegmentIds[i], job.Config.Fields, DuckDb, null, null, stop);
            counts.Add(await roll.AddAsync(i, reading, stop));
        }

        await roll.FinishAsync(stop);
        return counts;
    }

    /// <summary>Fills the roll from a relation of SQL; the job's source is not asked.</summary>
    internal async Task<AudienceCount> CallAsync(Job job, string relation, IReadOnlyDictionary<string, DataFieldType> dataFields, long accountId = 1)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var roll = new Roll(DuckDb, job, dataFields, accountId);
        await roll.CreateAsync(cancellation);
        await using var reading = new FixedReading(relation);
        var count = await roll.AddAsync(0, reading, cancellation);
        await roll.FinishAsync(cancellation);
        return count;
    }

    public void Dispose()
    {
        DuckDb.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static TablesSourceOptions OfDatabase(string database, string name, string sql) => new()
    {
        Database = database,
        DatabaseName = name,
        Audiences = new Dictionary<string, AudienceQuery> { ["all"] = new(sql, null, null) },
    };

    private sealed class FixedReading(string relation) : IAudienceReading
    {
        public string Relation => relation;

        public Task<AudienceReadingResult> CompleteAsync(CancellationToken cancellation) =>
            Task.FromResult(new AudienceReadingResult([], null, AudienceShape.None));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
