using System.Net;
using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Xunit;

namespace Rollcall.Tests.Lytics;

/// <summary>Audiences of Lytics are read completely, and every value arrives.</summary>
public sealed class LyticsReadingTests : IDisposable
{
    private readonly LyticsReadingScene _scene = new();

    [Fact]
    public async Task Every_profile_of_every_page_is_read_once()
    {
        _scene.Lytics.Add("all", 4_321);

        var (rows, result) = await _scene.ReadAsync("email");

        Assert.Equal(4_321, rows.Count);
        Assert.Equal(4_321, rows.Distinct().Count());
        Assert.Null(result.HoldExits);
    }

    [Fact]
    public async Task An_audience_of_one_page_takes_one_page()
    {
        _scene.Lytics.Add("all", 100);

        var (rows, result) = await _scene.ReadAsync("email");

        Assert.Equal((100, null), (rows.Count, result.HoldExits));
        Assert.Single(_scene.Lytics.Scans);
    }

    [Fact]
    public async Task An_empty_audience_is_a_complete_one()
    {
        _scene.Lytics.Add("all", 0);

        var (rows, result) = await _scene.ReadAsync("email");

        Assert.Equal((0, null), (rows.Count, result.HoldExits));
    }

    [Fact]
    public async Task Only_the_fields_the_job_needs_are_asked_for_a_hundred_profiles_a_page()
    {
        _scene.Lytics.Add("all", 1_000);

        await _scene.ReadAsync("email", "first_name");

        Assert.All(
            _scene.Lytics.Scans,
            call => Assert.StartsWith("/api/segment/id-all/scan?limit=100&fields=email,first_name", call, StringComparison.Ordinal));
        Assert.Equal(ScriptedLytics.Token, _scene.Lytics.Authorization);
    }

    [Fact]
    public async Task All_hundred_buckets_are_read_and_none_twice()
    {
        _scene.Lytics.Add("all", 30_000);

        await _scene.ReadAsync("email");

        var splits = _scene.Lytics.Scans
            .Where(call => !call.Contains("&start=", StringComparison.Ordinal) && call.Contains("&splits=", StringComparison.Ordinal))
            .SelectMany(call => call.Split("&splits=")[1].Split(','))
            .Select(int.Parse)
            .ToList();
        Assert.Equal(Enumerable.Range(0, 100), splits.Order());
        Assert.InRange(_scene.Lytics.MostAtOnce, 2, 100);
    }

    [Fact]
    public async Task Values_of_every_kind_arrive()
    {
        _scene.Lytics.Audiences["all"] =
        [
            """{"email":"ann@example.com","v":"Jörg \"J\" \\ 💌 \u00e9\ud83d\udc8c"}""",
            """{"email":"b@example.com","v":12}""",
            """{"email":"c@example.com","v":12.50}""",
            """{"email":"d@example.com","v":123456789012345678}""",
            """{"email":"e@example.com","v":true}""",
            """{"email":"f@example.com","v":null}""",
            """{"email":"g@example.com"}""",
            """{"email":"h@example.com","v":"2026-01-31T12:00:00Z"}""",
            """{"email":"i@example.com","v":1.5e3}""",
            """{"email":"j@example.com","v":0.123456789012345678}""",
            """{"v":"x","email":"k@example.com","v":"last"}""",
        ];

        var rows = await _scene.RollAsync(new FieldMapping("v", "V"), DataFieldType.String);

        Assert.Equal(
            [
                "ann@example.com|\"V\":\"Jörg \\\"J\\\" \\\\ 💌 é💌\"", "b@example.com|\"V\":\"12\"", "c@example.com|\"V\":\"12.5\"",
                "d@example.com|\"V\":\"123456789012345678\"", "e@example.com|\"V\":\"true\"", "f@example.com|", "g@example.com|",
                "h@example.com|\"V\":\"2026-01-31T12:00:00Z\"", "i@example.com|\"V\":\"1500\"", "j@example.com|\"V\":\"0.123456789\"",
                "k@example.com|\"V\":\"last\"",
            ],
            rows);
    }

    [Fact]
    public async Task What_no_data_field_takes_is_left_out_and_listed_and_the_member_stays()
    {
        _scene.Lytics.Audiences["all"] =
        [
            """{"email":"array@example.com","v":[1,[2]]}""",
            """{"email":"map@example.com","v":{"a":{"b":1},"c":[]}}""",
            """{"email":"half@example.com","v":"\ud83d"}""",
            """{"email":"zero@example.com","v":"a\u0000b"}""",
            """{"email":"huge@example.com","v":1e999}""",
        ];

        var rows = await _scene.RollAsync(new FieldMapping("v", "V"), DataFieldType.Numeric);

        Assert.Equal(["array@example.com|", "half@example.com|", "huge@example.com|", "map@example.com|", "zero@example.com|"], rows);
        Assert.Equal(["5"], _scene.Workshop.Query("SELECT count(*) FROM value_left_out WHERE field = 'v'"));
    }

    [Fact]
    public async Task An_id_is_a_number_a_text_or_a_map_by_account()
    {
        _scene.Lytics.Audiences["all"] =
        [
            """{"email":"a@example.com","dm_contact_id":{"4711":"17","4712":"18"}}""",
            """{"email":"b@example.com","dm_contact_id":19}""",
            """{"email":"c@example.com","dm_contact_id":"20"}""",
            """{"email":"d@example.com","dm_contact_id":{"1":21}}""",
            """{"email":"e@example.com","dm_contact_id":["22"]}""",
        ];

        await _scene.CallAsync(
            LyticsReadingScene.Job() with { Config = LyticsReadingScene.Job().Config with { IdField = "dm_contact_id" } },
            new Dictionary<string, DataFieldType>(),
            4711);

        Assert.Equal(
            ["a@example.com|17", "b@example.com|19", "c@example.com|20", "d@example.com|∅", "e@example.com|∅"],
            _scene.Workshop.Query("SELECT email, contact_id FROM roll ORDER BY 1"));
    }

    [Theory]
    [InlineData(10_000, 10_010, null)]
    [InlineData(10_000, 10_011, "The scan returned 10,000 of 10,011 profiles.")]
    [InlineData(10, 11, "The scan returned 10 of 11 profiles.")]
    public async Task A_scan_may_lack_a_thousandth(int rows, int total, string? why)
    {
        _scene.Lytics.Add("all", rows);
        _scene.Lytics.Total = _ => total;

        var (_, result) = await _scene.ReadAsync("email");

        Assert.Equal(why, result.HoldExits);
    }

    [Fact]
    public async Task The_smaller_of_the_two_sizes_counts()
    {
        _scene.Lytics.Add("all", 10_000);
        var first = 1;
        _scene.Lytics.Total = size => Interlocked.Exchange(ref first, 0) == 1 ? size : size + 5_000;

        var (_, result) = await _scene.ReadAsync("email");

        Assert.Null(result.HoldExits);
    }

    [Fact]
    public async Task A_missing_size_holds_exits()
    {
        _scene.Lytics.Add("all", 1);
        _scene.Lytics.Instead = call =>
            call.Contains("/scan?", StringComparison.Ordinal)
                ? ScriptedLytics.Answer(HttpStatusCode.OK, """{"data":[{"email":"a@example.com"}]}""")
                : null;

        var (rows, result) = await _scene.ReadAsync("email");

        Assert.Single(rows);
        Assert.NotNull(result.HoldExits);
    }

    public void Dispose() => _scene.Dispose();
}
