using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Lytics;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Tests.Reading;
using Xunit;

namespace Rollcall.Tests.Lytics;

/// <summary>Unreadable answers: they only affect their call, with a clear message.</summary>
public sealed class LyticsAnswerTests : IDisposable
{
    private const string Half = "\\ud83d";

    private readonly ScriptedLytics _lytics = new();
    private readonly ReadingWorkshop _workshop = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task An_answer_that_is_not_packed_as_it_says_is_unreadable(string encoding)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(
            listener,
            $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: {encoding}\r\nContent-Length: 24\r\nConnection: "
                + "close\r\n\r\n{\"data\":[],\"status\":200}");
        var access = new LyticsAccess(ScriptedLytics.Token, new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"), null);
        var platform = new LyticsPlatform(new HastyClock(), NullLoggerFactory.Instance);
        await using var source = platform.Source(ReadingWorkshop.Job(new LyticsSourceOptions(access)));

        var stop = await Assert.ThrowsAsync<RollcallException>(() => source.CheckAsync(["all"], ["email"], Cancellation));

        Assert.Equal(ExitCode.Source, stop.ExitCode);
        Assert.Contains("does not match the Lytics API", stop.Message, StringComparison.Ordinal);
        listener.Stop();
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    [Theory]
    [InlineData($$"""{"total":1,"_next":"{{Half}}","data":[]}""")]
    [InlineData($$"""{"total":1,"_next":"","data":[{"{{Half}}":1}]}""")]
    [InlineData($$"""{"total":1,"{{Half}}":"","data":[]}""")]
    public async Task Half_a_character_in_a_page_is_an_unreadable_answer(string body)
    {
        _lytics.Add("all", 1);
        _lytics.Instead = call => call.Contains("/scan?", StringComparison.Ordinal) ? ScriptedLytics.Answer(HttpStatusCode.OK, body) : null;

        var stop = await Assert.ThrowsAsync<RollcallException>(() => ReadAsync("email"));

        Assert.Equal(ExitCode.Source, stop.ExitCode);
        Assert.Contains("does not match the Lytics API", stop.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"total\":1,\"_next\":\"\u00c3\",\"data\":[]}")]
    [InlineData("{\"total\":1,\"_next\":\"\",\"data\":[{\"\u00e2\u0082\":1,\"email\":\"a@example.com\"}]}")]
    public async Task Cut_UTF_8_in_a_page_is_an_unreadable_answer(string latin)
    {
        _lytics.Add("all", 1);
        _lytics.Instead = call => call.Contains("/scan?", StringComparison.Ordinal) ? Bytes(latin) : null;

        var stop = await Assert.ThrowsAsync<RollcallException>(() => ReadAsync("email"));

        Assert.Equal(ExitCode.Source, stop.ExitCode);
        Assert.Contains("does not match the Lytics API", stop.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/segment?")]
    [InlineData("/api/segment/sizes")]
    [InlineData("/api/segment/all")]
    [InlineData("/api/schema/user")]
    public async Task Half_a_character_in_what_check_asks_for_is_an_unreadable_answer(string call)
    {
        _lytics.Add("all", 1);
        _lytics.Schema = """{"data":{"columns":[]}}""";
        var hit = 0;
        foreach (var answer in (Func<HttpResponseMessage>[])
            [
                () => ScriptedLytics.Answer(HttpStatusCode.OK, $$"""{"data":{"columns":[{"as":"{{Half}}","type":"{{Half}}"}]},"{{Half}}":"{{Half}}"}"""),
                () => Bytes("{\"data\":[{\"id\":\"\u00c3\",\"slug_name\":\"\u00c3\"}],\"\u00c3\":1}"),
            ])
        {
            _lytics.Instead = asked =>
            {
                if (asked.StartsWith(call, StringComparison.Ordinal))
                {
                    hit++;
                    return answer();
                }

                var lists = call.EndsWith("all", StringComparison.Ordinal) && asked.StartsWith("/api/segment?", StringComparison.Ordinal);
                return lists ? ScriptedLytics.Answer(HttpStatusCode.OK, """{"data":[]}""") : null;
            };
            await using var source = _lytics.Platform(new HastyClock()).Source(Job());
            try
            {
                var problems = await source.CheckAsync(["all"], ["email"], Cancellation);
                Assert.DoesNotContain(problems, problem => problem.Severity == Severity.Error);
            }
            catch (RollcallException stop)
            {
                Assert.Equal(ExitCode.Source, stop.ExitCode);
            }
        }

        Assert.Equal(2, hit);
    }

    [Theory]
    [InlineData($$"""{"{{Half}}":1,"data":[]}""")]
    [InlineData("{\"data\":[{\"title\":\"x\"}]")]
    public async Task An_unreadable_answer_about_one_person_affects_only_that_person(string body)
    {
        _lytics.Collections.Add("articles");
        _lytics.Audiences["articles"] = [];
        _lytics.Instead = call => !call.StartsWith("/api/content/recommend", StringComparison.Ordinal) ? null
            : ScriptedLytics.Answer(HttpStatusCode.OK, call.Contains("bad%40", StringComparison.Ordinal) ? body : """{"data":[{"title":"T"}]}""");

        var answers = await AskAsync("a@example.com", "bad@example.com", "b@example.com");

        Assert.Equal(["[{\"title\":\"T\"}]", null, "[{\"title\":\"T\"}]"], answers.Select(answer => answer.Items));
        Assert.Contains("does not match the Lytics API", answers[1].Failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(5_000, false)]
    public async Task A_value_of_more_than_64_levels_is_left_out_alone(int levels, bool stays)
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", levels)) + "1" + new string('}', levels);
        _lytics.Audiences["all"] =
        [
            $$"""{"email":"a@example.com","v":{{deep}},"first_name":{{deep}},"other":{{deep}}}""",
            """{"email":"b@example.com","v":{"x":[1]},"first_name":"B"}""",
        ];
        var job = Job() with { Config = Job().Config with { InsightFields = ["v"], Mappings = [new FieldMapping("first_name", "FIRSTNAME")] } };
        await using var source = _lytics.Platform(new HastyClock()).Source(job);
        var roll = new Rollcall.Reading.Roll(
            _workshop.DuckDb, job, new Dictionary<string, DataFieldType> { ["FIRSTNAME"] = DataFieldType.String }, 1);
        await roll.CreateAsync(Cancellation);
        await using var reading = await source.OpenAsync("all", job.Config.Fields, _workshop.DuckDb, null, null, Cancellation);

        await roll.AddAsync(0, reading, Cancellation);
        await roll.FinishAsync(Cancellation);

        Assert.Equal(
            ["a@example.com|" + (stays ? $$"""{"v":{{deep}}}""" : "{}"), """b@example.com|{"v":{"x":[1]}}"""],
            _workshop.Query("SELECT email, insight FROM roll ORDER BY 1"));
        Assert.Equal(stays ? ["first_name"] : ["first_name", "v"], _workshop.Query("SELECT field FROM value_left_out ORDER BY 1"));
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("another")]
    [InlineData("invalid")]
    [InlineData("unreachable")]
    [InlineData("empty")]
    public async Task A_collection_that_goes_while_people_are_asked_about_recommends_nothing_to_nobody(string how)
    {
        _lytics.Collections.Add("articles");
        _lytics.Audiences["articles"] = [];
        var asked = 0;
        _lytics.Instead = call =>
        {
            if (!call.StartsWith("/api/content/recommend", StringComparison.Ordinal))
            {
                return how switch
                {
                    _ when Volatile.Read(ref asked) <= 50 => null,
                    "another" => ScriptedLytics.Answer(HttpStatusCode.OK, """{"data":{"id":"id-of-another","slug_name":"articles","table":"content"}}"""),
                    "invalid" =>
                        ScriptedLytics.Answer(
                            HttpStatusCode.OK,
                            """{"data":{"id":"id-articles","slug_name":"articles","table":"content","invalid":true}}"""),
                    "unreachable" => ScriptedLytics.Refuse(503),
                    _ => ScriptedLytics.Refuse(404),
                };
            }

            return Interlocked.Increment(ref asked) <= 50 ? ScriptedLytics.Answer(HttpStatusCode.OK, """{"data":[{"title":"T"}]}""")
                : how == "empty" ? ScriptedLytics.Answer(HttpStatusCode.OK, """{"data":[]}""") : ScriptedLytics.Refuse(404);
        };

        var answers = await AskAsync([.. Enumerable.Range(0, 300).Select(i => $"p{i}@example.com")]);

        Assert.Equal(
            (300, 50, 250),
            (answers.Count, answers.Count(answer => answer.Items == "[{\"title\":\"T\"}]"),
                answers.Count(answer => answer is { Items: null, Failure: not null })));
    }

    [Fact]
    public async Task A_person_Lytics_does_not_know_has_nothing_once_the_collection_is_confirmed()
    {
        _lytics.Collections.Add("articles");
        _lytics.Audiences["articles"] = [];

        var answers = await AskAsync("a@example.com");

        Assert.Equal("[]", answers[0].Items);
        Assert.Equal("/api/segment/articles", _lytics.Calls[^1]);
    }

    [Fact]
    public async Task A_property_of_a_recommendation_that_is_too_deep_is_left_out_alone()
    {
        _lytics.Collections.Add("articles");
        _lytics.Audiences["articles"] = [];
        var deep = new string('[', 70) + new string(']', 70);
        _lytics.Instead = call =>
            call.StartsWith("/api/content/recommend", StringComparison.Ordinal)
                ? ScriptedLytics.Answer(HttpStatusCode.OK, $$"""{"deep":{{deep}},"data":[{"title":"T","topics":{{deep}},"id":1}]}""")
                : null;

        var answers = await AskAsync("a@example.com");

        Assert.Equal("""[{"title":"T","id":1}]""", answers[0].Items);
    }

    public void Dispose()
    {
        _lytics.Dispose();
        _workshop.Dispose();
    }

    private static Job Job() => ReadingWorkshop.Job(new LyticsSourceOptions(ScriptedLytics.Access));

    /// <summary>An answer of these bytes, one a character.</summary>
    private static HttpResponseMessage Bytes(string latin) => new(HttpStatusCode.OK) { Content = new ByteArrayContent(Encoding.Latin1.GetBytes(latin)) };

    private static async Task ServeAsync(TcpListener listener, string answer)
    {
        while (true)
        {
            using var client = await listener.AcceptTcpClientAsync(Cancellation);
            await using var stream = client.GetStream();
            var buffer = new byte[8_192];
            _ = await stream.ReadAsync(buffer, Cancellation);
            await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), Cancellation);
        }
    }

    private async Task<IReadOnlyList<Recommended>> AskAsync(params IReadOnlyList<string> emails)
    {
        var job = Job() with { Config = Job().Config with { CollectionId = "articles" } };
        await using var recommender = _lytics.Platform(new HastyClock()).Recommender(job);
        var answers = new List<Recommended>();
        await foreach (var answer in recommender.RecommendAsync(emails, 1, Cancellation))
        {
            answers.Add(answer);
        }

        return [.. answers.OrderBy(answer => answer.Person)];
    }

    private async Task ReadAsync(params string[] fields)
    {
        await using var source = _lytics.Platform(new HastyClock()).Source(Job());
        await using var reading = await source.OpenAsync("all", fields, _workshop.DuckDb, null, null, Cancellation);
    }
}
