using System.Net;
using System.Text.Json.Nodes;
using Rollcall.Simulators.Lytics;
using Xunit;
using static Rollcall.Tests.Simulators.Lytics.LyticsSession;

namespace Rollcall.Tests.Simulators.Lytics;

public class RecommendTests
{
    private const string Person = "/api/content/recommend/user/email/person1%40example.com";

    private static readonly LyticsSeed Seed = new()
    {
        Collections =
        [
            new SeedContent { Id = "c1", Slug = "articles", Generate = 40 },
            new SeedContent { Id = "c2", Items = [new JsonObject { ["url"] = "https://example.com/1", ["title"] = "One" }] },
        ],
    };

    [Fact]
    public async Task A_person_is_recommended_documents_of_the_collection_always_the_same()
    {
        await using var session = await Start(new LyticsSimulatorOptions { Seed = Seed });

        var first = (await session.Data($"{Person}?contentsegment=c1&limit=5")).AsArray();
        var again = await session.Data($"{Person}?contentsegment=articles&limit=5");
        var other = await session.Data($"{Person.Replace("person1", "person2", StringComparison.Ordinal)}?contentsegment=c1&limit=5");

        Assert.Equal(5, first.Count);
        Assert.All(
            first,
            item => Assert.All(
                (string[])["url", "title", "description", "topics", "topic_relevances", "primary_image", "author", "created", "id", "confidence", "visited"],
                field => Assert.NotNull(item![field])));
        Assert.Equal(first.ToJsonString(), again.ToJsonString());
        Assert.NotEqual(first.ToJsonString(), other.ToJsonString());
        Assert.Equal(first.OrderByDescending(item => item!["confidence"]!.GetValue<double>()), first);
    }

    [Fact]
    public async Task Rank_and_visited_choose()
    {
        await using var session = await Start(new LyticsSimulatorOptions { Seed = Seed });

        var popular = (await session.Data($"{Person}?contentsegment=c1&limit=3&rank=popular")).AsArray();
        var recent = (await session.Data($"{Person}?contentsegment=c1&limit=100&rank=recent")).AsArray().Select(item => item!["created"]!.GetValue<string>())
            .ToList();
        var unvisited = (await session.Data($"{Person}?contentsegment=c1&limit=100&visited=false")).AsArray();

        Assert.Equal(["c1-1", "c1-2", "c1-3"], popular.Select(item => item!["id"]!.GetValue<string>()));
        Assert.Equal(recent.OrderDescending(StringComparer.Ordinal), recent);
        Assert.InRange(unvisited.Count, 20, 39);
        Assert.Equal(recent.Count, (await session.Data($"{Person}?contentsegment=c1&limit=100&visited=true")).AsArray().Count);
        Assert.Equal(10, (await session.Data(Person)).AsArray().Count);
        Assert.Equal(HttpStatusCode.BadRequest, (await session.Get($"{Person}?rank=best")).Status);
    }

    [Fact]
    public async Task Topics_choose_and_what_else_is_documented_is_taken()
    {
        await using var session = await Start(new LyticsSimulatorOptions { Seed = Seed });

        var music = (await session.Data($"{Person}?contentsegment=c1&limit=100&topics=[\"music\",\"Sport\"]")).AsArray();
        var ranked = (await session.Data($"{Person}?contentsegment=c1&limit=100&wait=true")).AsArray().Select(item => item!["id"]!.GetValue<string>()).ToList();
        var shuffled = (await session.Data($"{Person}?contentsegment=c1&limit=100&shuffle=true")).AsArray().Select(item => item!["id"]!.GetValue<string>())
            .ToList();

        Assert.NotEmpty(music);
        Assert.All(music, item => Assert.True(item!["topics"]![0]!.GetValue<string>() is "Music" or "Sport"));
        Assert.NotEqual(ranked, shuffled);
        Assert.Equal(ranked.Order(), shuffled.Order());
        Assert.Equal(HttpStatusCode.BadRequest, (await session.Get($"{Person}?shuffle=perhaps")).Status);
        Assert.Equal(HttpStatusCode.NotImplemented, (await session.Get($"{Person}?url=www.example.com")).Status);
    }

    [Fact]
    public async Task What_is_not_there_is_404()
    {
        await using var session = await Start(new LyticsSimulatorOptions { Seed = Seed });

        Assert.Equal(HttpStatusCode.NotFound, (await session.Get("/api/content/recommend/user/email/nobody%40elsewhere.example?contentsegment=c1")).Status);
        session.Account.RemoveCollection("c1");
        Assert.Equal(HttpStatusCode.NotFound, (await session.Get($"{Person}?contentsegment=c1")).Status);
    }

    [Fact]
    public async Task Recommendations_of_one_person_can_be_set_and_others_fail()
    {
        await using var session = await Start(new LyticsSimulatorOptions { Seed = Seed });
        session.Account.Put("""{"_id":"x","email":"x/y@example.com","user_id":"77"}""");
        session.Account.Recommend("x", """{"url":"https://example.com/a","title":"Just this"}""");

        var said = await session.Data("/api/content/recommend/user/user_id/77?contentsegment=c2");
        Assert.Equal("Just this", Assert.Single(said.AsArray())!["title"]!.GetValue<string>());
        Assert.Equal(said.ToJsonString(), (await session.Data("/api/content/recommend/user/email/X%2Fy%40example.com?contentsegment=c2")).ToJsonString());

        session.Account.Options = session.Account.Options with { RecommendFailures = 0.5 };
        var statuses = new List<HttpStatusCode>();
        for (var number = 1; number <= 100; number++)
        {
            statuses.Add((await session.Get($"/api/content/recommend/user/email/person{number}%40example.com?contentsegment=c2")).Status);
        }

        Assert.InRange(statuses.Count(status => status == HttpStatusCode.InternalServerError), 30, 70);
        Assert.Equal(100, statuses.Count(status => status is HttpStatusCode.InternalServerError or HttpStatusCode.OK));
    }
}
