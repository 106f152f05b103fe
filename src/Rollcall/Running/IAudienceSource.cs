using DuckDB.NET.Data;
using Rollcall.Dotdigital;
using Rollcall.Model;

namespace Rollcall.Running;

/// <summary>
/// Where audiences come from: the seam between Rollcall and tables, files, or a customer data platform.
/// A source makes an audience's rows selectable in the run's DuckDB and says, once they were read, whether they were all of them.
/// Let exceptions out: only what the source understands becomes a <see cref="RollcallException"/> with exit code 3.
/// </summary>
public interface IAudienceSource : IAsyncDisposable
{
    /// <summary>The source's name for messages, without secrets.</summary>
    string Name { get; }

    /// <summary>Whether a reading that seems complete may miss members: then the audience is read again before any of them exits.</summary>
    bool MayMiss => false;

    /// <summary>The id of each existing audience, by its name in a job: two names with one id are one audience.</summary>
    /// <param name="audiences">The audiences' names in the job.</param>
    Task<IReadOnlyDictionary<string, string>> IdsAsync(IReadOnlyList<string> audiences, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyDictionary<string, string>>(audiences.Distinct().ToDictionary(audience => audience));

    /// <summary>Finds everything wrong with the audiences at once: unreachable source, broken SQL, unknown or non-scalar fields.</summary>
    /// <param name="audiences">The audiences' ids.</param>
    /// <param name="fields">The fields the job needs.</param>
    Task<IReadOnlyList<Problem>> CheckAsync(IReadOnlyList<string> audiences, IReadOnlyList<string> fields, CancellationToken cancellation);

    /// <summary>Advice on a source without errors, for a check.</summary>
    Task<IReadOnlyList<Problem>> WarningsAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<Problem>>([]);

    /// <summary>The SQL that reads an audience, for <c>plan --sql</c>; SQL comments about how it is read when there is no SQL.</summary>
    string Sql(string audience);

    /// <summary>Makes an audience's rows selectable in <paramref name="duckdb"/>.</summary>
    /// <param name="audience">The audience's id.</param>
    /// <param name="fields">The fields the job needs, each a column of the relation by that exact name.</param>
    /// <param name="duckdb">The run's database.</param>
    /// <param name="previous">What the last complete reading of this audience looked like; null the first time.</param>
    /// <param name="progress">Receives how many rows were read so far.</param>
    Task<IAudienceReading> OpenAsync(
        string audience,
        IReadOnlyList<string> fields,
        DuckDBConnection duckdb,
        AudienceShape? previous,
        IProgress<long>? progress,
        CancellationToken cancellation);

    /// <summary>
    /// Makes an audience's first rows selectable, for a look at their values: it need not read more than <paramref name="rows"/>, and nobody exits because
    /// of what is missing from it.
    /// </summary>
    /// <param name="audience">The audience's id.</param>
    /// <param name="fields">The fields the job needs.</param>
    /// <param name="rows">How many rows are enough.</param>
    /// <param name="duckdb">The database that rows are selected in.</param>
    Task<IAudienceReading> SampleAsync(string audience, IReadOnlyList<string> fields, int rows, DuckDBConnection duckdb, CancellationToken cancellation) =>
        OpenAsync(audience, fields, duckdb, null, null, cancellation);
}

/// <summary>One audience being read.</summary>
public interface IAudienceReading : IAsyncDisposable
{
    /// <summary>
    /// A relation (table, view or parenthesised SELECT) of the run's DuckDB: one column a field, of scalar types (except fields that only insight data need),
    /// and <c>__row</c> (BIGINT, the row's number in the source, from 1).
    /// </summary>
    string Relation { get; }

    /// <summary>What people call the audience; null where its id is its name.</summary>
    string? Name => null;

    /// <summary>A field's whole value, arrays and maps too: an expression over <see cref="Relation"/> that gives JSON, or NULL where there is none.</summary>
    /// <param name="field">One of the job's <see cref="Jobs.ExportConfig.InsightFields"/>.</param>
    string Whole(string field) => $"to_json({SqlText.Name(field)})";

    /// <summary>The type of a data field that is created for a field; null to use the column's own.</summary>
    /// <param name="field">A field of the relation.</param>
    Task<DataFieldType?> SuggestedAsync(string field, CancellationToken cancellation) => Task.FromResult<DataFieldType?>(null);

    /// <summary>Why the relation could not be read, after a query of it failed; null when the source has no more than the query's error.</summary>
    RollcallException? Failure => null;

    /// <summary>Whether the reading was complete, after the relation was read to its end.</summary>
    Task<AudienceReadingResult> CompleteAsync(CancellationToken cancellation);
}

/// <summary>The result of reading an audience.</summary>
/// <param name="Rejected">Rows the source could not read: each is counted and listed, and exits are held.</param>
/// <param name="HoldExits">Why nobody may exit because of this reading; null when it is complete.</param>
/// <param name="Shape">What this reading looked like, kept for the next one.</param>
public sealed record AudienceReadingResult(IReadOnlyList<RejectedRow> Rejected, string? HoldExits, AudienceShape Shape)
{
    /// <summary>How many rows were rejected, also when the list is cut.</summary>
    public long RejectedCount { get; init; } = Rejected.Count;
}

/// <summary>A row that could not be read.</summary>
/// <param name="File">The file; null for a database.</param>
/// <param name="Line">The line or row, from 1; null when unknown.</param>
/// <param name="Reason">Why, in words.</param>
public sealed record RejectedRow(string? File, long? Line, string Reason);

/// <summary>What the last complete reading of an audience looked like, so that a smaller one is noticed.</summary>
/// <param name="Files">How many files each glob matched, by the table's key.</param>
/// <param name="EndsWithNewline">The files (absolute paths) whose last byte was a new line.</param>
public sealed record AudienceShape(IReadOnlyDictionary<string, int> Files, IReadOnlyList<string> EndsWithNewline)
{
    /// <summary>The shape of a source without files.</summary>
    public static AudienceShape None { get; } = new(new Dictionary<string, int>(), []);
}
