using System.Globalization;
using Rollcall.Simulators;
using Rollcall.TestKit.Specifications;
using Xunit;
using static Rollcall.Contracts.Tests.Simulator.RecordedSimulator;

namespace Rollcall.Contracts.Tests.Simulator;

/// <summary>The simulator refuses what breaks the specifications, in the envelopes of the specifications.</summary>
public sealed class RefusalsTests
{
    [Theory]
    [InlineData(400, "GET", "/v2/address-books?select=0", null)]
    [InlineData(400, "GET", "/v2/address-books?select=1001", null)]
    [InlineData(400, "GET", "/v2/address-books?limit=10", null)]
    [InlineData(400, "GET", "/v2/address-books/one", null)]
    [InlineData(404, "GET", "/v2/address-books/99", null)]
    [InlineData(400, "POST", "/v2/address-books", """{"name":"Newsletter"}""")]
    [InlineData(400, "POST", "/v2/address-books", """{"name":"All Contacts"}""")]
    [InlineData(400, "POST", "/v2/address-books", """{"name":""}""")]
    [InlineData(400, "POST", "/v2/address-books", """{"visibility":"Private"}""")]
    [InlineData(400, "POST", "/v2/address-books", """{"name":"Brazil","visibility":"private"}""")]
    [InlineData(400, "POST", "/v2/address-books", """{"name":"Brazil","colour":"green"}""")]
    [InlineData(400, "POST", "/v2/address-books", """{"name":""")]
    [InlineData(400, "POST", "/v2/data-fields", """{"name":"VIP","type":"Boolean"}""")]
    [InlineData(400, "POST", "/v2/data-fields", """{"name":"email","type":"String"}""")]
    [InlineData(400, "POST", "/v2/data-fields", """{"name":"AGE","type":"Integer"}""")]
    [InlineData(400, "POST", "/v2/address-books/1001/contacts", """{"email":"no address"}""")]
    [InlineData(400, "POST", "/v2/address-books/1001/contacts", """{"email":"unsubscribed@example.com"}""")]
    [InlineData(400, "POST", "/v2/address-books/1001/contacts", """{"email":"left@example.com"}""")]
    [InlineData(400, "POST", "/v2/address-books/1001/contacts", """{"email":"ada@example.com","dataFields":[{"key":"NOBODY","value":1}]}""")]
    [InlineData(404, "POST", "/v2/address-books/99/contacts", """{"email":"ada@example.com"}""")]
    [InlineData(400, "POST", "/v2/address-books/1003/contacts", """{"email":"ada@example.com"}""")]
    [InlineData(404, "GET", "/v2/contacts/nobody%40example.com", null)]
    [InlineData(404, "GET", "/v2/contacts/unsubscribed%40example.com", null)]
    [InlineData(400, "GET", "/v2/contacts/suppressed-since/yesterday", null)]
    [InlineData(404, "GET", "/v2/address-books/99/contacts/unsubscribed-since/2000-01-01T00:00:00Z", null)]
    [InlineData(404, "DELETE", "/v2/address-books/1001/contacts/5", null)]
    [InlineData(404, "POST", "/v2/address-books/1001/contacts/unsubscribe", """{"email":"nobody@example.com"}""")]
    [InlineData(400, "POST", "/v2/address-books/1001/contacts/delete", "[]")]
    [InlineData(400, "POST", "/v2/address-books/1001/contacts/delete", "[\"1\"]")]
    [InlineData(404, "GET", "/v2/contacts/deletion/13e7b388-2060-4f58-b3dc-2885badf80ee", null)]
    [InlineData(400, "GET", "/contacts/v3?limit=5001", null)]
    [InlineData(400, "GET", "/contacts/v3?include=everything", null)]
    [InlineData(400, "GET", "/contacts/v3?~modified=2020-01-02T03:04:05Z", null)]
    [InlineData(400, "GET", "/contacts/v3?~listId=one", null)]
    [InlineData(400, "GET", "/contacts/v3?marker=nowhere", null)]
    [InlineData(400, "GET", "/contacts/v3?select=10", null)]
    [InlineData(404, "GET", "/contacts/v3/email/nobody%40example.com", null)]
    [InlineData(404, "GET", "/contacts/v3/contactId/5", null)]
    [InlineData(400, "GET", "/contacts/v3/contactId/five", null)]
    [InlineData(400, "PATCH", "/contacts/v3/email/ada%40example.com", """{"lists":[]}""")]
    [InlineData(400, "PATCH", "/contacts/v3/email/ada%40example.com", """{"channelProperties":{"sms":{"status":"bogus"}}}""")]
    [InlineData(400, "PATCH", "/contacts/v3/email/ada%40example.com", """{"preferences":[{"id":1.5,"isOptedIn":true}]}""")]
    [InlineData(501, "GET", "/v2/contacts/count", null)]
    [InlineData(501, "POST", "/contacts/v3", "{}")]
    [InlineData(501, "GET", "/insightData/v3/collections", null)]
    [InlineData(400, "PATCH", "/contacts/v3/email/ada%40example.com?merge-option=overwriteIfEmpty", "{}")]
    [InlineData(409, "PATCH", "/contacts/v3/contactId/1100000001", """{"identifiers":{"email":"left@example.com"}}""")]
    [InlineData(400, "PUT", "/contacts/v3/import", """{"contacts":[]}""")]
    [InlineData(400, "PUT", "/contacts/v3/import", """{"contacts":[{}],"mergeOption":"Overwrite"}""")]
    [InlineData(400, "PUT", "/contacts/v3/import", """{"contacts":""")]
    [InlineData(400, "PUT", "/contacts/v3/import", """{"records":[]}""")]
    [InlineData(404, "GET", "/contacts/v3/import/d7de900d-d337-43f6-b1e1-c8ec73e1a434", null)]
    [InlineData(400, "GET", "/contacts/v3/import/one", null)]
    [InlineData(400, "PUT", "/insightData/v3/import", """{"collectionName":"Lytics"}""")]
    [InlineData(404, "GET", "/insightData/v3/import/d7de900d-d337-43f6-b1e1-c8ec73e1a434", null)]
    [InlineData(404, "DELETE", "/insightData/v3/contacts/contactId/5/Lytics/deleteRecords", """{"keys":["1"]}""")]
    [InlineData(404, "DELETE", "/insightData/v3/contacts/contactId/1100000001/Lytics/deleteRecords", """{"keys":["1"]}""")]
    [InlineData(400, "DELETE", "/insightData/v3/contacts/contactId/1100000001/Lytics/deleteRecords", """{"keys":[]}""")]
    [InlineData(400, "DELETE", "/insightData/v3/contacts/contactId/five/Lytics/deleteRecords", """{"keys":["1"]}""")]
    [InlineData(400, "DELETE", "/insightData/v3/contacts/contactId/1100000001/Lytics/deleteRecords", null)]
    public async Task A_refusal_is_in_its_frameworks_envelope(int status, string method, string target, string? body)
    {
        var specifications = OfficialSpecifications.OrSkip();
        await using var simulator = await StartAsync();

        var exchange = await simulator.SendAsync(method, target, body);

        Assert.Equal(status, exchange.Status);
        specifications.AssertResponsesValid([exchange]);
    }

    public static TheoryData<string, string, string?> OneOfEachFramework => new(
        ("GET", "/v2/address-books", null),
        ("GET", "/contacts/v3", null),
        ("PUT", "/contacts/v3/import", """{"contacts":[{"matchIdentifier":"email","identifiers":{"email":"ada@example.com"}}]}"""),
        ("PUT", "/insightData/v3/import",
            """{"collectionName":"Lytics","collectionScope":"account","collectionType":"custom","records":[{"key":"1","json":{}}]}"""));

    [Theory]
    [MemberData(nameof(OneOfEachFramework))]
    public async Task What_any_call_may_meet_is_in_its_frameworks_envelope(string method, string target, string? body)
    {
        var specifications = OfficialSpecifications.OrSkip();
        await using var simulator = await StartAsync();
        var calm = simulator.Account.Options;

        await RefusedAsync(401, calm, password: "wrong");
        await RefusedAsync(401, calm, password: null);
        await RefusedAsync(403, calm with { WrongRegion = true });
        await RefusedAsync(403, calm with { ForbiddenOperations = ["getAddressBooks", "getContacts", "importContacts", "importInsightData"] });
        await RefusedAsync(429, calm with { LowLimit = 0, MediumLimit = 0 });
        await RefusedAsync(400, calm with { FlatHourlyLimit = 0 });
        await RefusedAsync(400, calm with { FlatHourlyLimit = 0, FlatLimitInWords = true });
        simulator.Account.AddFaults(new Fault { Kind = FaultKind.Refuse, Status = 429 });
        await RefusedAsync(429, calm);
        simulator.Account.AddFaults(new Fault { Kind = FaultKind.Refuse, Status = 503 });
        await RefusedAsync(503, calm);
        if (body is not null)
        {
            await RefusedAsync(413, calm with { MaxImportBytes = 10 });
            await RefusedAsync(415, calm, mediaType: "text/csv");
        }

        specifications.AssertResponsesValid(simulator.Recorder.Exchanges);

        async Task RefusedAsync(int status, SimulatorOptions options, string? password = "demo", string mediaType = "application/json")
        {
            simulator.Account.Options = options;
            Assert.Equal(status, (await simulator.SendAsync(method, target, body, password, mediaType)).Status);
        }
    }

    [Fact]
    public async Task A_twenty_sixth_import_is_refused_in_the_specifications_words()
    {
        var specifications = OfficialSpecifications.OrSkip();
        await using var simulator = await StartAsync();
        simulator.Account.Options = simulator.Account.Options with { MaxActiveImports = 1, ImportLatency = TimeSpan.FromHours(1) };
        const string Body = """{"contacts":[{"matchIdentifier":"email","identifiers":{"email":"ada@example.com"}}]}""";

        Assert.Equal(202, (await simulator.SendAsync("PUT", "/contacts/v3/import", Body)).Status);
        var refused = await simulator.SendAsync("PUT", "/contacts/v3/import", Body);

        Assert.Equal(429, refused.Status);
        Assert.Contains("contacts:tooManyActiveImports", refused.ResponseBody, StringComparison.Ordinal);
        specifications.AssertValid(simulator.Recorder.Exchanges);
    }

    [Theory]
    [InlineData("/contacts/v3", "lowCallRate")]
    [InlineData("/v2/address-books", "mediumCallRate")]
    [InlineData("/contacts/v3/email/ada%40example.com", "highCallRate")]
    public async Task Each_answer_reports_what_is_left_of_its_tier(string target, string scope)
    {
        await using var simulator = await StartAsync();

        var first = await simulator.SendAsync("GET", target);
        var second = await simulator.SendAsync("GET", target);

        Assert.Equal(scope, second.ResponseHeaders["X-RateLimit-Scope"]);
        Assert.Equal(Number(first, "X-RateLimit-Limit"), Number(second, "X-RateLimit-Limit"));
        Assert.Equal(Number(first, "X-RateLimit-Remaining") - 1, Number(second, "X-RateLimit-Remaining"));
        var now = DateTimeOffset.Parse(second.ResponseHeaders["Date"], CultureInfo.InvariantCulture).ToUnixTimeSeconds();
        Assert.InRange(Number(second, "X-RateLimit-Reset"), now, now + 61);

        static long Number(HttpExchange exchange, string header) => long.Parse(exchange.ResponseHeaders[header], CultureInfo.InvariantCulture);
    }
}
