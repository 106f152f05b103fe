using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Rollcall.Lytics;

/// <summary>The calls to Lytics' API that Rollcall makes.</summary>
internal sealed class LyticsClient(LyticsTransport transport) : IDisposable
{
    /// <summary>The valid audiences of people.</summary>
    public async Task<IReadOnlyList<WireAudience>> AudiencesAsync(CancellationToken cancellation) =>
        (await GetAsync("the list of audiences", "api/segment?table=user&valid=true", LyticsWire.Default.WireListWireAudience, cancellation).ConfigureAwait(false)).Data ?? [];

    /// <summary>An audience, valid or not; null where there is none.</summary>
    /// <param name="audience">Its id or slug.</param>
    public async Task<WireAudience?> AudienceAsync(string audience, CancellationToken cancellation)
    {
        try
        {
            return (await GetAsync("an audience", $"api/segment/{Uri.EscapeDataString(audience)}", LyticsWire.Default.WireOneWireAudience, cancellation).ConfigureAwait(false)).Data;
        }
        catch (LyticsException e) when (e.Failure == LyticsFailure.NotFound)
        {
            return null;
        }
    }

    /// <summary>How many profiles audiences have.</summary>
    /// <param name="ids">Their ids.</param>
    public async Task<IReadOnlyList<WireSize>> SizesAsync(IEnumerable<string> ids, CancellationToken cancellation) =>
        (await GetAsync("audiences' sizes", $"api/segment/sizes?ids={string.Join(',', ids.Select(Uri.EscapeDataString))}", LyticsWire.Default.WireListWireSize, cancellation).ConfigureAwait(false)).Data ?? [];

    /// <summary>The fields of people and their types, as far as Lytics tells.</summary>
    public Task<IReadOnlyDictionary<string, string>> FieldsAsync(CancellationToken cancellation) =>
        transport.SendAsync(new LyticsCall("the schema", "api/schema/user"), LyticsWire.Columns, pace: null, cancellation);

    /// <summary>One page of an audience's profiles.</summary>
    /// <param name="audience">Its id.</param>
    /// <param name="fields">The fields to read.</param>
    /// <param name="splits">The buckets to read, as <c>0,1,2</c>; null for all.</param>
    /// <param name="start">The token of the page; null for the first.</param>
    public Task<ScanPage> ScanAsync(string audience, IReadOnlyList<string> fields, string? splits, string? start, ScanPace pace, CancellationToken cancellation) =>
        transport.SendAsync(
            new LyticsCall("a page of an audience", ScanPath(audience, fields, splits) + (start is null ? "" : $"&start={Uri.EscapeDataString(start)}"), HasPageToken: start is not null),
            body => ScanPage.Parse(body.Span, fields),
            pace,
            cancellation);

    /// <summary>The path of a scan's first page.</summary>
    public static string ScanPath(string audience, IReadOnlyList<string> fields, string? splits) =>
        $"api/segment/{Uri.EscapeDataString(audience)}/scan?limit={LyticsLimits.PageRows}&fields={string.Join(',', fields.Select(Uri.EscapeDataString))}{(splits is null ? "" : $"&splits={splits}")}";

    /// <summary>Puts events into a stream.</summary>
    /// <param name="stream">Its name.</param>
    /// <param name="events">A JSON array.</param>
    /// <returns>How many events were rejected.</returns>
    public async Task<long> CollectAsync(string stream, ReadOnlyMemory<byte> events, CancellationToken cancellation)
    {
        var answer = await transport.SendAsync(
            new LyticsCall($"events of the stream {stream}", $"collect/json/{Uri.EscapeDataString(stream)}", events),
            body => Read(body, LyticsWire.Default.WireOneWireCollected),
            pace: null,
            cancellation).ConfigureAwait(false);
        return answer.Data?.RejectedCount ?? 0;
    }

    public void Dispose() => transport.Dispose();

    private Task<T> GetAsync<T>(string operation, string path, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        transport.SendAsync(new LyticsCall(operation, path), body => Read(body, type), pace: null, cancellation);

    private static T Read<T>(ReadOnlyMemory<byte> body, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(body.Span, type) ?? throw new JsonException("The answer is null.");
}
