using System.Threading.Channels;
using DuckDB.NET.Data;
using Rollcall.Jobs;
using Rollcall.Reading;

namespace Rollcall.Lytics;

/// <summary>Audiences in Lytics, scanned into a table of the run's DuckDB.</summary>
internal sealed class LyticsSource(LyticsClient client, LyticsAccess access, ExportConfig config) : IAudienceSource
{
    /// <summary>Pages read and not yet in the table.</summary>
    private const int PagesBetween = 64;

    private int tables;

    public string Name => access.ToString();

    /// <summary>A scan reads an audience that changes, and pages may slip by.</summary>
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

    public async Task<IAudienceReading> OpenAsync(string audience, IReadOnlyList<string> fields, DuckDBConnection duckdb, AudienceShape? previous, IProgress<long>? progress, CancellationToken cancellation)
    {
        var columns = new ScanColumns(fields, config);
        var table = new ScanTable(duckdb, $"lytics_rows_{++tables}", columns);
        var pages = Channel.CreateBounded<ScannedRows>(new BoundedChannelOptions(PagesBetween) { SingleReader = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var scanning = ScanAsync(audience, columns, pages.Writer, stop.Token);
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

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<ScannedAudience> ScanAsync(string audience, ScanColumns columns, ChannelWriter<ScannedRows> pages, CancellationToken cancellation)
    {
        try
        {
            return await new AudienceScan(client, await IdAsync(audience, cancellation).ConfigureAwait(false), columns).RunAsync(pages, cancellation).ConfigureAwait(false);
        }
        finally
        {
            // Whoever reads the pages comes to an end either way, and then learns how it went.
            pages.Complete();
        }
    }

    /// <summary>An audience's id: only some calls take a slug for it. Asked before each scan, since an audience may be switched off between two.</summary>
    private async Task<string> IdAsync(string audience, CancellationToken cancellation)
    {
        var known = await client.AudienceAsync(audience, cancellation).ConfigureAwait(false);
        return known is { Invalid: true }
            ? throw new LyticsException(LyticsFailure.Refused, "Lytics calls the audience invalid, and does not evaluate it.")
            : known?.Id ?? throw new LyticsException(LyticsFailure.NotFound, "Lytics has no such audience.");
    }

    private static RollcallException Stop(LyticsException e, string where) => new(ExitCode.Source, e.Message, where, e.Todo, e);
}
