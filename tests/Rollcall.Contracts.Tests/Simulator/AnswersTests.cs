using System.Text.Json;
using Rollcall.Simulators;
using Rollcall.TestKit;
using Rollcall.TestKit.Specifications;
using Xunit;
using static Rollcall.Contracts.Tests.Simulator.RecordedSimulator;

namespace Rollcall.Contracts.Tests.Simulator;

/// <summary>What the simulator answers to good requests is what the specifications say Dotdigital answers.</summary>
public sealed class AnswersTests
{
    private const string Import = """{"mergeOption":"overwrite","contacts":[CONTACTS]}""";

    private const string InsightOfAda =
        """{"collectionName":"Lytics","collectionScope":"contact","collectionType":"custom","records":"""
        + """[{"contactIdentity":{"identifier":"email","value":"ada@example.com"},"key":"fields","json":{"city":"London"}}]}""";

    // Operation, then the call.
    private static readonly (string Operation, string Method, string Target, string? Body)[] Calls =
    [
        ("getAccountInfo", "GET", "/v2/account-info", null),
        ("getServerTime", "GET", "/v2/server-time", null),
        ("getAddressBooks", "GET", "/v2/address-books?select=2&skip=1", null),
        ("getAddressBooks", "GET", "/v2/address-books", null),
        ("getAddressBook", "GET", $"/v2/address-books/{Newsletter}", null),
        ("createAddressBook", "POST", "/v2/address-books", """{"name":"Brazil","visibility":"Public"}"""),
        ("getDataFields", "GET", "/v2/data-fields", null),
        ("createDataField", "POST", "/v2/data-fields", """{"name":"CITY","type":"String","visibility":"Private","defaultValue":"London"}"""),
        ("createDataField", "POST", "/v2/data-fields", """{"name":"AGE","type":"Numeric"}"""),
        ("addContactToAddressBook", "POST", $"/v2/address-books/{Newsletter}/contacts",
            """{"email":"new@example.com","optInType":"Single","emailType":"Html","dataFields":"""
            + """[{"key":"FIRSTNAME","value":"Nova"},{"key":"LIFETIME_SPEND","value":12.5}]}"""),
        ("addContactToAddressBook", "POST", $"/v2/address-books/{Empty}/contacts", """{"email":"ada@example.com"}"""),
        ("getContactsInAddressBook", "GET", $"/v2/address-books/{Newsletter}/contacts?withFullData=true&select=1000&skip=0", null),
        ("getContactsInAddressBook", "GET", $"/v2/address-books/{Newsletter}/contacts", null),
        ("getContactByEmail", "GET", "/v2/contacts/ada%40example.com", null),
        ("getUnsubscribedInAddressBook", "GET", $"/v2/address-books/{Newsletter}/contacts/unsubscribed-since/2000-01-01T00:00:00Z?select=1000&skip=0", null),
        ("getUnsubscribedContacts", "GET", "/v2/contacts/unsubscribed-since/2000-01-01T00:00:00Z", null),
        ("getSuppressedContacts", "GET", "/v2/contacts/suppressed-since/2000-01-01T00:00:00Z?select=3", null),
        ("deleteContactFromAddressBook", "DELETE", $"/v2/address-books/{Newsletter}/contacts/{Ada}", null),
        ("unsubscribeFromAccount", "POST", "/v2/contacts/unsubscribe", """{"email":"ada@example.com"}"""),
        ("unsubscribeFromAddressBook", "POST", $"/v2/address-books/{Newsletter}/contacts/unsubscribe", """{"email":"ada@example.com"}"""),
        ("resubscribeToAddressBook", "POST", $"/v2/address-books/{Newsletter}/contacts/resubscribe",
            """{"unsubscribedContact":{"email":"left@example.com"},"preferredLocale":"de-DE","returnUrlToUseIfChallenged":"https://example.com/back"}"""),
        ("resubscribeToAddressBookWithNoChallenge", "POST", $"/v2/address-books/{Newsletter}/contacts/resubscribe-with-no-challenge",
            """{"unsubscribedContact":{"email":"left@example.com"}}"""),
        ("resubscribeContact", "POST", "/v2/contacts/resubscribe", """{"unsubscribedContact":{"email":"unsubscribed@example.com"}}"""),
        ("resubscribeContact", "POST", "/v2/contacts/resubscribe", """{"unsubscribedContact":{"email":"hardbounced@example.com"}}"""),
        ("resubscribeContactWithNoChallenge", "POST", "/v2/contacts/resubscribe-with-no-challenge",
            """{"unsubscribedContact":{"email":"unsubscribed@example.com"}}"""),
        ("getContacts", "GET", $"/contacts/v3?~listId={Newsletter}&~modified=gte%3A%3A2020-01-02T03%3A04%3A05Z&include=channelProperties%7Clists&limit=2",
            null),
        ("getContacts", "GET", "/contacts/v3?data-fields=FIRSTNAME%7CLIFETIME_SPEND&include=lists&~created=gte%3A%3A2020-01-02T03%3A04%3A05.000Z", null),
        ("getContacts", "GET", "/contacts/v3", null),
        ("getContact", "GET", "/contacts/v3/email/ada%40example.com", null),
        ("getContact", "GET", $"/contacts/v3/contactId/{Ada}", null),
        .. Enum.GetNames<ContactStatus>().Where(status => status != nameof(ContactStatus.Deleted))
        .Select(status => ("getContact", "GET", $"/contacts/v3/email/{status.ToLowerInvariant()}%40example.com", (string?)null)),
        ("importContact", "PATCH", "/contacts/v3/email/ada%40example.com?merge-option=overwrite-if-empty",
            $$"""{"dataFields":{"FIRSTNAME":"Ada","VIP":null},"lists":[{{Empty}}]}"""),
        ("importContact", "PATCH", "/contacts/v3/email/nova%40example.com",
            """{"identifiers":{"email":"nova@example.com"},"channelProperties":{"email":"""
            + """{"status":"subscribed","emailType":"plainText","optInType":"double","resubscribeOptions":{"resubscribeWithNoChallenge":true}}}}"""),
        ("importContacts", "PUT", "/contacts/v3/import",
            Import.Replace("CONTACTS", """{"matchIdentifier":"email","identifiers":{"email":"ada@example.com"}}""", StringComparison.Ordinal)),
        ("importInsightData", "PUT", "/insightData/v3/import", InsightOfAda),
    ];

    // Operations that need the result of another call: each has its own test below.
    private static readonly string[] Polled = ["getImportStatus", "getContactDeletion", "deleteContactsFromAddressBook", "getInsightImportStatus",
        "delContactInsightDataRecords"];

    public static TheoryData<string, string, string, string?> Each => new(Calls.Select(call => (call.Operation, call.Method, call.Target, call.Body)));

    [Theory]
    [MemberData(nameof(Each))]
    public async Task An_answer_matches_the_specifications(string operation, string method, string target, string? body)
    {
        var specifications = OfficialSpecifications.OrSkip();
        await using var simulator = await StartAsync();

        var exchange = await simulator.SendAsync(method, target, body);

        Assert.InRange(exchange.Status, 200, 299);
        Assert.Equal([operation], simulator.Account.Calls.Keys);
        specifications.AssertValid([exchange]);
    }

    [Fact]
    public async Task An_import_matches_the_specifications_from_its_receipt_to_its_report()
    {
        var specifications = OfficialSpecifications.OrSkip();
        await using var simulator = await StartAsync();
        simulator.Account.Options = simulator.Account.Options with { ImportLatency = TimeSpan.FromMilliseconds(50) };
        string[] contacts =
        [
            Record(
                "ada@example.com",
                ""","dataFields":{"FIRSTNAME":"Ada","LIFETIME_SPEND":1.5,"VIP":true,"BORN":"1815-12-10T00:00:00Z"}"""
                + $$""","lists":[{{Newsletter}},{{Empty}}]"""),
            Record("new@example.com", ""","channelProperties":{"email":{"status":"subscribed","emailType":"html","optInType":"single"}}"""),
            Record("twice@example.com"),
            Record("twice@example.com"),
            Record("never@example.com"),
            Record("someone@blocked.example"),
            Record("no address"),
            Record("field@example.com", ""","dataFields":{"NOBODY":"x"}"""),
            Record("list@example.com", ""","lists":[99]"""),
            $$$"""{"matchIdentifier":"contactId","identifiers":{"contactId":{{{Ada}}}},"dataFields":{"FIRSTNAME":"Augusta"}}""",
            """{"matchIdentifier":"contactId","identifiers":{"contactId":5}}""",
        ];

        var receipt = await simulator.SendAsync("PUT", "/contacts/v3/import", Import.Replace("CONTACTS", string.Join(",", contacts), StringComparison.Ordinal));
        var import = JsonSerializer.Deserialize<JsonElement>(receipt.ResponseBody).GetProperty("importId").GetString();
        await FinishAsync(simulator, $"/contacts/v3/import/{import}", "Finished");

        var report = JsonSerializer.Deserialize<JsonElement>(simulator.Recorder.Exchanges[^1].ResponseBody);
        Assert.NotEmpty(report.GetProperty("created").EnumerateArray());
        Assert.NotEmpty(report.GetProperty("updated").EnumerateArray());
        Assert.True(report.GetProperty("failures").GetArrayLength() >= 6);
        specifications.AssertValid(simulator.Recorder.Exchanges);
    }

    [Theory]
    [InlineData("RejectedByWatchdog")]
    [InlineData("Failed")]
    [InlineData("ExceedsAllowedContactLimit")]
    public async Task An_import_that_comes_to_nothing_says_so_in_the_specifications_words(string status)
    {
        var specifications = OfficialSpecifications.OrSkip();
        await using var simulator = await StartAsync();
        simulator.Account.Options = status switch
        {
            "RejectedByWatchdog" => simulator.Account.Options with { WatchdogImport = 1, AppliedBeforeRejection = 1 },
            "Failed" => simulator.Account.Options with { FailedImport = 1 },
            _ => simulator.Account.Options with { MaxContacts = simulator.Account.ContactCount },
        };

        var receipt = await simulator.SendAsync("PUT", "/contacts/v3/import", Import.Replace("CONTACTS", Record("new@example.com"), StringComparison.Ordinal));
        var import = JsonSerializer.Deserialize<JsonElement>(receipt.ResponseBody).GetProperty("importId").GetString();
        await FinishAsync(simulator, $"/contacts/v3/import/{import}", status);

        specifications.AssertValid(simulator.Recorder.Exchanges);
    }

    [Fact]
    public async Task A_bulk_removal_matches_the_specifications_from_its_receipt_to_its_end()
    {
        var specifications = OfficialSpecifications.OrSkip();
        await using var simulator = await StartAsync();

        var receipt = await simulator.SendAsync("POST", $"/v2/address-books/{Newsletter}/contacts/delete", $"[{Ada},5]");
        var removal = JsonSerializer.Deserialize<JsonElement>(receipt.ResponseBody).GetProperty("id").GetString();
        await FinishAsync(simulator, $"/v2/contacts/deletion/{removal}", "Completed");

        specifications.AssertValid(simulator.Recorder.Exchanges);
    }

    [Fact]
    public async Task An_insight_import_matches_the_specifications_from_its_receipt_to_its_report()
    {
        var specifications = OfficialSpecifications.OrSkip();
        await using var simulator = await StartAsync();
        var body = """
            {"collectionName":"Lytics","collectionScope":"contact","collectionType":"custom","records":[
              {"contactIdentity":{"identifier":"email","value":"ada@example.com"},"key":"fields","json":{"city":"London"}},
              {"contactIdentity":{"identifier":"email","value":"nobody@example.com"},"key":"fields","json":{"city":"Paris"}},
              {"contactIdentity":{"identifier":"email","value":"ada@example.com"},"key":"nested","json":{"a":[{"b":[1]}]}}]}
            """;

        var receipt = await simulator.SendAsync("PUT", "/insightData/v3/import", body);
        var import = JsonSerializer.Deserialize<JsonElement>(receipt.ResponseBody).GetProperty("importId").GetString();
        await FinishAsync(simulator, $"/insightData/v3/import/{import}", "Complete");

        specifications.AssertValid(simulator.Recorder.Exchanges);
    }

    [Fact]
    public async Task An_insight_import_that_fails_says_so_in_the_specifications_words()
    {
        var specifications = OfficialSpecifications.OrSkip();
        await using var simulator = await StartAsync();
        simulator.Account.Options = simulator.Account.Options with { FailedInsightImport = 1 };

        await ImportInsightAsync(simulator, "Failed");

        specifications.AssertValid(simulator.Recorder.Exchanges);
    }

    [Fact]
    public async Task A_deletion_of_insight_records_matches_the_specifications()
    {
        var specifications = OfficialSpecifications.OrSkip();
        await using var simulator = await StartAsync();
        await ImportInsightAsync(simulator, "Complete");

        var deleted = await simulator.SendAsync(
            "DELETE",
            $"/insightData/v3/contacts/contactId/{Ada}/Lytics/deleteRecords",
            """{"keys":["fields","unknown"]}""");
        var nothing = await simulator.SendAsync("DELETE", "/insightData/v3/contacts/email/ada%40example.com/Lytics/deleteRecords", """{"keys":["fields"]}""");

        Assert.Equal((200, 200), (deleted.Status, nothing.Status));
        Assert.Equal(1, JsonSerializer.Deserialize<JsonElement>(deleted.ResponseBody).GetProperty("summary").GetProperty("totalDeleted").GetInt32());
        Assert.Empty(simulator.Account.InsightRecords("Lytics"));
        specifications.AssertValid(simulator.Recorder.Exchanges);
    }

    [Fact]
    public async Task Pages_follow_one_another_to_the_last()
    {
        var specifications = OfficialSpecifications.OrSkip();
        await using var simulator = await StartAsync();
        var target = "/contacts/v3?limit=5";
        var read = 0;
        for (string? marker = ""; marker is not null;)
        {
            var page = await simulator.SendAsync("GET", marker.Length == 0 ? target : $"{target}&marker={Uri.EscapeDataString(marker)}");
            var json = JsonSerializer.Deserialize<JsonElement>(page.ResponseBody);
            read += json.GetProperty("_items").GetArrayLength();
            marker = json.GetProperty("_links").TryGetProperty("next", out var next) ? next.GetProperty("marker").GetString() : null;
        }

        Assert.Equal(simulator.Account.ContactCount, read);
        specifications.AssertValid(simulator.Recorder.Exchanges);
    }

    [Fact]
    public async Task Every_operation_of_the_simulator_is_tested_here()
    {
        await using var simulator = await StartAsync();
        Assert.Equal(simulator.Account.Operations.Order(), Calls.Select(call => call.Operation).Concat(Polled).Distinct().Order());
    }

    private static string Record(string email, string rest = "") =>
        $$$"""{"matchIdentifier":"email","identifiers":{"email":{{{JsonSerializer.Serialize(email)}}}}{{{rest}}}}""";

    private static async Task ImportInsightAsync(RecordedSimulator simulator, string status)
    {
        var receipt = await simulator.SendAsync("PUT", "/insightData/v3/import", InsightOfAda);
        var import = JsonSerializer.Deserialize<JsonElement>(receipt.ResponseBody).GetProperty("importId").GetString();
        await FinishAsync(simulator, $"/insightData/v3/import/{import}", status);
    }

    private static Task FinishAsync(RecordedSimulator simulator, string target, string status) => PollUntil.TrueAsync(
        async () =>
        {
            var body = (await simulator.SendAsync("GET", target)).ResponseBody;
            return JsonSerializer.Deserialize<JsonElement>(body).GetProperty("status").GetString() == status;
        },
        () => $"{status} of {target}: {simulator.Recorder.Exchanges[^1]}");
}
