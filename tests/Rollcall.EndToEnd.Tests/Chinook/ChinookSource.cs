namespace Rollcall.EndToEnd.Tests.Chinook;

/// <summary>Chinook as one kind of source that a job file may name.</summary>
internal abstract class ChinookSource : IAsyncDisposable
{
    /// <summary>The lines of the job file's <c>tables</c> that say where the data is, unindented.</summary>
    public abstract IReadOnlyList<string> JobLines { get; }

    /// <summary>Updates the source to the current content of the database.</summary>
    public abstract Task PublishAsync(ChinookDatabase database);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
