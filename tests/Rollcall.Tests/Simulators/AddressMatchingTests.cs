using System.Net;
using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Simulators.SimulatedSession;

namespace Rollcall.Tests.Simulators;

/// <summary>Which ways to write an address are one contact, and which of them is shown.</summary>
public class AddressMatchingTests
{
    private const string Composed = "j\u00FCrgen@m\u00FCnchen.example";

    [Theory]
    [InlineData("ju\u0308rgen@mu\u0308nchen.example")]
    [InlineData("J\u00DCRGEN@M\u00DCNCHEN.EXAMPLE")]
    [InlineData("j\u00FCrgen@xn--mnchen-3ya.example")]
    [InlineData("JU\u0308RGEN@XN--MNCHEN-3YA.example")]
    public async Task Normalized_they_are_one_contact_shown_as_first_stored(string other)
    {
        await using var session = await Start(new SimulatorOptions { AddressMatching = AddressMatching.Normalized });
        var id = session.Account.AddContact(Composed, session.Book);

        var report = await session.Import(Record(other, """ "dataFields":{"FIRSTNAME":"Jurgen"} """));
        await session.Send("PATCH", "/contacts/v3/email/" + Uri.EscapeDataString(other), """{"dataFields":{"LASTNAME":"x"}}""");
        await session.Post($"/v2/address-books/{session.Book}/contacts", $$"""{"email":"{{other}}"}""");
        await session.Post($"/v2/address-books/{session.Book}/contacts/unsubscribe", $$"""{"email":"{{other}}"}""");

        var updated = Assert.Single(report["updated"]!.AsArray())!;
        Assert.Equal((id, Composed), (updated["contactId"]!.GetValue<long>(), updated["identifiers"]!["email"]!.GetValue<string>()));
        var shown = (await session.Get("/contacts/v3/email/" + Uri.EscapeDataString(other))).Json!;
        Assert.Equal(Composed, shown["identifiers"]!["email"]!.GetValue<string>());
        Assert.Equal("Jurgen", shown["dataFields"]!["FIRSTNAME"]!.GetValue<string>());
        Assert.Equal(BookStatus.Unsubscribed, Assert.Single(session.Account.Contacts).Books[session.Book]);
        Assert.Equal(0, session.Account.Counters.AddressesChanged);
    }

    [Fact]
    public async Task Normalized_they_are_one_and_the_same_record_of_an_import()
    {
        await using var session = await Start(new SimulatorOptions { AddressMatching = AddressMatching.Normalized });

        var report = await session.Import(Record(Composed) + "," + Record("ju\u0308rgen@mu\u0308nchen.example"));

        Assert.Single(report["created"]!.AsArray());
        Assert.Equal("Duplicate", report["failures"]![0]!["failures"]![0]!["failureCode"]!.GetValue<string>());
    }

    [Fact]
    public async Task As_written_they_are_two_and_case_alone_makes_no_difference()
    {
        await using var session = await Start();

        await session.Import(Record("ju\u0308rgen@example.com") + "," + Record("j\u00FCrgen@example.com"));
        await session.Import(Record("J\u00DCRGEN@EXAMPLE.COM"));

        Assert.Equal(2, session.Account.ContactCount);
    }

    [Theory]
    [InlineData("\u212Aelvin@example.com", "kelvin@example.com", true)]
    [InlineData("\u0130@example.com", "i@example.com", false)]
    [InlineData("\u0131@example.com", "i@example.com", false)]
    [InlineData("stra\u00DFe@example.com", "strasse@example.com", false)]
    [InlineData("\uFB01@example.com", "fi@example.com", false)]
    [InlineData("\u1100\u1161\u11A8@example.com", "\uAC01@example.com", true)]
    [InlineData("a\u0323\u0307@example.com", "a\u0307\u0323@example.com", true)]
    public async Task Only_canonical_equivalence_makes_one_of_two(string one, string other, bool isOne)
    {
        await using var session = await Start(new SimulatorOptions { AddressMatching = AddressMatching.Normalized });
        session.Account.AddContact(one);

        Assert.Equal(isOne ? HttpStatusCode.OK : HttpStatusCode.NotFound, (await session.Get("/contacts/v3/email/" + Uri.EscapeDataString(other))).Status);
    }

    [Fact]
    public async Task The_normalized_form_may_be_shown_instead()
    {
        await using var session = await Start(new SimulatorOptions { AddressMatching = AddressMatching.ShownNormalized });

        var report = await session.Import(Record("Ju\u0308rgen@Mu\u0308nchen.example", $"\"lists\":[{session.Book}]"));

        const string Normal = "J\u00FCrgen@xn--mnchen-3ya.example";
        Assert.Equal(Normal, report["created"]![0]!["identifiers"]!["email"]!.GetValue<string>());
        Assert.Equal([Normal], session.Account.Members(session.Book));
        session.Account.Unsubscribe(Composed, session.Book);
        var feed = await session.Get($"/v2/address-books/{session.Book}/contacts/unsubscribed-since/2000-01-01");
        Assert.Equal(Normal, feed.Json![0]!["suppressedContact"]!["email"]!.GetValue<string>());
    }

    [Fact]
    public async Task Barred_addresses_and_domains_are_matched_in_the_same_way()
    {
        await using var session = await Start(new SimulatorOptions { AddressMatching = AddressMatching.Normalized });
        session.Account.Plant(new Seed { GloballySuppressed = [Composed], SuppressedDomains = ["z\u00FCrich.example"] });

        var report = await session.Import(Record("ju\u0308rgen@xn--mnchen-3ya.example") + "," + Record("a@xn--zrich-kva.example"));

        Assert.Equal(
            ["GloballySuppressed", "SuppressedByDomain"],
            report["failures"]!.AsArray().Select(failed => failed!["failures"]![0]!["failureCode"]!.GetValue<string>()));
    }

    [Fact]
    public async Task The_switch_changes_while_it_runs_unless_two_contacts_would_be_one()
    {
        await using var session = await Start();
        session.Account.AddContact("ju\u0308rgen@example.com", session.Book);
        await session.Post("/simulator/options", """{"addressMatching":"shownNormalized"}""");
        Assert.Equal(["j\u00FCrgen@example.com"], session.Account.Members(session.Book));

        await session.Post("/simulator/options", """{"addressMatching":"asWritten"}""");
        session.Account.AddContact("ju\u0308rgen@example.com");
        var refused = await session.Post("/simulator/options", """{"addressMatching":"normalized"}""");

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal(AddressMatching.AsWritten, session.Account.Options.AddressMatching);
        Assert.Equal(2, session.Account.ContactCount);
    }

    [Fact]
    public async Task A_person_who_is_in_the_recycle_bin_is_found_in_any_form()
    {
        await using var session = await Start(new SimulatorOptions { AddressMatching = AddressMatching.Normalized });
        var id = session.Account.AddContact(Composed);
        session.Account.DeleteContact("ju\u0308rgen@mu\u0308nchen.example");

        await session.Send("PATCH", "/contacts/v3/email/" + Uri.EscapeDataString("ju\u0308rgen@mu\u0308nchen.example"), "{}");

        Assert.Equal(id, session.Account.Contact(Composed)!.Id);
    }
}
