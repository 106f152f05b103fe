using System.Net;
using System.Text;
using Xunit;

namespace Rollcall.Tests.Dotdigital;

/// <summary>Answers calls in the order they were scripted, and rejects every other call.</summary>
internal sealed class ScriptedDotdigital : HttpMessageHandler
{
    public const string AccountInfo = """
        {"id":4711,"properties":[{"name":"Name","type":"String","value":"Demo"},{"name":"MainEmail","type":"String","value":"demo@apiconnector.com"},
        {"name":"ApiCallsRemaining","type":"Int","value":"1985"},{"name":"ApiEndpoint","type":"String","value":"https://r2-api.dotdigital.com/"},
        {"name":"TimeZoneIana","type":"String","value":"Europe/London"}]}
        """;

    private readonly Lock _lock = new();
    private readonly Queue<(string Call, Func<CancellationToken, Task<HttpResponseMessage>> Reply)> _script = new();

    public List<Sent> Calls { get; } = [];

    /// <summary>Expects a call, such as <c>GET https://r1-api.dotdigital.com/v2/account-info</c>, and answers it.</summary>
    public ScriptedDotdigital On(string call, int status, string body = "", params (string Name, string Value)[] headers) =>
        On(call, _ => Task.FromResult(Reply(status, body, headers)));

    public ScriptedDotdigital On(string call, Exception failure) => On(call, _ => Task.FromException<HttpResponseMessage>(failure));

    public ScriptedDotdigital On(string call, Func<CancellationToken, Task<HttpResponseMessage>> reply)
    {
        lock (_lock)
        {
            _script.Enqueue((call, reply));
        }

        return this;
    }

    public static HttpResponseMessage Reply(int status, string body, params (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
        {
            Assert.True(response.Headers.TryAddWithoutValidation(name, value));
        }

        return response;
    }

    public void AssertScriptUsedUp() => Assert.Empty(_script);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken);
        var call = $"{request.Method} {request.RequestUri!.AbsoluteUri}";
        Func<CancellationToken, Task<HttpResponseMessage>> reply;
        lock (_lock)
        {
            Calls.Add(
                new Sent(
                    call, body, request.Headers.Authorization?.ToString(), request.Content?.Headers.ContentType?.ToString(),
                    request.Content?.Headers.ContentLength, request.Headers.ToString()));
            Assert.True(_script.TryDequeue(out var next), $"Not in the script: {call}");
            Assert.Equal(next.Call, call);
            reply = next.Reply;
        }

        return await reply(cancellationToken);
    }

    /// <summary>A request as it was sent.</summary>
    public sealed record Sent(string Call, string? Body, string? Authorization, string? ContentType, long? ContentLength, string Headers);
}
