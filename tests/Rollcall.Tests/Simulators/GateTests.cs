using System.Globalization;
using System.Net;
using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Simulators.SimulatedSession;

namespace Rollcall.Tests.Simulators;

public class GateTests
{
    [Theory]
    [InlineData("demo", "wrong")]
    [InlineData("other", "demo")]
    [InlineData(null, null)]
    public async Task Without_the_right_credentials_every_call_is_401(string? user, string? password)
    {
        await using var session = await Start();
        session.Http.DefaultRequestHeaders.Authorization = user is null ? null : Basic(user, password!);

        Assert.Equal(HttpStatusCode.Unauthorized, (await session.Get("/v2/account-info")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await session.Get("/contacts/v3")).Status);
    }

    [Fact]
    public async Task Account_info_names_the_account_and_its_endpoint()
    {
        await using var session = await Start(new SimulatorOptions { AccountId = 42 });

        var account = (await session.Get("/v2/account-info")).Json!;

        Assert.Equal(42, account["id"]!.GetValue<int>());
        Assert.Equal(session.Url.AbsoluteUri, Property("ApiEndpoint"));
        Assert.Equal("Europe/London", Property("TimeZoneIana"));

        string Property(string name) =>
            account["properties"]!.AsArray().Single(property => property!["name"]!.GetValue<string>() == name)!["value"]!.GetValue<string>();
    }

    [Fact]
    public async Task The_wrong_region_answers_account_info_alone()
    {
        await using var session = await Start(new SimulatorOptions { WrongRegion = true, ApiEndpoint = new Uri("http://127.0.0.1:9/") });

        Assert.Contains("http://127.0.0.1:9/", (await session.Get("/v2/account-info")).Json!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await session.Get("/v2/address-books")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await session.Get("/contacts/v3")).Status);
    }

    [Fact]
    public async Task An_operation_may_be_forbidden()
    {
        await using var session = await Start(new SimulatorOptions { ForbiddenOperations = ["createAddressBook"] });

        Assert.Equal(HttpStatusCode.Forbidden, (await session.Post("/v2/address-books", """{"name":"x"}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await session.Get("/v2/address-books")).Status);
    }

    [Fact]
    public async Task Each_tier_counts_down_in_the_headers_and_refuses_until_its_reset()
    {
        await using var session = await Start(new SimulatorOptions { MediumLimit = 2 });
        session.Clock.Advance(TimeSpan.FromSeconds(15));

        var first = await session.Get("/v2/address-books");
        await session.Get("/v2/address-books");
        var over = await session.Get("/v2/address-books");

        Assert.Equal(
            ("2", "1", "mediumCallRate"), (first.Headers["x-ratelimit-limit"], first.Headers["x-ratelimit-remaining"], first.Headers["x-ratelimit-scope"]));
        Assert.Equal(HttpStatusCode.TooManyRequests, over.Status);
        Assert.Equal("0", over.Headers["x-ratelimit-remaining"]);
        Assert.False(over.Headers.ContainsKey("Retry-After"));
        Assert.Equal(HttpStatusCode.OK, (await session.Get("/v2/server-time")).Status);

        var date = DateTimeOffset.Parse(over.Headers["Date"], CultureInfo.InvariantCulture);
        var reset = DateTimeOffset.FromUnixTimeSeconds(long.Parse(over.Headers["x-ratelimit-reset"], CultureInfo.InvariantCulture));
        Assert.Equal(TimeSpan.FromSeconds(45), reset - date);
        session.Clock.Advance(reset - date);
        Assert.Equal(HttpStatusCode.OK, (await session.Get("/v2/address-books")).Status);
    }

    [Fact]
    public async Task Polling_costs_nothing()
    {
        await using var session = await Start(new SimulatorOptions { LowLimit = 1, MediumLimit = 1, HighLimit = 1 });
        var id = await session.Put(Record("a@example.com"));

        for (var i = 0; i < 5; i++)
        {
            var polled = await session.Get($"/contacts/v3/import/{id}");
            Assert.Equal(HttpStatusCode.OK, polled.Status);
            Assert.False(polled.Headers.ContainsKey("X-RateLimit-Limit"));
        }
    }

    [Fact]
    public async Task A_servers_clock_that_is_ahead_shows_in_date_reset_and_server_time()
    {
        await using var session = await Start(new SimulatorOptions { ClockOffset = TimeSpan.FromHours(2) });

        var time = await session.Get("/v2/server-time");

        Assert.Equal("2026-03-01T14:00:00.000Z", time.Json!.GetValue<string>());
        Assert.Equal("Sun, 01 Mar 2026 14:00:00 GMT", time.Headers["Date"]);
    }

    [Theory]
    [InlineData(false, "ERROR_APIUSAGE_EXCEEDED")]
    [InlineData(true, "excess API activity")]
    public async Task The_flat_scheme_refuses_with_400_until_the_calls_are_an_hour_old(bool inWords, string words)
    {
        await using var session = await Start(new SimulatorOptions { FlatHourlyLimit = 2, FlatLimitInWords = inWords });
        await session.Get("/v2/address-books");
        await session.Get("/contacts/v3");

        var over = await session.Get("/v2/address-books");
        Assert.Equal(HttpStatusCode.BadRequest, over.Status);
        Assert.Contains(words, over.Message, StringComparison.Ordinal);
        Assert.False(over.Headers.ContainsKey("X-RateLimit-Limit"));

        session.Clock.Advance(TimeSpan.FromMinutes(61));
        Assert.Equal(HttpStatusCode.OK, (await session.Get("/v2/address-books")).Status);
    }

    [Fact]
    public async Task Bodies_that_are_not_declared_as_json_are_refused()
    {
        await using var session = await Start();
        using var form = new StringContent("name=x", System.Text.Encoding.UTF8, "application/x-www-form-urlencoded");

        using var refused = await session.Http.PostAsync("/v2/address-books", form, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, refused.StatusCode);
    }

    [Fact]
    public async Task A_path_that_is_not_an_operation_is_404()
    {
        await using var session = await Start();

        Assert.Equal(HttpStatusCode.NotFound, (await session.Get("/v2/nonsense")).Status);
    }
}
