using System.Net;
using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Simulators.SimulatedSession;

namespace Rollcall.Tests.Simulators;

public class BookContactTests
{
    private const string Ada = """{"email":"ada@example.com","dataFields":[{"key":"FIRSTNAME","value":"Ada"}]}""";

    [Fact]
    public async Task Adding_one_contact_fires_the_join_action_and_again_when_repeated()
    {
        await using var session = await Start();

        var added = await session.Post($"/v2/address-books/{session.Book}/contacts", Ada);
        await session.Post($"/v2/address-books/{session.Book}/contacts", Ada);

        Assert.Equal(HttpStatusCode.OK, added.Status);
        Assert.Equal("""[{"key":"FIRSTNAME","value":"Ada"}]""", added.Json!["dataFields"]!.ToJsonString());
        Assert.Equal(2, session.Account.Joins("ada@example.com", session.Book));
    }

    [Fact]
    public async Task Repeated_adds_can_be_silent()
    {
        await using var session = await Start(new SimulatorOptions { RepeatedAddsFire = false });

        await session.Post($"/v2/address-books/{session.Book}/contacts", Ada);
        await session.Post($"/v2/address-books/{session.Book}/contacts", Ada);

        Assert.Equal(1, session.Account.Joins("ada@example.com", session.Book));
    }

    [Fact]
    public async Task Where_single_adds_ask_to_confirm_the_join_action_waits_for_the_person()
    {
        await using var session = await Start(new SimulatorOptions { DoubleOptIn = DoubleOptIn.Single });

        var added = await session.Post($"/v2/address-books/{session.Book}/contacts", Ada);

        Assert.Equal("PendingOptIn", added.Json!["status"]!.GetValue<string>());
        Assert.Equal(1, session.Account.Confirmations("ada@example.com"));
        Assert.Equal(0, session.Account.Counters.Joins);

        session.Account.Confirm("ada@example.com");
        Assert.Equal(1, session.Account.Joins("ada@example.com", session.Book));
    }

    [Fact]
    public async Task Suppressed_people_are_refused_by_account_and_by_book()
    {
        await using var session = await Start();
        session.Account.AddContact("ada@example.com", session.Book);

        session.Account.Unsubscribe("ada@example.com", session.Book);
        Assert.Contains(
            "ERROR_CONTACT_SUPPRESSEDFORADDRESSBOOK", (await session.Post($"/v2/address-books/{session.Book}/contacts", Ada)).Message,
            StringComparison.Ordinal);

        session.Account.Unsubscribe("ada@example.com");
        Assert.EndsWith("ERROR_CONTACT_SUPPRESSED", (await session.Post($"/v2/address-books/{session.Book}/contacts", Ada)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"email":"nonsense"}""", "ERROR_INVALID_EMAIL")]
    [InlineData("""{"optInType":"Single"}""", "ERROR_CONTACT_INVALID")]
    [InlineData("""{"email":"a@example.com","optInType":"single"}""", "ERROR_CONTACT_INVALID")]
    [InlineData("""{"email":"a@example.com","shoe":1}""", "ERROR_CONTACT_INVALID")]
    [InlineData("""{"email":"a@example.com","dataFields":[{"key":"SHOE","value":"44"}]}""", "ERROR_DATAFIELD_NOTFOUND")]
    [InlineData("""{"email":"a@example.com","dataFields":[{"key":"LASTSUBSCRIBED","value":"soon"}]}""", "ERROR_DATAFIELD_INVALID")]
    public async Task A_contact_that_breaks_a_rule_is_refused(string body, string error)
    {
        await using var session = await Start();

        Assert.Contains(error, (await session.Post($"/v2/address-books/{session.Book}/contacts", body)).Message, StringComparison.Ordinal);
        Assert.Equal(0, session.Account.ContactCount);
    }

    [Fact]
    public async Task Books_that_are_unknown_or_not_writable_are_refused()
    {
        await using var session = await Start();
        var locked = session.Account.AddBook("Locked", writable: false);

        var unknown = await session.Post("/v2/address-books/99/contacts", Ada);
        Assert.Equal(HttpStatusCode.NotFound, unknown.Status);
        Assert.Contains("ERROR_ADDRESSBOOK_NOT_FOUND", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("ERROR_ADDRESSBOOK_NOTWRITABLE", (await session.Post($"/v2/address-books/{locked}/contacts", Ada)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_v2_look_up_hides_suppressed_people_where_v3_shows_them()
    {
        await using var session = await Start();
        session.Account.AddContact("ada@example.com");
        Assert.Equal(HttpStatusCode.OK, (await session.Get("/v2/contacts/ada%40example.com")).Status);

        session.Account.SetStatus("ada@example.com", ContactStatus.HardBounced);

        Assert.Contains("ERROR_CONTACT_NOT_FOUND", (await session.Get("/v2/contacts/ada@example.com")).Message, StringComparison.Ordinal);
        var shown = await session.Get("/contacts/v3/email/ada@example.com");
        Assert.Equal("suppressed", shown.Json!["status"]!.GetValue<string>());
        Assert.Equal("hardBounced", shown.Json["channelProperties"]!["email"]!["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task Bulk_deletion_takes_people_out_of_the_book_later_and_not_out_of_the_account()
    {
        await using var session = await Start();
        var other = session.Account.AddBook("Other");
        var id = session.Account.AddContact("ada@example.com", session.Book, other);

        var started = await session.Post($"/v2/address-books/{session.Book}/contacts/delete", $"[{id},12345]");
        Assert.Equal(HttpStatusCode.Accepted, started.Status);
        Assert.Equal("Started", started.Json!["status"]!.GetValue<string>());
        Assert.Single(session.Account.Members(session.Book));

        session.Clock.Advance(TimeSpan.FromSeconds(1));
        var ended = await session.Get($"/v2/contacts/deletion/{started.Json["id"]!.GetValue<string>()}");
        Assert.Equal("Completed", ended.Json!["status"]!.GetValue<string>());
        Assert.Empty(session.Account.Members(session.Book));
        Assert.Equal(["ada@example.com"], session.Account.Members(other));
    }

    [Fact]
    public async Task Bulk_deletions_can_be_limited_and_never_be_empty()
    {
        await using var session = await Start(new SimulatorOptions { BulkDeletionLimit = 2 });
        var path = $"/v2/address-books/{session.Book}/contacts/delete";

        Assert.Equal(HttpStatusCode.Accepted, (await session.Post(path, "[1,2]")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await session.Post(path, "[1,2,3]")).Status);
        Assert.Contains("ERROR_CONTACTS_ARE_NOT_SPECIFIED", (await session.Post(path, "[]")).Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await session.Post(path, "[\"1\"]")).Status);
    }

    [Fact]
    public async Task Deleting_one_contact_from_a_book_is_answered_204_and_can_be_repeated()
    {
        await using var session = await Start();
        var id = session.Account.AddContact("ada@example.com", session.Book);

        Assert.Equal(HttpStatusCode.NoContent, (await session.Send("DELETE", $"/v2/address-books/{session.Book}/contacts/{id}")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await session.Send("DELETE", $"/v2/address-books/{session.Book}/contacts/{id}")).Status);
        Assert.Empty(session.Account.Members(session.Book));
        Assert.Equal(HttpStatusCode.NotFound, (await session.Send("DELETE", $"/v2/address-books/{session.Book}/contacts/12")).Status);
    }

    [Fact]
    public async Task Unsubscribing_from_a_book_leaves_the_account_status_alone()
    {
        await using var session = await Start();
        session.Account.AddContact("ada@example.com", session.Book);

        var left = await session.Post($"/v2/address-books/{session.Book}/contacts/unsubscribe", """{"email":"ada@example.com"}""");

        Assert.Equal("Subscribed", left.Json!["suppressedContact"]!["status"]!.GetValue<string>());
        Assert.Equal("Unsubscribed", left.Json["reason"]!.GetValue<string>());
        Assert.Empty(session.Account.Members(session.Book));
    }

    [Theory]
    [InlineData("resubscribe", "ContactChallenged", BookStatus.Challenged, 1, 0)]
    [InlineData("resubscribe-with-no-challenge", "ContactAdded", BookStatus.Subscribed, 0, 1)]
    public async Task Resubscribing_to_a_book_challenges_or_adds(string form, string answer, BookStatus status, int challenges, int resubscriptions)
    {
        await using var session = await Start();
        session.Account.AddContact("ada@example.com", session.Book);
        session.Account.Unsubscribe("ada@example.com", session.Book);

        var back = await session.Post(
            $"/v2/address-books/{session.Book}/contacts/{form}",
            """{"unsubscribedContact":{"email":"ada@example.com"},"preferredLocale":"de-DE"}""");

        Assert.Equal(answer, back.Json!["status"]!.GetValue<string>());
        Assert.Equal(status, session.Account.Contact("ada@example.com")!.Books[session.Book]);
        Assert.Equal(challenges, session.Account.Challenges("ada@example.com"));
        Assert.Equal(resubscriptions, session.Account.Counters.Resubscriptions);
    }

    [Fact]
    public async Task A_challenge_shows_as_pending_in_v3_and_the_person_may_accept_it()
    {
        await using var session = await Start(new SimulatorOptions { ChallengeAnyway = true });
        session.Account.AddContact("ada@example.com", session.Book);
        session.Account.Unsubscribe("ada@example.com", session.Book);

        await session.Post(
            $"/v2/address-books/{session.Book}/contacts/resubscribe-with-no-challenge",
            """{"unsubscribedContact":{"email":"ada@example.com"}}""");

        var shown = await session.Get("/contacts/v3/email/ada@example.com");
        Assert.Equal("pending", shown.Json!["lists"]![0]!["status"]!.GetValue<string>());
        session.Account.Confirm("ada@example.com");
        Assert.Single(session.Account.Members(session.Book));
    }

    [Theory]
    [InlineData(ContactStatus.Unsubscribed, "ContactAdded", ContactStatus.Subscribed)]
    [InlineData(ContactStatus.HardBounced, "ContactCannotBeUnsuppressed", ContactStatus.HardBounced)]
    [InlineData(ContactStatus.Suppressed, "ContactCannotBeUnsuppressed", ContactStatus.Suppressed)]
    public async Task Only_people_who_left_by_themselves_come_back_to_the_account(ContactStatus before, string answer, ContactStatus after)
    {
        await using var session = await Start();
        session.Account.AddContact("ada@example.com");
        session.Account.SetStatus("ada@example.com", before);

        var back = await session.Post("/v2/contacts/resubscribe-with-no-challenge", """{"unsubscribedContact":{"email":"ada@example.com"}}""");

        Assert.Equal(answer, back.Json!["status"]!.GetValue<string>());
        Assert.Equal(after, session.Account.Contact("ada@example.com")!.Status);
    }

    [Fact]
    public async Task A_challenge_to_come_back_to_the_account_changes_nothing_yet()
    {
        await using var session = await Start();
        session.Account.AddContact("ada@example.com");
        session.Account.Unsubscribe("ada@example.com");

        var asked = await session.Post("/v2/contacts/resubscribe", """{"unsubscribedContact":{"email":"ada@example.com"}}""");

        Assert.Equal("ContactChallenged", asked.Json!["status"]!.GetValue<string>());
        Assert.Equal(ContactStatus.Unsubscribed, session.Account.Contact("ada@example.com")!.Status);
        Assert.Equal(1, session.Account.Challenges("ada@example.com"));
    }
}
