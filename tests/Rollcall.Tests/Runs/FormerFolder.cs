using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging.Abstractions;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Simulators;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>The data folder that a former version wrote, with the account as it was then: see <c>Data/README.md</c>.</summary>
internal sealed class FormerFolder : IAsyncDisposable
{
    public const int Gold = 1001, Silver = 1002, Bronze = 1003;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    private readonly TempFolder _folder = new();
    private readonly LaterClock _clock = new();
    private DotdigitalSimulator? _simulator;

    public FormerFolder() => ZipFile.ExtractToDirectory(Path.Combine(AppContext.BaseDirectory, "Data", "store-2.zip"), _folder.Path);

    public string DataFolder => _folder["data"];

    public SimulatedAccount Account => _simulator!.Account;

    /// <summary>Starts the account.</summary>
    /// <param name="without">Addresses of contacts that it no longer has.</param>
    public static async Task<FormerFolder> StartAsync(params IEnumerable<string> without)
    {
        var former = new FormerFolder();
        var seed = JsonSerializer.Deserialize<Seed>(await File.ReadAllTextAsync(former._folder["account.json"]), Json)!;
        former._simulator = await DotdigitalSimulator.StartAsync(new SimulatorOptions
        {
            UserName = Some.Username,
            Password = Some.Password,
            ImportLatency = TimeSpan.Zero,
            ImportLatencyPerContact = TimeSpan.Zero,
            DeletionLatency = TimeSpan.Zero,
            Clock = former._clock,
            Seed = seed with { Contacts = [.. seed.Contacts.Where(c => !without.Contains(c.Email))] },
        });
        return former;
    }

    public Task<RunResult> LettersAsync(params IEnumerable<string> emails) => RunAsync("letters", Gold, emails, "  exit_action: remove", "", "");

    public Task<RunResult> ShopAsync(params IEnumerable<string> emails)
    {
        _folder.Write("picks.csv", "email,rank,title\nÅSA.ÖBERG@example.com,1,Boots\nshop.only@example.com,1,Hat\nİlker@example.com,1,Coat\n");
        return RunAsync(
            "shop", Gold, emails,
            "  exit_action: remove\n  insight_fields: [name]\n  collection_id: picks\n  recommender_mappings: [{title: REC_TITLE}]",
            ", picks: picks.csv", "    recommendations: {picks: {from: picks}}");
    }

    public Task<RunResult> ByeAsync(params IEnumerable<string> emails) =>
        RunAsync("bye", Bronze, emails, "  exit_action: unsubscribe\n  trigger_join: true\njoin_existing: true", "", "");

    public Task<RunResult> JoinsAsync(params IEnumerable<string> emails) =>
        RunAsync("joins", Silver, emails, "  exit_action: remove\n  trigger_join: true", "", "");

    public IReadOnlyList<string> In(int book) => [.. Account.Members(book).Order(StringComparer.Ordinal)];

    private Task<RunResult> RunAsync(string tag, int book, IEnumerable<string> emails, string config, string files, string tables)
    {
        _folder.Write($"{tag}.csv", "email,name,spend\n" + string.Concat(emails.Select(email => email + ",Someone,1\n")));
        var text = $$"""
            tag: {{tag}}
            authorization: {username: {{Some.Username}}, password: {{Some.Password}}, endpoint: "{{_simulator!.Url}}"}
            source:
              tables:
                files: { all: {{tag}}.csv{{files}} }
                audiences: { all: {from: all} }
            {{tables}}
            config:
              segment_ids: [all]
              seg_mappings: [{all: "{{book}}"}]
              mappings: [{name: FIRSTNAME}, {spend: SPEND}]
              email_field: email
            {{config}}
            """;
        var workplace = new Workplace { DataFolder = DataFolder, Credentials = a => a.Credentials!, Clock = _clock, Logs = NullLoggerFactory.Instance };
        return ExportRun.ExecuteAsync(
            JobFile.Parse(text, _folder[$"{tag}.yaml"], _ => null),
            new RunOptions { Allow = new HashSet<string> { "exits" } },
            workplace,
            TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_simulator is not null)
        {
            await _simulator.DisposeAsync();
        }

        _folder.Dispose();
    }

    /// <summary>The day after the folder was written.</summary>
    private sealed class LaterClock : TimeProvider
    {
        private readonly long _began = System.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 11, 30, 8, 0, 0, TimeSpan.Zero) + System.GetElapsedTime(_began);
    }
}
