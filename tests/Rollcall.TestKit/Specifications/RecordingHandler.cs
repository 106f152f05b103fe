using System.Collections.Concurrent;

namespace Rollcall.TestKit.Specifications;

/// <summary>Keeps every request and response that passes through it.</summary>
public sealed class RecordingHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly ConcurrentQueue<HttpExchange> _exchanges = new();

    /// <summary>What passed so far, in the order of the answers. Requests without an answer are not in it.</summary>
    public IReadOnlyList<HttpExchange> Exchanges => [.. _exchanges];

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var requestBody = await TextAsync(request.Content, cancellationToken);
        var requestHeaders = Headers(request.Headers, request.Content);
        var response = await base.SendAsync(request, cancellationToken);
        _exchanges.Enqueue(new HttpExchange(
            request.Method.Method,
            request.RequestUri!.PathAndQuery,
            requestHeaders,
            requestBody,
            (int)response.StatusCode,
            Headers(response.Headers, response.Content),
            await TextAsync(response.Content, cancellationToken)));
        return response;
    }

    private static async Task<string> TextAsync(HttpContent? content, CancellationToken cancellation)
    {
        if (content is null)
        {
            return "";
        }

        await content.LoadIntoBufferAsync(cancellation);
        return await content.ReadAsStringAsync(cancellation);
    }

    private static Dictionary<string, string> Headers(System.Net.Http.Headers.HttpHeaders headers, HttpContent? content) =>
        headers.NonValidated.Concat(content is null ? [] : content.Headers.NonValidated)
            .ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
}
