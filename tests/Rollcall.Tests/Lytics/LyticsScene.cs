using Microsoft.Extensions.Logging.Abstractions;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Simulators;
using Rollcall.TestKit;
using Rollcall.Tests.Runs;
using Xunit;

namespace Rollcall.Tests.Lytics;

/// <summary>A job from a small Lytics to a simulated Dotdigital, in one process: an audience <c>gold</c> into a book Gold.</summary>
internal sealed class LyticsScene : IAsyncDisposable
{
    private readonly TempFolder _folder = new();

    private LyticsScene(DotdigitalSimulator simulator) => Simulator = simulator;

    public DotdigitalSimulator Simulator { get; }

    public ScriptedLytics Lytics { get; } = new();

    public int Gold { get; private set; }

    /// <summary>Lines of the job file's top level.</summary>
    public string More { get; set; } = "";

    public string ExitAction { get; set; } = "remove";

    /// <summary>Lines of <c>config</c>, after those every job has.</summary>
    public string Config { get; set; } = "";

    /// <summary>What the job calls its audiences.</summary>
    public IReadOnlyList<string> Names { get; set; } = ["gold"];

    public string Mappings { get; set; } = "[{first_name: FIRSTNAME}]";

    public string this[string name] => _folder[name];

    public static async Task<LyticsScene> StartAsync()
    {
        var simulator = await DotdigitalSimulator.StartAsync(new SimulatorOptions
        {
            UserName = Some.Username,
            Password = Some.Password,
            ImportLatency = TimeSpan.Zero,
            ImportLatencyPerContact = TimeSpan.Zero,
            DeletionLatency = TimeSpan.Zero,
        });
        return new LyticsScene(simulator) { Gold = simulator.Account.AddBook("Gold") };
    }

    public void Set(params IEnumerable<string> profiles) => Lytics.Audiences["gold"] = [.. profiles];

    /// <summary>Profiles <c>p0</c> to the one before <paramref name="count"/>.</summary>
    public static IEnumerable<string> People(int count, string name = "P") => Enumerable.Range(0, count).Select(i => Person($"p{i}", name));

    public static string Person(string who, string name = "P") => $$"""{"email":"{{who}}@example.com","first_name":"{{name}}"}""";

    public Job Job() => JobFile.Parse(
        $$"""
        tag: scene
        authorization: {username: {{Some.Username}}, password: {{Some.Password}}, endpoint: "{{Simulator.Url}}"}
        source: { lytics: { token: "${TOKEN}", url: "{{ScriptedLytics.Access.Url}}" } }
        config:
          segment_ids: [{{string.Join(", ", Names)}}]
          seg_mappings: [{{string.Join(", ", Names.Select(name => $"{{{name}: \"{Gold}\"}}"))}}]
          mappings: {{Mappings}}
          email_field: email
          exit_action: {{ExitAction}}
          sync_status: {{(More.Contains("status_sink", StringComparison.Ordinal) ? "true" : "false")}}
        {{Config}}
        guards: {max_exit_percent: none}
        {{More}}
        """,
        _folder["job.yaml"],
        name => name == "TOKEN" ? ScriptedLytics.Token : null);

    public Task<RunResult> RunAsync() => ExportRun.ExecuteAsync(Job(), new RunOptions(), Workplace(), TestContext.Current.CancellationToken).InWords(Job());

    public Workplace Workplace() => new()
    {
        DataFolder = _folder["data"],
        Credentials = a => a.Credentials!,
        Clock = TimeProvider.System,
        Logs = NullLoggerFactory.Instance,
        Platform = Lytics.Platform(),
    };

    /// <summary>The addresses subscribed to the book, sorted, up to the @.</summary>
    public IReadOnlyList<string> Members() => [.. Simulator.Account.Members(Gold).Select(email => email.Split('@')[0]).Order(StringComparer.Ordinal)];

    public async ValueTask DisposeAsync()
    {
        await Simulator.DisposeAsync();
        Lytics.Dispose();
        _folder.Dispose();
    }
}
