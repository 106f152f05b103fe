using System.Globalization;
using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Simulators.SimulatedSession;

namespace Rollcall.Tests.Simulators;

/// <summary>One clock for everything the service dates, however far it is off the machine's.</summary>
public class ClockTests
{
    [Fact]
    public async Task Every_date_of_the_service_is_its_own_clocks()
    {
        await using var session = await Start(new SimulatorOptions { ClockOffset = TimeSpan.FromHours(-5) });
        session.Account.AddContact("a@example.com", session.Book);
        session.Account.Unsubscribe("a@example.com", session.Book);

        var time = await session.Get("/v2/server-time");
        var contact = (await session.Get("/contacts/v3/email/a@example.com")).Json!;
        var feed = (await session.Get($"/v2/address-books/{session.Book}/contacts/unsubscribed-since/2000-01-01")).Json!;

        const string Theirs = "2026-03-01T07:00:00.000Z";
        Assert.Equal(Theirs, time.Json!.GetValue<string>());
        Assert.Equal("Sun, 01 Mar 2026 07:00:00 GMT", time.Headers["Date"]);
        Assert.Equal((Theirs, Theirs), (contact["created"]!.GetValue<string>(), contact["updated"]!.GetValue<string>()));
        Assert.Equal(Theirs, feed[0]!["dateRemoved"]!.GetValue<string>());
        var reset = DateTimeOffset.FromUnixTimeSeconds(long.Parse(time.Headers["X-RateLimit-Reset"], CultureInfo.InvariantCulture));
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 7, 1, 0, TimeSpan.Zero), reset);
    }

    [Fact]
    public async Task The_clock_may_be_set_while_it_runs()
    {
        await using var session = await Start();
        await session.Post("/simulator/options", """{"clockOffset":-7200}""");

        Assert.Equal("2026-03-01T10:00:00.000Z", (await session.Get("/v2/server-time")).Json!.GetValue<string>());
    }

    [Theory]
    [InlineData("PATCH", "/contacts/v3/email/a@example.com", """{"dataFields":{"FIRSTNAME":"Ada"}}""")]
    [InlineData("PATCH", "/contacts/v3/email/a@example.com", """{"lists":[EMPTY]}""")]
    [InlineData("PUT", "/contacts/v3/import", """{"contacts":[{"matchIdentifier":"email","identifiers":{"email":"a@example.com"}}]}""")]
    [InlineData("POST", "/v2/address-books/EMPTY/contacts", """{"email":"a@example.com"}""")]
    [InlineData("POST", "/v2/address-books/BOOK/contacts", """{"email":"a@example.com"}""")]
    [InlineData("POST", "/v2/address-books/BOOK/contacts/unsubscribe", """{"email":"a@example.com"}""")]
    [InlineData("POST", "/v2/address-books/BOOK/contacts/delete", "[ID]")]
    [InlineData("DELETE", "/v2/address-books/BOOK/contacts/ID", null)]
    [InlineData("POST", "/v2/address-books/LEFT/contacts/resubscribe-with-no-challenge", """{"unsubscribedContact":{"email":"a@example.com"}}""")]
    [InlineData("POST", "/v2/address-books/LEFT/contacts/resubscribe", """{"unsubscribedContact":{"email":"a@example.com"}}""")]
    [InlineData("POST", "/simulator/contacts/a@example.com/unsubscribe", "")]
    [InlineData("POST", "/simulator/contacts/a@example.com/unsubscribe?book=BOOK", "")]
    [InlineData("POST", "/simulator/contacts/a@example.com/remove?book=BOOK", "")]
    [InlineData("POST", "/simulator/contacts/a@example.com/status?value=HardBounced", "")]
    [InlineData("POST", "/simulator/contacts/a@example.com/email?value=a@example.com", "")]
    [InlineData("POST", "/simulator/contacts/a@example.com/merge", "")]
    [InlineData("POST", "/simulator/books/BOOK/empty", "")]
    public async Task Every_write_that_touches_a_contact_moves_the_date_it_was_updated(string method, string path, string? body)
    {
        await using var session = await Start();
        var id = session.Account.AddContact("a@example.com", session.Book);
        var empty = session.Account.AddBook("Empty");
        var left = session.Account.AddBook("Left");
        session.Account.Unsubscribe("a@example.com", left);
        session.Clock.Advance(TimeSpan.FromHours(1));
        string Filled(string text) => text.Replace("BOOK", $"{session.Book}").Replace("EMPTY", $"{empty}").Replace("LEFT", $"{left}").Replace("ID", $"{id}");

        await session.Send(method, Filled(path), body is null ? null : Filled(body));
        session.Pass(TimeSpan.FromMinutes(1));

        var modified = (await session.Get("/contacts/v3?~modified=gte%3A%3A2026-03-01T13%3A00%3A00Z")).Json!["_items"]!.AsArray();
        Assert.Equal("a@example.com", Assert.Single(modified)!["identifiers"]!["email"]!.GetValue<string>());
        Assert.Empty((await session.Get("/contacts/v3?~modified=gte%3A%3A2026-03-01T13%3A01%3A00Z")).Json!["_items"]!.AsArray());
    }

    [Fact]
    public async Task Reading_a_contact_moves_no_date()
    {
        await using var session = await Start();
        var id = session.Account.AddContact("a@example.com", session.Book);
        session.Clock.Advance(TimeSpan.FromHours(1));

        await session.Get("/contacts/v3/email/a@example.com");
        await session.Get("/v2/contacts/a@example.com");

        Assert.Equal("2026-03-01T12:00:00.000Z", (await session.Get($"/contacts/v3/contactId/{id}")).Json!["updated"]!.GetValue<string>());
    }
}
