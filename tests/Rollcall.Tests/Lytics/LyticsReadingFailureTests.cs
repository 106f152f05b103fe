using System.Collections.Concurrent;
using System.Net;
using Rollcall.Jobs;
using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Lytics;

/// <summary>A Lytics that refuses, is overloaded, answers in another way or not at all.</summary>
public sealed class LyticsReadingFailureTests : IDisposable
{
    private readonly LyticsReadingScene _scene = new();

    [Fact]
    public async Task A_split_whose_token_went_stale_is_started_over_and_counted_once()
    {
        _scene.Lytics.Add("all", 20_000);
        var refused = new ConcurrentDictionary<string, bool>();
        _scene.Lytics.Instead = call =>
            call.Contains("&splits=7&start=100", StringComparison.Ordinal) && refused.TryAdd(call, true)
            ? ScriptedLytics.Refuse(400, "invalid start token")
            : null;

        var (rows, result) = await _scene.ReadAsync("email");

        Assert.Equal((20_000, 20_000, null), (rows.Count, rows.Distinct().Count(), result.HoldExits));
        Assert.Equal(2, _scene.Lytics.Scans.Count(call => call.EndsWith("&splits=7", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_split_that_always_goes_stale_gives_its_rows_and_holds_exits()
    {
        _scene.Lytics.Add("all", 20_000);
        _scene.Lytics.Instead = call => call.Contains("&splits=7&start=100", StringComparison.Ordinal) ? ScriptedLytics.Refuse(410) : null;

        var (rows, result) = await _scene.ReadAsync("email");

        Assert.Equal((19_900, 19_900), (rows.Count, rows.Distinct().Count()));
        Assert.Equal("1 of the scan's 100 parts did not finish: Lytics' page tokens expired 5 times.", result.HoldExits);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task An_overloaded_Lytics_is_asked_less_and_everything_is_read(int status)
    {
        _scene.Lytics.Add("all", 20_000);
        var refused = new ConcurrentDictionary<string, bool>();
        _scene.Lytics.Instead = call =>
            call.Contains("&start=100", StringComparison.Ordinal) && refused.TryAdd(call, true) ? ScriptedLytics.Refuse(status) : null;

        var (rows, result) = await _scene.ReadAsync("email");

        Assert.Equal((20_000, null), (rows.Distinct().Count(), result.HoldExits));
        Assert.Equal(100, _scene.Clock.Pauses.Count(pause => pause == TimeSpan.FromSeconds(0.5)));
    }

    [Theory]
    [InlineData(401, "The token")]
    [InlineData(403, "The token")]
    [InlineData(404, "rollcall check to find the correct audience")]
    [InlineData(500, "Run again later")]
    [InlineData(302, "rollcall check to find the problem")]
    public async Task A_refusal_stops_with_exit_3_and_what_to_do(int status, string todo)
    {
        _scene.Lytics.Instead = _ =>
        {
            var answer = ScriptedLytics.Refuse(status, $"no, {ScriptedLytics.Token}");
            answer.Headers.Location = new Uri("https://elsewhere.example/");
            return answer;
        };

        var stop = await Assert.ThrowsAsync<RollcallException>(() => _scene.ReadAsync("email"));

        Assert.Equal(ExitCode.Source, stop.ExitCode);
        Assert.Equal("audience all", stop.Problems[0].Where);
        Assert.Contains(todo.Replace("The token", "token", StringComparison.Ordinal), stop.Problems[0].Todo, StringComparison.Ordinal);
        Assert.DoesNotContain(ScriptedLytics.Token, stop.ToString(), StringComparison.Ordinal);
        Assert.Equal(status == 500 ? 9 : 1, _scene.Lytics.Calls.Count);
    }

    [Fact]
    public async Task An_audience_that_is_gone_or_invalid_stops_with_exit_3()
    {
        var gone = await Assert.ThrowsAsync<RollcallException>(() => _scene.ReadAsync("email"));
        _scene.Lytics.Add("all", 1);
        _scene.Lytics.Invalid.Add("all");
        var invalid = await Assert.ThrowsAsync<RollcallException>(() => _scene.ReadAsync("email"));

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
        _scene.Lytics.Add("all", 1);
        _scene.Lytics.Instead = call => call.Contains("/scan?", StringComparison.Ordinal) ? ScriptedLytics.Answer(HttpStatusCode.OK, body) : null;

        var stop = await Assert.ThrowsAsync<RollcallException>(() => _scene.ReadAsync("email"));

        Assert.Equal(ExitCode.Source, stop.ExitCode);
        Assert.Contains("does not match the Lytics API", stop.Message, StringComparison.Ordinal);
        Assert.Single(_scene.Lytics.Scans);
    }

    [Fact]
    public async Task A_scan_that_does_not_move_on_stops()
    {
        _scene.Lytics.Add("all", 1_000);
        _scene.Lytics.Instead = call =>
            call.Contains("&splits=", StringComparison.Ordinal)
                ? ScriptedLytics.Answer(HttpStatusCode.OK, """{"total":1000,"_next":"same","data":[]}""")
                : null;

        var stop = await Assert.ThrowsAsync<RollcallException>(() => _scene.ReadAsync("email"));

        Assert.Contains("makes no progress", stop.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreachable_Lytics_is_tried_for_a_quarter_of_a_minute()
    {
        _scene.Lytics.Instead = _ => throw new HttpRequestException("connection refused");

        var stop = await Assert.ThrowsAsync<RollcallException>(() => _scene.ReadAsync("email"));

        Assert.Equal(ExitCode.Source, stop.ExitCode);
        Assert.Contains("lytics.example cannot be reached", stop.Message, StringComparison.Ordinal);
        Assert.Equal([0.5, 1, 2, 4, 8], _scene.Clock.Pauses.Select(pause => pause.TotalSeconds));
    }

    [Fact]
    public async Task A_failure_in_the_middle_stops_the_other_splits_too()
    {
        _scene.Lytics.Add("all", 50_000);
        _scene.Lytics.Instead = call => call.Contains("&splits=3&start=200", StringComparison.Ordinal) ? ScriptedLytics.Refuse(401) : null;

        var stop = await Assert.ThrowsAsync<RollcallException>(() => _scene.ReadAsync("email"));

        Assert.Equal(ExitCode.Source, stop.ExitCode);
        Assert.Equal(["0"], _scene.Workshop.Query("SELECT count(*) FROM duckdb_tables()"));
    }

    [Fact]
    public void A_token_is_never_sent_unencrypted()
    {
        var open = new LyticsSourceOptions(ScriptedLytics.Access with { Url = new Uri("http://lytics.example") });

        Assert.Throws<ArgumentException>(() => _scene.Lytics.Platform().Source(LyticsReadingScene.Job() with { Source = open }));
    }

    public void Dispose() => _scene.Dispose();
}
