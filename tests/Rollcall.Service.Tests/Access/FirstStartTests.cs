using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.Logging;
using Rollcall.Model;
using Rollcall.Service.Access;
using Xunit;

namespace Rollcall.Service.Tests.Access;

public sealed class FirstStartTests
{
    private const string Email = "ann@example.com";
    private const string Password = "four words in a row";

    private static readonly DateTimeOffset Morning = new(2026, 11, 30, 8, 30, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_link_makes_the_first_administrator_once()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        var link = scene.FirstStartLink();
        using var client = scene.Page();
        Assert.Contains("<form method=\"post\"", await client.GetStringAsync(link, Cancellation), StringComparison.Ordinal);

        using var tooShort = await client.PostAsJsonAsync(link, new { email = Email, password = "too short" }, Cancellation);
        using var first = await client.PostAsJsonAsync(link, new { email = Email, password = Password }, Cancellation);
        using var second = await client.PostAsJsonAsync(link, new { email = "bob@example.com", password = Password }, Cancellation);

        Assert.Equal(
            (HttpStatusCode.BadRequest, HttpStatusCode.Created, HttpStatusCode.NotFound), (tooShort.StatusCode, first.StatusCode, second.StatusCode));
        var user = Assert.Single(await scene.Service<AccessStore>().UsersAsync());
        Assert.Equal((Email, Role.Admin, true, true), (user.Email, user.Role, user.SeesPeople, user.ChangesConsent));
        Assert.Null(scene.FirstStartLink());
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(link, Cancellation)).StatusCode);
    }

    [Fact]
    public async Task The_form_of_the_link_does_the_same()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        var key = scene.FirstStartLink()!.Query["?key=".Length..];
        using var client = new HttpClient { BaseAddress = scene.Url };

        // What a browser sends with the form of a page that sends no referrer.
        client.DefaultRequestHeaders.Add("Origin", "null");
        client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["key"] = key, ["email"] = Email, ["password"] = Password });

        using var answer = await client.PostAsync(new Uri("first-start", UriKind.Relative), form, Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(Email, Assert.Single(await scene.Service<AccessStore>().UsersAsync()).Email);
    }

    [Fact]
    public async Task The_link_ends_after_half_an_hour_and_when_somebody_adds_a_user_at_the_shell()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        using var client = scene.Page();
        var old = scene.FirstStartLink();
        scene.Clock.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsJsonAsync(old, new { email = Email, password = Password }, Cancellation)).StatusCode);

        var link = scene.FirstStartLink();
        using var shell = new AccessStore(scene.DataFolder, scene.Clock);
        await shell.AddUserAsync(new NewUser { Email = "bob@example.com", Password = Password, Role = Role.Viewer });

        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsJsonAsync(link, new { email = Email, password = Password }, Cancellation)).StatusCode);
        Assert.Single(await shell.UsersAsync());
    }

    [Fact]
    public async Task Without_the_key_nothing_is_made_and_no_log_has_the_key()
    {
        await using var scene = await ServiceScene.StartAsync(Morning, serve: false);
        using var lines = new Lines();
        scene.Logs = lines;
        await scene.ServeAsync();
        var link = scene.FirstStartLink();
        using var client = scene.Page();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(link, Cancellation)).StatusCode);

        using var wrong = await client.PostAsJsonAsync("first-start?key=wrong", new { email = Email, password = Password }, Cancellation);
        using var without = await client.PostAsJsonAsync("first-start", new { email = Email, password = Password }, Cancellation);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (wrong.StatusCode, without.StatusCode));
        Assert.DoesNotContain(lines.All, line => line.Contains("key=", StringComparison.Ordinal));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private sealed class Lines : ILoggerFactory, ILogger
    {
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> All
        {
            get
            {
                lock (_lines)
                {
                    return [.. _lines];
                }
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lines)
            {
                _lines.Add(formatter(state, exception));
            }
        }

        public void Dispose()
        {
        }
    }
}
