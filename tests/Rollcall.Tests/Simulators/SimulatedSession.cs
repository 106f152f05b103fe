using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Rollcall.Simulators;
using Rollcall.TestKit.Specifications;
using Xunit;

namespace Rollcall.Tests.Simulators;

/// <summary>A simulator with a clock that the test advances, and its client. At the end all answers are validated against the specifications.</summary>
internal sealed class SimulatedSession : IAsyncDisposable
{
    private readonly DotdigitalSimulator _simulator;
    private readonly RecordingHandler _recorded = new(new SocketsHttpHandler());

    private SimulatedSession(DotdigitalSimulator simulator, FakeTimeProvider clock)
    {
        _simulator = simulator;
        Clock = clock;
        Http = new HttpClient(_recorded) { BaseAddress = simulator.Url };
        Http.DefaultRequestHeaders.Authorization = Basic("demo", "demo");
        Book = Account.AddBook("Newsletter");
    }

    public FakeTimeProvider Clock { get; }

    public HttpClient Http { get; }

    public SimulatedAccount Account => _simulator.Account;

    public Uri Url => _simulator.Url;

    /// <summary>A book that every session has.</summary>
    public int Book { get; }

    public static async Task<SimulatedSession> Start(SimulatorOptions? options = null)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        var simulator = await DotdigitalSimulator.StartAsync((options ?? new SimulatorOptions()) with { Clock = clock }, TestContext.Current.CancellationToken);
        return new SimulatedSession(simulator, clock);
    }

    public static AuthenticationHeaderValue Basic(string user, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    public static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task<Answer> Send(string method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Answer(
            response.StatusCode,
            text.Length == 0 ? null : JsonNode.Parse(text),
            response.Headers.ToDictionary(header => header.Key, header => string.Join(",", header.Value), StringComparer.OrdinalIgnoreCase));
    }

    public Task<Answer> Get(string path) => Send("GET", path);

    public Task<Answer> Post(string path, string body) => Send("POST", path, body);

    /// <summary>Puts an import and gives its id.</summary>
    public async Task<string> Put(string contacts, string mergeOption = "overwrite")
    {
        var answer = await Send("PUT", "/contacts/v3/import", $$"""{"mergeOption":"{{mergeOption}}","contacts":[{{contacts}}]}""");
        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        return answer.Json!["importId"]!.GetValue<string>();
    }

    /// <summary>Puts an import, lets it end, and gives its report.</summary>
    public async Task<JsonNode> Import(string contacts, string mergeOption = "overwrite")
    {
        var id = await Put(contacts, mergeOption);
        Clock.Advance(TimeSpan.FromMinutes(1));
        return (await Get($"/contacts/v3/import/{id}")).Json!;
    }

    /// <summary>Advances time in steps, so that late work gets the time it needs.</summary>
    public void Pass(TimeSpan time)
    {
        const int Steps = 200;
        for (var i = 0; i < Steps; i++)
        {
            Clock.Advance(time / Steps);
        }
    }

    /// <summary>Waits until the simulator has seen a call of an operation.</summary>
    public async Task Reached(string operation)
    {
        while (!Account.Calls.ContainsKey(operation))
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>A record of an import, matched by email.</summary>
    public static string Record(string email, string rest = "") =>
        $$"""{"matchIdentifier":"email","identifiers":{"email":{{JsonSerializer.Serialize(email)}}}{{(rest.Length == 0 ? "" : "," + rest)}}}""";

    /// <summary>The code of the only record that an import's report lists as failed.</summary>
    public static string Code(JsonNode report) => Assert.Single(Codes(report));

    /// <summary>The codes of the records that an import's report lists as failed.</summary>
    public static List<string> Codes(JsonNode report) =>
        [.. report["failures"]!.AsArray().Select(failed => failed!["failures"]![0]!["failureCode"]!.GetValue<string>())];

    private bool IsSpecified(HttpExchange exchange) =>
        !exchange.Path.StartsWith("/simulator", StringComparison.Ordinal) && exchange.Path is not ("/" or "/v2/nonsense") && exchange.Status != 405
        && !(Account.Options.FeedDatesWithoutOffset && exchange.Path.Contains("-since/", StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _simulator.DisposeAsync();
        if (SharedFolder.Reference is not null)
        {
            OfficialSpecifications.OrSkip().AssertResponsesValid(_recorded.Exchanges.Where(IsSpecified));
        }
    }
}

internal sealed record Answer(HttpStatusCode Status, JsonNode? Json, IReadOnlyDictionary<string, string> Headers)
{
    public string? ErrorCode => Json?["errorCode"]?.GetValue<string>();

    public string Message => Json?["message"]?.GetValue<string>() ?? "";
}
