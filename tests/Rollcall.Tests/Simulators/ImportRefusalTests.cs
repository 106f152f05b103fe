using System.Net;
using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Simulators.SimulatedSession;

namespace Rollcall.Tests.Simulators;

/// <summary>Imports that are refused, in part or as a whole, and those that never end.</summary>
public class ImportRefusalTests
{
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
    [InlineData("""{"identifiers":{"email":"a@example.com"}}""", "ApiSchemaViolation")]
    [InlineData("""{"matchIdentifier":"email"}""", "ApiSchemaViolation")]
    [InlineData("""{"matchIdentifier":"email","identifiers":{"email":"\ud800@example.com"}}""", "ApiSchemaViolation")]
    [InlineData("""{"matchIdentifier":"email","identifiers":{}}""", "NoValidIdentifiers")]
    [InlineData("""{"matchIdentifier":"shoeSize","identifiers":{"email":"a@example.com"}}""", "InvalidMatchIdentifier")]
    [InlineData("""{"matchIdentifier":"email","identifiers":{"email":"a@example.com"},"lists":[]}""", "ApiSchemaViolation")]
    [InlineData("""{"matchIdentifier":"email","identifiers":{"email":"a@example.com"},"lists":["1001"]}""", "ApiSchemaViolation")]
    [InlineData(
        """{"matchIdentifier":"email","identifiers":{"email":"a@example.com"},"channelProperties":{"email":{"status":"Subscribed"}}}""",
        "InvalidContactStatus")]
    [InlineData(
        """{"matchIdentifier":"email","identifiers":{"email":"a@example.com"},"channelProperties":{"email":{"emailType":"Html"}}}""",
        "ApiSchemaViolation")]
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

        var answer = await session.Send(
            "PUT",
            "/contacts/v3/import",
            $$"""{"contacts":[{{string.Join(",", Enumerable.Repeat(Record("a@example.com"), 5))}}]}""");

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
}
