using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Rollcall.Simulators.Lytics;
using Xunit;

namespace Rollcall.Tests.Simulators.Lytics;

/// <summary>A simulated Lytics on a clock that the test moves, and a caller of it.</summary>
internal sealed class LyticsSession : IAsyncDisposable
{
    private readonly LyticsSimulator _simulator;

    private LyticsSession(LyticsSimulator simulator, FakeTimeProvider clock)
    {
        _simulator = simulator;
        Clock = clock;
        Http = new HttpClient { BaseAddress = simulator.Url };
        Http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "demo");
    }

    public FakeTimeProvider Clock { get; }

    public HttpClient Http { get; }

    public SimulatedLytics Account => _simulator.Account;

    public static async Task<LyticsSession> Start(LyticsSimulatorOptions? options = null)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var simulator = await LyticsSimulator.StartAsync(
            (options ?? new LyticsSimulatorOptions()) with { Clock = clock }, TestContext.Current.CancellationToken);
        return new LyticsSession(simulator, clock);
    }

    /// <summary>With an audience "a" of this many generated people.</summary>
    public static async Task<LyticsSession> StartWith(int people, LyticsSimulatorOptions? options = null)
    {
        var session = await Start(options);
        session.Account.AddAudience("a");
        session.Account.EnterGenerated("a", 1, people);
        return session;
    }

    public async Task<(HttpStatusCode Status, JsonNode Json)> Send(HttpRequestMessage request)
    {
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!);
    }

    public async Task<(HttpStatusCode Status, JsonNode Json)> Get(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await Send(request);
    }

    public Task<(HttpStatusCode Status, JsonNode Json)> Post(string path, string body, string type = "application/json") =>
        Post(path, Encoding.UTF8.GetBytes(body), type);

    public async Task<(HttpStatusCode Status, JsonNode Json)> Post(string path, byte[] body, string type, string? encoding = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (encoding is not null)
        {
            request.Content.Headers.ContentEncoding.Add(encoding);
        }

        return await Send(request);
    }

    /// <summary>The data of an answer that is 200.</summary>
    public async Task<JsonNode> Data(string path)
    {
        var (status, json) = await Get(path);
        Assert.True(status == HttpStatusCode.OK, json.ToJsonString());
        Assert.Equal(200, json["status"]!.GetValue<int>());
        return json["data"]!;
    }

    /// <summary>A page of a scan, which is 200.</summary>
    public async Task<ScanPage> Page(string query, string audience = "a")
    {
        var (status, json) = await Get($"/api/segment/{audience}/scan?{query}");
        Assert.True(status == HttpStatusCode.OK, json.ToJsonString());
        return new ScanPage([.. json["data"]!.AsArray().Select(row => row!.AsObject())], json["_next"]!.GetValue<string>(), json["total"]!.GetValue<int>());
    }

    /// <summary>The ids of all rows of a scan, page by page.</summary>
    public async Task<List<string>> Scan(string query = "limit=100", string audience = "a")
    {
        var ids = new List<string>();
        var start = "";
        do
        {
            var page = await Page($"{query}&start={start}", audience);
            ids.AddRange(page.Ids);
            start = page.Next;
        }
        while (start.Length > 0);
        return ids;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _simulator.DisposeAsync();
    }
}

internal sealed record ScanPage(IReadOnlyList<JsonObject> Rows, string Next, int Total)
{
    public IEnumerable<string> Ids => Rows.Select(row => row["_id"]!.GetValue<string>());
}
