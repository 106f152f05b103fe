using Rollcall.Dotdigital;
using Xunit;

namespace Rollcall.Tests.Dotdigital;

/// <summary>The text of requests about contacts and the books they are in, written manually from the specifications.</summary>
public sealed class ContactRequestTextTests
{
    private const string Home = Connected.Home;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("jane.doe@emailsim.io", "jane.doe%40emailsim.io")]
    [InlineData("o'brien+a/b#c%2F?&=@exämple.io", "o%27brien%2Ba%2Fb%23c%252F%3F%26%3D%40ex%C3%A4mple.io")]
    [InlineData("../..@x.io", "..%2F..%40x.io")]
    [InlineData("a b|\"c\"@x.io", "a%20b%7C%22c%22%40x.io")]
    public async Task An_address_in_a_path_arrives_unchanged(string email, string inPath)
    {
        var script = Connected.Script().On(
            $"GET {Home}contacts/v3/email/{inPath}",
            404,
            """{"errorCode":"contacts:contactNotFound","description":"The following contacts could not be found"}""");
        using var client = await Connected.ToAsync(script);
        Assert.Null(await client.Contacts.FindByEmailAsync(email, Cancellation));
        script.AssertScriptUsedUp();
    }

    [Theory]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("nobody")]
    public async Task An_invalid_address_matches_nobody_and_costs_no_call(string email)
    {
        var script = Connected.Script();
        using var client = await Connected.ToAsync(script);
        Assert.Null(await client.Contacts.FindByEmailAsync(email, Cancellation));
    }

    [Fact]
    public async Task A_contact_is_found_by_id_with_status_and_lists()
    {
        var script = Connected.Script().On($"GET {Home}contacts/v3/contactId/1182927244", 200, """
            {"contactId":1182927244,"status":"subscribed","created":"2021-12-17T01:02:03Z","updated":"2022-01-01T00:00:00.5Z",
            "identifiers":{"email":"Jane@x.io","mobileNumber":"447123123123","myCustomId":"MYID"},"dataFields":{"firstName":"Jane"},
            "channelProperties":{"email":{"emailType":"Html","optInType":"Double","status":"unsubscribed"}},
            "lists":[{"id":12345,"name":"Top","status":"subscribed"},{"id":6,"name":"Six","status":"suppressed"},
            {"id":7,"name":"Seven","status":"pending"},{"id":8,"name":"Eight","status":"new"}]}
            """);
        using var client = await Connected.ToAsync(script);
        var contact = await client.Contacts.FindByIdAsync(1182927244, Cancellation);
        Assert.NotNull(contact);
        Assert.Equal((1182927244, "Jane@x.io", ContactStatus.Unsubscribed), (contact.Id, contact.Email, contact.Status));
        Assert.Equal(new DateTimeOffset(2021, 12, 17, 1, 2, 3, TimeSpan.Zero), contact.Created);
        Assert.Equal(
            [ListStatus.Subscribed, ListStatus.Suppressed, ListStatus.Pending, ListStatus.Unknown],
            new long[] { 12345, 6, 7, 8 }.Select(id => contact.StatusIn(id)!.Value));
        Assert.Null(contact.StatusIn(99));
    }

    [Fact]
    public async Task An_answer_without_lists_leaves_it_unknown_whether_someone_is_in_one()
    {
        var script = Connected.Script().On(
            $"GET {Home}contacts/v3/contactId/5",
            200,
            """{"contactId":5,"status":"binned","identifiers":{},"channelProperties":{"email":{"status":"subscribed"}}}""");
        using var client = await Connected.ToAsync(script);
        var contact = await client.Contacts.FindByIdAsync(5, Cancellation);
        Assert.Equal(ContactStatus.Deleted, contact!.Status);
        Assert.Null(contact.Lists);
        Assert.Equal(ListStatus.Unknown, contact.StatusIn(1));
    }

    [Fact]
    public async Task A_book_is_read_page_by_page_by_marker()
    {
        var start = $"GET {Home}contacts/v3?~listId=42&~modified=gte::2026-04-30T22:00:01Z&include=channelProperties%7Clists&limit=5000";
        var script = Connected.Script()
            .On(start, 200, """
                {"_links":{"self":{"link":"x","marker":"A"},"first":{"link":"x","marker":"A"},"next":{"link":"x","marker":"RXh+/bQ=="}},
                "_items":[{"contactId":1,"status":"subscribed","identifiers":{"email":"a@x.io"},
                "channelProperties":{"email":{"status":"hardBounced"}},"lists":[{"id":42,"name":"B","status":"subscribed"}]}]}
                """)
            .On(
                start + "&marker=RXh%2B%2FbQ%3D%3D",
                200,
                """{"_links":{"self":{"link":"x","marker":"B"}},"_items":[{"contactId":2,"status":"suppressed","identifiers":{}}]}""");
        using var client = await Connected.ToAsync(script);
        var since = new DateTimeOffset(2026, 5, 1, 0, 0, 1, 999, TimeSpan.FromHours(2));
        var contacts = await client.Contacts.ReadBookAsync(42, since, Cancellation).ToListAsync(Cancellation);
        Assert.Equal([(1L, "a@x.io", ContactStatus.HardBounced), (2L, null, ContactStatus.Suppressed)], contacts.Select(c => (c.Id, c.Email, c.Status)));
        script.AssertScriptUsedUp();
    }

    [Fact]
    public async Task A_book_is_read_whole_without_a_time()
    {
        var script = Connected.Script().On(
            $"GET {Home}contacts/v3?~listId=42&include=channelProperties%7Clists&limit=5000",
            200,
            """{"_links":{},"_items":[]}""");
        using var client = await Connected.ToAsync(script);
        Assert.Empty(await client.Contacts.ReadBookAsync(42, null, Cancellation).ToListAsync(Cancellation));
        script.AssertScriptUsedUp();
    }

    [Fact]
    public async Task A_book_whose_pages_repeat_does_not_count_as_complete()
    {
        var start = $"GET {Home}contacts/v3?~listId=42&include=channelProperties%7Clists&limit=5000";
        var page = """{"_links":{"next":{"marker":"M"}},"_items":[{"contactId":1,"status":"subscribed"}]}""";
        var script = Connected.Script().On(start, 200, page).On(start + "&marker=M", 200, page);
        using var client = await Connected.ToAsync(script);
        var failure = await Assert.ThrowsAsync<DotdigitalException>(async () =>
            await client.Contacts.ReadBookAsync(42, null, Cancellation).CountAsync(Cancellation));
        Assert.Contains("not read completely", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bulk_removal_sends_bare_ids_and_is_polled_by_its_id()
    {
        var script = Connected.Script()
            .On($"POST {Home}v2/address-books/42/contacts/delete", 202, """{"id":"13e7b388-2060-4f58-b3dc-2885badf80ee","status":"Started"}""")
            .On(
                $"GET {Home}v2/contacts/deletion/13e7b388-2060-4f58-b3dc-2885badf80ee",
                200,
                """{"id":"13e7b388-2060-4f58-b3dc-2885badf80ee","status":"Started"}""")
            .On(
                $"GET {Home}v2/contacts/deletion/13e7b388-2060-4f58-b3dc-2885badf80ee",
                200,
                """{"id":"13e7b388-2060-4f58-b3dc-2885badf80ee","status":"Completed"}""")
            .On($"GET {Home}v2/contacts/deletion/13e7b388-2060-4f58-b3dc-2885badf80ee", 404, """{"message":"ERROR_UNKNOWN"}""");
        using var client = await Connected.ToAsync(script);
        var id = await client.Contacts.RemoveFromBookAsync(42, new long[] { 684095989, 5000000000 }, Cancellation);
        Assert.Equal("[684095989,5000000000]", script.Calls[^1].Body);
        Assert.Equal(DeletionStatus.Started, await client.Contacts.DeletionAsync(id, Cancellation));
        Assert.Equal(DeletionStatus.Completed, await client.Contacts.DeletionAsync(id, Cancellation));
        Assert.Null(await client.Contacts.DeletionAsync(id, Cancellation));
    }

    [Fact]
    public async Task One_contact_is_taken_out_of_one_book()
    {
        var script = Connected.Script()
            .On($"DELETE {Home}v2/address-books/42/contacts/7", 204)
            .On($"DELETE {Home}v2/address-books/42/contacts/8", 404, """{"message":"Error: ERROR_CONTACT_NOT_FOUND"}""");
        using var client = await Connected.ToAsync(script);
        Assert.True(await client.Contacts.RemoveOneAsync(42, 7, Cancellation));
        Assert.False(await client.Contacts.RemoveOneAsync(42, 8, Cancellation));
        Assert.Equal(("", null, 0L), (script.Calls[^1].Body, script.Calls[^1].ContentType, script.Calls[^1].ContentLength));
    }
}
