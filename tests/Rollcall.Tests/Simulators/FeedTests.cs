using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Simulators.SimulatedSession;

namespace Rollcall.Tests.Simulators;

public class FeedTests
{
    [Fact]
    public async Task A_books_feed_lacks_those_who_left_the_account_and_the_accounts_feed_those_who_left_a_book()
    {
        await using var session = await Start();
        session.Account.AddContact("book@example.com", session.Book);
        session.Account.AddContact("account@example.com", session.Book);
        session.Account.AddContact("bounced@example.com", session.Book);
        session.Account.Unsubscribe("book@example.com", session.Book);
        session.Account.Unsubscribe("account@example.com");
        session.Account.SetStatus("bounced@example.com", ContactStatus.HardBounced);

        Assert.Equal(["book@example.com: Unsubscribed"], await BookFeed(session));
        Assert.Equal(
            ["account@example.com: Unsubscribed", "bounced@example.com: HardBounced"], await Feed(session, "/v2/contacts/suppressed-since/2000-01-01"));
        Assert.Equal(["account@example.com: Unsubscribed"], await Feed(session, "/v2/contacts/unsubscribed-since/2000-01-01"));
    }

    [Fact]
    public async Task A_person_who_came_back_is_in_no_feed()
    {
        await using var session = await Start();
        session.Account.AddContact("a@example.com", session.Book);
        session.Account.Unsubscribe("a@example.com", session.Book);
        session.Account.Subscribe("a@example.com", session.Book);

        Assert.Empty(await BookFeed(session));
    }

    [Fact]
    public async Task Removing_somebody_from_a_book_does_not_make_their_opt_out_forgotten()
    {
        await using var session = await Start();
        var id = session.Account.AddContact("a@example.com", session.Book);
        session.Account.Unsubscribe("a@example.com", session.Book);

        await session.Send("DELETE", $"/v2/address-books/{session.Book}/contacts/{id}");

        Assert.Single(await BookFeed(session));
    }

    [Fact]
    public async Task The_date_bounds_the_feed_and_pages_cover_it()
    {
        await using var session = await Start();
        for (var i = 0; i < 5; i++)
        {
            session.Account.AddContact($"a{i}@example.com", session.Book);
            session.Account.Unsubscribe($"a{i}@example.com", session.Book);
            session.Clock.Advance(TimeSpan.FromHours(1));
        }

        var path = $"/v2/address-books/{session.Book}/contacts/unsubscribed-since/";
        Assert.Equal(
            ["a2@example.com: Unsubscribed", "a3@example.com: Unsubscribed", "a4@example.com: Unsubscribed"],
            await Feed(session, path + "2026-03-01T14:00:00Z"));
        Assert.Equal(["a1@example.com: Unsubscribed", "a2@example.com: Unsubscribed"], await Feed(session, path + "2000-01-01?select=2&skip=1"));
        Assert.Contains("ERROR_PARAMETER_INVALID", (await session.Get(path + "recently")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_may_be_late()
    {
        await using var session = await Start(new SimulatorOptions { FeedDelay = TimeSpan.FromMinutes(10) });
        session.Account.AddContact("a@example.com", session.Book);
        session.Account.Unsubscribe("a@example.com", session.Book);
        Assert.Empty(await BookFeed(session));

        session.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Single(await BookFeed(session));
    }

    [Fact]
    public async Task Rows_may_be_lost_and_a_seed_says_which()
    {
        var options = new SimulatorOptions { FeedLoss = 0.5, FeedSeed = 7 };
        var first = await Survivors(options);

        Assert.InRange(first.Count, 60, 140);
        Assert.Equal(first, await Survivors(options));
        Assert.NotEqual(first, await Survivors(options with { FeedSeed = 8 }));

        static async Task<List<string>> Survivors(SimulatorOptions options)
        {
            await using var session = await Start(options);
            for (var i = 0; i < 200; i++)
            {
                session.Account.AddContact($"a{i}@example.com", session.Book);
                session.Account.Unsubscribe($"a{i}@example.com", session.Book);
            }

            return await BookFeed(session);
        }
    }

    [Fact]
    public async Task Rows_may_come_in_no_order_and_pages_still_cover_them()
    {
        await using var session = await Start(new SimulatorOptions { FeedUnordered = true });
        for (var i = 0; i < 20; i++)
        {
            session.Account.AddContact($"a{i:00}@example.com", session.Book);
            session.Account.Unsubscribe($"a{i:00}@example.com", session.Book);
        }

        var path = $"/v2/address-books/{session.Book}/contacts/unsubscribed-since/2000-01-01?select=10";
        var rows = (await Feed(session, path)).Concat(await Feed(session, path + "&skip=10")).ToList();

        Assert.NotEqual(rows.Order(), rows);
        Assert.Equal(20, rows.Distinct().Count());
    }

    [Fact]
    public async Task Dates_may_be_whole_days()
    {
        await using var session = await Start(new SimulatorOptions { FeedInDays = true });
        session.Account.AddContact("a@example.com", session.Book);
        session.Account.Unsubscribe("a@example.com", session.Book);

        var feed = await session.Get($"/v2/address-books/{session.Book}/contacts/unsubscribed-since/2026-03-01T23:00:00Z");

        Assert.Equal("2026-03-01T00:00:00.000Z", feed.Json![0]!["dateRemoved"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(false, 0, "2026-03-01T12:00:00")]
    [InlineData(false, -13, "2026-02-28T23:00:00")]
    [InlineData(true, 0, "2026-03-01T00:00:00")]
    [InlineData(true, 14, "2026-03-02T00:00:00")]
    public async Task Dates_may_be_local_times_that_do_not_say_so(bool inDays, int hours, string expected)
    {
        await using var session = await Start(new SimulatorOptions
        {
            FeedDatesWithoutOffset = true,
            FeedInDays = inDays,
            FeedDateShift = TimeSpan.FromHours(hours),
        });
        session.Account.AddContact("a@example.com", session.Book);
        session.Account.AddContact("b@example.com", session.Book);
        session.Account.Unsubscribe("a@example.com", session.Book);
        session.Account.Unsubscribe("b@example.com");

        foreach (var path in (string[])[$"/v2/address-books/{session.Book}/contacts/unsubscribed-since/2000-01-01", "/v2/contacts/suppressed-since/2000-01-01"])
        {
            Assert.Equal(expected, Assert.Single((await session.Get(path)).Json!.AsArray())!["dateRemoved"]!.GetValue<string>());
        }
    }

    [Fact]
    public async Task Dates_with_an_offset_are_not_shifted()
    {
        await using var session = await Start(new SimulatorOptions { FeedDateShift = TimeSpan.FromHours(5) });
        session.Account.AddContact("a@example.com", session.Book);
        session.Account.Unsubscribe("a@example.com", session.Book);

        var feed = await session.Get($"/v2/address-books/{session.Book}/contacts/unsubscribed-since/2000-01-01");

        Assert.Equal("2026-03-01T12:00:00.000Z", feed.Json![0]!["dateRemoved"]!.GetValue<string>());
    }

    private static Task<List<string>> BookFeed(SimulatedSession session) =>
        Feed(session, $"/v2/address-books/{session.Book}/contacts/unsubscribed-since/2000-01-01");

    private static async Task<List<string>> Feed(SimulatedSession session, string path) =>
        [.. (await session.Get(path)).Json!.AsArray().Select(row => $"{row!["suppressedContact"]!["email"]}: {row["reason"]}")];
}
