using System.Net;
using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Simulators.SimulatedSession;

namespace Rollcall.Tests.Simulators;

/// <summary>Writes that are carried out long after their caller heard nothing, or that they had failed.</summary>
public class LateWorkTests
{
    [Theory]
    [InlineData(
        "PUT",
        "/contacts/v3/import",
        "importContacts",
        """{"contacts":[{"matchIdentifier":"email","identifiers":{"email":"new@example.com"},"lists":[BOOK]}]}""")]
    [InlineData("PATCH", "/contacts/v3/email/new@example.com", "importContact", """{"lists":[BOOK]}""")]
    [InlineData("POST", "/v2/address-books/BOOK/contacts", "addContactToAddressBook", """{"email":"new@example.com"}""")]
    [InlineData(
        "POST",
        "/v2/address-books/BOOK/contacts/resubscribe-with-no-challenge",
        "resubscribeToAddressBookWithNoChallenge",
        """{"unsubscribedContact":{"email":"left@example.com"}}""")]
    public async Task A_write_whose_answer_was_lost_puts_people_into_the_book_later(string method, string path, string operation, string body)
    {
        await using var session = await Start(new SimulatorOptions
        {
            LateUnanswered = TimeSpan.FromMinutes(20),
            Faults = [Fault.Parse(operation + ":1:drop-after")],
        });
        session.Account.AddContact("left@example.com", session.Book);
        session.Account.Unsubscribe("left@example.com", session.Book);

        await Assert.ThrowsAsync<HttpRequestException>(() =>
            session.Send(method, path.Replace("BOOK", $"{session.Book}"), body.Replace("BOOK", $"{session.Book}")));

        session.Pass(TimeSpan.FromMinutes(19));
        Assert.Empty(session.Account.Members(session.Book));
        Assert.Equal(1, session.Account.LateWork);

        session.Pass(TimeSpan.FromMinutes(2));
        Assert.Single(session.Account.Members(session.Book));
        Assert.Equal(0, session.Account.LateWork);
    }

    [Theory]
    [InlineData("POST", "/v2/address-books/BOOK/contacts/delete", "deleteContactsFromAddressBook", "[ID]")]
    [InlineData("DELETE", "/v2/address-books/BOOK/contacts/ID", "deleteContactFromAddressBook", null)]
    [InlineData("POST", "/v2/address-books/BOOK/contacts/unsubscribe", "unsubscribeFromAddressBook", """{"email":"a@example.com"}""")]
    public async Task A_write_whose_answer_was_lost_takes_people_out_of_the_book_later(string method, string path, string operation, string? body)
    {
        await using var session = await Start(new SimulatorOptions
        {
            LateUnanswered = TimeSpan.FromHours(3),
            Faults = [Fault.Parse(operation + ":1:drop-after")],
        });
        var id = session.Account.AddContact("a@example.com", session.Book);

        await Assert.ThrowsAsync<HttpRequestException>(() =>
            session.Send(method, path.Replace("BOOK", $"{session.Book}").Replace("ID", $"{id}"), body?.Replace("ID", $"{id}")));

        session.Pass(TimeSpan.FromHours(2));
        Assert.Single(session.Account.Members(session.Book));

        session.Pass(TimeSpan.FromHours(2));
        Assert.Empty(session.Account.Members(session.Book));
    }

    [Fact]
    public async Task Without_the_switch_a_write_whose_answer_was_lost_is_done_at_once_and_a_fault_may_say_how_late_it_is()
    {
        await using var session = await Start(new SimulatorOptions
        {
            Faults = [Fault.Parse("addContactToAddressBook:1:drop-after"), Fault.Parse("addContactToAddressBook:2:drop-after-late30")],
        });

        await Assert.ThrowsAsync<HttpRequestException>(() => Add("at-once@example.com"));
        await Assert.ThrowsAsync<HttpRequestException>(() => Add("late@example.com"));
        Assert.Equal(["at-once@example.com"], session.Account.Members(session.Book));

        session.Pass(TimeSpan.FromSeconds(31));
        Assert.Equal(2, session.Account.Members(session.Book).Count);

        Task<Answer> Add(string email) => session.Post($"/v2/address-books/{session.Book}/contacts", $$"""{"email":"{{email}}"}""");
    }

    [Fact]
    public async Task A_refused_write_may_still_be_carried_out_later()
    {
        await using var session = await Start(new SimulatorOptions
        {
            Faults = [Fault.Parse("importContacts:1:503-late60"), Fault.Parse("importContacts:2:503")],
        });

        var late = await session.Send("PUT", "/contacts/v3/import", $$"""{"contacts":[{{Record("late@example.com")}}]}""");
        var never = await session.Send("PUT", "/contacts/v3/import", $$"""{"contacts":[{{Record("never@example.com")}}]}""");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable), (late.Status, never.Status));
        session.Pass(TimeSpan.FromSeconds(60));
        Assert.Null(session.Account.Contact("late@example.com"));

        session.Pass(TimeSpan.FromSeconds(1));
        Assert.NotNull(session.Account.Contact("late@example.com"));
        Assert.Null(session.Account.Contact("never@example.com"));
    }

    [Fact]
    public async Task A_write_whose_caller_gave_up_is_carried_out_later()
    {
        await using var session = await Start(new SimulatorOptions { LateUnanswered = TimeSpan.FromMinutes(5), Faults = [Fault.Parse("1:slow600")] });
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var content = new StringContent("""{"email":"a@example.com"}""", System.Text.Encoding.UTF8, "application/json");

        var call = session.Http.PostAsync($"/v2/address-books/{session.Book}/contacts", content, patience.Token);
        await session.Reached("addContactToAddressBook");
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        while (session.Account.LateWork == 0)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        Assert.Empty(session.Account.Members(session.Book));
        session.Pass(TimeSpan.FromMinutes(6));
        Assert.Equal(["a@example.com"], session.Account.Members(session.Book));
    }

    [Fact]
    public async Task A_call_that_the_gate_refuses_is_not_carried_out_later_and_reading_is_never_late()
    {
        await using var session = await Start(new SimulatorOptions
        {
            LateUnanswered = TimeSpan.FromMinutes(5), ForbiddenOperations = ["createAddressBook"], Faults = [Fault.Parse("1x2:drop-after")],
        });

        await Assert.ThrowsAsync<HttpRequestException>(() => session.Post("/v2/address-books", """{"name":"x"}"""));
        await Assert.ThrowsAsync<HttpRequestException>(() => session.Get("/v2/address-books"));

        Assert.Equal(0, session.Account.LateWork);
    }

    [Theory]
    [InlineData("RejectedByWatchdog")]
    [InlineData("Failed")]
    public async Task What_a_rejected_or_failed_import_left_out_may_be_applied_later_under_the_same_status(string status)
    {
        var options = new SimulatorOptions { LateRejected = TimeSpan.FromSeconds(20), AppliedBeforeRejection = 1 };
        await using var session = await Start(status == "Failed" ? options with { FailedImport = 1 } : options with { WatchdogImport = 1 });
        var id = await session.Put(string.Join(",", Enumerable.Range(1, 3).Select(i => Record($"a{i}@example.com", $"\"lists\":[{session.Book}]"))));

        session.Pass(TimeSpan.FromSeconds(19));
        Assert.Equal(status, (await session.Get($"/contacts/v3/import/{id}")).Json!["status"]!.GetValue<string>());
        Assert.Equal(["a1@example.com"], session.Account.Members(session.Book));
        session.Account.Unsubscribe("a1@example.com", session.Book);

        session.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(status, (await session.Get($"/contacts/v3/import/{id}")).Json!["status"]!.GetValue<string>());
        Assert.Equal(["a2@example.com", "a3@example.com"], session.Account.Members(session.Book));
    }

    [Fact]
    public async Task A_forgotten_import_is_unknown_from_the_start_and_applied_later()
    {
        await using var session = await Start(new SimulatorOptions { ForgottenImport = 1, LateForgotten = TimeSpan.FromHours(1), MaxActiveImports = 1 });

        var id = await session.Put(Record("a@example.com"));
        Assert.Equal("contacts:importNotFound", (await session.Get($"/contacts/v3/import/{id}")).ErrorCode);
        Assert.Single((await session.Import(Record("b@example.com")))["created"]!.AsArray());
        Assert.Null(session.Account.Contact("a@example.com"));

        session.Pass(TimeSpan.FromHours(1));
        Assert.NotNull(session.Account.Contact("a@example.com"));
        Assert.Equal("contacts:importNotFound", (await session.Get($"/contacts/v3/import/{id}")).ErrorCode);
    }

    [Fact]
    public async Task A_failed_bulk_removal_may_be_carried_out_in_part_and_the_rest_later()
    {
        await using var session = await Start(new SimulatorOptions { FailedDeletion = 1, AppliedBeforeRejection = 1, LateRejected = TimeSpan.FromMinutes(10) });
        var ids = Enumerable.Range(1, 3).Select(i => session.Account.AddContact($"a{i}@example.com", session.Book)).ToList();
        var removal = (await session.Post($"/v2/address-books/{session.Book}/contacts/delete", $"[{string.Join(",", ids)}]")).Json!["id"]!.GetValue<string>();

        session.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal("Failed", (await session.Get($"/v2/contacts/deletion/{removal}")).Json!["status"]!.GetValue<string>());
        Assert.Equal(["a2@example.com", "a3@example.com"], session.Account.Members(session.Book));

        session.Pass(TimeSpan.FromMinutes(10));
        Assert.Empty(session.Account.Members(session.Book));
        Assert.Equal("Failed", (await session.Get($"/v2/contacts/deletion/{removal}")).Json!["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_forgotten_bulk_removal_is_unknown_from_the_start_and_carried_out_later()
    {
        await using var session = await Start(new SimulatorOptions { ForgottenDeletion = 1, LateForgotten = TimeSpan.FromMinutes(10) });
        var id = session.Account.AddContact("a@example.com", session.Book);
        var removal = (await session.Post($"/v2/address-books/{session.Book}/contacts/delete", $"[{id}]")).Json!["id"]!.GetValue<string>();

        Assert.Equal(HttpStatusCode.NotFound, (await session.Get($"/v2/contacts/deletion/{removal}")).Status);
        Assert.Single(session.Account.Members(session.Book));

        session.Pass(TimeSpan.FromMinutes(11));
        Assert.Equal(HttpStatusCode.NotFound, (await session.Get($"/v2/contacts/deletion/{removal}")).Status);
        Assert.Empty(session.Account.Members(session.Book));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Insight_imports_fail_or_are_forgotten_and_are_applied_later(bool forgotten)
    {
        var options = new SimulatorOptions { LateRejected = TimeSpan.FromMinutes(10), LateForgotten = TimeSpan.FromMinutes(10) };
        await using var session = await Start(forgotten ? options with { ForgottenInsightImport = 1 } : options with { FailedInsightImport = 1 });
        session.Account.AddContact("a@example.com");
        var accepted = await session.Send(
            "PUT",
            "/insightData/v3/import",
            """{"collectionName":"Lytics","collectionScope":"contact","collectionType":"custom","records":"""
            + """[{"contactIdentity":{"identifier":"email","value":"a@example.com"},"key":"fields","json":{"x":1}}]}""");
        var id = accepted.Json!["importId"]!.GetValue<string>();

        session.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(forgotten ? HttpStatusCode.NotFound : HttpStatusCode.OK, (await session.Get($"/insightData/v3/import/{id}")).Status);
        Assert.Empty(session.Account.InsightRecords("Lytics"));

        session.Pass(TimeSpan.FromMinutes(10));
        Assert.Single(session.Account.InsightRecords("Lytics"));
    }

    [Theory]
    [InlineData("1:slow5-late3")]
    [InlineData("1:drop-before-late3")]
    [InlineData("1:drop-after-late")]
    [InlineData("1:drop-after-late1-late2")]
    public void What_cannot_be_late_is_not_a_fault(string text) =>
        Assert.Throws<FormatException>(() => Fault.Parse(text));
}
