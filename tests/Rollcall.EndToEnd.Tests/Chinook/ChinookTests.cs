using Rollcall.TestKit;

namespace Rollcall.EndToEnd.Tests.Chinook;

/// <summary>The story from a SQLite file.</summary>
public sealed class ChinookInSqliteTests : ChinookStory
{
    private protected override Task<ChinookSource> OpenAsync(TempFolder folder, ChinookDatabase database) =>
        Task.FromResult<ChinookSource>(new SqliteSource(database));
}

/// <summary>The story from PostgreSQL.</summary>
public sealed class ChinookInPostgresTests : ChinookStory
{
    private protected override Task<ChinookSource> OpenAsync(TempFolder folder, ChinookDatabase database) => ServerSource.PostgresOrSkipAsync();
}

/// <summary>The story from MariaDB.</summary>
public sealed class ChinookInMariaDbTests : ChinookStory
{
    private protected override Task<ChinookSource> OpenAsync(TempFolder folder, ChinookDatabase database) => ServerSource.MariaDbOrSkipAsync();
}

/// <summary>The story from CSV files.</summary>
public sealed class ChinookInCsvTests : ChinookStory
{
    private protected override Task<ChinookSource> OpenAsync(TempFolder folder, ChinookDatabase database) =>
        Task.FromResult<ChinookSource>(new FileSource(folder, database, FileKind.Csv));
}

/// <summary>The story from Parquet files.</summary>
public sealed class ChinookInParquetTests : ChinookStory
{
    private protected override Task<ChinookSource> OpenAsync(TempFolder folder, ChinookDatabase database) =>
        Task.FromResult<ChinookSource>(new FileSource(folder, database, FileKind.Parquet));
}
