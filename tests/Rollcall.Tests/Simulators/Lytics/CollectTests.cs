using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Rollcall.Simulators.Lytics;
using Xunit;
using static Rollcall.Tests.Simulators.Lytics.LyticsSession;

namespace Rollcall.Tests.Simulators.Lytics;

public class CollectTests
{
    private const string Status =
        """{"email":"a@example.com","account_id":"1001","account_status":"Subscribed","address_book_id":42,"address_book_status":"Subscribed"}""";

    [Fact]
    public async Task One_event_or_a_list_of_them_is_taken()
    {
        await using var session = await Start();

        var (one, json) = await session.Post("/collect/json/things", """{"n":1,"text":"é"}""");
        var (_, many) = await session.Post("/collect/json/things", """[{"n":2},{"n":3}]""");

        Assert.Equal(HttpStatusCode.OK, one);
        Assert.Equal("""{"message_count":1,"rejected_count":0}""", json["data"]!.ToJsonString());
        Assert.Equal("""{"message_count":2,"rejected_count":0}""", many["data"]!.ToJsonString());
        Assert.Equal(["""{"n":1,"text":"é"}""", """{"n":2}""", """{"n":3}"""], session.Account.Events("things").Select(one => one.Json));
    }

    [Fact]
    public async Task An_event_that_is_too_large_or_no_object_is_rejected_and_the_others_taken()
    {
        await using var session = await Start();
        string Event(int bytes) => $$"""{"text":"{{new string('x', bytes)}}"}""";

        var (_, single) = await session.Post("/collect/json/s", Event(4 * 1024));
        var (_, batch) = await session.Post("/collect/json/s", $"[{Event(4 * 1024)},{Event(16 * 1024)},7]");

        Assert.Equal("""{"message_count":0,"rejected_count":1}""", single["data"]!.ToJsonString());
        Assert.Equal("""{"message_count":1,"rejected_count":2}""", batch["data"]!.ToJsonString());
    }

    [Fact]
    public async Task A_body_of_more_than_ten_megabytes_is_413()
    {
        await using var session = await Start();

        var (status, _) = await session.Post("/collect/json/s", "[" + new string(' ', 10 * 1024 * 1024) + "]");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
    }

    [Theory]
    [InlineData("{\"n\":1", "application/json", 400)]
    [InlineData("{\"n\":1,\"n\":2}", "application/json", 400)]
    [InlineData("{\"n\":1}", "text/plain", 415)]
    public async Task What_is_not_JSON_is_refused(string body, string type, int expected)
    {
        await using var session = await Start();

        var (status, _) = await session.Post("/collect/json/s", body, type);

        Assert.Equal(expected, (int)status);
        Assert.Empty(session.Account.Events("s"));
    }

    [Fact]
    public async Task In_bulk_JSON_lines_may_be_gzipped_and_a_bad_line_spoils_only_itself()
    {
        await using var session = await Start();
        using var gzipped = new MemoryStream();
        await using (var gzip = new GZipStream(gzipped, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes("{\"n\":1}\n{\"n\":\n\n{\"n\":2}\n"));
        }

        var (_, json) = await session.Post("/collect/bulk/s", gzipped.ToArray(), "application/json", "gzip");

        Assert.Equal("""{"message_count":2,"rejected_count":1}""", json["data"]!.ToJsonString());
        Assert.Equal(["""{"n":1}""", """{"n":2}"""], session.Account.Events("s").Select(one => one.Json));
    }

    [Fact]
    public async Task A_gzipped_body_need_not_say_so()
    {
        await using var session = await Start();
        using var gzipped = new MemoryStream();
        await using (var gzip = new GZipStream(gzipped, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write("email\na@example.com\n"u8);
        }

        var (_, json) = await session.Post("/collect/bulk/s", gzipped.ToArray(), "application/csv");

        Assert.Equal("""{"message_count":1,"rejected_count":0}""", json["data"]!.ToJsonString());
        foreach (var kept in (int[])[3, 12, 30, (int)gzipped.Length - 1])
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await session.Post("/collect/bulk/s", gzipped.ToArray()[..kept], "application/csv")).Status);
        }

        Assert.Single(session.Account.Events("s"));
    }

    [Fact]
    public async Task Documented_parameters_of_collect_are_accepted_and_returned()
    {
        await using var session = await Start();

        var (_, dry) = await session.Post("/collect/json/s?dryrun=true&filename=f.json", """{"n":1}""");
        var (_, timed) = await session.Post(
            "/collect/json/s?timestamp_field=at", """[{"at":"2020-01-02T03:04:05Z"},{"at":1577934245},{"at":1577934245000},{"at":"soon"}]""");
        var (_, table) = await session.Post("/collect/bulk/s?headers=a,b&delimiter=t&append=%7B%22c%22%3A3%7D", "1\t2\n", "text/csv");

        Assert.Equal("""{"message_count":1,"rejected_count":0,"filename":"f.json","dryrun":true}""", dry["data"]!.ToJsonString());
        Assert.Equal(4, timed["data"]!["message_count"]!.GetValue<int>());
        Assert.Equal(1, table["data"]!["message_count"]!.GetValue<int>());
        var events = JsonNode.Parse(await session.Http.GetStringAsync("/simulator/events", TestContext.Current.CancellationToken))!.AsArray();
        Assert.Equal(
            ["2020-01-02T03:04:05Z", "2020-01-02T03:04:05Z", "2020-01-02T03:04:05Z", "2026-03-01T12:00:00Z", "2026-03-01T12:00:00Z"],
            events.Select(one => one!["time"]!.GetValue<string>()));
        Assert.Equal("""{"a":"1","b":"2","c":3}""", events[^1]!["event"]!.ToJsonString());
        Assert.Equal(HttpStatusCode.BadRequest, (await session.Post("/collect/json/s?dryrun=maybe", "{}")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await session.Post("/collect/bulk/s?append=7", "a\n1", "text/csv")).Status);
    }

    [Fact]
    public async Task In_bulk_CSV_has_names_in_its_first_line_and_quotes_where_needed()
    {
        await using var session = await Start();

        var (_, json) = await session.Post(
            "/collect/bulk/s", "email,name,note\r\na@example.com,\"Abel, \"\"A\"\"\",\"two\nlines\"\r\nb@example.com,,x\r\nshort\r\n", "text/csv");

        Assert.Equal("""{"message_count":2,"rejected_count":1}""", json["data"]!.ToJsonString());
        Assert.Equal("""{"email":"a@example.com","name":"Abel, \"A\"","note":"two\nlines"}""", session.Account.Events("s")[0].Json);
        Assert.Equal("""{"email":"b@example.com","note":"x"}""", session.Account.Events("s")[1].Json);
        Assert.Equal(HttpStatusCode.BadRequest, (await session.Post("/collect/bulk/s", "a\n\"open", "text/csv")).Status);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await session.Post("/collect/bulk/s", "x", "application/xml")).Status);
    }

    [Fact]
    public async Task Events_are_rejected_when_configured()
    {
        await using var session = await Start(new LyticsSimulatorOptions { RejectEvery = 3 });

        var (_, json) = await session.Post("/collect/json/s", "[{},{},{},{},{},{}]");

        Assert.Equal("""{"message_count":4,"rejected_count":2}""", json["data"]!.ToJsonString());
    }

    [Fact]
    public async Task The_status_stream_changes_the_profile_of_the_address()
    {
        await using var session = await StartWith(3);
        session.Account.Put("""{"_id":"x","email":"A@example.com","dm_account_status":{"7":"Pending"}}""");

        await session.Post(
            "/collect/json/dotmailer_export_status",
            $"[{Status},{Status.Replace("a@example.com", "person2@example.com", StringComparison.Ordinal)},"
            + $"{Status.Replace("a@", "new@", StringComparison.Ordinal)}]");

        var profile = JsonNode.Parse(session.Account.Profile("x"))!;
        Assert.Equal("""{"7":"Pending","1001":"Subscribed"}""", profile["dm_account_status"]!.ToJsonString());
        Assert.Equal("""{"1001_42":"Subscribed"}""", profile["dm_addressbook_status"]!.ToJsonString());
        Assert.Equal("2026-03-01T12:00:00Z", profile["dm_addressbook_status_ts"]!.GetValue<string>());
        Assert.Contains("1001_42", session.Account.Profile("person2"), StringComparison.Ordinal);
        Assert.Contains("1001_42", session.Account.Profile("new@example.com"), StringComparison.Ordinal);
        Assert.Equal(3, session.Account.Events().Count);
    }
}
