using System.Net;
using System.Text.Json.Nodes;
using Rollcall.Simulators;
using Xunit;

namespace Rollcall.Tests.Simulators;

public class InsightTests
{
    [Fact]
    public async Task Records_are_kept_by_contact_and_key_and_the_bad_ones_named()
    {
        await using var session = await SimulatedSession.Start();
        var id = session.Account.AddContact("ada@example.com");

        var result = await Import(session, $$$"""
            {"contactIdentity":{"identifier":"email","value":"ada@example.com"},"key":"k1","json":{"audience":"vip"}},
            {"contactIdentity":{"identifier":"contactId","value":"{{{id}}}"},"key":"k2","json":{"a":[1,2]}},
            {"contactIdentity":{"identifier":"email","value":"eve@example.com"},"key":"k3","json":{}},
            {"contactIdentity":{"identifier":"email","value":"ada@example.com"},"key":"k4","json":{"a":[{"b":[1]}]}},
            {"contactIdentity":{"identifier":"email","value":"ada@example.com"},"key":"k1","json":{}},
            {"contactIdentity":{"identifier":"email","value":"ada@example.com"},"key":5,"json":{}}
            """);

        Assert.Equal("Complete", result["status"]!.GetValue<string>());
        Assert.Equal("""{"totalRecords":6,"totalImported":2,"totalRejected":4}""", result["summary"]!.ToJsonString());
        Assert.Equal(
            ["ContactEmailDoesNotExist", "JsonContainsNestedArray", "DuplicateKey", "InvalidClientKey"],
            result["failures"]!.AsArray().Select(failure => failure!["failureReason"]!.GetValue<string>()));
        Assert.Equal("""{"audience":"vip"}""", session.Account.InsightRecords("membership")[(id, "k1")]);
    }

    [Fact]
    public async Task Without_failures_there_is_no_list_of_them()
    {
        await using var session = await SimulatedSession.Start();
        session.Account.AddContact("ada@example.com");

        var result = await Import(session, """{"contactIdentity":{"identifier":"email","value":"ada@example.com"},"key":"k1","json":{}}""");

        Assert.Null(result["failures"]);
    }

    [Theory]
    [InlineData("""{"collectionName":"1st","collectionScope":"contact","collectionType":"custom","records":[{"key":"k","json":{}}]}""")]
    [InlineData("""{"collectionName":"membership","collectionScope":"Contact","collectionType":"custom","records":[{"key":"k","json":{}}]}""")]
    [InlineData("""{"collectionName":"membership","collectionScope":"contact","collectionType":"other","records":[{"key":"k","json":{}}]}""")]
    [InlineData("""{"collectionName":"membership","collectionScope":"contact","collectionType":"custom","records":[]}""")]
    [InlineData("""{"collectionName":"membership","collectionScope":"contact","collectionType":"custom","records":[{"key":"k","json":{},"x":1}]}""")]
    [InlineData("""{"collectionName":"membership","collectionScope":"contact","collectionType":"custom","records":{}}""")]
    public async Task A_request_that_breaks_the_specification_is_refused(string body)
    {
        await using var session = await SimulatedSession.Start();

        var refused = await session.Send("PUT", "/insightData/v3/import", body);

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.StartsWith("insightData:", refused.ErrorCode, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_import_is_not_found()
    {
        await using var session = await SimulatedSession.Start();

        Assert.Equal("insightData:importNotFound", (await session.Get($"/insightData/v3/import/{Guid.NewGuid()}")).ErrorCode);
    }

    [Fact]
    public async Task An_import_takes_five_thousand_records_and_no_more()
    {
        await using var session = await SimulatedSession.Start();

        Assert.Equal(HttpStatusCode.Accepted, (await session.Send("PUT", "/insightData/v3/import", Body(Records(5000)))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await session.Send("PUT", "/insightData/v3/import", Body(Records(5001)))).Status);

        static string Records(int count) => string.Join(",", Enumerable.Repeat("""{"key":"k","json":{}}""", count));
    }

    [Fact]
    public async Task A_body_above_the_limit_of_imports_is_413()
    {
        await using var session = await SimulatedSession.Start(new SimulatorOptions { MaxImportBytes = 250 });

        Assert.Equal(HttpStatusCode.Accepted, (await session.Send("PUT", "/insightData/v3/import", Body(Ada("k")))).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await session.Send("PUT", "/insightData/v3/import", Body(Ada(new string('k', 250))))).Status);
    }

    [Fact]
    public async Task An_import_may_fail_or_never_end_and_leave_records_behind()
    {
        await using var session = await SimulatedSession.Start(new SimulatorOptions
        {
            FailedInsightImport = 1,
            StuckInsightImport = 2,
            AppliedBeforeRejection = 1,
        });
        var id = session.Account.AddContact("ada@example.com");
        var records = Ada("k1") + "," + Ada("k2");

        var failed = await Import(session, records);
        Assert.Equal("Failed", failed["status"]!.GetValue<string>());
        Assert.Null(failed["summary"]);
        Assert.Equal([(id, "k1")], session.Account.InsightRecords("membership").Keys);

        Assert.Equal("Processing", (await Import(session, records))["status"]!.GetValue<string>());
        Assert.Equal("Complete", (await Import(session, records))["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task Records_of_chosen_contacts_fail_for_the_chosen_reason()
    {
        await using var session = await SimulatedSession.Start();
        session.Account.AddContact("ada@example.com");
        var eve = session.Account.AddContact("eve@example.com");
        await session.Post("/simulator/options", """{"insightFailures":{"Ada@example.com":"JsonValueTooLong"}}""");

        var result = await Import(session, Ada("k1") + "," + Ada("k1", "eve@example.com"));

        var failure = Assert.Single(result["failures"]!.AsArray())!;
        Assert.Equal(
            ("JsonValueTooLong", "ada@example.com"),
            (failure["failureReason"]!.GetValue<string>(), failure["collectionOwner"]!["contactIdentity"]!["value"]!.GetValue<string>()));
        Assert.Equal([(eve, "k1")], session.Account.InsightRecords("membership").Keys);
    }

    [Fact]
    public async Task A_report_is_kept_as_long_as_those_of_contact_imports()
    {
        await using var session = await SimulatedSession.Start(new SimulatorOptions { ReportRetention = TimeSpan.FromDays(1) });
        var id = (await Import(session, Ada("k")))["importId"];

        session.Clock.Advance(TimeSpan.FromHours(25));

        Assert.Equal("insightData:importNotFound", (await session.Get($"/insightData/v3/import/{id}")).ErrorCode);
    }

    [Fact]
    public async Task A_contacts_records_are_deleted_by_key_and_those_not_there_are_named()
    {
        await using var session = await SimulatedSession.Start();
        var ada = session.Account.AddContact("ada@example.com");
        var eve = session.Account.AddContact("eve@example.com");
        await Import(session, string.Join(",", Ada("k1"), Ada("k2"), Ada("k3"), Ada("k1", "eve@example.com")));

        var deleted = await session.Send("DELETE", Records($"contactId/{ada}"), """{"keys":["k1","k9","k2"]}""");

        Assert.Equal("""{"summary":{"totalRecords":3,"totalDeleted":2,"totalNotFound":1},"failures":[],"notFound":["k9"]}""", deleted.Json!.ToJsonString());
        Assert.Equal([(ada, "k3"), (eve, "k1")], session.Account.InsightRecords("Membership").Keys.Order());
        Assert.Equal(HttpStatusCode.OK, (await session.Send("DELETE", Records("email/eve%40example.com"), """{"keys":["k1"]}""")).Status);
        Assert.Equal([(ada, "k3")], session.Account.InsightRecords("membership").Keys);
    }

    [Theory]
    [InlineData("insightData:contactNotFound", "contactId/5", "membership", """{"keys":["k1"]}""")]
    [InlineData("insightData:contactNotFound", "email/eve%40example.com", "membership", """{"keys":["k1"]}""")]
    [InlineData("insightData:collectionNotFound", "email/ada%40example.com", "orders", """{"keys":["k1"]}""")]
    [InlineData("insightData:noRecordsSpecified", "email/ada%40example.com", "membership", """{"keys":[]}""")]
    [InlineData("insightData:noRecordsSpecified", "email/ada%40example.com", "membership", "{}")]
    [InlineData("insightData:invalidRequest", "email/ada%40example.com", "membership", """{"keys":[1]}""")]
    [InlineData("insightData:invalidRequest", "email/ada%40example.com", "1st", """{"keys":["k1"]}""")]
    [InlineData("insightData:invalidId", "contactId/ada", "membership", """{"keys":["k1"]}""")]
    [InlineData("insightData:invalidId", "email/ada", "membership", """{"keys":["k1"]}""")]
    [InlineData("insightData:invalidIdentifier", "name/ada", "membership", """{"keys":["k1"]}""")]
    [InlineData("insightData:badJson", "email/ada%40example.com", "membership", """{"keys":""")]
    [InlineData("insightData:badJson", "email/ada%40example.com", "membership", null)]
    public async Task A_deletion_that_breaks_the_specification_or_finds_nothing_is_refused(string code, string contact, string collection, string? body)
    {
        await using var session = await SimulatedSession.Start();
        session.Account.AddContact("ada@example.com");
        await Import(session, Ada("k1"));

        var refused = await session.Send("DELETE", Records(contact, collection), body);

        Assert.Equal(code, refused.ErrorCode);
        Assert.Single(session.Account.InsightRecords("membership"));
    }

    [Fact]
    public async Task A_deletion_takes_five_thousand_keys_and_no_more()
    {
        await using var session = await SimulatedSession.Start();
        session.Account.AddContact("ada@example.com");
        await Import(session, Ada("k1"));

        Assert.Equal(HttpStatusCode.OK, (await session.Send("DELETE", Records("email/ada%40example.com"), Keys(5000))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await session.Send("DELETE", Records("email/ada%40example.com"), Keys(5001))).Status);

        static string Keys(int count) => $$"""{"keys":[{{string.Join(",", Enumerable.Range(1, count).Select(number => $"\"k{number}\""))}}]}""";
    }

    [Fact]
    public async Task The_state_and_the_page_show_a_contacts_records()
    {
        await using var session = await SimulatedSession.Start();
        session.Account.AddContact("ada@example.com");
        await Import(session, Ada("k1", json: """{"audiences":["<vip>"]}"""));

        var state = (await session.Get("/simulator/state?email=ada@example.com")).Json!;
        using var page = await session.Http.GetAsync("/?contact=ada@example.com", TestContext.Current.CancellationToken);

        Assert.Equal("<vip>", state["contacts"]![0]!["insightData"]!["membership"]!["k1"]!["audiences"]![0]!.GetValue<string>());
        Assert.Contains("&lt;vip&gt;", await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static string Ada(string key, string email = "ada@example.com", string json = "{}") =>
        $$$"""{"contactIdentity":{"identifier":"email","value":"{{{email}}}"},"key":"{{{key}}}","json":{{{json}}}}""";

    private static string Body(string records) =>
        $$"""{"collectionName":"membership","collectionScope":"contact","collectionType":"custom","records":[{{records}}]}""";

    private static string Records(string contact, string collection = "membership") => $"/insightData/v3/contacts/{contact}/{collection}/deleteRecords";

    private static async Task<JsonNode> Import(SimulatedSession session, string records)
    {
        var put = await session.Send("PUT", "/insightData/v3/import", Body(records));
        Assert.Equal(HttpStatusCode.Accepted, put.Status);
        var path = $"/insightData/v3/import/{put.Json!["importId"]}";
        Assert.Equal("Processing", (await session.Get(path)).Json!["status"]!.GetValue<string>());
        session.Clock.Advance(TimeSpan.FromSeconds(1));
        return (await session.Get(path)).Json!;
    }
}
