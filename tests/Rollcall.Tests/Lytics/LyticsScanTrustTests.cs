using System.Globalization;
using System.Net;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Tests.Reading;
using Xunit;

namespace Rollcall.Tests.Lytics;

/// <summary>Scans that seem complete and are not, and scans without an end.</summary>
public sealed class LyticsScanTrustTests : IDisposable
{
    private readonly ScriptedLytics _lytics = new();
    private readonly ReadingWorkshop _workshop = new();

    [Theory]
    [InlineData("a", "b", "a", "the next page of a page was already read")]
    [InlineData("a", "b", "c", "a", "the next page of a page was already read")]
    public async Task A_scan_that_loops_stops(params string[] tokensAndWhy)
    {
        _lytics.Add("all", 1_000);
        _lytics.Instead = call =>
        {
            if (!call.Contains("&splits=", StringComparison.Ordinal))
            {
                return null;
            }

            var start = call.Contains("&start=", StringComparison.Ordinal) ? call.Split("&start=")[1] : "";
            var next = tokensAndWhy[start.Length == 0 ? 0 : Array.IndexOf(tokensAndWhy, start) + 1];
            return ScriptedLytics.Answer(HttpStatusCode.OK, $$"""{"total":1000,"_next":"{{next}}","data":[{"email":"p1@example.com"}]}""");
        };

        var stop = await Assert.ThrowsAsync<RollcallException>(() => ReadAsync("email"));

        Assert.Equal(ExitCode.Source, stop.ExitCode);
        Assert.Contains(tokensAndWhy[^1], stop.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "100 pages in a row have no profile")]
    [InlineData("""{"email":"p1@example.com"}""", "are more than an audience of 1,000 profiles can have")]
    public async Task A_scan_with_ever_new_tokens_stops(string row, string why)
    {
        _lytics.Add("all", 1_000);
        var tokens = 0;
        _lytics.Instead = call => call.Contains("&splits=", StringComparison.Ordinal)
            ? ScriptedLytics.Answer(HttpStatusCode.OK, $$"""{"total":1000,"_next":"t{{Interlocked.Increment(ref tokens)}}","data":[{{row}}]}""")
            : null;

        var stop = await Assert.ThrowsAsync<RollcallException>(() => ReadAsync("email"));

        Assert.Equal(ExitCode.Source, stop.ExitCode);
        Assert.Contains(why, stop.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 250)]
    [InlineData(0, 1)]
    [InlineData(1, 3)]
    [InlineData(100, 250)]
    public async Task Rows_far_above_the_reported_size_hold_exits(int reported, int rows)
    {
        _lytics.Add("all", rows);
        _lytics.Total = _ => reported;

        var (read, result) = await ReadAsync("email");

        Assert.Equal(rows, read.Count);
        Assert.Equal(
            string.Create(CultureInfo.InvariantCulture, $"The scan returned {rows} profiles of an audience that has {reported} according to Lytics."),
            result.HoldExits);
    }

    [Fact]
    public async Task A_size_of_zero_on_the_first_page_only_holds_exits()
    {
        _lytics.Add("all", 250);
        var first = 1;
        _lytics.Total = size => Interlocked.Exchange(ref first, 0) == 1 ? 0 : size;

        var (_, result) = await ReadAsync("email");

        Assert.NotNull(result.HoldExits);
    }

    [Theory]
    [InlineData(10, null)]
    [InlineData(11, "11 of the scan's 10,000 profiles are duplicates, and as many others may be missing.")]
    public async Task Rows_that_are_there_again_hold_exits_beyond_a_thousandth(int again, string? why)
    {
        _lytics.Add("all", 10_000, i => LyticsScene.Person($"p{(i < again ? i + again : i)}"));

        var (rows, result) = await ReadAsync("email", "first_name");

        Assert.Equal((10_000, why), (rows.Count, result.HoldExits));
    }

    [Fact]
    public async Task A_profile_is_recognised_by_its_id_even_if_its_values_changed()
    {
        _lytics.Add("all", 100, i => $$"""{"_uid":"u{{Math.Max(i, 1)}}","email":"p{{i}}@example.com"}""");

        var (_, result) = await ReadAsync("email");

        Assert.Equal("1 of the scan's 100 profiles are duplicates, and as many others may be missing.", result.HoldExits);
        Assert.All(_lytics.Scans, call => Assert.Contains("&fields=email,_uid", call, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"_uid":"u#","email":"shared@example.com"}""")]
    [InlineData("""{"_uid":#,"email":"shared@example.com"}""")]
    [InlineData("""{"_uid":"","email":"p#@example.com"}""")]
    [InlineData("""{"email":"shared@example.com","first_name":"P#"}""")]
    [InlineData("""{"first_name":"P"}""")]
    [InlineData("""{"email":null,"first_name":"P"}""")]
    public async Task Different_profiles_are_not_repeats(string profile)
    {
        _lytics.Add("all", 250, i => profile.Replace("#", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));

        var (_, result) = await ReadAsync("email", "first_name");

        Assert.Null(result.HoldExits);
    }

    public void Dispose()
    {
        _lytics.Dispose();
        _workshop.Dispose();
    }

    private async Task<(IReadOnlyList<string> Rows, AudienceReadingResult Result)> ReadAsync(params string[] fields)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var source = _lytics.Platform(new HastyClock()).Source(ReadingWorkshop.Job(new LyticsSourceOptions(ScriptedLytics.Access)));
        await using var reading = await source.OpenAsync("all", fields, _workshop.DuckDb, null, null, cancellation);
        var rows = _workshop.Query($"SELECT {string.Join(", ", fields.Select(field => $"{field} ->> '$'"))} FROM {reading.Relation} ORDER BY 1");
        return (rows, await reading.CompleteAsync(cancellation));
    }
}
