using System.Text.Json;
using Rollcall.Simulators;
using Rollcall.TestKit.Specifications;
using Xunit;
using static Rollcall.Contracts.Tests.Simulator.RecordedSimulator;

namespace Rollcall.Contracts.Tests.Simulator;

/// <summary>With any faults configured, the answers of the simulator match the specifications; one documented switch is an exception.</summary>
public sealed class FaultyAnswersTests
{
    private static readonly SimulatorOptions Faulty = new()
    {
        ListDelay = TimeSpan.FromHours(1),
        FeedInDays = true,
        FeedUnordered = true,
        ReportOmitsEvery = 2,
        RemovalTakesOptOut = true,
        TextLimit = 255,
        RefusedValues = ["unwanted"],
        AddressMatching = AddressMatching.ShownNormalized,
        ClockOffset = TimeSpan.FromHours(-9),
        FailedDeletion = 1,
        ForgottenDeletion = 2,
        ForgottenImport = 1,
        ForgottenInsightImport = 1,
        LateRejected = TimeSpan.FromHours(1),
        LateForgotten = TimeSpan.FromHours(1),
        LateUnanswered = TimeSpan.FromHours(1),
    };

    private static readonly string[] Feeds =
        [$"/v2/address-books/{Newsletter}/contacts/unsubscribed-since/2000-01-01T00:00:00Z", "/v2/contacts/suppressed-since/2000-01-01T00:00:00Z",
            "/v2/contacts/unsubscribed-since/2000-01-01T00:00:00Z"];

    [Fact]
    public async Task Every_answer_matches_the_specifications_with_all_faults_switched_on()
    {
        var specifications = OfficialSpecifications.OrSkip();
        await using var simulator = await StartAsync(Faulty);
        simulator.Account.Merge("ada@example.com", "left@example.com");
        simulator.Account.Register("z\u00FCrich@z\u00FCrich.example", Empty);

        foreach (var target in (string[])[.. Feeds, "/v2/server-time", "/v2/address-books",
            $"/contacts/v3?~listId={Newsletter}&include=channelProperties%7Clists", "/contacts/v3/email/ada%40example.com",
            $"/v2/address-books/{Newsletter}/contacts"])
        {
            Assert.Equal(200, (await simulator.SendAsync("GET", target)).Status);
        }

        var import = await SentAsync(
            simulator,
            "PUT",
            "/contacts/v3/import",
            """{"contacts":[{"matchIdentifier":"email","identifiers":{"email":"ada@example.com"}}]}""",
            "importId");
        Assert.Equal(404, (await simulator.SendAsync("GET", $"/contacts/v3/import/{import}")).Status);
        var insight = await SentAsync(
            simulator,
            "PUT",
            "/insightData/v3/import",
            """{"collectionName":"Lytics","collectionScope":"contact","collectionType":"custom","records":"""
            + """[{"contactIdentity":{"identifier":"email","value":"ada@example.com"},"key":"fields","json":{"city":"London"}}]}""",
            "importId");
        Assert.Equal(404, (await simulator.SendAsync("GET", $"/insightData/v3/import/{insight}")).Status);
        var id = simulator.Account.Contact("ada@example.com")!.Id;
        await SentAsync(simulator, "POST", $"/v2/address-books/{Newsletter}/contacts/delete", $"[{id}]", "id");
        var removal = await SentAsync(simulator, "POST", $"/v2/address-books/{Newsletter}/contacts/delete", $"[{id}]", "id");
        Assert.Equal(404, (await simulator.SendAsync("GET", $"/v2/contacts/deletion/{removal}")).Status);
        Assert.Equal(400, (await simulator.SendAsync("PATCH", "/contacts/v3/email/ada%40example.com", """{"dataFields":{"FIRSTNAME":"unwanted"}}""")).Status);
        var unwanted = await simulator.SendAsync(
            "POST",
            $"/v2/address-books/{Empty}/contacts",
            """{"email":"ada@example.com","dataFields":[{"key":"FIRSTNAME","value":"unwanted"}]}""");
        Assert.Equal(400, unwanted.Status);

        specifications.AssertValid(simulator.Recorder.Exchanges);
    }

    [Fact]
    public async Task Dates_without_an_offset_are_all_that_departs_from_them()
    {
        var specifications = OfficialSpecifications.OrSkip();
        await using var simulator = await StartAsync(Faulty with { FeedDatesWithoutOffset = true, FeedDateShift = TimeSpan.FromHours(14) });

        foreach (var feed in Feeds)
        {
            var exchange = await simulator.SendAsync("GET", feed);
            Assert.Equal(200, exchange.Status);
            var departures = specifications.Validate(exchange);
            Assert.NotEmpty(departures);
            Assert.All(departures, departure => Assert.Contains("dateRemoved", departure, StringComparison.Ordinal));
        }
    }

    private static async Task<string> SentAsync(RecordedSimulator simulator, string method, string target, string body, string id)
    {
        var exchange = await simulator.SendAsync(method, target, body);
        Assert.Equal(202, exchange.Status);
        return JsonSerializer.Deserialize<JsonElement>(exchange.ResponseBody).GetProperty(id).GetString()!;
    }
}
