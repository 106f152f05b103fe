using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Rollcall.Lytics;

/// <summary>The calls of the Lytics API that Rollcall uses.</summary>
internal sealed class LyticsClient(LyticsTransport transport) : IDisposable
{
    /// <summary>The valid audiences of people.</summary>
    public async Task<IReadOnlyList<WireAudience>> AudiencesAsync(CancellationToken cancellation) =>
        (await GetAsync("the list of audiences", "api/segment?table=user&valid=true", LyticsWire.Default.WireListWireAudience, cancellation)
            .ConfigureAwait(false)).Data ?? [];

    /// <summary>The content collections.</summary>
    public async Task<IReadOnlyList<WireAudience>> CollectionsAsync(CancellationToken cancellation) =>
        (await GetAsync("the list of content collections", "api/segment?table=content", LyticsWire.Default.WireListWireAudience, cancellation)
            .ConfigureAwait(false)).Data ?? [];

    /// <summary>An audience or a content collection, valid or not; null when not found.</summary>
    /// <param name="audience">Its id or slug.</param>
    public async Task<WireAudience?> AudienceAsync(string audience, CancellationToken cancellation)
    {
        try
        {
            return (await GetAsync(
                "an audience or a collection", $"api/segment/{Uri.EscapeDataString(audience)}", LyticsWire.Default.WireOneWireAudience, cancellation)
                .ConfigureAwait(false)).Data;
        }
        catch (LyticsException e) when (e.Failure == LyticsFailure.NotFound)
        {
            return null;
        }
    }

    /// <summary>The number of profiles of audiences.</summary>
    /// <param name="ids">Their ids.</param>
    public async Task<IReadOnlyList<WireSize>> SizesAsync(IEnumerable<string> ids, CancellationToken cancellation) =>
        (await GetAsync(
            "audiences' sizes", $"api/segment/sizes?ids={string.Join(',', ids.Select(Uri.EscapeDataString))}", LyticsWire.Default.WireListWireSize,
            cancellation).ConfigureAwait(false)).Data ?? [];

    /// <summary>The fields of people and their types, as far as Lytics returns them.</summary>
    public Task<IReadOnlyDictionary<string, string>> FieldsAsync(CancellationToken cancellation) =>
        transport.SendAsync(new LyticsCall("the schema", "api/schema/user"), LyticsWire.Columns, pace: null, cancellation);

    /// <summary>One page of an audience's profiles.</summary>
    /// <param name="audience">Its id.</param>
    /// <param name="columns">The columns to read.</param>
    /// <param name="splits">The buckets to read, as <c>0,1,2</c>; null for all.</param>
    /// <param name="start">The token of the page; null for the first.</param>
    public Task<ScanPage> ScanAsync(string audience, ScanColumns columns, string? splits, string? start, ScanPace pace, CancellationToken cancellation) =>
        transport.SendAsync(
            new LyticsCall(
                "a page of an audience",
                ScanPath(audience, ScanColumns.Asked(columns.Fields), splits) + (start is null ? "" : $"&start={Uri.EscapeDataString(start)}"),
                HasPageToken: start is not null),
            body => ScanPage.Parse(body.Span, columns),
            pace,
            cancellation);

    /// <summary>The path of a scan's first page.</summary>
    public static string ScanPath(string audience, IReadOnlyList<string> fields, string? splits) =>
        $"api/segment/{Uri.EscapeDataString(audience)}/scan?limit={LyticsLimits.PageRows}"
            + $"&fields={string.Join(',', fields.Select(Uri.EscapeDataString))}{(splits is null ? "" : $"&splits={splits}")}";

    /// <summary>
    /// The recommendations for a person, the best first, as a JSON array of objects; null when Lytics does not know the person or the collection.
    /// </summary>
    /// <param name="field">The field that identifies the person.</param>
    /// <param name="value">Its value.</param>
    /// <param name="collection">The content collection's id.</param>
    /// <param name="most">The maximum number of recommendations.</param>
    public async Task<string?> RecommendAsync(string field, string value, string collection, int most, ScanPace pace, CancellationToken cancellation)
    {
        var path = $"api/content/recommend/user/{Uri.EscapeDataString(field)}/{Uri.EscapeDataString(value)}"
            + $"?contentsegment={Uri.EscapeDataString(collection)}&limit={most}";
        try
        {
            return await transport.SendAsync(
                new LyticsCall("recommendations of a person", path, IsOneOfMany: true), body => RecommendedItems.Parse(body.Span, most), pace, cancellation)
                .ConfigureAwait(false);
        }
        catch (LyticsException e) when (e.Failure == LyticsFailure.NotFound)
        {
            return null;
        }
    }

    /// <summary>Sends events to a stream.</summary>
    /// <param name="stream">Its name.</param>
    /// <param name="events">A JSON array.</param>
    /// <returns>The number of accepted and of rejected events.</returns>
    public async Task<(long Taken, long Rejected)> CollectAsync(string stream, ReadOnlyMemory<byte> events, CancellationToken cancellation)
    {
        var answer = await transport.SendAsync(
            new LyticsCall($"events of the stream {stream}", $"collect/json/{Uri.EscapeDataString(stream)}", events),
            body => Read(body, LyticsWire.Default.WireOneWireCollected),
            pace: null,
            cancellation).ConfigureAwait(false);
        return (answer.Data?.MessageCount ?? 0, answer.Data?.RejectedCount ?? 0);
    }

    public void Dispose() => transport.Dispose();

    private Task<T> GetAsync<T>(string operation, string path, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        transport.SendAsync(new LyticsCall(operation, path), body => Read(body, type), pace: null, cancellation);

    private static T Read<T>(ReadOnlyMemory<byte> body, JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(body.Span, type) ?? throw new JsonException("The answer is null.");
}
