using System.Net;
using System.Text.Json.Nodes;
using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Simulators.SimulatedSession;

namespace Rollcall.Tests.Simulators;

public class ControlTests
{
    [Fact]
    public async Task Manual_changes_leave_come_back_bounce_and_delete()
    {
        await using var session = await Start();
        session.Http.DefaultRequestHeaders.Authorization = null;
        session.Account.AddContact("a+b@example.com", session.Book);
        const string Contact = "/simulator/contacts/a%2Bb%40example.com/";

        await session.Post(Contact + $"unsubscribe?book={session.Book}", "");
        Assert.Equal(BookStatus.Unsubscribed, session.Account.Contact("a+b@example.com")!.Books[session.Book]);
        await session.Post(Contact + $"subscribe?book={session.Book}", "");
        await session.Post(Contact + "unsubscribe", "");
        Assert.Equal(ContactStatus.Unsubscribed, session.Account.Contact("a+b@example.com")!.Status);
        await session.Post(Contact + "status?value=HardBounced", "");
        Assert.Equal(ContactStatus.HardBounced, session.Account.Contact("a+b@example.com")!.Status);
        await session.Post(Contact + $"remove?book={session.Book}", "");
        Assert.Empty(session.Account.Members(session.Book));
        await session.Post(Contact + "delete", "");
        Assert.Null(session.Account.Contact("a+b@example.com"));
        Assert.Equal(HttpStatusCode.NotFound, (await session.Post(Contact + "delete", "")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await session.Post("/simulator/contacts/x/remove", "")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await session.Get("/simulator/state?book=99999999999999")).Status);
    }

    [Fact]
    public async Task A_deleted_book_spoils_the_next_import_that_names_it()
    {
        await using var session = await Start();
        await session.Post($"/simulator/books/{session.Book}/delete", "");
        await session.Post("/simulator/data-fields/POSTCODE/delete", "");

        var report = await session.Import(
            Record("a@example.com", $"\"lists\":[{session.Book}]") + "," + Record("b@example.com", """ "dataFields":{"POSTCODE":"N1"} """));

        Assert.Equal(2, report["failures"]!.AsArray().Count);
    }

    [Fact]
    public async Task Switches_change_while_it_runs_and_unknown_ones_are_named()
    {
        await using var session = await Start();

        var changed = await session.Post("/simulator/options", """{"listSuppression":"keeps","importLatency":2.5,"maxContacts":3}""");
        var unknown = await session.Post("/simulator/options", """{"listSupression":"keeps"}""");

        Assert.Equal(2.5, changed.Json!["importLatency"]!.GetValue<double>());
        Assert.Equal(ListSuppression.Keeps, session.Account.Options.ListSuppression);
        Assert.Equal(TimeSpan.FromSeconds(2.5), session.Account.Options.ImportLatency);
        Assert.Same(session.Clock, session.Account.Options.Clock);
        Assert.Equal(HttpStatusCode.BadRequest, unknown.Status);
        Assert.Contains("listSupression", unknown.Json!["error"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Faults_are_scripted_while_it_runs()
    {
        await using var session = await Start();
        await session.Post("/simulator/faults", """["getAddressBooks:1:503",{"operation":"getDataFields","kind":"refuse","status":500}]""");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await session.Get("/v2/address-books")).Status);
        await session.Send("DELETE", "/simulator/faults");
        Assert.Equal(HttpStatusCode.OK, (await session.Get("/v2/data-fields")).Status);
    }

    [Fact]
    public async Task The_state_shows_a_books_members_and_their_fields()
    {
        await using var session = await Start();
        session.Account.AddContact("other@example.com");
        await session.Import(Record("a@example.com", $$""" "dataFields":{"FIRSTNAME":"Ada"},"lists":[{{session.Book}}] """));

        var state = (await session.Get($"/simulator/state?book={session.Book}")).Json!;

        var contact = Assert.Single(state["contacts"]!.AsArray())!;
        Assert.Equal("a@example.com", contact["email"]!.GetValue<string>());
        Assert.Equal("Ada", contact["dataFields"]!["FIRSTNAME"]!.GetValue<string>());
        Assert.Equal("Subscribed", contact["books"]![$"{session.Book}"]!.GetValue<string>());
        Assert.Equal(1, state["books"]![0]!["members"]!.GetValue<int>());
    }

    [Fact]
    public async Task Counters_tell_calls_and_what_happened_to_people()
    {
        await using var session = await Start();
        await session.Post($"/v2/address-books/{session.Book}/contacts", """{"email":"a@example.com"}""");
        await session.Get("/v2/account-info");

        var counters = (await session.Get("/simulator/counters")).Json!;

        Assert.Equal(1, counters["joins"]!.GetValue<int>());
        Assert.Equal("""{"addContactToAddressBook":1,"getAccountInfo":1}""", counters["calls"]!.ToJsonString());
    }

    [Fact]
    public async Task A_seed_file_is_where_the_account_begins()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, """
            {
              "books": [{"id": 55, "name": "Seeded"}],
              "dataFields": [{"name": "SPEND", "type": "Numeric"}],
              "contacts": [
                {"email": "ada@example.com", "id": 1200000000, "dataFields": {"SPEND": 12.5}, "books": {"55": "Unsubscribed"}},
                {"email": "gone@example.com", "status": "Deleted"}
              ],
              "globallySuppressed": ["never@example.com"]
            }
            """, TestContext.Current.CancellationToken);
        await using var session = await Start(new SimulatorOptions { SeedFile = file });
        File.Delete(file);

        var ada = session.Account.Contact("ada@example.com")!;
        Assert.Equal(1200000000, ada.Id);
        Assert.Equal("12.5", ada.DataFields["SPEND"]);
        Assert.Equal(BookStatus.Unsubscribed, ada.Books[55]);
        Assert.Null(session.Account.Contact("gone@example.com"));
        Assert.Equal(0, session.Account.Counters.ContactsDeleted);
    }

    [Fact]
    public async Task Every_request_is_written_down_without_its_credentials()
    {
        var file = Path.GetTempFileName();
        await using (var session = await Start(new SimulatorOptions { RequestLogFile = file, Faults = [Fault.Parse("getDataFields:1:drop-after")] }))
        {
            await session.Post("/v2/address-books?x=1", """{"name":"x"}""");
            await Assert.ThrowsAsync<HttpRequestException>(() => session.Get("/v2/data-fields"));
        }

        var lines = (await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken)).Select(line => JsonNode.Parse(line)!).ToList();
        File.Delete(file);
        Assert.Equal(["/v2/address-books?x=1", "/v2/data-fields"], lines.Select(line => line["path"]!.GetValue<string>()));
        Assert.Equal("""{"name":"x"}""", lines[0]["requestBody"]!.GetValue<string>());
        Assert.Equal([400, 0], lines.Select(line => line["status"]!.GetValue<int>()));
        Assert.Contains("FIRSTNAME", lines[1]["responseBody"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.DoesNotContain("Authorization", lines[0].ToJsonString(), StringComparison.OrdinalIgnoreCase);
        Assert.False(lines[0]["requestBodyTruncated"]!.GetValue<bool>());
    }

    [Fact]
    public async Task The_page_shows_books_people_and_calls_and_escapes_what_they_are_called()
    {
        await using var session = await Start();
        var book = session.Account.AddBook("<b>Bold</b>");
        session.Account.AddContact("o'brien<x>&@example.com", book);
        await session.Get("/v2/address-books");

        Assert.Contains("&lt;b&gt;Bold&lt;/b&gt;", await Page("/"), StringComparison.Ordinal);
        Assert.Contains("brien&lt;x&gt;&amp;@example.com", await Page($"/?book={book}&q=BRIEN"), StringComparison.Ordinal);
        Assert.Contains("Nobody", await Page($"/?book={book}&q=nobody"), StringComparison.Ordinal);
        Assert.Contains("Subscribed", await Page("/?contact=" + Uri.EscapeDataString("o'brien<x>&@example.com")), StringComparison.Ordinal);
        Assert.Contains("getAddressBooks", await Page("/?view=calls"), StringComparison.Ordinal);
        Assert.Contains("Join actions", await Page("/?view=counters"), StringComparison.Ordinal);

        async Task<string> Page(string path) => await session.Http.GetStringAsync(path, TestContext.Current.CancellationToken);
    }
}
