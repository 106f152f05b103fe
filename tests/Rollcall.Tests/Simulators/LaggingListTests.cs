using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Simulators.SimulatedSession;

namespace Rollcall.Tests.Simulators;

/// <summary>Lists with an older state of the account, while look-ups and counts are current.</summary>
public class LaggingListTests
{
    private static readonly SimulatorOptions Lagging = new() { ListDelay = TimeSpan.FromSeconds(30) };

    [Fact]
    public async Task Entering_or_leaving_a_book_shows_in_its_list_after_the_delay()
    {
        await using var session = await Start(Lagging);
        session.Account.AddContact("stays@example.com", session.Book);
        session.Account.AddContact("leaves@example.com", session.Book);
        session.Clock.Advance(TimeSpan.FromMinutes(1));

        session.Account.RemoveFromBook("leaves@example.com", session.Book);
        session.Account.AddContact("enters@example.com", session.Book);
        session.Clock.Advance(TimeSpan.FromSeconds(10));
        session.Account.Unsubscribe("stays@example.com", session.Book);

        Assert.Equal(["stays@example.com subscribed", "leaves@example.com subscribed"], await Listed(session));
        session.Clock.Advance(TimeSpan.FromSeconds(21));
        Assert.Equal(["stays@example.com subscribed", "enters@example.com subscribed"], await Listed(session));
        session.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(["stays@example.com suppressed", "enters@example.com subscribed"], await Listed(session));
    }

    [Fact]
    public async Task Lookups_the_books_count_and_the_feeds_are_current()
    {
        await using var session = await Start(Lagging);
        session.Account.AddContact("leaves@example.com", session.Book);
        session.Clock.Advance(TimeSpan.FromMinutes(1));

        session.Account.Unsubscribe("leaves@example.com", session.Book);
        var id = session.Account.AddContact("enters@example.com", session.Book);

        Assert.Equal(["leaves@example.com subscribed"], await Listed(session));
        foreach (var who in (string[])["email/enters@example.com", $"contactId/{id}"])
        {
            Assert.Equal("subscribed", (await session.Get($"/contacts/v3/{who}")).Json!["lists"]![0]!["status"]!.GetValue<string>());
        }

        Assert.Equal("suppressed", (await session.Get("/contacts/v3/email/leaves@example.com")).Json!["lists"]![0]!["status"]!.GetValue<string>());
        Assert.Equal(1, (await session.Get("/v2/address-books")).Json![0]!["contacts"]!.GetValue<int>());
        Assert.Equal(1, (await session.Get($"/v2/address-books/{session.Book}")).Json!["contacts"]!.GetValue<int>());
        Assert.Single((await session.Get($"/v2/address-books/{session.Book}/contacts/unsubscribed-since/2000-01-01")).Json!.AsArray());
        Assert.Equal("leaves@example.com", (await session.Get($"/v2/address-books/{session.Book}/contacts")).Json![0]!["email"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_lagging_list_has_old_values_and_filters_by_old_dates()
    {
        await using var session = await Start(Lagging);
        session.Account.AddContact("a@example.com", session.Book);
        session.Clock.Advance(TimeSpan.FromMinutes(10));
        await session.Send("PATCH", "/contacts/v3/email/a@example.com", """{"dataFields":{"FIRSTNAME":"Ada"}}""");
        var changed = $"/contacts/v3?~listId={session.Book}&~modified=gte%3A%3A2026-03-01T12%3A05%3A00Z&data-fields=FIRSTNAME";

        Assert.Empty((await session.Get(changed)).Json!["_items"]!.AsArray());
        session.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("Ada", (await session.Get(changed)).Json!["_items"]![0]!["dataFields"]!["FIRSTNAME"]!.GetValue<string>());
    }

    [Fact]
    public async Task Someone_deleted_is_listed_until_the_delay_is_over()
    {
        await using var session = await Start(Lagging);
        session.Account.AddContact("a@example.com", session.Book);
        session.Clock.Advance(TimeSpan.FromMinutes(1));
        session.Account.DeleteContact("a@example.com");

        Assert.Equal(["a@example.com subscribed"], await Listed(session));
        session.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Empty(await Listed(session));
    }

    [Fact]
    public async Task Changes_in_quick_succession_show_one_after_the_other_in_pages_as_well()
    {
        await using var session = await Start(Lagging);
        for (var i = 0; i < 4; i++)
        {
            session.Account.AddContact($"a{i}@example.com", session.Book);
            session.Clock.Advance(TimeSpan.FromSeconds(10));
        }

        // 40 seconds after the first, 10 after the last.
        var page = (await session.Get($"/contacts/v3?~listId={session.Book}&limit=1")).Json!;
        Assert.Equal("a0@example.com", page["_items"]![0]!["identifiers"]!["email"]!.GetValue<string>());
        session.Clock.Advance(TimeSpan.FromSeconds(1));
        var next = (await session.Get(page["_links"]!["next"]!["link"]!.GetValue<string>())).Json!;
        Assert.Equal("a1@example.com", next["_items"]![0]!["identifiers"]!["email"]!.GetValue<string>());
        Assert.Null(next["_links"]!["next"]);
    }

    [Fact]
    public async Task The_delay_changes_while_it_runs()
    {
        await using var session = await Start();
        session.Account.AddContact("a@example.com", session.Book);
        session.Clock.Advance(TimeSpan.FromMinutes(1));
        await session.Post("/simulator/options", """{"listDelay":3600}""");
        session.Account.RemoveFromBook("a@example.com", session.Book);

        Assert.Single(await Listed(session));
        await session.Post("/simulator/options", """{"listDelay":0}""");
        Assert.Empty(await Listed(session));
    }

    private static async Task<List<string>> Listed(SimulatedSession session) =>
        [.. (await session.Get($"/contacts/v3?~listId={session.Book}&include=lists")).Json!["_items"]!.AsArray()
            .Select(contact => $"{contact!["identifiers"]!["email"]} {contact["lists"]![0]!["status"]}")];
}
