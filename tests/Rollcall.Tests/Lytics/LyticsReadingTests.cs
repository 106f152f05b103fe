using System.Collections.Concurrent;
using System.Net;
using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Reading;
using Rollcall.Running;
using Rollcall.Tests.Reading;
using Xunit;

namespace Rollcall.Tests.Lytics;

public sealed class LyticsReadingTests : IDisposable
{
    private readonly ScriptedLytics _lytics = new();
    private readonly HastyClock _clock = new();
    private readonly ReadingWorkshop _workshop = new();

    [Fact]
    public async Task Every_profile_of_every_page_is_read_once()
    {
        _lytics.Add("all", 4_321);

        var (rows, result) = await ReadAsync("email");

        Assert.Equal(4_321, rows.Count);
        Assert.Equal(4_321, rows.Distinct().Count());
        Assert.Null(result.HoldExits);
    }

    [Fact]
    public async Task An_audience_of_one_page_takes_one_page()
    {
        _lytics.Add("all", 100);

        var (rows, result) = await ReadAsync("email");

        Assert.Equal((100, null), (rows.Count, result.HoldExits));
        Assert.Single(_lytics.Scans);
    }

    [Fact]
    public async Task An_empty_audience_is_a_complete_one()
    {
        _lytics.Add("all", 0);

        var (rows, result) = await ReadAsync("email");

        Assert.Equal((0, null), (rows.Count, result.HoldExits));
    }

    [Fact]
    public async Task Only_the_fields_the_job_needs_are_asked_for_a_hundred_profiles_a_page()
    {
        _lytics.Add("all", 1_000);

        await ReadAsync("email", "first_name");

        Assert.All(_lytics.Scans, call => Assert.StartsWith("/api/segment/id-all/scan?limit=100&fields=email,first_name", call, StringComparison.Ordinal));
        Assert.Equal(ScriptedLytics.Token, _lytics.Authorization);
    }

    [Fact]
    public async Task All_hundred_buckets_are_read_and_none_twice()
    {
        _lytics.Add("all", 30_000);

        await ReadAsync("email");

        var splits = _lytics.Scans.Where(call => !call.Contains("&start=", StringComparison.Ordinal) && call.Contains("&splits=", StringComparison.Ordinal))
            .SelectMany(call => call.Split("&splits=")[1].Split(',')).Select(int.Parse).ToList();
        Assert.Equal(Enumerable.Range(0, 100), splits.Order());
        Assert.InRange(_lytics.MostAtOnce, 2, 100);
    }

    [Fact]
    public async Task Values_of_every_kind_arrive()
    {
        _lytics.Audiences["all"] =
        [
            """{"email":"ann@example.com","v":"Jörg \"J\" \\ 💌 \u00e9\ud83d\udc8c"}""", """{"email":"b@example.com","v":12}""", """{"email":"c@example.com","v":12.50}""",
            """{"email":"d@example.com","v":123456789012345678}""", """{"email":"e@example.com","v":true}""", """{"email":"f@example.com","v":null}""", """{"email":"g@example.com"}""",
            """{"email":"h@example.com","v":"2026-01-31T12:00:00Z"}""", """{"email":"i@example.com","v":1.5e3}""", """{"email":"j@example.com","v":0.123456789012345678}""", """{"v":"x","email":"k@example.com","v":"last"}""",
        ];

        var rows = await RollAsync(new FieldMapping("v", "V"), DataFieldType.String);

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
        _lytics.Audiences["all"] =
        [
            """{"email":"array@example.com","v":[1,[2]]}""", """{"email":"map@example.com","v":{"a":{"b":1},"c":[]}}""", """{"email":"half@example.com","v":"\ud83d"}""", """{"email":"zero@example.com","v":"a\u0000b"}""", """{"email":"huge@example.com","v":1e999}""",
        ];

        var rows = await RollAsync(new FieldMapping("v", "V"), DataFieldType.Numeric);

        Assert.Equal(["array@example.com|", "half@example.com|", "huge@example.com|", "map@example.com|", "zero@example.com|"], rows);
        Assert.Equal(["5"], _workshop.Query("SELECT count(*) FROM value_left_out WHERE field = 'v'"));
    }

    [Fact]
    public async Task An_id_is_a_number_a_text_or_a_map_by_account()
    {
        _lytics.Audiences["all"] =
        [
            """{"email":"a@example.com","dm_contact_id":{"4711":"17","4712":"18"}}""", """{"email":"b@example.com","dm_contact_id":19}""", """{"email":"c@example.com","dm_contact_id":"20"}""", """{"email":"d@example.com","dm_contact_id":{"1":21}}""", """{"email":"e@example.com","dm_contact_id":["22"]}""",
        ];

        await CallAsync(Job() with { Config = Job().Config with { IdField = "dm_contact_id" } }, new Dictionary<string, DataFieldType>(), 4711);

        Assert.Equal(
            ["a@example.com|17", "b@example.com|19", "c@example.com|20", "d@example.com|∅", "e@example.com|∅"],
            _workshop.Query("SELECT email, contact_id FROM roll ORDER BY 1"));
    }

    [Fact]
    public async Task A_split_whose_token_went_stale_is_started_over_and_counted_once()
    {
        _lytics.Add("all", 20_000);
        var refused = new ConcurrentDictionary<string, bool>();
        _lytics.Instead = call =>
            call.Contains("&splits=7&start=100", StringComparison.Ordinal) && refused.TryAdd(call, true)
            ? ScriptedLytics.Refuse(400, "invalid start token")
            : null;

        var (rows, result) = await ReadAsync("email");

        Assert.Equal((20_000, 20_000, null), (rows.Count, rows.Distinct().Count(), result.HoldExits));
        Assert.Equal(2, _lytics.Scans.Count(call => call.EndsWith("&splits=7", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_split_that_always_goes_stale_gives_its_rows_and_holds_exits()
    {
        _lytics.Add("all", 20_000);
        _lytics.Instead = call => call.Contains("&splits=7&start=100", StringComparison.Ordinal) ? ScriptedLytics.Refuse(410) : null;

        var (rows, result) = await ReadAsync("email");

        Assert.Equal((19_900, 19_900), (rows.Count, rows.Distinct().Count()));
        Assert.Equal("1 of the scan's 100 parts did not finish: Lytics' page tokens expired 5 times.", result.HoldExits);
    }

    [Theory]
    [InlineData(10_000, 10_010, null)]
    [InlineData(10_000, 10_011, "The scan returned 10,000 of 10,011 profiles.")]
    [InlineData(10, 11, "The scan returned 10 of 11 profiles.")]
    public async Task A_scan_may_lack_a_thousandth(int rows, int total, string? why)
    {
        _lytics.Add("all", rows);
        _lytics.Total = _ => total;

        var (_, result) = await ReadAsync("email");

        Assert.Equal(why, result.HoldExits);
    }

    [Fact]
    public async Task The_smaller_of_the_two_sizes_counts()
    {
        _lytics.Add("all", 10_000);
        var first = 1;
        _lytics.Total = size => Interlocked.Exchange(ref first, 0) == 1 ? size : size + 5_000;

        var (_, result) = await ReadAsync("email");

        Assert.Null(result.HoldExits);
    }

    [Fact]
    public async Task A_missing_size_holds_exits()
    {
        _lytics.Add("all", 1);
        _lytics.Instead = call => call.Contains("/scan?", StringComparison.Ordinal) ? ScriptedLytics.Answer(HttpStatusCode.OK, """{"data":[{"email":"a@example.com"}]}""") : null;

        var (rows, result) = await ReadAsync("email");

        Assert.Single(rows);
        Assert.NotNull(result.HoldExits);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task An_overloaded_Lytics_is_asked_less_and_everything_is_read(int status)
    {
        _lytics.Add("all", 20_000);
        var refused = new ConcurrentDictionary<string, bool>();
        _lytics.Instead = call => call.Contains("&start=100", StringComparison.Ordinal) && refused.TryAdd(call, true) ? ScriptedLytics.Refuse(status) : null;

        var (rows, result) = await ReadAsync("email");

        Assert.Equal((20_000, null), (rows.Distinct().Count(), result.HoldExits));
        Assert.Equal(100, _clock.Pauses.Count(pause => pause == TimeSpan.FromSeconds(0.5)));
    }

    [Theory]
    [InlineData(401, "The token")]
    [InlineData(403, "The token")]
    [InlineData(404, "rollcall check to find the correct audience")]
    [InlineData(500, "Run again later")]
    [InlineData(302, "rollcall check to find the problem")]
    public async Task A_refusal_stops_with_exit_3_and_what_to_do(int status, string todo)
    {
        _lytics.Instead = _ =>
        {
            var answer = ScriptedLytics.Refuse(status, $"no, {ScriptedLytics.Token}");
            answer.Headers.Location = new Uri("https://elsewhere.example/");
            return answer;
        };

        var stop = await Assert.ThrowsAsync<RollcallException>(() => ReadAsync("email"));

        Assert.Equal(ExitCode.Source, stop.ExitCode);
        Assert.Equal("audience all", stop.Problems[0].Where);
        Assert.Contains(todo.Replace("The token", "token", StringComparison.Ordinal), stop.Problems[0].Todo, StringComparison.Ordinal);
        Assert.DoesNotContain(ScriptedLytics.Token, stop.ToString(), StringComparison.Ordinal);
        Assert.Equal(status == 500 ? 9 : 1, _lytics.Calls.Count);
    }

    [Fact]
    public async Task An_audience_that_is_gone_or_invalid_stops_with_exit_3()
    {
        var gone = await Assert.ThrowsAsync<RollcallException>(() => ReadAsync("email"));
        _lytics.Add("all", 1);
        _lytics.Invalid.Add("all");
        var invalid = await Assert.ThrowsAsync<RollcallException>(() => ReadAsync("email"));

        Assert.Equal([ExitCode.Source, ExitCode.Source], [gone.ExitCode, invalid.ExitCode]);
        Assert.Equal("audience all: The audience was not found in Lytics. Use rollcall check to find the correct audience.", gone.Message);
        Assert.Contains("invalid", invalid.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{"total":1,"_next":""}""")]
    [InlineData("""{"total":1,"_next":"","data":{}}""")]
    [InlineData("""{"total":1,"_next":"","data":["a"]}""")]
    [InlineData("""{"total":1,"_next":7,"data":[]}""")]
    [InlineData("""{"total":1,"_next":"","data":[{"email":"a@example.com"}]""")]
    [InlineData("""{"total":1,"_next":"","data":[]} more""")]
    public async Task A_page_of_another_shape_stops_with_exit_3(string body)
    {
        _lytics.Add("all", 1);
        _lytics.Instead = call => call.Contains("/scan?", StringComparison.Ordinal) ? ScriptedLytics.Answer(HttpStatusCode.OK, body) : null;

        var stop = await Assert.ThrowsAsync<RollcallException>(() => ReadAsync("email"));

        Assert.Equal(ExitCode.Source, stop.ExitCode);
        Assert.Contains("does not match the Lytics API", stop.Message, StringComparison.Ordinal);
        Assert.Single(_lytics.Scans);
    }

    [Fact]
    public async Task A_scan_that_does_not_move_on_stops()
    {
        _lytics.Add("all", 1_000);
        _lytics.Instead = call => call.Contains("&splits=", StringComparison.Ordinal) ? ScriptedLytics.Answer(HttpStatusCode.OK, """{"total":1000,"_next":"same","data":[]}""") : null;

        var stop = await Assert.ThrowsAsync<RollcallException>(() => ReadAsync("email"));

        Assert.Contains("makes no progress", stop.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreachable_Lytics_is_tried_for_a_quarter_of_a_minute()
    {
        _lytics.Instead = _ => throw new HttpRequestException("connection refused");

        var stop = await Assert.ThrowsAsync<RollcallException>(() => ReadAsync("email"));

        Assert.Equal(ExitCode.Source, stop.ExitCode);
        Assert.Contains("lytics.example cannot be reached", stop.Message, StringComparison.Ordinal);
        Assert.Equal([0.5, 1, 2, 4, 8], _clock.Pauses.Select(pause => pause.TotalSeconds));
    }

    [Fact]
    public async Task A_failure_in_the_middle_stops_the_other_splits_too()
    {
        _lytics.Add("all", 50_000);
        _lytics.Instead = call => call.Contains("&splits=3&start=200", StringComparison.Ordinal) ? ScriptedLytics.Refuse(401) : null;

        var stop = await Assert.ThrowsAsync<RollcallException>(() => ReadAsync("email"));

        Assert.Equal(ExitCode.Source, stop.ExitCode);
        Assert.Equal(["0"], _workshop.Query("SELECT count(*) FROM duckdb_tables()"));
    }

    [Fact]
    public void A_token_goes_to_no_address_in_the_open() =>
        Assert.Throws<ArgumentException>(() =>
            _lytics.Platform().Source(Job() with { Source = new LyticsSourceOptions(ScriptedLytics.Access with { Url = new Uri("http://lytics.example") }) }));

    public void Dispose()
    {
        _lytics.Dispose();
        _workshop.Dispose();
    }

    private static Job Job() => ReadingWorkshop.Job(new LyticsSourceOptions(ScriptedLytics.Access));

    private async Task<(IReadOnlyList<string> Rows, AudienceReadingResult Result)> ReadAsync(params string[] fields)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var source = _lytics.Platform(_clock).Source(Job());
        await using var reading = await source.OpenAsync("all", fields, _workshop.DuckDb, null, null, cancellation);
        var rows = _workshop.Query($"SELECT {string.Join(", ", fields.Select(field => $"{field} ->> '$'"))} FROM {reading.Relation} ORDER BY 1");
        return (rows, await reading.CompleteAsync(cancellation));
    }

    private async Task<IReadOnlyList<string>> RollAsync(FieldMapping mapping, DataFieldType type)
    {
        await CallAsync(Job() with { Config = Job().Config with { Mappings = [mapping] } }, new Dictionary<string, DataFieldType>
        {
            [mapping.DataField] = type,
        });
        return _workshop.Query("SELECT email, fields FROM roll ORDER BY email");
    }

    private async Task CallAsync(Job job, IReadOnlyDictionary<string, DataFieldType> dataFields, long accountId = 1)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var source = _lytics.Platform(_clock).Source(job);
        var roll = new Roll(_workshop.DuckDb, job, dataFields, accountId);
        await roll.CreateAsync(cancellation);
        await using var reading = await source.OpenAsync("all", job.Config.Fields, _workshop.DuckDb, null, null, cancellation);
        await roll.AddAsync(0, reading, cancellation);
        await roll.FinishAsync(cancellation);
    }
}
