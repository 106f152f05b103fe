using Rollcall.Model;
namespace Rollcall.Jobs;

/// <summary>Where the audiences are; one of the kinds.</summary>
public abstract record SourceOptions;

/// <summary>Audiences in tables: a database, or files.</summary>
public sealed record TablesSourceOptions : SourceOptions
{
    /// <summary>
    /// A SQLite file's absolute path, or a <c>postgres://</c> or <c>mysql://</c> URL; null with <see cref="Files"/>. May hold a password: never print it,
    /// print <see cref="DatabaseName"/>.
    /// </summary>
    public string? Database { get; init; }

    /// <summary>The database without its password, for messages.</summary>
    public string? DatabaseName { get; init; }

    /// <summary>The files, each a table by its key, in the file's order.</summary>
    public IReadOnlyDictionary<string, FileTable> Files { get; init; } = new Dictionary<string, FileTable>();

    /// <summary>Each audience's query, by its id, in the file's order.</summary>
    public required IReadOnlyDictionary<string, AudienceQuery> Audiences { get; init; }

    /// <summary>
    /// Each collection's query of recommendations, by its id: a row a person and recommendation, with <c>email</c>, <c>rank</c> and its fields.
    /// </summary>
    public IReadOnlyDictionary<string, AudienceQuery> Recommendations { get; init; } = new Dictionary<string, AudienceQuery>();

    /// <summary>The longest that one query may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Without the password that <see cref="Database"/> may hold.</summary>
    public override string ToString() => DatabaseName ?? string.Join(", ", Files.Keys);
}

/// <summary>A file, or a glob of files of one kind, as a table.</summary>
/// <param name="Path">Absolute path or glob. The kind follows from the name: csv, tsv, txt, json, jsonl, ndjson, parquet, each maybe with <c>.gz</c>.</param>
/// <param name="Types">Column to type, for CSV: <c>text, integer, decimal, date, timestamp, boolean</c>; columns not named are text.</param>
/// <param name="Delimiter">The delimiter of a CSV file; null for the kind's own (comma, tab), and for <c>txt</c> required.</param>
/// <param name="Encoding">The encoding of a CSV file; null for UTF-8.</param>
public sealed record FileTable(string Path, IReadOnlyDictionary<string, string> Types, string? Delimiter, string? Encoding);

/// <summary>How an audience is read: a SELECT, or a table with a condition. Either <see cref="Sql"/> or <see cref="From"/> is set.</summary>
/// <param name="Sql">One SELECT.</param>
/// <param name="From">A table of the database, or a key of the files.</param>
/// <param name="Condition">A SQL condition on it; null for all rows.</param>
public sealed record AudienceQuery(string? Sql, string? From, string? Condition);

/// <summary>Audiences in Lytics.</summary>
/// <param name="Access">The account.</param>
public sealed record LyticsSourceOptions(LyticsAccess Access) : SourceOptions
{
    /// <summary>Without the token.</summary>
    public override string ToString() => Access.ToString();
}

/// <summary>How a Lytics account is reached.</summary>
/// <param name="Token">The API token; never printed, and sent to no other host than <paramref name="Url"/>.</param>
/// <param name="Url">The API's address: https, or this machine.</param>
/// <param name="AccountId">The account, for a token that knows several; null for the token's own.</param>
public sealed record LyticsAccess(string Token, Uri Url, string? AccountId)
{
    /// <summary>The API token; masked wherever it would be shown.</summary>
    public string Token { get; init; } = Secrets.Keep(Token);

    /// <summary>Without the token.</summary>
    public override string ToString() => $"Lytics at {Url.Authority}";
}
