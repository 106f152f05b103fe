using System.Text;
using System.Text.Json;
using Rollcall.Dotdigital;
using Xunit;

namespace Rollcall.Tests.Dotdigital;

/// <summary>The text of every request, written manually from the specifications.</summary>
public sealed class RequestTextTests
{
    private const string Home = Connected.Home;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_account_is_asked_of_region_1_and_every_later_call_goes_to_its_own_endpoint()
    {
        var script = Connected.Script().On($"GET {Home}v2/data-fields", 200, "[]");
        using var client = await Connected.ToAsync(script);
        Assert.Equal(4711, client.Account.Id);
        Assert.Equal("Demo", client.Account.Name);
        Assert.Equal("demo@apiconnector.com", client.Account.MainEmail);
        Assert.Equal(1985, client.Account.CallsRemaining);
        Assert.Equal("Europe/London", client.Account.TimeZone);
        Assert.Equal(new Uri(Home), client.Account.Endpoint);
        Assert.Empty(await client.DataFields.ListAsync(Cancellation));
        script.AssertScriptUsedUp();
        Assert.All(
            script.Calls,
            call => Assert.Equal("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("apiuser-1@apiconnector.com:pä:ss")), call.Authorization));
    }

    [Fact]
    public async Task Address_books_are_read_a_thousand_a_page_to_the_first_short_page()
    {
        var full = "[" + string.Join(",", Enumerable.Range(1, 1000).Select(i => $$"""{"id":{{i}},"name":"Book {{i}}","visibility":"Private","contacts":5}""")) + "]";
        var script = Connected.Script()
            .On($"GET {Home}v2/address-books?select=1000&skip=0", 200, full)
            .On($"GET {Home}v2/address-books?select=1000&skip=1000", 200, """[{"id":1001,"name":"Last","visibility":"Public","contacts":7}]""");
        using var client = await Connected.ToAsync(script);
        var books = await client.AddressBooks.ListAsync(Cancellation).ToListAsync(Cancellation);
        Assert.Equal(1001, books.Count);
        Assert.Equal(new AddressBook(1, "Book 1", Visibility.Private, 5), books[0]);
        Assert.Equal(new AddressBook(1001, "Last", Visibility.Public, 7), books[^1]);
        script.AssertScriptUsedUp();
    }

    [Fact]
    public async Task A_full_last_page_of_books_is_followed_by_an_empty_one()
    {
        var full = "[" + string.Join(",", Enumerable.Range(1, 1000).Select(i => $$"""{"id":{{i}},"name":"B"}""")) + "]";
        var script = Connected.Script()
            .On($"GET {Home}v2/address-books?select=1000&skip=0", 200, full)
            .On($"GET {Home}v2/address-books?select=1000&skip=1000", 200, "[]");
        using var client = await Connected.ToAsync(script);
        Assert.Equal(1000, await client.AddressBooks.ListAsync(Cancellation).CountAsync(Cancellation));
        script.AssertScriptUsedUp();
    }

    [Theory]
    [InlineData(200)]
    [InlineData(201)]
    public async Task A_book_is_created_with_name_and_visibility(int status)
    {
        var script = Connected.Script().On($"POST {Home}v2/address-books", status, """{"id":1,"name":"My \"Book\"","visibility":"Public","contacts":0}""");
        using var client = await Connected.ToAsync(script);
        Assert.Equal(
            new AddressBook(1, "My \"Book\"", Visibility.Public, 0), await client.AddressBooks.CreateAsync("My \"Book\"", Visibility.Public, Cancellation));
        AssertJson("""{"name":"My \"Book\"","visibility":"Public"}""", script.Calls[^1]);
    }

    [Fact]
    public async Task Data_fields_are_read_in_one_call()
    {
        var script = Connected.Script().On($"GET {Home}v2/data-fields", 200, """
            [{"name":"FIRSTNAME","type":"String","visibility":"Public","defaultValue":null},{"name":"SPEND","type":"Numeric","visibility":"Private","defaultValue":0},
            {"name":"BORN","type":"Date"},{"name":"VIP","type":"Boolean"},{"name":"ODD","type":"NotAvailableInThisVersion"}]
            """);
        using var client = await Connected.ToAsync(script);
        Assert.Equal(
            [
                new DataField("FIRSTNAME", DataFieldType.String, Visibility.Public), new DataField("SPEND", DataFieldType.Numeric, Visibility.Private),
                new DataField("BORN", DataFieldType.Date, Visibility.Unknown), new DataField("VIP", DataFieldType.Boolean, Visibility.Unknown),
                new DataField("ODD", DataFieldType.Unknown, Visibility.Unknown),
            ],
            await client.DataFields.ListAsync(Cancellation));
    }

    [Fact]
    public async Task A_data_field_is_created_private()
    {
        var script = Connected.Script().On($"POST {Home}v2/data-fields", 201);
        using var client = await Connected.ToAsync(script);
        await client.DataFields.CreateAsync("LIFETIME_SPEND", DataFieldType.Numeric, Cancellation);
        AssertJson("""{"name":"LIFETIME_SPEND","type":"Numeric","visibility":"Private"}""", script.Calls[^1]);
    }

    [Theory]
    [InlineData("jane.doe@emailsim.io", "jane.doe%40emailsim.io")]
    [InlineData("o'brien+a/b#c%2F?&=@exämple.io", "o%27brien%2Ba%2Fb%23c%252F%3F%26%3D%40ex%C3%A4mple.io")]
    [InlineData("../..@x.io", "..%2F..%40x.io")]
    [InlineData("a b|\"c\"@x.io", "a%20b%7C%22c%22%40x.io")]
    public async Task An_address_in_a_path_arrives_unchanged(string email, string inPath)
    {
        var script = Connected.Script().On($"GET {Home}contacts/v3/email/{inPath}", 404, """{"errorCode":"contacts:contactNotFound","description":"The following contacts could not be found"}""");
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
            "lists":[{"id":12345,"name":"Top","status":"subscribed"},{"id":6,"name":"Six","status":"suppressed"},{"id":7,"name":"Seven","status":"pending"},{"id":8,"name":"Eight","status":"new"}]}
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
        var script = Connected.Script().On($"GET {Home}contacts/v3/contactId/5", 200, """{"contactId":5,"status":"binned","identifiers":{},"channelProperties":{"email":{"status":"subscribed"}}}""");
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
                "_items":[{"contactId":1,"status":"subscribed","identifiers":{"email":"a@x.io"},"channelProperties":{"email":{"status":"hardBounced"}},"lists":[{"id":42,"name":"B","status":"subscribed"}]}]}
                """)
            .On(start + "&marker=RXh%2B%2FbQ%3D%3D", 200, """{"_links":{"self":{"link":"x","marker":"B"}},"_items":[{"contactId":2,"status":"suppressed","identifiers":{}}]}""");
        using var client = await Connected.ToAsync(script);
        var since = new DateTimeOffset(2026, 5, 1, 0, 0, 1, 999, TimeSpan.FromHours(2));
        var contacts = await client.Contacts.ReadBookAsync(42, since, Cancellation).ToListAsync(Cancellation);
        Assert.Equal([(1L, "a@x.io", ContactStatus.HardBounced), (2L, null, ContactStatus.Suppressed)], contacts.Select(c => (c.Id, c.Email, c.Status)));
        script.AssertScriptUsedUp();
    }

    [Fact]
    public async Task A_book_is_read_whole_without_a_time()
    {
        var script = Connected.Script().On($"GET {Home}contacts/v3?~listId=42&include=channelProperties%7Clists&limit=5000", 200, """{"_links":{},"_items":[]}""");
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
    public async Task A_person_who_left_a_book_is_read_a_page_at_a_time()
    {
        var script = Connected.Script().On($"GET {Home}v2/address-books/42/contacts/unsubscribed-since/2000-01-01T00:00:00Z?select=2&skip=900", 200, """
            [{"suppressedContact":{"id":1,"email":"nelson.redeker@example.com","optInType":"Unknown","emailType":"PlainText","dataFields":null,"status":"Subscribed"},"dateRemoved":"2020-01-01T09:40:18.527Z","reason":"Unsubscribed"},
            {"suppressedContact":null,"dateRemoved":"2025-07-23 11:01:55.433000+00:00","reason":"DirectComplaint"}]
            """);
        using var client = await Connected.ToAsync(script);
        var page = await client.Contacts.UnsubscribedSincePageAsync(42, new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), 900, 2, Cancellation);
        Assert.False(page.IsLast);
        Assert.Equal(
            [
                new OptedOut("nelson.redeker@example.com", 1, ContactStatus.Unsubscribed, new DateTimeOffset(2020, 1, 1, 9, 40, 18, 527, TimeSpan.Zero)),
                new OptedOut(null, null, ContactStatus.DirectComplaint, new DateTimeOffset(2025, 7, 23, 11, 1, 55, 433, TimeSpan.Zero)),
            ],
            page.Rows);
    }

    [Fact]
    public async Task A_person_who_left_the_account_is_read_a_page_at_a_time()
    {
        var script = Connected.Script().On($"GET {Home}v2/contacts/suppressed-since/2026-04-29T12:00:00Z?select=1000&skip=0", 200, """
            [{"suppressedContact":{"id":25,"email":"terry@example.com","status":"HardBounced"},"dateRemoved":"soon","reason":"NotAvailableInThisVersion"}]
            """);
        using var client = await Connected.ToAsync(script);
        var page = await client.Contacts.SuppressedSincePageAsync(new DateTimeOffset(2026, 4, 29, 12, 0, 0, TimeSpan.Zero), 0, 1000, Cancellation);
        Assert.True(page.IsLast);
        Assert.Equal([new OptedOut("terry@example.com", 25, ContactStatus.HardBounced, null)], page.Rows);
    }

    [Theory]
    [InlineData("\"2021-09-24T09:21:55.661571Z\"")]
    [InlineData("2021-09-24 09:21:55.661571+00:00")]
    public async Task The_servers_time_is_read_in_both_forms_the_specifications_give(string body)
    {
        var script = Connected.Script().On($"GET {Home}v2/server-time", 200, body);
        using var client = await Connected.ToAsync(script);
        Assert.Equal(new DateTimeOffset(2021, 9, 24, 9, 21, 55, TimeSpan.Zero).AddTicks(6615710), await client.ServerTimeAsync(Cancellation));
    }

    [Fact]
    public async Task A_bulk_removal_sends_bare_ids_and_is_polled_by_its_id()
    {
        var script = Connected.Script()
            .On($"POST {Home}v2/address-books/42/contacts/delete", 202, """{"id":"13e7b388-2060-4f58-b3dc-2885badf80ee","status":"Started"}""")
            .On($"GET {Home}v2/contacts/deletion/13e7b388-2060-4f58-b3dc-2885badf80ee", 200, """{"id":"13e7b388-2060-4f58-b3dc-2885badf80ee","status":"Started"}""")
            .On($"GET {Home}v2/contacts/deletion/13e7b388-2060-4f58-b3dc-2885badf80ee", 200, """{"id":"13e7b388-2060-4f58-b3dc-2885badf80ee","status":"Completed"}""")
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

    [Fact]
    public async Task One_person_is_unsubscribed_from_one_book()
    {
        var script = Connected.Script().On($"POST {Home}v2/address-books/42/contacts/unsubscribe", 200, """
            {"suppressedContact":{"id":123456,"email":"o'brien+x@emailsim.io","optInType":"Unknown","emailType":"Html","dataFields":null,"status":"Subscribed"},"dateRemoved":"2025-07-23 11:01:55.433000+00:00","reason":"Unsubscribed"}
            """);
        using var client = await Connected.ToAsync(script);
        var gone = await client.Contacts.UnsubscribeAsync(42, "o'brien+x@emailsim.io", Cancellation);
        Assert.Equal((123456L, ContactStatus.Unsubscribed), (gone.ContactId!.Value, gone.Status));
        AssertJson("""{"email":"o'brien+x@emailsim.io"}""", script.Calls[^1]);
    }

    [Fact]
    public async Task One_person_is_unsubscribed_from_the_account()
    {
        var script = Connected.Script().On($"POST {Home}v2/contacts/unsubscribe", 200, """
            {"suppressedContact":{"id":123456,"email":"o'brien+x@emailsim.io","status":"Unsubscribed"},"dateRemoved":"2025-07-23T11:01:55Z","reason":"Unsubscribed"}
            """);
        using var client = await Connected.ToAsync(script);
        var gone = await client.Contacts.UnsubscribeFromAccountAsync("o'brien+x@emailsim.io", Cancellation);
        Assert.Equal((123456L, ContactStatus.Unsubscribed), (gone.ContactId!.Value, gone.Status));
        AssertJson("""{"email":"o'brien+x@emailsim.io"}""", script.Calls[^1]);
    }

    [Theory]
    [InlineData("2025-07-23T11:01:55Z", 0)]
    [InlineData("2025-07-23 11:01:55.433000+00:00", 0)]
    [InlineData("2025-07-23T11:01:55", 14)]
    [InlineData("2025-07-23T00:00:00Z", 24)]
    [InlineData("2025-07-23", 38)]
    [InlineData("nonsense", 0)]
    public async Task A_date_says_how_far_it_may_be_off(string date, int hours)
    {
        var script = Connected.Script().On($"POST {Home}v2/contacts/unsubscribe", 200, $$"""{"suppressedContact":{"id":1,"email":"a@emailsim.io"},"dateRemoved":"{{date}}","reason":"Unsubscribed"}""");
        using var client = await Connected.ToAsync(script);
        var gone = await client.Contacts.UnsubscribeFromAccountAsync("a@emailsim.io", Cancellation);
        Assert.Equal(TimeSpan.FromHours(hours), gone.Margin);
    }

    [Theory]
    [InlineData(true, "resubscribe", "ContactChallenged", Resubscription.Challenged)]
    [InlineData(false, "resubscribe-with-no-challenge", "ContactAdded", Resubscription.Added)]
    [InlineData(false, "resubscribe-with-no-challenge", "ContactCannotBeUnsuppressed", Resubscription.Refused)]
    [InlineData(false, "resubscribe-with-no-challenge", "NotAvailableInThisVersion", Resubscription.Unknown)]
    public async Task One_person_is_asked_back_or_brought_back(bool challenge, string call, string status, Resubscription result)
    {
        var script = Connected.Script().On($"POST {Home}v2/address-books/42/contacts/{call}", 200, $$"""{"contact":{"id":7,"email":"o'brien+x@emailsim.io","status":"Subscribed"},"status":"{{status}}"}""");
        using var client = await Connected.ToAsync(script);
        var answer = await client.Contacts.ResubscribeAsync(42, "o'brien+x@emailsim.io", challenge, Cancellation);
        Assert.Equal(new ResubscribeAnswer(result, 7, "o'brien+x@emailsim.io", ContactStatus.Subscribed), answer);
        AssertJson("""{"unsubscribedContact":{"email":"o'brien+x@emailsim.io"}}""", script.Calls[^1]);
    }

    [Fact]
    public async Task An_imports_body_is_sent_as_it_is_with_its_length()
    {
        var body = Encoding.UTF8.GetBytes("""{"mergeOption":"overwrite","contacts":[""" + string.Join(",", Enumerable.Range(0, 9000).Select(i => $$$"""{"matchIdentifier":"email","identifiers":{"email":"ä{{{i}}}@x.io"}}""")) + "]}");
        var script = Connected.Script().On($"PUT {Home}contacts/v3/import", 202, """{"importId":"d7de900d-d337-43f6-b1e1-c8ec73e1a434"}""");
        using var client = await Connected.ToAsync(script);
        Assert.Equal("d7de900d-d337-43f6-b1e1-c8ec73e1a434", await client.Imports.StartAsync(body, Cancellation));
        var sent = script.Calls[^1];
        Assert.Equal(Encoding.UTF8.GetString(body), sent.Body);
        Assert.Equal(body.Length, sent.ContentLength);
        Assert.Equal("application/json; charset=utf-8", sent.ContentType);
        Assert.Equal(body.Length, client.Usage.BytesSent);
    }

    [Fact]
    public async Task An_import_over_the_limit_is_never_sent()
    {
        using var client = await Connected.ToAsync(Connected.Script());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.Imports.StartAsync(new byte[DotdigitalLimits.ImportBodyBytes + 1], Cancellation));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.Imports.StartAsync(ReadOnlyMemory<byte>.Empty, Cancellation));
    }

    [Fact]
    public async Task An_unknown_import_is_null()
    {
        var script = Connected.Script().On($"GET {Home}contacts/v3/import/d7de%2F1", 404, """{"errorCode":"contacts:importNotFound","description":"The import request 'd7de' could not be found!"}""");
        using var client = await Connected.ToAsync(script);
        Assert.Null(await client.Imports.ReadAsync("d7de/1", cancellation: Cancellation));
    }

    [Fact]
    public async Task A_partners_token_goes_with_every_call_when_there_is_one()
    {
        var script = Connected.Script();
        var token = Guid.Parse("5a96bc79-19a7-4544-973b-e2da0c9136f9");
        using var with = await DotdigitalClient.ConnectAsync(
            new DotdigitalOptions { Username = "u", Password = "p", Handler = script, IntegrationToken = token, Clock = Connected.NewClock() }, Cancellation);
        Assert.Contains("x-ddg-integration-token: 5a96bc79-19a7-4544-973b-e2da0c9136f9", script.Calls[0].Headers, StringComparison.Ordinal);
        var plain = Connected.Script();
        using var without = await Connected.ToAsync(plain);
        Assert.DoesNotContain("x-ddg", plain.Calls[0].Headers, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_are_counted_by_operation_with_every_attempt()
    {
        var clock = Connected.NewClock();
        var script = Connected.Script()
            .On($"GET {Home}v2/data-fields", 500)
            .On($"GET {Home}v2/data-fields", 200, "[]")
            .On($"DELETE {Home}v2/address-books/42/contacts/7", 204);
        using var client = await Connected.ToAsync(script, clock);
        var reading = client.DataFields.ListAsync(Cancellation);
        await clock.PassAsync(1);
        await reading;
        await client.Contacts.RemoveOneAsync(42, 7, Cancellation);
        Assert.Equal(4, client.Usage.Total);
        Assert.Equal(
            [new("account.info", 1), new("contacts.removeOne", 1), new KeyValuePair<string, long>("dataFields.list", 2)],
            client.Usage.ByOperation());
    }

    private static void AssertJson(string expected, ScriptedDotdigital.Sent sent)
    {
        Assert.Equal("application/json; charset=utf-8", sent.ContentType);
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(expected).RootElement, JsonDocument.Parse(sent.Body!).RootElement), sent.Body);
    }
}
