using System.Net;
using Rollcall.Simulators.Lytics;
using Xunit;
using static Rollcall.Tests.Simulators.Lytics.LyticsSession;

namespace Rollcall.Tests.Simulators.Lytics;

public class SegmentTests
{
    private static readonly LyticsSeed Seed = new()
    {
        Audiences =
        [
            new SeedAudience { Id = "a1", Slug = "big_spenders", Name = "Big spenders", Generate = 3, SegmentQl = "FILTER total_spend > 500", Tags = ["vip"] },
            new SeedAudience { Id = "a2", Invalid = true },
        ],
        Collections = [new SeedContent { Id = "c1", Slug = "articles", Name = "Articles", Generate = 2 }],
    };

    [Fact]
    public async Task Audiences_are_listed_the_invalid_ones_only_when_asked_for()
    {
        await using var session = await Start(new LyticsSimulatorOptions { Seed = Seed });

        var all = (await session.Data("/api/segment")).AsArray();
        var valid = (await session.Data("/api/segment?table=user&valid=true")).AsArray();

        Assert.Equal(["a1", "a2"], all.Select(one => one!["id"]!.GetValue<string>()));
        var first = Assert.Single(valid)!;
        Assert.Equal(
            ["id", "name", "slug_name", "account_id", "author_id", "created", "updated", "description", "is_public", "kind", "table", "invalid", "segment_ql",
                "tags"],
            first.AsObject().Select(pair => pair.Key));
        Assert.Equal("a2", Assert.Single((await session.Data("/api/segment?valid=false")).AsArray())!["id"]!.GetValue<string>());
        Assert.Equal(2, (await session.Data("/api/segment?valid=all")).AsArray().Count);
        Assert.Equal(HttpStatusCode.BadRequest, (await session.Get("/api/segment?valid=maybe")).Status);
        Assert.Equal(
            ("big_spenders", "Big spenders", "user"),
            (first["slug_name"]!.GetValue<string>(), first["name"]!.GetValue<string>(), first["table"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Content_collections_are_a_table_of_their_own()
    {
        await using var session = await Start(new LyticsSimulatorOptions { Seed = Seed });

        var collection = Assert.Single((await session.Data("/api/segment?table=content")).AsArray())!;

        Assert.Equal(("c1", "content"), (collection["id"]!.GetValue<string>(), collection["table"]!.GetValue<string>()));
        session.Account.RemoveCollection("articles");
        Assert.Empty((await session.Data("/api/segment?table=content")).AsArray());
    }

    [Fact]
    public async Task One_is_found_by_id_or_slug()
    {
        await using var session = await Start(new LyticsSimulatorOptions { Seed = Seed });

        Assert.Equal("a1", (await session.Data("/api/segment/big_spenders"))["id"]!.GetValue<string>());
        Assert.Equal("a1", (await session.Data("/api/segment/a1"))["id"]!.GetValue<string>());
        Assert.True((await session.Data("/api/segment/a2"))["invalid"]!.GetValue<bool>());
        Assert.Equal(HttpStatusCode.NotFound, (await session.Get("/api/segment/a3")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await session.Get("/api/segment/big_spenders/scan")).Status);
    }

    [Fact]
    public async Task Sizes_come_for_the_ids_asked_for()
    {
        await using var session = await Start(new LyticsSimulatorOptions { Seed = Seed });
        session.Account.EnterGenerated("big_spenders", 100, 5);

        var size = Assert.Single((await session.Data("/api/segment/sizes?ids=a1,unknown")).AsArray())!;

        Assert.Equal("""{"id":"a1","name":"Big spenders","slug_name":"big_spenders","size":8}""", size.ToJsonString());
        session.Account.SaySize("a1", 1000);
        Assert.Equal(1000, (await session.Data("/api/segment/sizes?ids=a1"))[0]!["size"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("ids=a1,a2")]
    [InlineData("ids=a1&ids=a2")]
    [InlineData("ids[]=a1&ids[]=a2")]
    [InlineData("ids%5B%5D=a1&ids=a2")]
    [InlineData("ids=[a1,a2]")]
    public async Task A_list_is_written_in_several_ways(string query)
    {
        await using var session = await Start(new LyticsSimulatorOptions { Seed = Seed });

        Assert.Equal(["a1", "a2"], (await session.Data($"/api/segment/sizes?{query}")).AsArray().Select(size => size!["id"]!.GetValue<string>()));
        Assert.Equal(HttpStatusCode.BadRequest, (await session.Get("/api/segment?table[]=user")).Status);
    }

    [Fact]
    public async Task The_audience_may_be_a_parameter_and_what_else_is_documented_is_taken()
    {
        await using var session = await StartWith(3);

        var (status, json) = await session.Get("/api/segment/scan?id=a&limit=2&meta=true&recent=t&fields=_id&fields=last_visit");

        Assert.Equal((HttpStatusCode.OK, 3), (status, json["total"]!.GetValue<int>()));
        var visits = json["data"]!.AsArray().Select(row => row!["last_visit"]!.GetValue<DateTime>()).ToList();
        Assert.Equal(visits.OrderDescending(), visits);
        Assert.Equal(HttpStatusCode.BadRequest, (await session.Get("/api/segment/scan")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await session.Get("/api/segment/a/scan?recent=perhaps")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await session.Get("/api/segment/scan?id=b")).Status);
    }

    [Fact]
    public async Task The_schema_reports_types_but_not_hidden_fields()
    {
        await using var session = await Start(new LyticsSimulatorOptions { Seed = Seed });
        session.Account.Put("""{"_id":"x","list":["a"],"map":{"k":1},"when":"2026-01-01","flag":false,"n":2,"secret":"s"}""");
        session.Account.HideFields("secret");

        var columns = (await session.Data("/api/schema/user"))["columns"]!.AsArray()
            .ToDictionary(column => column!["as"]!.GetValue<string>(), column => column!["type"]!.GetValue<string>());

        Assert.Equal(("[]string", "map[string]int", "date", "bool", "int"), (columns["list"], columns["map"], columns["when"], columns["flag"], columns["n"]));
        Assert.Equal("[]string", columns["interests"]);
        Assert.DoesNotContain("secret", columns.Keys);
        var some = (await session.Data("/api/segment/a1/fieldinfo?fields=email,list,secret"))["columns"]!.AsArray();
        Assert.Equal(["email", "list"], some.Select(column => column!["as"]!.GetValue<string>()));
    }
}
