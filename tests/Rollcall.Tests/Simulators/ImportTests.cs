using Xunit;
using static Rollcall.Tests.Simulators.SimulatedSession;

namespace Rollcall.Tests.Simulators;

/// <summary>What an import does, and what its report says.</summary>
public class ImportTests
{
    [Fact]
    public async Task An_import_is_not_finished_until_its_time_has_come_and_then_reports_each_contact()
    {
        await using var session = await Start();
        session.Account.AddContact("old@example.com");
        var id = await session.Put(Record("old@example.com", $"\"lists\":[{session.Book}]") + "," + Record("new@example.com"));

        var early = await session.Get($"/contacts/v3/import/{id}");
        Assert.Equal("""{"importId":"ID","status":"NotFinished"}""".Replace("ID", id), early.Json!.ToJsonString());
        Assert.Null(session.Account.Contact("new@example.com"));

        session.Clock.Advance(TimeSpan.FromSeconds(1));
        var report = (await session.Get($"/contacts/v3/import/{id}")).Json!;
        Assert.Equal("Finished", report["status"]!.GetValue<string>());
        Assert.Equal("old@example.com", report["updated"]![0]!["identifiers"]!["email"]!.GetValue<string>());
        Assert.Equal(session.Account.Contact("new@example.com")!.Id, report["created"]![0]!["contactId"]!.GetValue<long>());
        Assert.Equal(1, report["summary"]!["newContacts"]!.GetValue<int>());
        Assert.Equal(1, report["summary"]!["updatedContacts"]!.GetValue<int>());
        Assert.Equal(["old@example.com"], session.Account.Members(session.Book));
    }

    [Fact]
    public async Task A_contact_id_with_an_address_rewrites_that_contact_even_if_it_is_another_person()
    {
        await using var session = await Start();
        var stranger = session.Account.AddContact("stranger@example.com");

        var report = await session.Import($$$"""{"matchIdentifier":"contactId","identifiers":{"contactId":{{{stranger}}},"email":"ours@example.com"}}""");

        Assert.Single(report["updated"]!.AsArray());
        Assert.Null(session.Account.Contact("stranger@example.com"));
        Assert.Equal(stranger, session.Account.Contact("ours@example.com")!.Id);
        Assert.Equal(1, session.Account.Counters.AddressesChanged);
    }

    [Fact]
    public async Task A_contact_id_alone_updates_and_never_creates()
    {
        await using var session = await Start();
        var known = session.Account.AddContact("known@example.com");

        var report = await session.Import(
            $$$"""{"matchIdentifier":"contactId","identifiers":{"contactId":{{{known}}}},"dataFields":{"FIRSTNAME":"Kim"}}""" +
            """,{"matchIdentifier":"contactId","identifiers":{"contactId":7}}""");

        Assert.Equal("Kim", session.Account.Contact("known@example.com")!.DataFields["FIRSTNAME"]);
        Assert.Equal("InvalidContactId", Code(report));
        Assert.Equal(1, session.Account.ContactCount);
    }

    [Fact]
    public async Task A_deleted_contact_is_created_again_by_email_and_not_found_by_id()
    {
        await using var session = await Start();
        var old = session.Account.AddContact("gone@example.com");
        session.Account.DeleteContact("gone@example.com");

        var byId = await session.Import($$$"""{"matchIdentifier":"contactId","identifiers":{"contactId":{{{old}}}}}""");
        var byEmail = await session.Import(Record("gone@example.com"));

        Assert.Equal("InvalidContactId", Code(byId));
        Assert.Single(byEmail["created"]!.AsArray());
        Assert.NotEqual(old, session.Account.Contact("gone@example.com")!.Id);
    }

    [Fact]
    public async Task Null_clears_a_field_and_a_field_left_out_is_kept()
    {
        await using var session = await Start();
        await session.Import(Record("a@example.com", """ "dataFields":{"FIRSTNAME":"Ada","LASTNAME":"Love"} """));

        await session.Import(Record("a@example.com", """ "dataFields":{"firstName":null} """));

        Assert.Equal(["LASTNAME"], session.Account.Contact("a@example.com")!.DataFields.Keys);
    }

    [Theory]
    [InlineData("overwrite", "\"New\"", "New")]
    [InlineData("overwrite", "null", null)]
    [InlineData("overwriteIfNotEmpty", "null", "Old")]
    [InlineData("overwriteIfNotEmpty", "\"New\"", "New")]
    [InlineData("overwriteIfEmpty", "\"New\"", "Old")]
    public async Task The_merge_option_decides_what_a_value_does_to_one_already_there(string option, string sent, string? kept)
    {
        await using var session = await Start();
        await session.Import(Record("a@example.com", """ "dataFields":{"FIRSTNAME":"Old"} """));

        await session.Import(Record("a@example.com", $$""" "dataFields":{"FIRSTNAME":{{sent}}} """), option);

        Assert.Equal(kept, session.Account.Contact("a@example.com")!.DataFields.GetValueOrDefault("FIRSTNAME"));
    }

    [Fact]
    public async Task An_address_twice_in_an_import_is_a_duplicate_in_any_case()
    {
        await using var session = await Start();

        var report = await session.Import(Record("a@example.com") + "," + Record("A@Example.com"));

        Assert.Equal("Duplicate", Code(report));
        Assert.Equal(1, report["summary"]!["duplicateIdentifiers"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("o'brien+tag@example.com")]
    [InlineData("a/b#c%d@example.com")]
    [InlineData("\"quoted local\"@example.com")]
    [InlineData("zoë@exämple.com")]
    public async Task Odd_addresses_arrive_unchanged_and_are_found_by_them(string email)
    {
        await using var session = await Start();

        await session.Import(Record(email));

        Assert.Equal(email, session.Account.Contact(email)?.Email);
        var found = await session.Get("/contacts/v3/email/" + Uri.EscapeDataString(email));
        Assert.Equal(email, found.Json!["identifiers"]!["email"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_import_fires_no_join_action()
    {
        await using var session = await Start();

        await session.Import(Record("new@example.com", $"\"lists\":[{session.Book}]"));

        Assert.Equal(0, session.Account.Counters.Joins);
    }

    [Fact]
    public async Task A_report_is_gone_after_its_time_and_an_unknown_import_was_never_there()
    {
        await using var session = await Start();
        var id = await session.Put(Record("a@example.com"));
        session.Clock.Advance(TimeSpan.FromSeconds(1));
        session.Clock.Advance(TimeSpan.FromDays(8));

        Assert.Equal("contacts:importNotFound", (await session.Get($"/contacts/v3/import/{id}")).ErrorCode);
        Assert.Equal("contacts:importNotFound", (await session.Get($"/contacts/v3/import/{Guid.NewGuid()}")).ErrorCode);
        Assert.Equal("contacts:invalidId", (await session.Get("/contacts/v3/import/12345")).ErrorCode);
    }
}
