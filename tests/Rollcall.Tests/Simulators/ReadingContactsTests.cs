using System.Net;
using System.Text.Json.Nodes;
using Xunit;
using static Rollcall.Tests.Simulators.SimulatedSession;

namespace Rollcall.Tests.Simulators;

public class ReadingContactsTests
{
    [Fact]
    public async Task A_book_is_read_to_its_end_by_marker()
    {
        await using var session = await Start();
        var other = session.Account.AddBook("Other");
        for (var i = 0; i < 7; i++)
        {
            session.Account.AddContact($"a{i}@example.com", i % 3 == 2 ? other : session.Book);
        }

        var seen = new List<string>();
        string? marker = null;
        do
        {
            var page = (await session.Get(
                $"/contacts/v3?~listId={session.Book}&limit=2" + (marker is null ? "" : "&marker=" + Uri.EscapeDataString(marker)))).Json!;
            seen.AddRange(Emails(page));
            marker = page["_links"]!["next"]?["marker"]!.GetValue<string>();
        }
        while (marker is not null);

        Assert.Equal(["a0@example.com", "a1@example.com", "a3@example.com", "a4@example.com", "a6@example.com"], seen);
    }

    [Fact]
    public async Task The_link_of_the_next_page_can_be_followed_as_it_is()
    {
        await using var session = await Start();
        session.Account.AddContact("a@example.com", session.Book);
        session.Account.AddContact("b@example.com", session.Book);

        var first = (await session.Get($"/contacts/v3?%7ElistId={session.Book}&include=lists%7CchannelProperties&limit=1")).Json!;
        var second = (await session.Get(first["_links"]!["next"]!["link"]!.GetValue<string>())).Json!;

        Assert.Equal(["b@example.com"], Emails(second));
        Assert.NotNull(second["_items"]![0]!["channelProperties"]);
        Assert.Null(second["_links"]!["next"]);
    }

    [Fact]
    public async Task Only_what_is_asked_for_is_included()
    {
        await using var session = await Start();
        await session.Import(Record("a@example.com", $$""" "dataFields":{"FIRSTNAME":"Ada"},"lists":[{{session.Book}}] """));

        var bare = (await session.Get("/contacts/v3")).Json!["_items"]![0]!.AsObject();
        var some = (await session.Get("/contacts/v3?include=lists&data-fields=FIRSTNAME%7CLASTNAME")).Json!["_items"]![0]!;
        var all = (await session.Get("/contacts/v3?data-fields=[[ALL]]")).Json!["_items"]![0]!;

        Assert.Equal(["contactId", "status", "created", "updated", "identifiers"], bare.Select(property => property.Key));
        Assert.Equal("""{"FIRSTNAME":"Ada","LASTNAME":null}""", some["dataFields"]!.ToJsonString());
        Assert.Equal($$"""[{"id":{{session.Book}},"name":"Newsletter","status":"subscribed"}]""", some["lists"]!.ToJsonString());
        Assert.Equal(6, all["dataFields"]!.AsObject().Count);
    }

    [Fact]
    public async Task A_list_shows_people_unsubscribed_from_it_unless_switched_off()
    {
        await using var session = await Start();
        session.Account.AddContact("in@example.com", session.Book);
        session.Account.AddContact("out@example.com", session.Book);
        session.Account.Unsubscribe("out@example.com", session.Book);

        Assert.Equal(["in@example.com", "out@example.com"], Emails((await session.Get($"/contacts/v3?~listId={session.Book}")).Json!));
        session.Account.Options = session.Account.Options with { ListShowsSubscribedOnly = true };
        Assert.Equal(["in@example.com"], Emails((await session.Get($"/contacts/v3?~listId={session.Book}")).Json!));
    }

    [Fact]
    public async Task Modified_since_shows_who_changed_after_and_not_who_is_in_the_bin()
    {
        await using var session = await Start();
        session.Account.AddContact("old@example.com");
        session.Account.AddContact("changed@example.com");
        session.Account.AddContact("binned@example.com");
        session.Clock.Advance(TimeSpan.FromHours(1));
        await session.Import(Record("changed@example.com"));
        session.Account.DeleteContact("binned@example.com");

        Assert.Equal(["changed@example.com"], Emails((await session.Get("/contacts/v3?~modified=gte::2026-03-01T12:30:00Z")).Json!));
    }

    [Theory]
    [InlineData("~modified=2026-03-01T12:30:00Z", "contacts:invalidFilter")]
    [InlineData("~modified=gte::2026-03-01", "contacts:invalidFilter")]
    [InlineData("~modified=gte::2026-03-01T12:30:00Z&~created=gte::2026-03-01T12:30:00Z", "contacts:invalidFilter")]
    [InlineData("~listId=99", "contacts:invalidFilter")]
    [InlineData("~listId=news", "contacts:invalidParameter")]
    [InlineData("limit=5001", "contacts:invalidParameter")]
    [InlineData("limit=0", "contacts:invalidParameter")]
    [InlineData("include=everything", "contacts:invalidParameter")]
    [InlineData("select=10", "contacts:invalidParameter")]
    [InlineData("marker=zzz", "contacts:invalidMarker")]
    public async Task A_listing_that_breaks_a_rule_is_refused(string query, string code)
    {
        await using var session = await Start();

        var refused = await session.Get("/contacts/v3?" + query);

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal(code, refused.ErrorCode);
    }

    [Fact]
    public async Task One_contact_is_found_by_id_and_by_address_and_shown_in_full()
    {
        await using var session = await Start();
        var id = session.Account.AddContact("ada@example.com", session.Book);

        var byEmail = await session.Get("/contacts/v3/email/ADA@example.com");
        var byId = await session.Get($"/contacts/v3/contactId/{id}");

        Assert.Equal(byEmail.Json!.ToJsonString(), byId.Json!.ToJsonString());
        Assert.Equal("""{"email":{"emailType":"Html","optInType":"Single","status":"subscribed"}}""", byId.Json["channelProperties"]!.ToJsonString());
    }

    [Theory]
    [InlineData("email/nobody@example.com", HttpStatusCode.NotFound, "contacts:contactNotFound")]
    [InlineData("email/123646", HttpStatusCode.BadRequest, "contacts:invalidId")]
    [InlineData("contactId/abc", HttpStatusCode.BadRequest, "contacts:invalidId")]
    [InlineData("shoeSize/44", HttpStatusCode.BadRequest, "contacts:invalidIdentifier")]
    public async Task A_contact_that_is_not_there_is_refused_in_the_official_envelope(string path, HttpStatusCode status, string code)
    {
        await using var session = await Start();

        var refused = await session.Get("/contacts/v3/" + path);

        Assert.Equal(status, refused.Status);
        Assert.Equal(code, refused.ErrorCode);
    }

    private static List<string> Emails(JsonNode page) =>
        [.. page["_items"]!.AsArray().Select(item => item!["identifiers"]!["email"]!.GetValue<string>())];
}
