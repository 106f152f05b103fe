using System.Text;
using Rollcall.Simulators;
using Rollcall.TestKit.Specifications;
using Xunit;

namespace Rollcall.Contracts.Tests.Simulator;

/// <summary>A simulator with a little of everything in it, and a caller whose exchanges are kept.</summary>
internal sealed class RecordedSimulator : IAsyncDisposable
{
    /// <summary>A book with members, one of them left it.</summary>
    public const int Newsletter = 1001;

    /// <summary>An empty book.</summary>
    public const int Empty = 1002;

    /// <summary>A book to which no contact can be added.</summary>
    public const int Locked = 1003;

    /// <summary>The id of ada@example.com.</summary>
    public const long Ada = 1_100_000_001;

    private readonly DotdigitalSimulator _simulator;
    private readonly HttpClient _http;

    private RecordedSimulator(DotdigitalSimulator simulator)
    {
        _simulator = simulator;
        Recorder = new RecordingHandler(new SocketsHttpHandler());
        _http = new HttpClient(Recorder, disposeHandler: false) { BaseAddress = simulator.Url };
    }

    public RecordingHandler Recorder { get; }

    public Uri Url => _simulator.Url;

    public SimulatedAccount Account => _simulator.Account;

    public static async Task<RecordedSimulator> StartAsync(SimulatorOptions? options = null) =>
        new(await DotdigitalSimulator.StartAsync(
            (options ?? new SimulatorOptions()) with
            {
                ImportLatency = TimeSpan.Zero,
                DeletionLatency = TimeSpan.Zero,
                Seed = new Seed
                {
                    Books =
                    [
                        new() { Id = Newsletter, Name = "Newsletter", Visibility = "Public" },
                        new() { Id = Empty, Name = "Empty" },
                        new() { Id = Locked, Name = "Locked", Writable = false },
                    ],
                    DataFields = [new() { Name = "LIFETIME_SPEND", Type = "Numeric" }, new() { Name = "VIP", Type = "Boolean" },
                        new() { Name = "BORN", Type = "Date" }],
                    Contacts =
                    [
                        Contact("ada@example.com", ContactStatus.Subscribed, BookStatus.Subscribed) with { Id = Ada },
                        Contact("left@example.com", ContactStatus.Subscribed, BookStatus.Unsubscribed),
                        Contact("pending@example.com", ContactStatus.PendingOptIn, BookStatus.Pending),
                        .. Enum.GetValues<ContactStatus>().Select(status => Contact($"{status}@example.com".ToLowerInvariant(), status, BookStatus.Subscribed)),
                    ],
                    GloballySuppressed = ["never@example.com"],
                    SuppressedDomains = ["blocked.example"],
                },
            },
            TestContext.Current.CancellationToken));

    public async Task<HttpExchange> SendAsync(
        string method, string target, string? body = null, string? password = "demo", string mediaType = "application/json")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), target);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, mediaType);
        }

        if (password is not null)
        {
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"demo:{password}")));
        }

        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return Recorder.Exchanges[^1];
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        Recorder.Dispose();
        await _simulator.DisposeAsync();
    }

    private static SeedContact Contact(string email, ContactStatus status, BookStatus inNewsletter) => new()
    {
        Email = email,
        Status = status,
        DataFields = new Dictionary<string, System.Text.Json.JsonElement>
        {
            ["FIRSTNAME"] = System.Text.Json.JsonSerializer.SerializeToElement("Žofie"),
            ["LIFETIME_SPEND"] = System.Text.Json.JsonSerializer.SerializeToElement(39.62),
            ["VIP"] = System.Text.Json.JsonSerializer.SerializeToElement(true),
            ["BORN"] = System.Text.Json.JsonSerializer.SerializeToElement("1990-05-17T00:00:00Z"),
        },
        Books = new Dictionary<int, BookStatus> { [Newsletter] = inNewsletter },
    };
}
