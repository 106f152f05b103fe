using System.Net;
using System.Text;
using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Reading;
using Rollcall.Running;
using Rollcall.Tests.Reading;
using Xunit;

namespace Rollcall.Tests.Lytics;

/// <summary>Complete values that DuckDB returns as Lytics wrote them: of insight fields, and of recommendations.</summary>
public sealed class WholeValueTests : IDisposable
{
    private readonly ScriptedLytics _lytics = new();
    private readonly ReadingWorkshop _workshop = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A value as Lytics writes it, and as it is stored; null for none.</summary>
    public static TheoryData<string, string?> Values => new()
    {
        { """["a","b",3]""", """["a","b",3]""" },
        { """[{"id":1,"tags":["x",{"y":[]}]}, {} ]""", """[{"id":1,"tags":["x",{"y":[]}]},{}]""" },
        { """{"a":{"b":[1,2.50]},"c":null,"d":true}""", """{"a":{"b":[1,2.50]},"c":null,"d":true}""" },
        { "123456789012345678901234567890", "123456789012345678901234567890" },
        { "0.123456789012345678", "0.123456789012345678" },
        { "-1.5E-3", "-1.5E-3" },
        { "1e999", "1e999" },
        { "[1.50,-0]", "[1.50,-0]" },
        { "false", "false" },
        { "null", null },
        { "[null]", "[null]" },
        { "\"J\u00f6rg \U0001F48C\"", "\"J\u00f6rg \U0001F48C\"" },
        { """ "\"J\" \\ \u00e9\ud83d\udc8c\n" """, "\"\\\"J\\\" \\\\ \u00e9\\uD83D\\uDC8C\\n\"" },
        { """ "\ud83d" """, null },
        { """ "a\u0000b" """, null },
        { """["a","\ud83d","b"]""", """["a","b"]""" },
        { """["\ud83d"]""", "[]" },
        { """["\u0000",1]""", "[1]" },
        { """{"a":"\udc00","b":1,"c":{"d":"\u0000"}}""", """{"b":1,"c":{}}""" },
        { """{"\ud83d":{"x":[1]},"b":2,"a\u0000":3}""", """{"b":2}""" },
        { """{"a\"\\b":1}""", """{"a\"\\b":1}""" },
        { """{"a":1,"A":2,"":3}""", """{"a":1,"A":2,"":3}""" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public async Task An_insight_field_is_whole(string written, string? kept)
    {
        _lytics.Audiences["all"] = [$$"""{"email":"a@example.com","v":{{written}}}"""];

        Assert.Equal([$"a@example.com|{kept ?? "\u2205"}"], await InsightAsync(Job()));
    }

    [Theory]
    [MemberData(nameof(Values))]
    public async Task A_property_of_a_recommendation_is_whole(string written, string? kept)
    {
        var items = await ItemsAsync(Encoding.UTF8.GetBytes($$"""{"status":200,"data":[{"first":1,"v":{{written}},"last":2}]}"""));

        var expected = (written, kept) switch
        {
            ("null", _) => """[{"first":1,"v":null,"last":2}]""",
            (_, null) => """[{"first":1,"last":2}]""",
            _ => $$"""[{"first":1,"v":{{kept}},"last":2}]""",
        };
        Assert.Equal(expected, items);
    }

    [Theory]
    [InlineData("\"v\"", "[]")]
    [InlineData("[\"v\",1]", "[[1]]")]
    [InlineData("{\"a\":\"v\",\"b\":2}", "[{\"b\":2}]")]
    public async Task Bytes_that_are_not_text_are_left_out_alone(string written, string kept)
    {
        var body = Encoding.UTF8.GetBytes($$"""{"data":[{"x":[{{written}}]}]}""");
        body[Array.IndexOf(body, (byte)'v')] = 0xff;

        var items = await ItemsAsync(body);

        Assert.Equal($$"""[{"x":{{kept}}}]""", items);
    }

    [Fact]
    public async Task A_field_that_is_mapped_as_well_keeps_the_value_that_fits_a_data_field()
    {
        _lytics.Audiences["all"] =
        [
            """{"email":"a@example.com","v":["x","y"]}""",
            """{"v":12345678901234567,"email":"b@example.com"}""",
            """{"email":"c@example.com","v":null}""",
            """{"email":"d@example.com"}""",
            """{"email":"e@example.com","v":"text"}""",
        ];
        var job = Job(new FieldMapping("v", "V"));

        var whole = await InsightAsync(job, "email ->> '$', v");

        Assert.Equal(
            ["a@example.com|[]|[\"x\",\"y\"]", "b@example.com|\"12345678901234567\"|12345678901234567", "c@example.com|\u2205|\u2205",
                "d@example.com|\u2205|\u2205", "e@example.com|\"text\"|\"text\""], whole);
    }

    [Fact]
    public async Task A_field_only_insight_data_need_is_kept_once_and_asked_for_once()
    {
        _lytics.Audiences["all"] = ["""{"email":"a@example.com","v":[1]}"""];
        await using var source = _lytics.Platform().Source(Job());
        await using var reading = await source.OpenAsync("all", Job().Config.Fields, _workshop.DuckDb, null, null, Cancellation);

        Assert.Equal(
            ["email|JSON", "v|JSON", "__row|BIGINT"], _workshop.Query($"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {reading.Relation})"));
        Assert.Equal("\"v\"", reading.Whole("v"));
        Assert.All(_lytics.Scans, call => Assert.Contains("&fields=email,v", call, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_email_field_may_be_an_insight_field_too_and_the_roll_is_as_ever()
    {
        _lytics.Audiences["all"] = ["""{"email":"a@example.com","v":[1]}""", """{"email":["b@example.com"],"v":2}"""];
        var job = Job() with { Config = Job().Config with { InsightFields = ["email", "v"] } };
        var roll = new Roll(_workshop.DuckDb, job, new Dictionary<string, DataFieldType>(), 1);
        await roll.CreateAsync(Cancellation);
        await using var source = _lytics.Platform().Source(job);
        await using var reading = await source.OpenAsync("all", job.Config.Fields, _workshop.DuckDb, null, null, Cancellation);

        var count = await roll.AddAsync(0, reading, Cancellation);

        Assert.Equal(1, count.Members);
        Assert.Equal(
            ["\"a@example.com\"|[1]", "[\"b@example.com\"]|2"],
            _workshop.Query($"SELECT {reading.Whole("email")}, {reading.Whole("v")} FROM {reading.Relation} ORDER BY __row"));
    }

    [Fact]
    public async Task More_recommendations_than_were_asked_for_are_left_out() =>
        Assert.Equal("""[{"n":1},{"n":2}]""", await ItemsAsync("""{"data":[{"n":1},{"n":2},{"n":[3]}],"status":200}"""u8.ToArray()));

    [Theory]
    [InlineData("""{"data":[]}""")]
    [InlineData("""{"data":null,"message":"success"}""")]
    public async Task No_recommendations_are_none(string body) =>
        Assert.Equal("[]", await ItemsAsync(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("""{"status":200}""")]
    [InlineData("""{"data":{"url":"x"}}""")]
    [InlineData("""{"data":["x"]}""")]
    [InlineData("""{"data":[null]}""")]
    [InlineData("""{"data":[{}]""")]
    [InlineData("""{"data":[{}]} more""")]
    public async Task An_answer_of_another_shape_is_a_failure(string body)
    {
        var answer = await AskAsync(() => ScriptedLytics.Answer(HttpStatusCode.OK, body));

        Assert.Null(answer.Items);
        Assert.Contains("does not match the Lytics API", answer.Failure, StringComparison.Ordinal);
        Assert.Single(_lytics.Calls, call => call.Contains("/recommend/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(500)]
    public async Task A_failure_does_not_repeat_what_may_name_the_person(int status)
    {
        var answer = await AskAsync(() => ScriptedLytics.Refuse(status, "no user with email ann.lee@example.com or ann.lee%40example.com"));

        Assert.StartsWith($"lytics.example refused recommendations of a person ({status}).", answer.Failure, StringComparison.Ordinal);
        Assert.DoesNotContain("ann", answer.Failure, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _lytics.Dispose();
        _workshop.Dispose();
    }

    private static Job Job(params IReadOnlyList<FieldMapping> mappings)
    {
        var job = ReadingWorkshop.Job(new LyticsSourceOptions(ScriptedLytics.Access), mappings);
        return job with { Config = job.Config with { InsightFields = ["v"], CollectionId = "articles" } };
    }

    /// <summary>What the table has of each person: some columns, and the field <c>v</c> whole.</summary>
    private async Task<IReadOnlyList<string>> InsightAsync(Job job, string columns = "email ->> '$'")
    {
        await using var source = _lytics.Platform().Source(job);
        await using var reading = await source.OpenAsync("all", job.Config.Fields, _workshop.DuckDb, null, null, Cancellation);
        return _workshop.Query($"SELECT {columns}, {reading.Whole("v")} FROM {reading.Relation} ORDER BY __row");
    }

    /// <summary>The items of an answer, when DuckDB had them.</summary>
    private async Task<string> ItemsAsync(byte[] body)
    {
        var answer = await AskAsync(() => new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(body) });
        Assert.Null(answer.Failure);
        _workshop.Execute("CREATE OR REPLACE TABLE items(item JSON)");
        using (var appender = _workshop.DuckDb.CreateAppender("items"))
        {
            appender.CreateRow().AppendValue(answer.Items).EndRow();
        }

        Assert.Equal(["True"], _workshop.Query("SELECT json_valid(item) AND (item -> '$[*]') IS NOT NULL FROM items"));
        return _workshop.Query("SELECT item FROM items")[0];
    }

    private async Task<Recommended> AskAsync(Func<HttpResponseMessage> answer)
    {
        _lytics.Audiences["articles"] = [];
        _lytics.Collections.Add("articles");
        _lytics.Instead = call =>
            call.StartsWith("/api/content/recommend/user/email/ann.lee%40example.com?contentsegment=id-articles&limit=2", StringComparison.Ordinal)
            ? answer()
            : null;
        await using var recommender = _lytics.Platform().Recommender(Job());
        return await recommender.RecommendAsync(["ann.lee@example.com"], 2, Cancellation).SingleAsync(Cancellation);
    }
}
