using System.Net;
using Rollcall.Simulators;
using Rollcall.Simulators.Lytics;
using Xunit;
using static Rollcall.Tests.Simulators.Lytics.LyticsSession;

namespace Rollcall.Tests.Simulators.Lytics;

public class LyticsGateTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    [InlineData("Bearer demo")]
    [InlineData("Basic ZGVtbw==")]
    public async Task The_authorization_header_is_the_raw_token_or_the_call_is_401(string? header)
    {
        await using var session = await StartWith(1);
        session.Http.DefaultRequestHeaders.Clear();
        if (header is not null)
        {
            session.Http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header);
        }

        var (status, json) = await session.Get("/api/segment");

        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Equal(401, json["status"]!.GetValue<int>());
        Assert.NotEmpty(json["request_id"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.Unauthorized, (await session.Post("/collect/json/s", "{}")).Status);
    }

    [Fact]
    public async Task Too_many_calls_in_a_second_are_429_without_a_word_about_when_to_come_back()
    {
        await using var session = await StartWith(1, new LyticsSimulatorOptions { CallsPerSecond = 2 });
        await session.Get("/api/segment");
        await session.Get("/api/segment");

        using var response = await session.Http.GetAsync("/api/segment", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Null(response.Headers.RetryAfter);
        Assert.DoesNotContain(response.Headers, header => header.Key.Contains("rate", StringComparison.OrdinalIgnoreCase));
        session.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, (await session.Get("/api/segment")).Status);
        Assert.Equal(4, session.Account.Calls["listSegments"]);
    }

    [Fact]
    public async Task Pages_take_their_time_side_by_side_up_to_a_limit()
    {
        await using var session = await StartWith(10, new LyticsSimulatorOptions { PageLatency = TimeSpan.FromSeconds(1), MaxAtOnce = 3 });

        var calls = Enumerable.Range(0, 4).Select(_ => session.Get("/api/segment/a/scan")).ToList();
        var first = await Task.WhenAny(calls);

        Assert.Equal(HttpStatusCode.TooManyRequests, (await first).Status);
        calls.Remove(first);
        Assert.DoesNotContain(calls, call => call.IsCompleted);
        while (!calls.TrueForAll(call => call.IsCompleted))
        {
            session.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.All(await Task.WhenAll(calls), call => Assert.Equal(HttpStatusCode.OK, call.Status));
        Assert.Equal(4, session.Account.MostAtOnce);
        session.Account.ForgetMostAtOnce();
        await session.Get("/api/segment");
        Assert.Equal(1, session.Account.MostAtOnce);
    }

    [Fact]
    public async Task It_goes_down_and_comes_back()
    {
        await using var session = await StartWith(1, new LyticsSimulatorOptions { DownAfter = TimeSpan.FromMinutes(1), DownFor = TimeSpan.FromMinutes(2) });
        Assert.Equal(HttpStatusCode.OK, (await session.Get("/api/segment")).Status);
        session.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await session.Get("/api/segment")).Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await session.Post("/collect/json/s", "{}")).Status);
        session.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(HttpStatusCode.OK, (await session.Get("/api/segment")).Status);
        session.Account.Options = session.Account.Options with { Down = true };
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await session.Get("/api/segment")).Status);
        Assert.Empty(session.Account.Events("s"));
    }

    [Fact]
    public async Task Faults_strike_as_scripted_and_a_dropped_answer_was_carried_out()
    {
        await using var session = await StartWith(1, new LyticsSimulatorOptions
        {
            Faults = [Fault.Parse("collectJson:1:drop-after"), Fault.Parse("scanSegment:1:502")],
        });

        await Assert.ThrowsAsync<HttpRequestException>(() => session.Post("/collect/json/s", "{}"));
        Assert.Equal(HttpStatusCode.BadGateway, (await session.Get("/api/segment/a/scan")).Status);

        Assert.Single(session.Account.Events("s"));
        session.Account.AddFaults(Fault.Parse("1:drop-before"));
        await Assert.ThrowsAsync<HttpRequestException>(() => session.Post("/collect/json/s", "{}"));
        Assert.Single(session.Account.Events("s"));
    }

    [Theory]
    [InlineData("/api/segment")]
    [InlineData("/api/segment/a")]
    [InlineData("/api/segment/a/scan")]
    [InlineData("/api/schema/user")]
    [InlineData("/api/content/recommend/user/email/person1%40example.com")]
    public async Task Every_call_may_name_the_account_and_no_other(string path)
    {
        await using var session = await StartWith(1, new LyticsSimulatorOptions { AccountId = "77" });

        Assert.Equal(HttpStatusCode.OK, (await session.Get($"{path}?account_id=77")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await session.Get($"{path}?account_id=78")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await session.Get($"{path}?account=77")).Status);
    }

    [Fact]
    public async Task An_account_that_was_not_given_an_id_takes_any()
    {
        await using var session = await StartWith(1);

        Assert.Equal(HttpStatusCode.OK, (await session.Post("/collect/json/s?account_id=77", "{}")).Status);
    }

    [Theory]
    [InlineData("POST", "/api/segment")]
    [InlineData("DELETE", "/api/segment/a")]
    [InlineData("GET", "/api/segment/attribution")]
    [InlineData("GET", "/api/segment/size")]
    [InlineData("POST", "/api/segment/scan")]
    [InlineData("GET", "/api/segment/scan?segments=FILTER")]
    [InlineData("GET", "/api/entity/user/email/a%40example.com")]
    [InlineData("GET", "/v2/job")]
    [InlineData("GET", "/collect/json/s")]
    public async Task What_Lytics_has_and_the_simulator_does_not_play_is_501_and_says_so(string method, string path)
    {
        await using var session = await StartWith(1);
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        var (status, json) = await session.Send(request);

        Assert.Equal(HttpStatusCode.NotImplemented, status);
        Assert.Contains("does not support", json["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("access_token=demo", HttpStatusCode.OK)]
    [InlineData("key=demo&account_id=7", HttpStatusCode.OK)]
    [InlineData("access_token=wrong", HttpStatusCode.Unauthorized)]
    [InlineData("token=demo", HttpStatusCode.Unauthorized)]
    public async Task The_token_may_be_a_parameter_and_is_written_down_nowhere(string query, HttpStatusCode expected)
    {
        await using var session = await StartWith(1);
        session.Http.DefaultRequestHeaders.Clear();

        Assert.Equal(expected, (await session.Get($"/api/segment?{query}")).Status);
        Assert.Equal(expected, (await session.Post($"/collect/json/s?{query}", "{}")).Status);
        Assert.DoesNotContain("=demo&", await session.Http.GetStringAsync("/?view=calls", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_an_operation_is_404()
    {
        await using var session = await StartWith(1);

        Assert.Equal(HttpStatusCode.NotFound, (await session.Get("/api/nonsense")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await session.Get("/nonsense")).Status);
    }
}
