using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Running;
using Rollcall.Service.Access;
using Rollcall.Simulators;
using Rollcall.TestKit;

namespace Rollcall.Service.Tests;

/// <summary>A service over a simulated Dotdigital and CSV audiences, all on one clock that only the test moves.</summary>
internal sealed class ServiceScene : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DotdigitalSimulator _simulator;
    private WebApplication? _app;

    private ServiceScene(DotdigitalSimulator simulator, FakeTimeProvider clock)
    {
        _simulator = simulator;
        Clock = clock;
        Book = Account.AddBook("Gold");
        Store = new StoredJobs(DataFolder, clock);
    }

    public FakeTimeProvider Clock { get; }

    public SimulatedAccount Account => _simulator.Account;

    public ILoggerFactory Logs { get; set; } = NullLoggerFactory.Instance;

    /// <summary>The password in the job files.</summary>
    public string Password { get; set; } = Some.Password;

    public Uri Dotdigital => _simulator.Url;

    public int Book { get; }

    public string DataFolder => _folder["data"];

    public string Folder => _folder.Path;

    /// <summary>The jobs, as another process sees them.</summary>
    public StoredJobs Store { get; }

    public DateTimeOffset Now => Clock.GetUtcNow();

    public static async Task<ServiceScene> StartAsync(DateTimeOffset now, bool serve = true)
    {
        var clock = new FakeTimeProvider(now);
        var simulator = await DotdigitalSimulator.StartAsync(new SimulatorOptions
        {
            UserName = Some.Username,
            Password = Some.Password,
            ImportLatency = TimeSpan.Zero,
            ImportLatencyPerContact = TimeSpan.Zero,
            DeletionLatency = TimeSpan.Zero,
            Clock = clock,
        });
        var scene = new ServiceScene(simulator, clock);
        if (serve)
        {
            await scene.ServeAsync();
        }

        return scene;
    }

    public async Task ServeAsync(Func<ServiceOptions, ServiceOptions>? with = null)
    {
        var options = new ServiceOptions { Urls = "http://127.0.0.1:0", Workplace = Workplace, Files = [Folder], Environment = _ => null };
        _app = ServiceHost.Build(with?.Invoke(options) ?? options);
        await _app.StartAsync();
    }

    public async Task EndServiceAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
            _app = null;
        }
    }

    public T Service<T>() where T : notnull => _app!.Services.GetRequiredService<T>();

    /// <summary>A client with a token of its own.</summary>
    public HttpClient Client(Role role, bool seesPeople = false, bool changesConsent = false)
    {
        using var tokens = new ApiTokens(DataFolder, Clock);
        var name = $"{role} {Guid.NewGuid():N}";
        var (token, _) = tokens.Add(new NewToken { Name = name, Role = role, SeesPeople = seesPeople, ChangesConsent = changesConsent });
        var client = new HttpClient { BaseAddress = Url };
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", token);
        return client;
    }

    /// <summary>A client of a user who signed in, as a page of the service sends it.</summary>
    public async Task<HttpClient> SignedInAsync(Role role, bool seesPeople = false, bool changesConsent = false)
    {
        var email = $"{role}-{Guid.NewGuid():N}@example.com";
        await using var database = Service<AccessStore>().Open();
        using var accounts = Accounts.Of(database);
        var user = new UserRow { Email = email, UserName = email, Role = role, SeesPeople = seesPeople, ChangesConsent = changesConsent, Created = Now };
        Accounts.Check(await accounts.CreateAsync(user));
        var secret = Service<Sessions>().Begin(database, user);
        await database.SaveChangesAsync();
        var client = Page();
        client.DefaultRequestHeaders.Add("Cookie", $"rollcall={secret}");
        return client;
    }

    /// <summary>A client that sends what a page of the service sends, and keeps cookies.</summary>
    public HttpClient Page()
    {
        var client = new HttpClient { BaseAddress = Url };
        client.DefaultRequestHeaders.Add("Origin", Url.GetLeftPart(UriPartial.Authority));
        return client;
    }

    /// <summary>The link that makes the first administrator; null where there is a user.</summary>
    public Uri? FirstStartLink() => ServiceHost.FirstStartLink(_app!);

    public IReadOnlyList<RouteEndpoint> Endpoints =>
        [.. ((IEndpointRouteBuilder)_app!).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()];

    public Uri Url => new(_app!.Urls.Single());

    /// <summary>Sets the audience of a job.</summary>
    public void Audience(string tag, params IEnumerable<string> emails) =>
        _folder.Write($"{tag}.csv", "email\n" + string.Concat(emails.Select(email => email + "\n")));

    public string Text(string tag, string more) =>
        $$"""
        tag: {{tag}}
        authorization: {username: {{Some.Username}}, password: {{Password}}, endpoint: "{{Dotdigital}}" }
        source: {tables: {files: {people: {{tag}}.csv}, audiences: {gold: {from: people} } } }
        config:
          segment_ids: [gold]
          seg_mappings: [{gold: "{{Book}}" }]
          email_field: email
          exit_action: remove
        {{more}}
        """;

    public StoredJob Save(string tag, string more = "", bool paused = false)
    {
        var text = Text(tag, more);
        return Store.Save(new SaveRequest
        {
            Job = JobFile.Parse(text, Path.Combine(Folder, "job.yaml"), _ => null),
            Text = text,
            Folder = Folder,
            Door = JobDoor.Shell,
            Author = "ann",
            Paused = paused,
        }).Job;
    }

    public bool IsInBook(string email) => Account.Contact(email)?.Books.ContainsKey(Book) ?? false;

    public string Status(string tag) => JobLife.Status(Store.Find(tag)!);

    public IReadOnlyList<string> Log(string tag) => [.. Store.LogOf(tag, DateTimeOffset.MinValue, 0, 1_000).Select(line => line.Code)];

    public int Runs(string tag) => Log(tag).Count(code => code == "run_ended");

    /// <summary>Lets the clock go on, a little at a time, until something is so.</summary>
    public Task Until(Func<bool> condition, string what, TimeSpan? step = null) => PollUntil.TrueAsync(
        () =>
        {
            if (condition())
            {
                return ValueTask.FromResult(true);
            }

            Clock.Advance(step ?? TimeSpan.FromSeconds(1));
            return ValueTask.FromResult(false);
        },
        () => $"{what}; it is {Now:u}");

    public async ValueTask DisposeAsync()
    {
        await EndServiceAsync();
        Store.Dispose();
        await _simulator.DisposeAsync();
        _folder.Dispose();
    }

    private Workplace Workplace => new()
    {
        DataFolder = DataFolder,
        Credentials = authorization => authorization.Credentials!,
        Clock = Clock,
        Logs = Logs,
    };
}
