namespace Rollcall.EndToEnd.Tests.Chinook;

/// <summary>The SQLite file itself.</summary>
internal sealed class SqliteSource(ChinookDatabase database) : ChinookSource
{
    public override IReadOnlyList<string> JobLines => [$"database: {database.File}"];

    public override Task PublishAsync(ChinookDatabase database) => Task.CompletedTask;

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
