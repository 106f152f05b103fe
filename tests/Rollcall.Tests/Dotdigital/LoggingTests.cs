using Microsoft.Extensions.Logging;
using Rollcall.Dotdigital;
using Xunit;

namespace Rollcall.Tests.Dotdigital;

public sealed class LoggingTests
{
    [Fact]
    public async Task Log_lines_name_the_operation_and_never_a_person_a_body_or_a_password()
    {
        const string home = Connected.Home;
        var cancellation = TestContext.Current.CancellationToken;
        var clock = Connected.NewClock();
        var log = new CollectedLines();
        var find = $"GET {home}contacts/v3/email/secret.person%40x.io";
        var script = Connected.Script()
            .On(find, 500, """{"message":"secret.person@x.io"}""")
            .On(find, 200, """{"contactId":5,"status":"subscribed","identifiers":{"email":"secret.person@x.io"}}""")
            .On($"PUT {home}contacts/v3/import", 400, """{"errorCode":"contacts:badJson","description":"secret.person@x.io"}""");
        using var client = await DotdigitalClient.ConnectAsync(
            new DotdigitalOptions { Username = "user", Password = "hidden", Handler = script, Clock = clock, Logger = log }, cancellation);
        var finding = client.Contacts.FindByEmailAsync("secret.person@x.io", cancellation);
        await clock.PassAsync(1);
        await finding;
        await Assert.ThrowsAsync<DotdigitalException>(() => client.Imports.StartAsync("""{"contacts":["secret.person@x.io"]}"""u8.ToArray(), cancellation));

        Assert.Contains(log.Lines, line => line.Contains("contacts.find failed (Answer, status 500); again in 1 s", StringComparison.Ordinal));
        Assert.Contains("contacts.find answered 500 in 0 ms, after waiting 0 ms", log.Lines);
        Assert.Contains("contacts.find answered 200 in 0 ms, after waiting 0 ms", log.Lines);
        Assert.Contains("contacts.import answered 400 in 0 ms, after waiting 0 ms", log.Lines);
        Assert.All(log.Lines, line => Assert.False(
            line.Contains("secret", StringComparison.OrdinalIgnoreCase) || line.Contains("hidden", StringComparison.Ordinal)
                || line.Contains("Basic", StringComparison.Ordinal), line));
    }

    [Fact]
    public async Task A_call_that_had_to_wait_for_the_limits_says_how_long()
    {
        const string import = $"PUT {Connected.Home}contacts/v3/import";
        var cancellation = TestContext.Current.CancellationToken;
        var clock = Connected.NewClock();
        var log = new CollectedLines();
        var now = clock.GetUtcNow();
        var reset = now.AddSeconds(37).ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        var script = Connected.Script()
            .On(import, 429, "", ("x-ratelimit-limit", "35"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", reset),
                ("x-ratelimit-scope", "lowCallRate"), ("Date", now.ToString("R", null)))
            .On(import, 202, """{"importId":"7"}""");
        using var client = await DotdigitalClient.ConnectAsync(
            new DotdigitalOptions { Username = "user", Password = "hidden", Handler = script, Clock = clock, Logger = log }, cancellation);
        var starting = client.Imports.StartAsync("{}"u8.ToArray(), cancellation);
        await clock.PassAsync(37);
        await starting;

        Assert.Contains("contacts.import answered 429 in 0 ms, after waiting 0 ms", log.Lines);
        Assert.Matches(@"^contacts\.import answered 202 in 0 ms, after waiting 3700\d ms$", log.Lines[^1]);
    }

    private sealed class CollectedLines : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception) + exception);
    }
}
