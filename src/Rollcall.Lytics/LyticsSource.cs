using System.Threading.Channels;
using DuckDB.NET.Data;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;

namespace Rollcall.Lytics;

/// <summary>Audiences in Lytics, scanned into a table of the run's DuckDB.</summary>
internal sealed class LyticsSource(LyticsClient client, LyticsAccess access, ExportConfig config) : IAudienceSource
{
    /// <summary>Pages that were read but are not in the table yet.</summary>
    private const int PagesBetween = 64;

    private int _tables;

    public string Name => access.ToString();

    /// <summary>An audience can change during a scan, so profiles can be missed.</summary>
    public bool MayMiss => true;

    public string Sql(string audience) => $"""
        -- Lytics has no SQL. The audience is scanned: 100 profiles a page, its buckets (splits 0 to {LyticsLimits.Splits - 1}) side by side.
        -- GET {access.Url.AbsoluteUri.TrimEnd('/')}/{LyticsClient.ScanPath(audience, config.Fields, "0")}
        """;

    public async Task<IReadOnlyDictionary<string, string>> IdsAsync(IReadOnlyList<string> audiences, CancellationToken cancellation)
    {
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var audience in audiences)
        {
            try
            {
                if ((await client.AudienceAsync(audience, cancellation))?.Id is { } id)
                {
                    ids[audience] = id;
                }
            }
            catch (LyticsException e)
            {
                throw Stop(e, $"audience {audience}");
            }
        }

        return ids;
    }

    public async Task<IReadOnlyList<Problem>> CheckAsync(IReadOnlyList<string> audiences, IReadOnlyList<string> fields, CancellationToken cancellation)
    {
        try
        {
            return await new LyticsCheck(client, config).RunAsync(audiences, cancellation);
        }
        catch (LyticsException e)
        {
            throw Stop(e, Name);
        }
    }

    public async Task<IAudienceReading> OpenAsync(
        string audience,
        IReadOnlyList<string> fields,
        DuckDBConnection duckdb,
        AudienceShape? previous,
        IProgress<long>? progress,
        CancellationToken cancellation)
    {
        var columns = new ScanColumns(fields, config);
        var known = await KnownAsync(audience, cancellation);
        var table = new ScanTable(duckdb, $"lytics_rows_{++_tables}", columns, known);
        var pages = Channel.CreateBounded<ScannedRows>(new BoundedChannelOptions(PagesBetween) { SingleReader = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var scanning = ScanAsync(known, columns, pages.Writer, stop.Token);
        try
        {
            await table.FillAsync(pages.Reader, progress, cancellation);
        }
        catch
        {
            await stop.CancelAsync();
            await ((Task)scanning).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        try
        {
            await table.FinishAsync(await scanning, cancellation);
            return table;
        }
        catch (LyticsException e)
        {
            await table.DisposeAsync();
            throw Stop(e, $"audience {audience}");
        }
    }

    /// <summary>A page.</summary>
    public async Task<IAudienceReading> SampleAsync(string audience, IReadOnlyList<string> fields, int rows, DuckDBConnection duckdb,
        CancellationToken cancellation)
    {
        try
        {
            var columns = new ScanColumns(fields, config);
            using var pace = new ScanPace();
            var known = await KnownAsync(audience, cancellation);
            var page = await client.ScanAsync(known.Id!, columns, splits: null, start: null, pace, cancellation);
            var table = new ScanTable(duckdb, $"lytics_rows_{++_tables}", columns, known);
            var pages = Channel.CreateBounded<ScannedRows>(1);
            pages.Writer.TryWrite(new ScannedRows(0, 1, page.Rows));
            pages.Writer.Complete();
            await table.FillAsync(pages.Reader, null, cancellation);
            await table.FinishAsync(new ScannedAudience([new ScannedPart(1, 1, page.Rows.Count, true)], page.Total, page.Total), cancellation);
            return table;
        }
        catch (LyticsException e)
        {
            throw Stop(e, $"audience {audience}");
        }
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<ScannedAudience> ScanAsync(WireAudience audience, ScanColumns columns, ChannelWriter<ScannedRows> pages, CancellationToken cancellation)
    {
        try
        {
            return await new AudienceScan(client, audience.Id!, columns).RunAsync(pages, cancellation).ConfigureAwait(false);
        }
        finally
        {
            // The reader always reaches the end, and then gets the result.
            pages.Complete();
        }
    }

    /// <summary>
    /// An audience with its id, because only some calls accept a slug. Requested before each scan, because an audience may be disabled between two scans.
    /// </summary>
    private async Task<WireAudience> KnownAsync(string audience, CancellationToken cancellation)
    {
        try
        {
            var known = await client.AudienceAsync(audience, cancellation).ConfigureAwait(false);
            return known is { Invalid: true }
                ? throw new LyticsException(LyticsFailure.Refused, "The audience is invalid in Lytics and is not evaluated.")
                : known is { Id: not null } ? known : throw new LyticsException(LyticsFailure.NotFound, "The audience was not found in Lytics.");
        }
        catch (LyticsException e)
        {
            throw Stop(e, $"audience {audience}");
        }
    }

    private static RollcallException Stop(LyticsException e, string where) => new(ExitCode.Source, e.Message, where, e.Todo, e);
}
