using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Running;
using Rollcall.Simulators;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>
/// A job over CSV audiences and a simulated Dotdigital, in one process. Two books, Gold and Silver, by default each of an audience of that name.
/// </summary>
internal sealed class ExportScene : IAsyncDisposable
{
    private static readonly HashSet<string> Writing =
        ["importContacts", "deleteContactsFromAddressBook", "unsubscribeFromAddressBook", "createAddressBook", "createDataField"];

    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, List<string>> _audiences = new() { ["gold"] = [], ["silver"] = [] };

    private ExportScene(DotdigitalSimulator simulator) => Simulator = simulator;

    public DotdigitalSimulator Simulator { get; }

    public SimulatedAccount Account => Simulator.Account;

    public int Gold { get; private set; }

    public int Silver { get; private set; }

    /// <summary>Lines of the job file's top level, after those every scene has.</summary>
    public string More { get; set; } = "";

    /// <summary>Lines of <c>config</c>, after those every scene has.</summary>
    public string Config { get; set; } = "  exit_action: remove";

    public string? Mapping { get; set; }

    /// <summary>Entries of <c>files</c> in addition to those of the audiences, such as <c>picks: picks.jsonl</c>.</summary>
    public string Files { get; set; } = "";

    /// <summary>Lines of <c>source.tables</c>, after those every scene has.</summary>
    public string Tables { get; set; } = "";

    /// <summary>Audiences with their own query; the others are the whole file.</summary>
    public Dictionary<string, string> Queries { get; } = [];

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    public Action<string>? Checkpoint { get; set; }

    /// <summary>Receives every request before it is sent, as <c>PUT /contacts/v3/import</c>: the moment for manual changes.</summary>
    public Action<string>? Before { get; set; }

    /// <summary>Gives another body than Dotdigital's to a request: what a server that lags would say.</summary>
    public Func<string, string, string>? Answer { get; set; }

    public string DataFolder => _folder["data"];

    public string Folder => _folder.Path;

    public static async Task<ExportScene> StartAsync(Func<SimulatorOptions, SimulatorOptions>? options = null)
    {
        var basic = new SimulatorOptions
        {
            UserName = Some.Username,
            Password = Some.Password,
            ImportLatency = TimeSpan.Zero,
            ImportLatencyPerContact = TimeSpan.Zero,
            DeletionLatency = TimeSpan.Zero,
        };
        var simulator = await DotdigitalSimulator.StartAsync(options?.Invoke(basic) ?? basic);
        var scene = new ExportScene(simulator);
        scene.Gold = scene.Account.AddBook("Gold");
        scene.Silver = scene.Account.AddBook("Silver");
        scene.Account.AddDataField("SPEND", "Numeric");
        return scene;
    }

    /// <summary>A scene whose job recognizes people by a key, so that a changed address moves the contact.</summary>
    public static async Task<ExportScene> StartWithKeyFieldAsync(Func<SimulatorOptions, SimulatorOptions>? options = null)
    {
        var scene = await StartAsync(options);
        scene.Config = "  exit_action: remove\n  key_field: name";
        return scene;
    }

    /// <summary>A scene whose job adds people singly, so that they join.</summary>
    public static async Task<ExportScene> StartWithSingleAddsAsync(Func<SimulatorOptions, SimulatorOptions>? options = null)
    {
        var scene = await StartAsync(options);
        scene.Config = "  trigger_join: true\n  exit_action: remove";
        return scene;
    }

    /// <summary>A scene whose Dotdigital has its own clock; this machine's clock must not matter. An import that names a list lifts opt-outs.</summary>
    public static Task<ExportScene> StartOnClockAsync(TimeProvider theirs, Func<SimulatorOptions, SimulatorOptions>? options = null) =>
        StartAsync(o => (options?.Invoke(o) ?? o) with { Clock = theirs, ListSuppression = ListSuppression.Clears });

    /// <summary>A scene whose first import never finishes: every poll takes three hours, longer than a run waits.</summary>
    public static async Task<ExportScene> StartWithStuckImportAsync()
    {
        var scene = await StartAsync(o => o with { StuckImport = 1 });
        var clock = new LeapingClock();
        scene.Clock = clock;
        scene.Before = request =>
        {
            if (request.StartsWith("GET /contacts/v3/import/", StringComparison.Ordinal) && scene.Account.Calls["importContacts"] == 1)
            {
                clock.Ahead += TimeSpan.FromHours(3);
            }
        };
        return scene;
    }

    /// <summary>Does something right before the first import is sent.</summary>
    public static Action<string> OnFirstImport(Action act)
    {
        var done = false;
        return request =>
        {
            if (!done && request.StartsWith("PUT /contacts/v3/import", StringComparison.Ordinal))
            {
                done = true;
                act();
            }
        };
    }

    /// <summary>A feed of Gold with late opt-outs of people who opted out a minute before an import resubscribed them.</summary>
    public Func<string, string, string> LateFeed(DateTimeOffset now, params string[] people)
    {
        var since = now.AddMinutes(-1).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var rows = people.Select(person =>
            $$"""{"suppressedContact":{"id":{{Account.Contact(person)!.Id}},"email":"{{person}}","status":"Subscribed"}"""
            + $$""","dateRemoved":"{{since}}","reason":"Unsubscribed"}""");
        var feed = $"[{string.Join(',', rows)}]";
        return (request, body) => request.Contains($"/address-books/{Gold}/contacts/unsubscribed-since", StringComparison.Ordinal) ? feed : body;
    }

    /// <summary>Sets an audience: lines of <c>email,name,spend</c>; a bare address gets a name and spends 1.</summary>
    public void Set(string audience, params IEnumerable<string> rows) =>
        _audiences[audience] = [.. rows.Select(r => r.Contains(',', StringComparison.Ordinal) ? r : r + ",Someone,1")];

    /// <summary>Writes a file next to the job's.</summary>
    public void Write(string name, params IEnumerable<string> lines) => _folder.Write(name, string.Concat(lines.Select(line => line + "\n")));

    /// <summary>Removes an audience from the job.</summary>
    public void Remove(string audience) => _audiences.Remove(audience);

    public Job Job()
    {
        foreach (var (name, rows) in _audiences)
        {
            _folder.Write($"{name}.csv", "email,name,spend\n" + string.Concat(rows.Select(r => r + "\n")));
        }

        var names = _audiences.Keys.ToList();
        var text =
            $$"""
            tag: scene
            authorization: {username: {{Some.Username}}, password: {{Some.Password}}, endpoint: "{{Simulator.Url}}"}
            source:
              tables:
                files: { {{string.Join(", ", names.Select(n => $"{n}: {n}.csv").Append(Files).Where(f => f.Length > 0))}} }
                audiences: { {{string.Join(", ", names.Select(n => $"{n}: {Queries.GetValueOrDefault(n, $"{{from: {n}}}")}"))}} }
            {{Tables}}
            config:
              segment_ids: [{{string.Join(", ", names)}}]
              seg_mappings: {{Mapping ?? $"[{{gold: \"{Gold}\"}}, {{silver: \"{Silver}\"}}]"}}
              mappings: [{name: FIRSTNAME}, {spend: SPEND}]
              email_field: email
            {{Config}}
            {{More}}
            """;
        _folder.Write("job.yaml", text);
        return JobFile.Parse(text, _folder["job.yaml"], _ => null);
    }

    public Task<RunResult> RunAsync(params IEnumerable<string> allow) => RunAsync(new RunOptions { Allow = allow.ToHashSet() });

    public Task<RunResult> RunAsync(RunOptions options)
    {
        var job = Job();
        return ExportRun.ExecuteAsync(job, options, Workplace(), TestContext.Current.CancellationToken).InWords(job);
    }

    public Task<RunResult> PlanAsync(RunOptions? options = null)
    {
        var job = Job();
        return ExportRun.PlanAsync(job, options ?? new RunOptions(), Workplace(), TestContext.Current.CancellationToken).InWords(job);
    }

    /// <summary>Runs another job with the same audiences and books, in the same data folder.</summary>
    public Task<RunResult> RunOtherAsync()
    {
        var job = Job() with { Tag = "other" };
        return ExportRun.ExecuteAsync(job, new RunOptions(), Workplace(), TestContext.Current.CancellationToken).InWords(job);
    }

    /// <summary>Plans that other job while a request of this one waits, so that it reads the feeds in between.</summary>
    public void PlanOther() => ExportRun
        .PlanAsync(Job() with { Tag = "other" }, new RunOptions(), Workplace() with { Http = null }, TestContext.Current.CancellationToken)
        .GetAwaiter()
        .GetResult();

    public Task<Explanation> ExplainAsync(string email) => Explain.RunAsync(Job(), email, Workplace(), TestContext.Current.CancellationToken);

    public Workplace Workplace() => new()
    {
        DataFolder = DataFolder,
        Credentials = a => a.Credentials!,
        Clock = Clock,
        Logs = NullLoggerFactory.Instance,
        Checkpoint = Checkpoint,
        Http = Before is not null || Answer is not null ? new Hook(Before, Answer) : null,
    };

    /// <summary>The addresses subscribed to a book, sorted.</summary>
    public IReadOnlyList<string> In(int book) => [.. Account.Members(book).Order(StringComparer.Ordinal)];

    /// <summary>Calls that change something at Dotdigital, so far.</summary>
    public int Writes => Account.Calls.Where(c => Writing.Contains(c.Key)).Sum(c => c.Value);

    /// <summary>Lets days pass, for Rollcall and for Dotdigital alike.</summary>
    public void PassDays(int days)
    {
        Clock = new LeapingClock { Ahead = TimeSpan.FromDays(days) };
        Account.Options = Account.Options with { ClockOffset = TimeSpan.FromDays(days) };
    }

    public static void AddsUp(RunResult result) =>
        Assert.All(
            result.Audiences,
            a => Assert.Equal(a.Members, a.Entered + a.Updated + a.Unchanged + a.Suppressed + a.Invalid + a.Omitted + a.Held));

    private sealed class Hook(Action<string>? before, Func<string, string, string>? answer)
        : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var text = $"{request.Method} {request.RequestUri!.AbsolutePath}";
            before?.Invoke(text);
            var response = await base.SendAsync(request, cancellationToken);
            if (answer is not null)
            {
                var (had, type) = (await response.Content.ReadAsStringAsync(cancellationToken), response.Content.Headers.ContentType);
                response.Content = new StringContent(answer(text, had)) { Headers = { ContentType = type } };
            }

            return response;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Simulator.DisposeAsync();
        _folder.Dispose();
    }
}
