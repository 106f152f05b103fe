using System.Globalization;
using System.Threading.Channels;
using DuckDB.NET.Data;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Work;

namespace Rollcall.Lytics;

/// <summary>The rows of a scan as a table of the run's DuckDB: <see cref="ScanColumns"/>, with their values as JSON.</summary>
internal sealed class ScanTable(DuckDBConnection duckdb, string table, ScanColumns columns, WireAudience audience) : IAudienceReading
{
    private const int Reported = 10_000;

    /// <summary>Values that do not identify a person.</summary>
    private const string Nothing = """('', '""', '[]', '{}')""";

    private AudienceReadingResult? _result;

    public string Relation => $"(SELECT {string.Concat(columns.Names.Select(name => $"{SqlText.Name(name)}, "))}__row FROM {table})";

    public string? Name => string.IsNullOrWhiteSpace(audience.Name) ? null : audience.Name;

    public string Whole(string field) => SqlText.Name(columns.Whole(field));

    /// <summary>Appends pages until there are no more: one appender, with memory limited by the channel.</summary>
    public async Task FillAsync(ChannelReader<ScannedRows> pages, IProgress<long>? progress, CancellationToken cancellation)
    {
        duckdb.Execute(
            $"CREATE OR REPLACE TABLE {table}({string.Concat(columns.Names.Select(name => $"{SqlText.Name(name)} JSON, "))}__uid VARCHAR, __row BIGINT, "
                + "__part INTEGER, __pass INTEGER)",
            cancellation);

        // In one transaction DuckDB writes full row groups to its file continuously, and nothing to its log.
        using var transaction = duckdb.BeginTransaction();
        using (var appender = duckdb.CreateAppender(table))
        {
            var (row, reported) = (0L, 0L);
            await foreach (var page in pages.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                foreach (var values in page.Rows)
                {
                    var target = appender.CreateRow();
                    foreach (var value in values)
                    {
                        target.AppendValue(value);
                    }

                    target.AppendValue(++row).AppendValue(page.Part).AppendValue(page.Pass).EndRow();
                }

                if (row - reported >= Reported)
                {
                    progress?.Report(row);
                    reported = row;
                }
            }
        }

        transaction.Commit();
    }

    /// <summary>Removes the rows of passes that do not count.</summary>
    public async Task FinishAsync(ScannedAudience scanned, CancellationToken cancellation)
    {
        foreach (var (i, part) in scanned.Parts.Index().Where(p => p.Item.Passes > 1))
        {
            await duckdb.ExecuteAsync(
                string.Create(CultureInfo.InvariantCulture, $"DELETE FROM {table} WHERE __part = {i} AND __pass <> {part.Pass}"), cancellation)
                .ConfigureAwait(false);
        }

        _result = new AudienceReadingResult(
            [], (scanned with { Profiles = await ProfilesAsync(cancellation).ConfigureAwait(false) }).Incomplete(), AudienceShape.None);
    }

    /// <summary>
    /// Counts distinct profiles: by Lytics' own id; without one, by the fields that identify a person. Several people may share an address, so the other
    /// requested fields are used to distinguish them. A profile that nothing identifies is distinct from all others.
    /// </summary>
    private async Task<long> ProfilesAsync(CancellationToken cancellation)
    {
        static string Text(string field) => $"coalesce(CAST({SqlText.Name(field)} AS VARCHAR), '')";
        static string Of(IEnumerable<string> fields) => $"md5_number_lower(concat_ws(chr(0), {string.Join(", ", fields.Select(Text).DefaultIfEmpty("''"))}))";
        static string Any(IEnumerable<string> fields) => string.Join(" OR ", fields.Select(field => $"{Text(field)} NOT IN {Nothing}").DefaultIfEmpty("false"));
        var counts = await duckdb.QueryAsync(
            $"""
            SELECT count(DISTINCT who) + count(*) FILTER (who IS NULL)
            FROM (
                SELECT CASE WHEN __uid NOT IN {Nothing} THEN md5_number_lower(__uid)
                            WHEN {Any(columns.Ids)} THEN {Of([columns.Email, .. columns.Ids])}
                            WHEN {Any([columns.Email])} THEN {Of(columns.Fields)} END AS who
                FROM {table})
            """,
            row => row.GetInt64(0),
            cancellation).ConfigureAwait(false);
        return counts[0];
    }

    public Task<AudienceReadingResult> CompleteAsync(CancellationToken cancellation) =>
        Task.FromResult(_result ?? throw new InvalidOperationException("The scan is not finished."));

    public async ValueTask DisposeAsync() => await duckdb.ExecuteAsync($"DROP TABLE IF EXISTS {table}", CancellationToken.None).ConfigureAwait(false);
}
