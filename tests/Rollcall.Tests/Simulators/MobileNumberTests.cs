using System.Net;
using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Simulators.SimulatedSession;

namespace Rollcall.Tests.Simulators;

/// <summary>A mobile number identifies a contact in v3 like an address; v2 does not show contacts without an address.</summary>
public sealed class MobileNumberTests
{
    private const string Number = "447700900001";

    [Fact]
    public async Task A_patch_creates_by_a_mobile_number_and_finds_it_again()
    {
        await using var session = await Start();

        var created = await session.Send("PATCH", $"/contacts/v3/mobileNumber/{Number}", $$"""{"dataFields":{"FIRSTNAME":"Ada"},"lists":[{{session.Book}}]}""");
        var patched = await session.Send("PATCH", $"/contacts/v3/mobileNumber/%2B{Number}", """{"identifiers":{"email":"ada@example.com"}}""");
        var read = await session.Get($"/contacts/v3/mobileNumber/{Number}");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (created.Status, patched.Status));
        Assert.Equal($$"""{"mobileNumber":"{{Number}}"}""", created.Json!["identifiers"]!.ToJsonString());
        Assert.Equal($$"""{"email":"ada@example.com","mobileNumber":"{{Number}}"}""", read.Json!["identifiers"]!.ToJsonString());
        Assert.Equal(0, session.Account.Counters.AddressesChanged);
        Assert.Equal("Ada", session.Account.Contact("ada@example.com")!.DataFields["FIRSTNAME"]);
        Assert.Equal(HttpStatusCode.BadRequest, (await session.Get("/contacts/v3/mobileNumber/none")).Status);
    }

    [Fact]
    public async Task An_import_creates_by_a_mobile_number_and_v2_does_not_show_them()
    {
        await using var session = await Start(new SimulatorOptions { DoubleOptIn = DoubleOptIn.All });
        var record = $$$"""{"matchIdentifier":"mobileNumber","identifiers":{"mobileNumber":"{{{Number}}}"},"lists":[{{{session.Book}}}]}""";

        var first = await session.Import(record);
        var second = await session.Import(record);

        var reference = Assert.Single(first["created"]!.AsArray())!;
        Assert.Equal(Number, reference["identifiers"]!["mobileNumber"]!.GetValue<string>());
        Assert.Single(second["updated"]!.AsArray());
        Assert.Equal((1, 0), (session.Account.ContactCount, session.Account.Counters.Confirmations));
        Assert.Empty((await session.Get($"/v2/address-books/{session.Book}/contacts")).Json!.AsArray());
        Assert.Equal(HttpStatusCode.NotFound, (await session.Get($"/v2/contacts/{reference["contactId"]}")).Status);
        Assert.Single((await session.Get($"/contacts/v3?~listId={session.Book}")).Json!["_items"]!.AsArray());
        Assert.Contains(Number, await session.Http.GetStringAsync($"/?book={session.Book}", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_identifier_of_somebody_else_is_a_duplicate_also_where_nobody_was_matched()
    {
        await using var session = await Start();
        session.Account.AddContact("ada@example.com");
        await session.Send("PATCH", $"/contacts/v3/mobileNumber/{Number}", "{}");

        var report = await session.Import(
            $$$"""{"matchIdentifier":"mobileNumber","identifiers":{"mobileNumber":"447700900002","email":"ada@example.com"}},""" +
            $$$"""{"matchIdentifier":"email","identifiers":{"email":"new@example.com","mobileNumber":"{{{Number}}}"}}""");
        var patched = await session.Send("PATCH", "/contacts/v3/mobileNumber/447700900002", """{"identifiers":{"email":"ada@example.com"}}""");

        Assert.Equal(2, report["summary"]!["duplicateIdentifiers"]!.GetValue<int>());
        Assert.Equal((HttpStatusCode.Conflict, "contacts:idAlreadyExists"), (patched.Status, patched.ErrorCode));
        Assert.Equal(2, session.Account.ContactCount);
    }

    [Fact]
    public async Task A_mobile_number_owns_insight_records()
    {
        await using var session = await Start();
        var contact = (await session.Send("PATCH", $"/contacts/v3/mobileNumber/{Number}", "{}")).Json!["contactId"]!.GetValue<long>();

        var import = await session.Send("PUT", "/insightData/v3/import", $$"""
            {"collectionName":"Lytics","collectionScope":"contact","collectionType":"custom","records":[
              {"contactIdentity":{"identifier":"mobileNumber","value":"+{{Number}}"},"key":"1","json":{"a":1} },
              {"contactIdentity":{"identifier":"mobileNumber","value":"447700900009"},"key":"1","json":{} }]}
            """);
        session.Clock.Advance(TimeSpan.FromMinutes(1));
        var report = (await session.Get($"/insightData/v3/import/{import.Json!["importId"]}")).Json!;

        Assert.Equal([(contact, "1")], session.Account.InsightRecords("Lytics").Keys);
        var failed = Assert.Single(report["failures"]!.AsArray())!;
        Assert.Equal("InvalidContactIdentifier", failed["failureReason"]!.GetValue<string>());
        Assert.Equal("447700900009", failed["collectionOwner"]!["contactIdentity"]!["value"]!.GetValue<string>());
        var deleted = await session.Send("DELETE", $"/insightData/v3/contacts/mobileNumber/{Number}/Lytics/deleteRecords", """{"keys":["1"]}""");
        Assert.Equal(1, deleted.Json!["summary"]!["totalDeleted"]!.GetValue<int>());
    }
}
