using System.Net;
using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Simulators.SimulatedSession;

namespace Rollcall.Tests.Simulators;

/// <summary>What people and marketers change in an account without the API.</summary>
public class ManualChangesTests
{
    [Fact]
    public async Task A_contact_may_change_its_address_but_not_to_one_that_is_taken()
    {
        await using var session = await Start();
        var id = session.Account.AddContact("old@example.com", session.Book);
        session.Account.AddContact("taken@example.com");

        session.Account.ChangeEmail("old@example.com", "new@example.com");

        Assert.Equal(HttpStatusCode.NotFound, (await session.Get("/contacts/v3/email/old@example.com")).Status);
        Assert.Equal("new@example.com", (await session.Get($"/contacts/v3/contactId/{id}")).Json!["identifiers"]!["email"]!.GetValue<string>());
        Assert.Throws<InvalidOperationException>(() => session.Account.ChangeEmail("new@example.com", "taken@example.com"));
        Assert.NotNull(session.Account.Contact("new@example.com"));
    }

    [Fact]
    public async Task Merging_keeps_the_address_and_gives_a_new_id_and_what_the_other_had()
    {
        await using var session = await Start();
        var second = session.Account.AddBook("Second");
        var kept = session.Account.AddContact("kept@example.com", session.Book);
        var other = session.Account.AddContact("other@example.com", session.Book, second);
        session.Account.Unsubscribe("kept@example.com", session.Book);
        await session.Send("PATCH", "/contacts/v3/email/kept@example.com", """{"dataFields":{"FIRSTNAME":"Kept"}}""");
        await session.Send("PATCH", "/contacts/v3/email/other@example.com", """{"dataFields":{"FIRSTNAME":"Other","LASTNAME":"Other"}}""");

        var merged = session.Account.Merge("kept@example.com", "other@example.com");

        var contact = session.Account.Contact("kept@example.com")!;
        Assert.Equal(merged, contact.Id);
        Assert.True(merged > other);
        Assert.Equal(("Kept", "Other"), (contact.DataFields["FIRSTNAME"], contact.DataFields["LASTNAME"]));
        Assert.Equal((BookStatus.Unsubscribed, BookStatus.Subscribed), (contact.Books[session.Book], contact.Books[second]));
        Assert.Equal([0, 1], session.Account.Books.Select(book => book.Members));
        foreach (var gone in (string[])[$"contactId/{kept}", $"contactId/{other}", "email/other@example.com"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await session.Get($"/contacts/v3/{gone}")).Status);
        }

        Assert.Single((await session.Get("/contacts/v3")).Json!["_items"]!.AsArray());
        Assert.Single((await session.Get($"/v2/address-books/{session.Book}/contacts/unsubscribed-since/2000-01-01")).Json!.AsArray());
    }

    [Fact]
    public async Task A_merge_with_somebody_unknown_gives_a_new_id_and_the_old_one_is_no_longer_matched()
    {
        await using var session = await Start();
        var old = session.Account.AddContact("a@example.com", session.Book);

        var merged = session.Account.Merge("a@example.com");
        var report = await session.Import($$$"""{"matchIdentifier":"contactId","identifiers":{"contactId":{{{old}}}},"dataFields":{"FIRSTNAME":"x"}}""");

        Assert.NotEqual(old, merged);
        Assert.Equal("InvalidContactId", report["failures"]![0]!["failures"]![0]!["failureCode"]!.GetValue<string>());
        Assert.Equal(["a@example.com"], session.Account.Members(session.Book));
        Assert.Throws<InvalidOperationException>(() => session.Account.Merge("a@example.com", "a@example.com"));
    }

    [Fact]
    public async Task A_deleted_person_who_registers_again_is_a_new_contact()
    {
        await using var session = await Start();
        var old = session.Account.AddContact("a@example.com", session.Book);
        session.Account.DeleteContact("a@example.com");
        session.Clock.Advance(TimeSpan.FromHours(1));

        var registered = session.Account.Register("a@example.com", session.Book);

        var shown = (await session.Get("/contacts/v3/email/a@example.com")).Json!;
        Assert.NotEqual(old, registered);
        Assert.Equal(registered, shown["contactId"]!.GetValue<long>());
        Assert.Equal("2026-03-01T13:00:00.000Z", shown["created"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.NotFound, (await session.Get($"/contacts/v3/contactId/{old}")).Status);
    }

    [Fact]
    public async Task An_unsubscribed_person_who_registers_again_is_the_same_contact()
    {
        await using var session = await Start();
        var id = session.Account.AddContact("a@example.com", session.Book);
        session.Account.Unsubscribe("a@example.com");
        session.Account.Unsubscribe("a@example.com", session.Book);

        Assert.Equal(id, session.Account.Register("a@example.com", session.Book));
        Assert.Equal(["a@example.com"], session.Account.Members(session.Book));
        Assert.Equal(ContactStatus.Subscribed, session.Account.Contact("a@example.com")!.Status);
    }

    [Fact]
    public async Task A_book_emptied_manually_keeps_its_opt_outs()
    {
        await using var session = await Start();
        session.Account.AddContact("a@example.com", session.Book);
        session.Account.AddContact("b@example.com", session.Book);
        session.Account.Unsubscribe("b@example.com", session.Book);

        session.Account.EmptyBook(session.Book);

        Assert.Empty(session.Account.Members(session.Book));
        Assert.Equal(0, (await session.Get($"/v2/address-books/{session.Book}")).Json!["contacts"]!.GetValue<int>());
        Assert.Single((await session.Get($"/v2/address-books/{session.Book}/contacts/unsubscribed-since/2000-01-01")).Json!.AsArray());
    }

    [Fact]
    public async Task A_recreated_book_has_the_same_name_a_new_id_and_no_contacts()
    {
        await using var session = await Start();
        session.Account.AddContact("a@example.com", session.Book);

        var recreated = session.Account.RemakeBook(session.Book);

        var book = Assert.Single((await session.Get("/v2/address-books")).Json!.AsArray())!;
        Assert.Equal((recreated, "Newsletter", 0), (book["id"]!.GetValue<int>(), book["name"]!.GetValue<string>(), book["contacts"]!.GetValue<int>()));
        Assert.NotEqual(session.Book, recreated);
        Assert.Empty((await session.Get($"/contacts/v3?~listId={recreated}")).Json!["_items"]!.AsArray());
    }

    [Fact]
    public async Task A_removal_keeps_the_books_opt_out_or_takes_it_along()
    {
        await using var session = await Start();
        var ids = Enumerable.Range(1, 4).Select(i => session.Account.AddContact($"a{i}@example.com", session.Book)).ToList();
        ids.ForEach(id => session.Account.Unsubscribe($"a{ids.IndexOf(id) + 1}@example.com", session.Book));

        await session.Post($"/v2/address-books/{session.Book}/contacts/delete", $"[{ids[0]}]");
        session.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(4, await OptedOut());

        await session.Post("/simulator/options", """{"removalTakesOptOut":true}""");
        await session.Post($"/v2/address-books/{session.Book}/contacts/delete", $"[{ids[1]}]");
        session.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(3, await OptedOut());
        await session.Send("DELETE", $"/v2/address-books/{session.Book}/contacts/{ids[2]}");
        Assert.Equal(2, await OptedOut());
        session.Account.RemoveFromBook("a4@example.com", session.Book);
        Assert.Equal(1, await OptedOut());

        session.Account.Options = session.Account.Options with { ListSuppression = ListSuppression.Keeps };
        await session.Import(string.Join(",", Enumerable.Range(1, 2).Select(i => Record($"a{i}@example.com", $"\"lists\":[{session.Book}]"))));
        Assert.Equal(["a2@example.com"], session.Account.Members(session.Book));

        async Task<int> OptedOut() =>
            (await session.Get($"/v2/address-books/{session.Book}/contacts/unsubscribed-since/2000-01-01")).Json!.AsArray().Count;
    }

    [Fact]
    public async Task Each_can_be_done_over_http()
    {
        await using var session = await Start();
        var id = session.Account.AddContact("a@example.com", session.Book);
        session.Account.AddContact("b@example.com", session.Book);

        await session.Post($"/simulator/contacts/new@example.com/register?book={session.Book}", "");
        await session.Post("/simulator/contacts/a@example.com/merge?value=b%40example.com", "");
        Assert.Equal(["new@example.com", "a@example.com"], session.Account.Members(session.Book));
        Assert.NotEqual(id, session.Account.Contact("a@example.com")!.Id);

        await session.Post($"/simulator/books/{session.Book}/empty", "");
        Assert.Empty(session.Account.Members(session.Book));
        await session.Post($"/simulator/books/{session.Book}/remake", "");
        Assert.NotEqual(session.Book, Assert.Single(session.Account.Books).Id);
        Assert.Equal(HttpStatusCode.NotFound, (await session.Post("/simulator/books/1/burn", "")).Status);
    }
}
