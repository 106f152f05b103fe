using System.Net;
using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Simulators.SimulatedSession;

namespace Rollcall.Tests.Simulators;

public class AddressBookTests
{
    [Fact]
    public async Task A_book_that_is_created_is_listed_with_its_members()
    {
        await using var session = await Start();

        var created = await session.Post("/v2/address-books", """{"name":"Élan & co","visibility":"Public"}""");
        var id = created.Json!["id"]!.GetValue<int>();
        session.Account.AddContact("a@example.com", id);
        session.Account.AddContact("b@example.com", id);
        session.Account.Unsubscribe("b@example.com");

        Assert.Equal(HttpStatusCode.Created, created.Status);
        var listed = (await session.Get("/v2/address-books?select=1000&skip=1")).Json!.AsArray();
        Assert.Equal($$"""{"id":{{id}},"name":"Élan & co","visibility":"Public","contacts":1}""", Assert.Single(listed)!.ToJsonString(Relaxed));
        Assert.Equal(1, (await session.Get($"/v2/address-books/{id}")).Json!["contacts"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("""{"name":"newsletter"}""", "ERROR_ADDRESSBOOK_DUPLICATE")]
    [InlineData("""{"name":"Test"}""", "ERROR_ADDRESSBOOK_DUPLICATE")]
    [InlineData("""{"name":"All contacts"}""", "ERROR_ADDRESSBOOK_DUPLICATE")]
    [InlineData("""{"name":""}""", "ERROR_ADDRESSBOOK_INVALID")]
    [InlineData("""{"visibility":"Private"}""", "ERROR_ADDRESSBOOK_INVALID")]
    [InlineData("""{"name":"x","visibility":"private"}""", "ERROR_ADDRESSBOOK_INVALID")]
    [InlineData("""{"name":"x","colour":"red"}""", "ERROR_ADDRESSBOOK_INVALID")]
    [InlineData("""{"name":""", "ERROR_MALFORMED_REQUEST")]
    public async Task A_book_that_breaks_a_rule_is_refused(string body, string error)
    {
        await using var session = await Start();

        var refused = await session.Post("/v2/address-books", body);

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains(error, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_may_have_128_characters_and_no_more()
    {
        await using var session = await Start();

        Assert.Equal(HttpStatusCode.Created, (await session.Post("/v2/address-books", $$"""{"name":"{{new string('n', 128)}}"}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await session.Post("/v2/address-books", $$"""{"name":"{{new string('m', 129)}}"}""")).Status);
    }

    [Fact]
    public async Task A_full_account_takes_no_more_books_or_fields()
    {
        await using var session = await Start(new SimulatorOptions { MaxBooks = 1, MaxDataFields = 6 });

        Assert.Contains("ERROR_ADDRESSBOOK_LIMITEXCEEDED", (await session.Post("/v2/address-books", """{"name":"More"}""")).Message, StringComparison.Ordinal);
        Assert.Contains("ERROR_DATAFIELD_LIMITEXCEEDED", (await session.Post("/v2/data-fields", """{"name":"MORE"}""")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?select=0")]
    [InlineData("?select=1001")]
    [InlineData("?skip=-1")]
    [InlineData("?limit=10")]
    public async Task A_page_outside_the_limits_is_refused(string query)
    {
        await using var session = await Start();

        Assert.Contains("ERROR_PARAMETER_INVALID", (await session.Get("/v2/address-books" + query)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_field_that_is_created_is_listed_and_takes_values_of_its_type()
    {
        await using var session = await Start();

        var created = await session.Post("/v2/data-fields", """{"name":"SPEND","type":"Numeric","visibility":"Private"}""");

        Assert.Equal(HttpStatusCode.Created, created.Status);
        Assert.Contains(
            """{"name":"SPEND","type":"Numeric","visibility":"Private","defaultValue":null}""",
            (await session.Get("/v2/data-fields")).Json!.ToJsonString(),
            StringComparison.Ordinal);
        var report = await session.Import(
            Record("a@example.com", """ "dataFields":{"SPEND":12.50} """) + "," + Record("b@example.com", """ "dataFields":{"SPEND":"many"} """));
        Assert.Equal("12.5", session.Account.Contact("a@example.com")!.DataFields["SPEND"]);
        Assert.Single(report["failures"]!.AsArray());
    }

    [Theory]
    [InlineData("""{"name":"FIRSTNAME"}""", "ERROR_NON_UNIQUE_DATAFIELD")]
    [InlineData("""{"name":"firstname"}""", "ERROR_NON_UNIQUE_DATAFIELD")]
    [InlineData("""{"name":"Email"}""", "ERROR_DATAFIELD_INVALID")]
    [InlineData("""{"name":"NAME_OF_21_CHARACTERS"}""", "ERROR_DATAFIELD_INVALID")]
    [InlineData("""{"name":"with space"}""", "ERROR_DATAFIELD_INVALID")]
    [InlineData("""{"name":"X","type":"Text"}""", "ERROR_DATAFIELD_INVALID")]
    [InlineData("""{"name":"X","type":"Numeric","defaultValue":"many"}""", "ERROR_DATAFIELD_INVALID")]
    public async Task A_data_field_that_breaks_a_rule_is_refused(string body, string error)
    {
        await using var session = await Start();

        Assert.Contains(error, (await session.Post("/v2/data-fields", body)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_beyond_the_documented_lengths_are_refused()
    {
        await using var session = await Start();
        session.Account.AddDataField("SPEND", "Numeric");

        var report = await session.Import(string.Join(",",
            Record("fits@example.com", $$""" "dataFields":{"FIRSTNAME":"{{new string('x', 1000)}}","SPEND":123456789012345678.123456789} """),
            Record("long@example.com", $$""" "dataFields":{"FIRSTNAME":"{{new string('x', 1001)}}"} """),
            Record("large@example.com", """ "dataFields":{"SPEND":1234567890123456789} """),
            Record("fine@example.com", """ "dataFields":{"SPEND":0.1234567891} """)));

        Assert.Single(report["created"]!.AsArray());
        Assert.Equal("123456789012345678.123456789", session.Account.Contact("fits@example.com")!.DataFields["SPEND"]);
    }
}
