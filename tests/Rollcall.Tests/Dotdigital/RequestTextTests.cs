using System.Text;
using Rollcall.Dotdigital;
using Xunit;

namespace Rollcall.Tests.Dotdigital;

/// <summary>The text of requests about the account, books, data fields and imports, written manually from the specifications.</summary>
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
        var full = "["
            + string.Join(",", Enumerable.Range(1, 1000).Select(i => $$"""{"id":{{i}},"name":"Book {{i}}","visibility":"Private","contacts":5}"""))
            + "]";
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
        Connected.AssertJson("""{"name":"My \"Book\"","visibility":"Public"}""", script.Calls[^1]);
    }

    [Fact]
    public async Task Data_fields_are_read_in_one_call()
    {
        var script = Connected.Script().On($"GET {Home}v2/data-fields", 200, """
            [{"name":"FIRSTNAME","type":"String","visibility":"Public","defaultValue":null},
            {"name":"SPEND","type":"Numeric","visibility":"Private","defaultValue":0},
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
        Connected.AssertJson("""{"name":"LIFETIME_SPEND","type":"Numeric","visibility":"Private"}""", script.Calls[^1]);
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
    public async Task An_imports_body_is_sent_as_it_is_with_its_length()
    {
        var contacts = Enumerable.Range(0, 9000).Select(i => $$$"""{"matchIdentifier":"email","identifiers":{"email":"ä{{{i}}}@x.io"}}""");
        var body = Encoding.UTF8.GetBytes("""{"mergeOption":"overwrite","contacts":[""" + string.Join(",", contacts) + "]}");
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
        var script = Connected.Script().On(
            $"GET {Home}contacts/v3/import/d7de%2F1",
            404,
            """{"errorCode":"contacts:importNotFound","description":"The import request 'd7de' could not be found!"}""");
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
}
