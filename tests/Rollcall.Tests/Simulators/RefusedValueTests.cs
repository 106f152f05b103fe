using System.Net;
using System.Text.Json.Nodes;
using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Simulators.SimulatedSession;

namespace Rollcall.Tests.Simulators;

/// <summary>One value that the account does not take, in each way to write it.</summary>
public class RefusedValueTests
{
    private static readonly string Long = new('x', 256);

    // What is wrong, the data field, its value, and what a single addition is refused with.
    public static TheoryData<string, string, string> Each => new()
    {
        { "POSTCODE", "N1", "ERROR_DATAFIELD_NOTFOUND" },
        { "FIRSTNAME", Long, "ERROR_DATAFIELD_VALUE_OVERFLOW" },
        { "FIRSTNAME", "unwanted", "ERROR_DATAFIELD_INVALID" },
    };

    [Theory]
    [MemberData(nameof(Each))]
    public async Task In_an_import_its_record_fails_and_the_others_are_written(string field, string value, string _)
    {
        await using var session = await StartOldAccount();
        var id = session.Account.AddContact("known@example.com", session.Book);

        var report = await session.Import(string.Join(
            ",",
            Record("new@example.com", $"\"dataFields\":{{\"{field}\":\"{value}\"}},\"lists\":[{session.Book}]"),
            $$$"""{"matchIdentifier":"contactId","identifiers":{"contactId":{{{id}}}},"dataFields":{"LASTNAME":"x","{{{field}}}":"{{{value}}}"}}""",
            Record("fine@example.com", $"\"dataFields\":{{\"FIRSTNAME\":\"{Long[1..]}\"}}")));

        Assert.Equal(["InvalidContact", "InvalidContact"], Codes(report));
        Assert.Equal("fine@example.com", Assert.Single(report["created"]!.AsArray())!["identifiers"]!["email"]!.GetValue<string>());
        Assert.Null(session.Account.Contact("new@example.com"));
        Assert.Empty(session.Account.Contact("known@example.com")!.DataFields);
        Assert.Equal(["known@example.com"], session.Account.Members(session.Book));
    }

    [Theory]
    [MemberData(nameof(Each))]
    public async Task In_an_import_that_leaves_it_out_its_contact_is_written_and_listed_as_failed_too(string field, string value, string _)
    {
        await using var session = await StartOldAccount();
        session.Account.Options = session.Account.Options with { BadFieldInImport = BadFieldInImport.LeftOut };

        var report = await session.Import(Record("new@example.com", $"\"dataFields\":{{\"LASTNAME\":\"x\",\"{field}\":\"{value}\"}}"));

        Assert.Single(report["created"]!.AsArray());
        Assert.Single(Codes(report));
        Assert.Equal(["LASTNAME"], session.Account.Contact("new@example.com")!.DataFields.Keys);
    }

    [Theory]
    [MemberData(nameof(Each))]
    public async Task A_single_addition_is_refused_and_nobody_is_added(string field, string value, string error)
    {
        await using var session = await StartOldAccount();

        var refused = await session.Post(
            $"/v2/address-books/{session.Book}/contacts",
            $$"""{"email":"a@example.com","dataFields":[{"key":"{{field}}","value":"{{value}}"}]}""");

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.EndsWith(error, refused.Message, StringComparison.Ordinal);
        Assert.Null(session.Account.Contact("a@example.com"));
    }

    [Theory]
    [MemberData(nameof(Each))]
    public async Task A_patch_is_refused_and_writes_nothing(string field, string value, string _)
    {
        await using var session = await StartOldAccount();
        session.Account.AddContact("a@example.com");

        var refused = await session.Send(
            "PATCH",
            "/contacts/v3/email/a@example.com",
            $$"""{"dataFields":{"LASTNAME":"x","{{field}}":"{{value}}"},"lists":[{{session.Book}}]}""");

        Assert.Equal("contacts:invalidContacts", refused.ErrorCode);
        Assert.Empty(session.Account.Contact("a@example.com")!.DataFields);
        Assert.Empty(session.Account.Members(session.Book));
    }

    private static async Task<SimulatedSession> StartOldAccount()
    {
        var session = await Start(new SimulatorOptions { TextLimit = 255, RefusedValues = ["unwanted"] });
        session.Account.DeleteDataField("POSTCODE");
        return session;
    }

    private static List<string> Codes(JsonNode report) =>
        [.. report["failures"]!.AsArray().Select(failed => failed!["failures"]![0]!["failureCode"]!.GetValue<string>())];
}
