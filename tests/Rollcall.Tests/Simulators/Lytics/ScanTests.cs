using System.Diagnostics;
using System.Net;
using Rollcall.Simulators.Lytics;
using Xunit;
using static Rollcall.Tests.Simulators.Lytics.LyticsSession;

namespace Rollcall.Tests.Simulators.Lytics;

public class ScanTests
{
    [Fact]
    public async Task Pages_have_ten_rows_unless_asked_and_the_last_names_no_next()
    {
        await using var session = await StartWith(25);

        var first = await session.Page("");
        var second = await session.Page($"start={first.Next}");
        var third = await session.Page($"start={second.Next}");

        Assert.Equal((10, 10, 5), (first.Rows.Count, second.Rows.Count, third.Rows.Count));
        Assert.Equal("", third.Next);
        Assert.Equal([25, 25, 25], new[] { first.Total, second.Total, third.Total });
        Assert.Equal(25, first.Ids.Concat(second.Ids).Concat(third.Ids).Distinct().Count());
    }

    [Theory]
    [InlineData("limit=101")]
    [InlineData("limit=0")]
    [InlineData("limit=many")]
    [InlineData("splits=100")]
    [InlineData("splits=-1")]
    [InlineData("splits=3,3")]
    [InlineData("start=nonsense")]
    [InlineData("sortorder=up")]
    [InlineData("page=2")]
    public async Task What_a_scan_does_not_take_is_400(string query)
    {
        await using var session = await StartWith(5);

        var (status, json) = await session.Get($"/api/segment/a/scan?{query}");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(400, json["status"]!.GetValue<int>());
        Assert.Equal(["status", "message", "request_id"], json.AsObject().Select(pair => pair.Key));
    }

    [Fact]
    public async Task The_hundred_splits_are_the_audience_each_person_in_one_and_always_the_same()
    {
        await using var session = await StartWith(1000);
        var everyone = await session.Scan();

        var bySplit = new List<List<string>>();
        for (var split = 0; split < 100; split++)
        {
            bySplit.Add(await session.Scan($"limit=100&fields=_id&splits={split}"));
        }

        Assert.Equal(everyone.Order(), bySplit.SelectMany(ids => ids).Order());
        Assert.All(bySplit, ids => Assert.InRange(ids.Count, 1, 40));
        Assert.All(bySplit.Select((ids, split) => (ids, split)), one => Assert.All(one.ids, id => Assert.Equal(one.split, session.Account.SplitOf(id))));
        session.Account.ExitGenerated("a", 1, 500);
        session.Account.EnterGenerated("a", 2000, 500);
        Assert.Equal(bySplit[7].Intersect(await session.Scan()), await SplitSevenOfBefore());

        async Task<IEnumerable<string>> SplitSevenOfBefore() => (await session.Scan("limit=100&splits=7")).Intersect(bySplit[7]);
    }

    [Fact]
    public async Task Several_splits_in_one_scan_and_the_whole_audiences_total()
    {
        await using var session = await StartWith(500);

        var page = await session.Page("limit=100&splits=4,90,17");

        Assert.Equal(500, page.Total);
        Assert.All(page.Ids, id => Assert.True(session.Account.SplitOf(id) is 4 or 17 or 90, id));
        Assert.Equal(
            (await session.Scan("limit=100&splits=4")).Count + (await session.Scan("limit=100&splits=17")).Count + (await session.Scan(
                "limit=100&splits=90")).Count, (await session.Scan("limit=3&splits=4,90,17")).Count);
    }

    [Fact]
    public async Task Only_the_fields_asked_for_and_every_kind_of_value()
    {
        await using var session = await Start();
        session.Account.Put(
            """{"_id":"x","email":"x@example.com","n":1.50,"whole":3,"yes":true,"when":"2026-02-28T10:00:00Z","list":"""
            + """["a",null,2],"map":{"k":{"deep":"v"}},"nothing":null,"text":"naïve \"李娜\" 😀"}""");
        session.Account.AddAudience("a", "x");

        var all = (await session.Page("")).Rows[0];
        var some = (await session.Page("fields=n,nothing,absent,text")).Rows[0];

        Assert.Equal("1.50", all["n"]!.ToJsonString());
        Assert.Equal("v", all["map"]!["k"]!["deep"]!.GetValue<string>());
        Assert.Equal(3, all["list"]!.AsArray().Count);
        Assert.Equal("naïve \"李娜\" 😀", some["text"]!.GetValue<string>());
        Assert.Equal(["n", "nothing", "text"], some.Select(pair => pair.Key).Order());
        Assert.Null(some["nothing"]);
    }

    [Fact]
    public async Task Generated_people_have_every_kind_of_value_and_change_on_request()
    {
        await using var session = await StartWith(6);
        var before = (await session.Page("fields=_id,email,nickname,total_spend,vip,joined,interests,scores")).Rows.Single(
            row => row["_id"]!.GetValue<string>() == "person3");

        session.Account.ChangeGenerated(3, 1);

        Assert.Equal("person3@example.com", before["email"]!.GetValue<string>());
        Assert.Null(before["nickname"]);
        Assert.Equal("2018-01-04T12:00:00Z", before["joined"]!.GetValue<string>());
        Assert.Equal(2, before["interests"]!.AsArray().Count);
        var after = (await session.Page("fields=_id,total_spend")).Rows.Single(row => row["_id"]!.GetValue<string>() == "person3");
        Assert.NotEqual(before["total_spend"]!.GetValue<decimal>(), after["total_spend"]!.GetValue<decimal>());
        session.Account.Set("person3", """{"first_name":"Renamed","dm_contact_id":{"1001":"7"}}""");
        after = (await session.Page("")).Rows.Single(row => row["_id"]!.GetValue<string>() == "person3");
        Assert.Equal(
            ("Renamed", "7", "person3@example.com"),
            (after["first_name"]!.GetValue<string>(), after["dm_contact_id"]!["1001"]!.GetValue<string>(), after["email"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_start_token_may_be_used_again_but_not_for_another_scan()
    {
        await using var session = await StartWith(300);
        session.Account.AddAudience("b", "person1");
        var page = await session.Page($"limit=100&splits={string.Join(',', Enumerable.Range(1, 50))}");

        var (otherSplits, _) = await session.Get($"/api/segment/a/scan?limit=100&start={page.Next}");
        var (otherAudience, _) = await session.Get($"/api/segment/b/scan?limit=100&start={page.Next}");

        Assert.NotEqual("", page.Next);
        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (otherSplits, otherAudience));
        var whole = await session.Page("limit=100");
        Assert.Equal((await session.Page($"limit=100&start={whole.Next}")).Ids, (await session.Page($"limit=100&start={whole.Next}")).Ids);
    }

    [Fact]
    public async Task Tokens_expire_after_pages_as_often_as_configured()
    {
        await using var session = await StartWith(300, new LyticsSimulatorOptions { StaleAfterPages = 2, StaleTimes = 1, StaleStatus = 410 });
        var second = await session.Page($"limit=100&start={(await session.Page("limit=100")).Next}");

        var (stale, _) = await session.Get($"/api/segment/a/scan?limit=100&start={second.Next}");
        var (again, _) = await session.Get($"/api/segment/a/scan?limit=100&start={second.Next}");

        Assert.Equal((HttpStatusCode.Gone, HttpStatusCode.Gone), (stale, again));
        Assert.Equal(300, (await session.Scan()).Count);
    }

    [Fact]
    public async Task Tokens_go_stale_with_time()
    {
        await using var session = await StartWith(300, new LyticsSimulatorOptions { StaleAfter = TimeSpan.FromMinutes(5) });
        var first = await session.Page("limit=100");
        session.Clock.Advance(TimeSpan.FromMinutes(4));
        var second = await session.Page($"limit=100&start={first.Next}");
        session.Clock.Advance(TimeSpan.FromMinutes(6));

        var (stale, json) = await session.Get($"/api/segment/a/scan?limit=100&start={second.Next}");

        Assert.Equal(HttpStatusCode.BadRequest, stale);
        Assert.Contains("expired", json["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_is_missing_from_one_scan_and_there_in_the_next()
    {
        await using var session = await StartWith(150);
        session.Account.MissInNextScan("a", "person5");
        var otherSplit = (session.Account.SplitOf("person5") + 1) % 100;

        Assert.DoesNotContain("person5", await session.Scan($"limit=100&splits={otherSplit}"));
        var missed = await session.Scan();
        var found = await session.Scan();

        Assert.Equal(149, missed.Count);
        Assert.DoesNotContain("person5", missed);
        Assert.Contains("person5", found);
    }

    [Fact]
    public async Task Scans_fall_short_and_totals_disagree_when_configured()
    {
        await using var session = await StartWith(1000, new LyticsSimulatorOptions { MissingShare = 0.1, TotalOff = 7 });

        var (one, other) = (await session.Scan(), await session.Scan());

        Assert.InRange(one.Count, 850, 950);
        Assert.NotEqual(one, other);
        Assert.Equal(1007, (await session.Page("limit=1")).Total);
        session.Account.SaySize("a", 5);
        Assert.Equal(12, (await session.Page("limit=1")).Total);
    }

    [Fact]
    public async Task A_scan_is_truncated_as_often_as_configured()
    {
        await using var session = await StartWith(300, new LyticsSimulatorOptions { CutAfterPages = 2, CutTimes = 1 });

        Assert.Equal(200, (await session.Scan()).Count);
        Assert.Equal(300, (await session.Scan()).Count);
    }

    [Fact]
    public async Task A_full_last_page_may_name_an_empty_one()
    {
        await using var session = await StartWith(100);
        Assert.Equal("", (await session.Page("limit=100")).Next);
        session.Account.Options = session.Account.Options with { EmptyLastPage = true };

        var full = await session.Page("limit=100");
        var empty = await session.Page($"limit=100&start={full.Next}");

        Assert.NotEqual("", full.Next);
        Assert.Equal((0, ""), (empty.Rows.Count, empty.Next));
    }

    [Fact]
    public async Task People_who_enter_and_leave_during_a_scan_disturb_nobody_else()
    {
        await using var session = await StartWith(400);
        var first = await session.Page("limit=100");
        session.Account.ExitGenerated("a", 1, 50);
        session.Account.EnterGenerated("a", 1000, 50);

        var rest = new List<string>(first.Ids);
        for (var next = first.Next; next.Length > 0;)
        {
            var page = await session.Page($"limit=100&start={next}");
            rest.AddRange(page.Ids);
            next = page.Next;
        }

        Assert.Equal(rest.Count, rest.Distinct().Count());
        Assert.Superset(Enumerable.Range(51, 350).Select(number => $"person{number}").ToHashSet(), rest.ToHashSet());
    }

    [Fact]
    public async Task A_field_may_give_the_order()
    {
        await using var session = await StartWith(50);

        var spends = new List<decimal>();
        var next = "";
        do
        {
            var page = await session.Page($"limit=20&sortfield=total_spend&sortorder=desc&start={next}");
            spends.AddRange(page.Rows.Select(row => row["total_spend"]!.GetValue<decimal>()));
            next = page.Next;
        }
        while (next.Length > 0);

        Assert.Equal(50, spends.Count);
        Assert.Equal(spends.OrderDescending(), spends);
    }

    [Fact]
    public async Task Several_profiles_may_have_one_address()
    {
        await using var session = await StartWith(10, new LyticsSimulatorOptions { RepeatEmailEvery = 5 });

        var emails = (await session.Page("limit=100&fields=email")).Rows.Select(row => row["email"]!.GetValue<string>()).ToList();

        Assert.Equal(10, emails.Count);
        Assert.Equal(8, emails.Distinct().Count());
    }

    [Fact]
    public async Task An_invalid_or_unknown_audience_is_not_scanned()
    {
        await using var session = await StartWith(10);
        session.Account.SetInvalid("a");

        Assert.Equal(HttpStatusCode.BadRequest, (await session.Get("/api/segment/a/scan")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await session.Get("/api/segment/nowhere/scan")).Status);
    }

    [Fact]
    public async Task A_million_people_are_not_a_problem()
    {
        await using var session = await StartWith(1_000_000);
        await session.Page("limit=100&splits=0");

        var time = Stopwatch.StartNew();
        var ids = await session.Scan("limit=100&fields=_id,email,first_name,total_spend&splits=42");
        time.Stop();

        Assert.InRange(ids.Count, 9_000, 11_000);
        Assert.Equal(1_000_000, (await session.Page("limit=1")).Total);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{time.Elapsed.TotalMilliseconds / (ids.Count / 100.0):0.00} ms a page, client and connection included");
    }
}
