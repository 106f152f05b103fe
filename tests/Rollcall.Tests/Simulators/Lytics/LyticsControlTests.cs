using System.Net;
using System.Text.Json.Nodes;
using Rollcall.Simulators.Lytics;
using Rollcall.Tests.Jobs;
using Xunit;
using static Rollcall.Tests.Simulators.Lytics.LyticsSession;

namespace Rollcall.Tests.Simulators.Lytics;

public class LyticsControlTests
{
    [Fact]
    public async Task The_sample_is_where_it_begins()
    {
        await using var session = await Start(new LyticsSimulatorOptions { SeedFile = Path.Combine(RepositoryFiles.Root, "samples", "lytics.json") });

        Assert.Equal(
            [("big_spenders", 203), ("newsletter", 1001), ("broken", 0)], session.Account.Audiences.Select(audience => (audience.Slug, audience.Members)));
        Assert.Equal(1001, (await session.Scan(audience: "5c02d9e4")).Count);
    }

    [Fact]
    public async Task Manual_changes_need_no_token()
    {
        await using var session = await StartWith(5);
        session.Http.DefaultRequestHeaders.Clear();

        await session.Post("/simulator/seed", """{"audiences":[{"id":"b","generate":2}]}""");
        await session.Post("/simulator/profiles", """{"_id":"x","email":"x@example.com"}""");
        await session.Post("/simulator/audiences/b/enter?profile=x", "");
        await session.Post("/simulator/audiences/b/enter?from=100&count=10", "");
        await session.Post("/simulator/audiences/b/exit?profile=person1", "");
        await session.Post("/simulator/audiences/a/exit?from=1&count=2", "");
        await session.Post("/simulator/people/change?from=3&count=1", "");

        Assert.Equal([("a", 3), ("b", 12)], session.Account.Audiences.Select(audience => (audience.Id, audience.Members)));
        Assert.Equal(12, (await session.Get("/simulator/state")).Json["audiences"]![1]!["members"]!.GetValue<int>());
        Assert.Equal("x@example.com", (await session.Get("/simulator/profiles/x")).Json["email"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.NotFound, (await session.Post("/simulator/audiences/c/enter?profile=x", "")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await session.Post("/simulator/audiences/b/enter", "")).Status);
    }

    [Fact]
    public async Task Switches_change_while_it_runs_and_unknown_ones_are_named()
    {
        await using var session = await StartWith(5);

        var (_, changed) = await session.Post("/simulator/options", """{"pageLatency":0.25,"staleAfterPages":3}""");
        var (refused, unknown) = await session.Post("/simulator/options", """{"staleAfterPage":3}""");

        Assert.Equal(0.25, changed["pageLatency"]!.GetValue<double>());
        Assert.Equal((TimeSpan.FromMilliseconds(250), 3), (session.Account.Options.PageLatency, session.Account.Options.StaleAfterPages));
        Assert.Same(session.Clock, session.Account.Options.Clock);
        Assert.Equal(HttpStatusCode.BadRequest, refused);
        Assert.Contains("staleAfterPage", unknown["error"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_counters_and_the_page_show_what_happened()
    {
        await using var session = await StartWith(5);
        await session.Post("/collect/json/s", """{"text":"<b>"}""");
        await session.Page("");

        Assert.Equal("""{"text":"<b>"}""", (await session.Get("/simulator/events?stream=s")).Json[0]!["event"]!.ToJsonString(SimulatedSession.Relaxed));
        Assert.Equal("""{"collectJson":1,"scanSegment":1}""", (await session.Get("/simulator/counters")).Json["calls"]!.ToJsonString());
        var page = await session.Http.GetStringAsync("/", TestContext.Current.CancellationToken);
        Assert.Contains("Simulated Lytics", page, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;", page, StringComparison.Ordinal);
        Assert.Contains("scanSegment", await session.Http.GetStringAsync("/?view=calls", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_request_log_never_has_the_token()
    {
        var file = Path.GetTempFileName();
        await using (var session = await Start(new LyticsSimulatorOptions { RequestLogFile = file, Token = "demo" }))
        {
            await session.Post("/collect/json/s", """{"n":1}""");
        }

        var line = JsonNode.Parse(Assert.Single(await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken)))!;
        File.Delete(file);
        Assert.Equal("""{"n":1}""", line["requestBody"]!.GetValue<string>());
        Assert.DoesNotContain("demo", line["requestHeaders"]!.ToJsonString(), StringComparison.Ordinal);
    }
}
