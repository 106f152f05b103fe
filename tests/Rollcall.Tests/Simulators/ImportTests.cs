using System.Net;
using System.Text.Json.Nodes;
using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Simulators.SimulatedSession;

namespace Rollcall.Tests.Simulators;

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
    public async Task A_list_in_an_import_lifts_the_unsubscription_from_that_list()
    {
        await using var session = await Start();
        session.Account.AddContact("left@example.com", session.Book);
        session.Account.Unsubscribe("left@example.com", session.Book);

        await session.Import(Record("left@example.com", $"\"lists\":[{session.Book}]"));

        Assert.Equal(["left@example.com"], session.Account.Members(session.Book));
        Assert.Equal(1, session.Account.Counters.ListOptOutsLifted);
    }

    [Fact]
    public async Task With_the_other_reading_of_the_documentation_a_list_in_an_import_lifts_nothing()
    {
        await using var session = await Start(new SimulatorOptions { ListSuppression = ListSuppression.Keeps });
        session.Account.AddContact("left@example.com", session.Book);
        session.Account.Unsubscribe("left@example.com", session.Book);

        var report = await session.Import(Record("left@example.com", $"\"lists\":[{session.Book}]"));

        Assert.Single(report["updated"]!.AsArray());
        Assert.Empty(session.Account.Members(session.Book));
        Assert.Equal(0, session.Account.Counters.ListOptOutsLifted);
    }

    [Fact]
    public async Task A_record_without_lists_leaves_the_books_alone()
    {
        await using var session = await Start();
        session.Account.AddContact("left@example.com", session.Book);
        session.Account.Unsubscribe("left@example.com", session.Book);

        await session.Import(Record("left@example.com", "\"dataFields\":{\"FIRSTNAME\":\"Lee\"}"));

        Assert.Equal(BookStatus.Unsubscribed, session.Account.Contact("left@example.com")!.Books[session.Book]);
        Assert.Equal("Lee", session.Account.Contact("left@example.com")!.DataFields["FIRSTNAME"]);
    }

    [Theory]
    [InlineData(ContactStatus.Unsubscribed)]
    [InlineData(ContactStatus.HardBounced)]
    [InlineData(ContactStatus.Suppressed)]
    public async Task Suppressed_people_are_accepted_and_listed_as_updated_and_their_status_stays(ContactStatus status)
    {
        await using var session = await Start();
        session.Account.AddContact("sad@example.com");
        session.Account.SetStatus("sad@example.com", status);

        var report = await session.Import(Record("sad@example.com", $"\"lists\":[{session.Book}]"));

        Assert.Single(report["updated"]!.AsArray());
        Assert.Empty(report["failures"]!.AsArray());
        Assert.Equal(status, session.Account.Contact("sad@example.com")!.Status);
    }

    [Fact]
    public async Task Suppressed_people_can_be_made_to_fail()
    {
        await using var session = await Start(new SimulatorOptions { SuppressedInImport = SuppressedInImport.Fails });
        session.Account.AddContact("sad@example.com");
        session.Account.SetStatus("sad@example.com", ContactStatus.HardBounced);

        var report = await session.Import(Record("sad@example.com"));

        Assert.Equal("GloballySuppressed", Code(report));
        Assert.Equal(1, report["summary"]!["globallySuppressed"]!.GetValue<int>());
    }

    [Fact]
    public async Task The_status_subscribed_resubscribes_people_who_left_but_lifts_no_bounce()
    {
        const string Subscribed = "\"channelProperties\":{\"email\":{\"status\":\"subscribed\"}}";
        await using var session = await Start();
        session.Account.AddContact("left@example.com");
        session.Account.AddContact("bounced@example.com");
        session.Account.Unsubscribe("left@example.com");
        session.Account.SetStatus("bounced@example.com", ContactStatus.HardBounced);

        await session.Import(Record("left@example.com", Subscribed) + "," + Record("bounced@example.com", Subscribed));

        Assert.Equal(ContactStatus.Subscribed, session.Account.Contact("left@example.com")!.Status);
        Assert.Equal(ContactStatus.HardBounced, session.Account.Contact("bounced@example.com")!.Status);
        Assert.Equal(1, session.Account.Counters.Resubscriptions);
    }

    [Fact]
    public async Task A_resubscription_with_a_challenge_only_asks()
    {
        await using var session = await Start();
        session.Account.AddContact("left@example.com");
        session.Account.Unsubscribe("left@example.com");

        await session.Import(Record("left@example.com", """
            "channelProperties":{"email":{"status":"subscribed","resubscribeOptions":{"resubscribeWithNoChallenge":false}}}
            """));

        Assert.Equal(ContactStatus.Unsubscribed, session.Account.Contact("left@example.com")!.Status);
        Assert.Equal(1, session.Account.Challenges("left@example.com"));
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

    [Fact]
    public async Task One_vanished_list_spoils_the_whole_record()
    {
        await using var session = await Start();
        var locked = session.Account.AddBook("Locked", writable: false);

        var report = await session.Import(
            Record("a@example.com", $"\"lists\":[{session.Book},99]") + "," + Record("b@example.com", $"\"lists\":[{locked}]"));

        Assert.Equal(["InvalidAddressBookIds", "InvalidAddressBookIds"], Codes(report));
        Assert.Equal(0, session.Account.ContactCount);
    }

    [Theory]
    [InlineData("not an address", "InvalidEmail")]
    [InlineData("bob@emailsim@io.com", "InvalidEmail")]
    [InlineData("a@nodot", "InvalidDomain")]
    [InlineData("never@example.com", "GloballySuppressed")]
    [InlineData("any@blocked.example", "SuppressedByDomain")]
    public async Task Bad_and_barred_addresses_fail_with_their_code(string email, string code)
    {
        await using var session = await Start(new SimulatorOptions
        {
            Seed = new Seed { GloballySuppressed = ["never@example.com"], SuppressedDomains = ["blocked.example"] },
        });

        Assert.Equal(code, Code(await session.Import(Record(email))));
        Assert.Equal(0, session.Account.ContactCount);
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

    [Theory]
    [InlineData("""{"identifiers":{"email":"a@example.com"}}""", "ApiSchemaViolation")]
    [InlineData("""{"matchIdentifier":"email"}""", "ApiSchemaViolation")]
    [InlineData("""{"matchIdentifier":"email","identifiers":{"email":"\ud800@example.com"}}""", "ApiSchemaViolation")]
    [InlineData("""{"matchIdentifier":"email","identifiers":{}}""", "NoValidIdentifiers")]
    [InlineData("""{"matchIdentifier":"shoeSize","identifiers":{"email":"a@example.com"}}""", "InvalidMatchIdentifier")]
    [InlineData("""{"matchIdentifier":"email","identifiers":{"email":"a@example.com"},"lists":[]}""", "ApiSchemaViolation")]
    [InlineData("""{"matchIdentifier":"email","identifiers":{"email":"a@example.com"},"lists":["1001"]}""", "ApiSchemaViolation")]
    [InlineData("""{"matchIdentifier":"email","identifiers":{"email":"a@example.com"},"channelProperties":{"email":{"status":"Subscribed"}}}""", "InvalidContactStatus")]
    [InlineData("""{"matchIdentifier":"email","identifiers":{"email":"a@example.com"},"channelProperties":{"email":{"emailType":"Html"}}}""", "ApiSchemaViolation")]
    [InlineData("""{"matchIdentifier":"contactId","identifiers":{"contactId":"1100000001"}}""", "InvalidContactId")]
    [InlineData("""{"matchIdentifier":"email","identifiers":{"email":"a@example.com"},"dataFields":{"SHOESIZE":44}}""", "InvalidContact")]
    [InlineData("""{"matchIdentifier":"email","identifiers":{"email":"a@example.com"},"dataFields":{"FIRSTNAME":44}}""", "InvalidContact")]
    [InlineData("""{"matchIdentifier":"email","identifiers":{"email":"a@example.com"},"dataFields":{"LASTSUBSCRIBED":"yesterday"}}""", "InvalidContact")]
    public async Task Records_that_break_the_specification_fail_one_by_one(string record, string code)
    {
        await using var session = await Start();

        var report = await session.Import(record + "," + Record("fine@example.com"));

        Assert.Equal(code, Code(report));
        Assert.Single(report["created"]!.AsArray());
    }

    [Fact]
    public async Task A_value_that_does_not_fit_can_be_left_out_and_the_contact_is_in_both_lists()
    {
        await using var session = await Start(new SimulatorOptions { BadFieldInImport = BadFieldInImport.LeftOut });

        var report = await session.Import(Record("a@example.com", """ "dataFields":{"FIRSTNAME":"Ada","SHOESIZE":44} """));

        Assert.Single(report["created"]!.AsArray());
        Assert.Single(Codes(report));
        Assert.Equal("Ada", session.Account.Contact("a@example.com")!.DataFields["FIRSTNAME"]);
    }

    [Theory]
    [InlineData("{", "contacts:badJson")]
    [InlineData("""{"contacts":[]}""", "contacts:noContactsSpecified")]
    [InlineData("""{"mergeOption":"overwrite"}""", "contacts:invalidRequest")]
    [InlineData("", "contacts:badJson")]
    [InlineData("""{"\ud800":1,"contacts":[{}]}""", "contacts:badJson")]
    [InlineData("""{"contacts":[{}],"mergeOption":null}""", "contacts:invalidRequest")]
    [InlineData("""{"contacts":[{}],"mergeOption":"Overwrite"}""", "contacts:invalidRequest")]
    public async Task A_request_that_is_wrong_as_a_whole_is_refused(string body, string code)
    {
        await using var session = await Start();

        var answer = await session.Send("PUT", "/contacts/v3/import", body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(code, answer.ErrorCode);
    }

    [Fact]
    public async Task A_body_above_the_limit_is_refused()
    {
        await using var session = await Start(new SimulatorOptions { MaxImportBytes = 200 });

        var answer = await session.Send("PUT", "/contacts/v3/import", $$"""{"contacts":[{{string.Join(",", Enumerable.Repeat(Record("a@example.com"), 5))}}]}""");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
    }

    [Fact]
    public async Task The_twenty_sixth_active_import_is_refused_until_one_ends()
    {
        await using var session = await Start();
        for (var i = 0; i < 25; i++)
        {
            await session.Put(Record($"a{i}@example.com"));
        }

        var refused = await session.Send("PUT", "/contacts/v3/import", $$"""{"contacts":[{{Record("b@example.com")}}]}""");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        Assert.Equal("contacts:tooManyActiveImports", refused.ErrorCode);

        session.Clock.Advance(TimeSpan.FromSeconds(1));
        await session.Put(Record("b@example.com"));
    }

    [Fact]
    public async Task Imports_can_be_stuck_slow_failed_or_rejected_in_part()
    {
        await using var session = await Start(new SimulatorOptions
        {
            StuckImport = 1, SlowImport = 2, FailedImport = 3, WatchdogAbove = 3, AppliedBeforeRejection = 2,
        });
        var stuck = await session.Put(Record("stuck@example.com"));
        var slow = await session.Put(Record("slow@example.com"));
        var failed = await session.Put(Record("failed@example.com"));
        var rejected = await session.Put(string.Join(",", Enumerable.Range(1, 4).Select(i => Record($"rejected{i}@example.com"))));

        session.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(["NotFinished", "NotFinished", "Failed", "RejectedByWatchdog"], await Statuses());

        session.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(["NotFinished", "Finished", "Failed", "RejectedByWatchdog"], await Statuses());
        Assert.NotNull(session.Account.Contact("rejected2@example.com"));
        Assert.Null(session.Account.Contact("rejected3@example.com"));

        async Task<List<string>> Statuses()
        {
            var statuses = new List<string>();
            foreach (var id in (string[])[stuck, slow, failed, rejected])
            {
                statuses.Add((await session.Get($"/contacts/v3/import/{id}")).Json!["status"]!.GetValue<string>());
            }

            return statuses;
        }
    }

    [Fact]
    public async Task An_account_that_is_full_takes_updates_and_no_one_new()
    {
        await using var session = await Start(new SimulatorOptions { MaxContacts = 1 });
        session.Account.AddContact("in@example.com");

        var updated = await session.Import(Record("in@example.com"));
        var exceeded = await session.Import(Record("out@example.com"));

        Assert.Equal("Finished", updated["status"]!.GetValue<string>());
        Assert.Equal("ExceedsAllowedContactLimit", exceeded["status"]!.GetValue<string>());
        Assert.Null(session.Account.Contact("out@example.com"));
    }

    [Fact]
    public async Task Where_everybody_is_asked_to_confirm_a_new_contact_is_created_but_not_in_the_list()
    {
        await using var session = await Start(new SimulatorOptions { DoubleOptIn = DoubleOptIn.All });

        var report = await session.Import(Record("new@example.com", $"\"lists\":[{session.Book}]"));

        Assert.Single(report["created"]!.AsArray());
        Assert.Empty(session.Account.Members(session.Book));
        Assert.Equal(ContactStatus.PendingOptIn, session.Account.Contact("new@example.com")!.Status);
        Assert.Equal(1, session.Account.Confirmations("new@example.com"));

        session.Account.Confirm("new@example.com");
        Assert.Equal(["new@example.com"], session.Account.Members(session.Book));
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

    private static string Code(JsonNode report) => Assert.Single(Codes(report));

    private static List<string> Codes(JsonNode report) =>
        [.. report["failures"]!.AsArray().Select(failed => failed!["failures"]![0]!["failureCode"]!.GetValue<string>())];
}
