namespace Rollcall.Jobs;

/// <summary>Where status events go; one of the kinds.</summary>
public abstract record StatusSinkOptions;

/// <summary>Status events as JSON lines, one file a run.</summary>
/// <param name="Path">Absolute path, such as <c>/data/status.jsonl</c>, which becomes <c>status-RUN.jsonl</c> beside it.</param>
public sealed record FileSinkOptions(string Path) : StatusSinkOptions;

/// <summary>Status events as rows of a PostgreSQL table.</summary>
/// <param name="Url">The database; may hold a password, never print it.</param>
/// <param name="Table">The table, maybe with a schema.</param>
public sealed record PostgresSinkOptions(string Url, string Table) : StatusSinkOptions
{
    /// <summary>Without the URL, which may hold a password.</summary>
    public override string ToString() => $"PostgreSQL table {Table}";
}

/// <summary>Status events into a stream of Lytics.</summary>
/// <param name="Access">The account.</param>
/// <param name="Stream">The stream's name.</param>
public sealed record LyticsSinkOptions(LyticsAccess Access, string Stream) : StatusSinkOptions
{
    /// <summary>Without the token.</summary>
    public override string ToString() => $"the stream {Stream} of {Access}";
}

/// <summary>Status events as fields of profiles in a Parquet file, which audiences over files can join.</summary>
/// <param name="Path">Absolute path of the file; made when needed.</param>
public sealed record ProfilesSinkOptions(string Path) : StatusSinkOptions;
