using Microsoft.Extensions.Logging.Abstractions;
using Rollcall.Jobs;
using Rollcall.Lytics;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Simulators;
using Rollcall.Simulators.Lytics;
using Rollcall.TestKit;
using Rollcall.Tests.Runs;
using Xunit;

namespace Rollcall.Tests.Lytics;

/// <summary>
/// A Lytics with the audiences gold (ann, bob) and silver (bob, cy), a Dotdigital with a book for each, and a job that a test gives one more key of the
/// configuration.
/// </summary>
internal sealed class ConfigurationScene : IAsyncDisposable
{
    public const string Ann = "ann@example.com";
    public const string Bob = "bob@example.com";
    public const string Cy = "cy@example.com";

    private const string Token = "simulated-token";

    private readonly TempFolder _folder = new();

    private ConfigurationScene(LyticsSimulator lytics, DotdigitalSimulator dotdigital)
    {
        (LyticsServer, DotdigitalServer) = (lytics, dotdigital);
        (Gold, Silver) = (Account.AddBook("Gold"), Account.AddBook("Silver"));
        Account.AddDataField("SPEND", "Numeric");
        foreach (var name in new[] { "ann", "bob", "cy" })
        {
            Put(name);
        }

        Lytics.AddAudience("gold", "ann", "bob");
        Lytics.AddAudience("silver", "bob", "cy");
        SegmentMappings = $"[{{gold: \"{Gold}\"}}, {{silver: \"{Silver}\"}}]";
    }

    public LyticsSimulator LyticsServer { get; }

    public DotdigitalSimulator DotdigitalServer { get; }

    public SimulatedLytics Lytics => LyticsServer.Account;

    public SimulatedAccount Account => DotdigitalServer.Account;

    public int Gold { get; }

    public int Silver { get; }

    public string Password { get; set; } = Some.Password;

    public string Segments { get; set; } = "[gold, silver]";

    public string SegmentMappings { get; set; }

    public string EmailField { get; set; } = "email";

    /// <summary>Lines of <c>config</c>, after those every job has.</summary>
    public string Config { get; set; } = "";

    /// <summary>Lines of the file's top level.</summary>
    public string More { get; set; } = "";

    public static async Task<ConfigurationScene> StartAsync() => new(
        await LyticsSimulator.StartAsync(new LyticsSimulatorOptions { Token = Token }),
        await DotdigitalSimulator.StartAsync(new SimulatorOptions
        {
            UserName = Some.Username,
            Password = Some.Password,
            ImportLatency = TimeSpan.Zero,
            ImportLatencyPerContact = TimeSpan.Zero,
            DeletionLatency = TimeSpan.Zero,
        }));

    /// <summary>A profile, with fields in JSON besides its address, first name and spend.</summary>
    public void Put(string name, string more = "", decimal spend = 10) => Lytics.Put(
        $$"""{"_id": "{{name}}", "email": "{{name}}@example.com", "first_name": "{{name}}", "total_spend": """
        + spend.ToString(System.Globalization.CultureInfo.InvariantCulture) + (more.Length > 0 ? ", " + more : "") + "}");

    /// <summary>An existing contact who left the account ten days ago.</summary>
    public void LeftLongAgo(string email) => Account.Plant(new Seed
    {
        Contacts = [new SeedContact { Email = email, Status = ContactStatus.Unsubscribed, StatusSince = TimeProvider.System.GetUtcNow().AddDays(-10) }],
    });

    public IReadOnlyList<string> In(int book) => [.. Account.Members(book).Order(StringComparer.Ordinal)];

    public async Task<RunResult> RunAsync() =>
        await ExportRun.ExecuteAsync(Job(), new RunOptions(), Workplace(), TestContext.Current.CancellationToken).InWords(Job());

    public async Task<RunResult> RetryAsync() =>
        await ExportRun.ExecuteAsync(Job(), new RunOptions { Undelivered = true }, Workplace(), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await LyticsServer.DisposeAsync();
        await DotdigitalServer.DisposeAsync();
        _folder.Dispose();
    }

    private Workplace Workplace() => new()
    {
        DataFolder = _folder["data"],
        Credentials = a => a.Credentials!,
        Clock = TimeProvider.System,
        Logs = NullLoggerFactory.Instance,
        Platform = new LyticsPlatform(new HastyClock(), NullLoggerFactory.Instance),
    };

    private Job Job() => JobFile.Parse(
        $$"""
        tag: configuration
        authorization: {username: {{Some.Username}}, password: {{Password}}, endpoint: "{{DotdigitalServer.Url}}"}
        source: { lytics: { token: {{Token}}, url: "{{LyticsServer.Url}}" } }
        config:
          segment_ids: {{Segments}}
          seg_mappings: {{SegmentMappings}}
          mappings: [{first_name: FIRSTNAME}, {total_spend: SPEND}]
          email_field: {{EmailField}}
        {{Config}}
        {{More}}
        """,
        _folder["job.yaml"],
        _ => null);
}
