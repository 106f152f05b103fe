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

    private static async Task<JsonNode> Import(SimulatedSession session, string records)
    {
        var put = await session.Send("PUT", "/insightData/v3/import", $$"""{"collectionName":"membership","collectionScope":"contact","collectionType":"custom","records":[{{records}}]}""");
        Assert.Equal(HttpStatusCode.Accepted, put.Status);
        var path = $"/insightData/v3/import/{put.Json!["importId"]}";
        Assert.Equal("Processing", (await session.Get(path)).Json!["status"]!.GetValue<string>());
        session.Clock.Advance(TimeSpan.FromSeconds(1));
        return (await session.Get(path)).Json!;
    }
}
