using System.Text;
using Rollcall.Dotdigital;
using Xunit;

namespace Rollcall.Tests.Dotdigital;

/// <summary>A server whose answers have no end, no bottom, or too many rows: such a call uses little memory and is reported by its operation's name.</summary>
public sealed class HostileServerTests
{
    private const string Home = Connected.Home;
    private const long Megabyte = 1024 * 1024;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>An operation, its call, and the most megabytes that may be read of its answer.</summary>
    public static TheoryData<string, string, long> Operations => new()
    {
        { "addressBooks.list", $"GET {Home}v2/address-books?select=1000&skip=0", 65 },
        { "addressBooks.create", $"POST {Home}v2/address-books", 5 },
        { "dataFields.list", $"GET {Home}v2/data-fields", 65 },
        { "account.serverTime", $"GET {Home}v2/server-time", 5 },
        { "contacts.find", $"GET {Home}contacts/v3/contactId/5", 5 },
        { "contacts.readBook", $"GET {Home}contacts/v3?~listId=7&include=channelProperties%7Clists&limit=5000", 65 },
        { "contacts.unsubscribedSince", $"GET {Home}v2/address-books/7/contacts/unsubscribed-since/2000-01-01T00:00:00Z?select=1000&skip=0", 65 },
        { "contacts.suppressedSince", $"GET {Home}v2/contacts/suppressed-since/2000-01-01T00:00:00Z?select=1000&skip=0", 65 },
        { "contacts.removeFromBook", $"POST {Home}v2/address-books/7/contacts/delete", 5 },
        { "contacts.deletion", $"GET {Home}v2/contacts/deletion/d", 5 },
        { "contacts.unsubscribe", $"POST {Home}v2/address-books/7/contacts/unsubscribe", 5 },
        { "contacts.resubscribe", $"POST {Home}v2/address-books/7/contacts/resubscribe", 5 },
        { "contacts.addToBook", $"POST {Home}v2/address-books/7/contacts", 5 },
        { "contacts.import", $"PUT {Home}contacts/v3/import", 5 },
        { "contacts.importReport", $"GET {Home}contacts/v3/import/i", 2 },
        { "insight.import", $"PUT {Home}insightData/v3/import", 5 },
        { "insight.importStatus", $"GET {Home}insightData/v3/import/i", 17 },
    };

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task An_answer_without_end_is_given_up_by_its_operations_limit(string operation, string call, long megabytes)
    {
        var content = new HostileContent("", " ");
        var failure = await FailureAsync(operation, call, content);
        Assert.Equal(("Boundless", operation), (failure.Kind.ToString(), failure.Operation));
        Assert.Contains(operation, failure.Message, StringComparison.Ordinal);
        Assert.InRange(content.Read, 1, megabytes * Megabyte);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_byte_a_minute_is_not_progress(string operation, string call, long megabytes)
    {
        var clock = Connected.NewClock();
        var content = new HostileContent("", " ", () => clock.Advance(TimeSpan.FromMinutes(1)), piece: 1);
        var failure = await FailureAsync(operation, call, content, clock);
        Assert.Equal(("Boundless", operation), (failure.Kind.ToString(), failure.Operation));
        Assert.Contains("minutes", failure.Message, StringComparison.Ordinal);
        Assert.InRange(content.Read, 1, megabytes > 16 ? 20 : 16);
    }

    [Fact]
    public async Task The_account_is_read_within_limits_too()
    {
        var content = new HostileContent("""{"id":1,"properties":[""", """{"name":"a","value":"b"},""");
        using var script = new ScriptedDotdigital().On(Connected.AskAccount, _ => Task.FromResult(HostileContent.Reply(content)));
        var failure = await Assert.ThrowsAsync<DotdigitalException>(() => Connected.ToAsync(script));
        Assert.Equal("Boundless", failure.Kind.ToString());
        Assert.Contains("account.info", failure.Message, StringComparison.Ordinal);
        Assert.InRange(content.Read, 1, 5 * Megabyte);
    }

    [Theory]
    [InlineData("dataFields.list", $"GET {Home}v2/data-fields")]
    [InlineData("contacts.importReport", $"GET {Home}contacts/v3/import/i")]
    [InlineData("contacts.find", $"GET {Home}contacts/v3/contactId/5")]
    public async Task An_answer_without_a_bottom_is_not_followed(string operation, string call)
    {
        var (open, close) = operation == "dataFields.list" ? ("""[{"x":""", "}]") : ("""{"x":""", "}");
        var body = open + new string('[', 100) + new string(']', 100) + close;
        using var script = Connected.Script().On(call, 200, body);
        using var client = await Connected.ToAsync(script);
        var failure = await Assert.ThrowsAsync<DotdigitalException>(() => CallAsync(client, operation));
        Assert.Equal("Boundless", failure.Kind.ToString());
        Assert.Contains(operation, failure.Message, StringComparison.Ordinal);
        Assert.Contains("64 levels", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>An operation, its call, the answer before and after its rows, a row, how many are let pass, and how many are not.</summary>
    public static TheoryData<string, string, string, string, string, int, int> Rows => new()
    {
        {
            "contacts.importReport",
            $"GET {Home}contacts/v3/import/i",
            """{"importId":"i","status":"Finished","created":[""",
            """{"contactId":1}""",
            "]}", 22, 23
        },
        { "contacts.importReport", $"GET {Home}contacts/v3/import/i", """{"importId":"i","status":"Finished","failures":[""", "{}", "]}", 22, 23 },
        {
            "contacts.readBook",
            $"GET {Home}contacts/v3?~listId=7&include=channelProperties%7Clists&limit=5000",
            """{"_items":[""",
            """{"contactId":1}""",
            "]}", 5500, 5501
        },
        { "contacts.suppressedSince", $"GET {Home}v2/contacts/suppressed-since/2000-01-01T00:00:00Z?select=1000&skip=0", "[", "{}", "]", 1100, 1101 },
        { "addressBooks.list", $"GET {Home}v2/address-books?select=1000&skip=0", "[", """{"id":1}""", "]", 999, 1101 },
        { "insight.importStatus", $"GET {Home}insightData/v3/import/i", """{"status":"Complete","failures":[""", "{}", "]}", 5500, 5501 },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task An_answer_with_more_rows_than_asked_for_and_a_tenth_is_given_up(
        string operation, string call, string before, string row, string after, int most, int beyond)
    {
        using var good = Connected.Script().On(call, 200, Body(most));
        using (var client = await Connected.ToAsync(good))
        {
            await CallAsync(client, operation);
        }

        using var bad = Connected.Script().On(call, 200, Body(beyond));
        using (var client = await Connected.ToAsync(bad))
        {
            var failure = await Assert.ThrowsAsync<DotdigitalException>(() => CallAsync(client, operation));
            Assert.Equal("Boundless", failure.Kind.ToString());
            Assert.Contains(operation, failure.Message, StringComparison.Ordinal);
        }

        string Body(int rows) => before + string.Join(',', Enumerable.Repeat(row, rows)) + after;
    }

    [Fact]
    public async Task A_report_whose_rows_never_end_is_given_up_and_its_texts_are_cut()
    {
        var rows = new List<ImportedContact>();
        var reason = $$"""{"failureCode":"{{new string('c', 5000)}}","description":"{{new string('d', 5000)}}"}""";
        var failures = $$$"""{"importId":"i","status":"Finished","failures":[{"failures":[{{{string.Join(',', Enumerable.Repeat(reason, 10))}}}]}]}""";
        using var script = Connected.Script().On($"GET {Home}contacts/v3/import/i", 200, failures);
        using var client = await Connected.ToAsync(script);
        await client.Imports.ReadAsync("i", rows.Add, records: 20, cancellation: Cancellation);
        Assert.All(rows[0].Reasons, one => Assert.Equal((1000, 1000), (one.Code.Length, one.Text.Length)));
    }

    [Fact]
    public async Task The_pages_of_a_book_that_lead_in_a_circle_end()
    {
        const string First = $"GET {Home}contacts/v3?~listId=7&include=channelProperties%7Clists&limit=5000";
        using var script = Connected.Script()
            .On(First, 200, Page("a"))
            .On(First + "&marker=a", 200, Page("b"))
            .On(First + "&marker=b", 200, Page("a"));
        using var client = await Connected.ToAsync(script);
        var failure = await Assert.ThrowsAsync<DotdigitalException>(() => CallAsync(client, "contacts.readBook"));
        Assert.Contains("contacts.readBook", failure.Message, StringComparison.Ordinal);
        script.AssertScriptUsedUp();

        static string Page(string next) => $$$"""{"_items":[{"contactId":1}],"_links":{"next":{"marker":"{{{next}}}"} } }""";
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-7")]
    [InlineData("-9223372036854775808")]
    public async Task A_contact_with_a_number_that_is_none_is_nobody(string id)
    {
        using var script = Connected.Script().On($"GET {Home}contacts/v3/contactId/5", 200, $$"""{"contactId":{{id}},"status":"subscribed"}""");
        script.On(
            $"GET {Home}contacts/v3/import/i",
            200,
            $$"""{"importId":"i","status":"Finished","created":[{"contactId":{{id}},"identifiers":{"contactId":"{{id}}","email":"a@b.c"} }]}""");
        using var client = await Connected.ToAsync(script);
        Assert.Equal("contacts.find", (await Assert.ThrowsAsync<DotdigitalException>(() => CallAsync(client, "contacts.find"))).Operation);
        var rows = new List<ImportedContact>();
        await client.Imports.ReadAsync("i", rows.Add, cancellation: Cancellation);
        Assert.Equal((null, "a@b.c"), (Assert.Single(rows).ContactId, rows[0].Email));
    }

    private static async Task<DotdigitalException> FailureAsync(string operation, string call, HostileContent content, WatchedClock? clock = null)
    {
        using var script = Connected.Script().On(call, _ => Task.FromResult(HostileContent.Reply(content)));
        using var client = await Connected.ToAsync(script, clock);
        var failure = await Assert.ThrowsAsync<DotdigitalException>(() => CallAsync(client, operation));
        script.AssertScriptUsedUp();
        return failure;
    }

    private static async Task CallAsync(DotdigitalClient client, string operation)
    {
        var since = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var body = Encoding.UTF8.GetBytes("{}");
        switch (operation)
        {
            case "addressBooks.list":
                await foreach (var book in client.AddressBooks.ListAsync(Cancellation))
                {
                    Assert.NotNull(book);
                }

                break;
            case "addressBooks.create":
                await client.AddressBooks.CreateAsync("a", Visibility.Private, Cancellation);
                break;
            case "dataFields.list":
                await client.DataFields.ListAsync(Cancellation);
                break;
            case "account.serverTime":
                await client.ServerTimeAsync(Cancellation);
                break;
            case "contacts.find":
                await client.Contacts.FindByIdAsync(5, Cancellation);
                break;
            case "contacts.readBook":
                await foreach (var contact in client.Contacts.ReadBookAsync(7, null, Cancellation))
                {
                    Assert.NotNull(contact);
                }

                break;
            case "contacts.unsubscribedSince":
                await client.Contacts.UnsubscribedSincePageAsync(7, since, 0, 1000, Cancellation);
                break;
            case "contacts.suppressedSince":
                await client.Contacts.SuppressedSincePageAsync(since, 0, 1000, Cancellation);
                break;
            case "contacts.removeFromBook":
                await client.Contacts.RemoveFromBookAsync(7, new long[] { 1 }, Cancellation);
                break;
            case "contacts.deletion":
                await client.Contacts.DeletionAsync(new DeletionId("d"), Cancellation);
                break;
            case "contacts.unsubscribe":
                await client.Contacts.UnsubscribeAsync(7, "a@b.c", Cancellation);
                break;
            case "contacts.resubscribe":
                await client.Contacts.ResubscribeAsync(7, "a@b.c", challenge: true, Cancellation);
                break;
            case "contacts.addToBook":
                await client.Contacts.AddToBookAsync(7, new ContactToAdd("a@b.c"), Cancellation);
                break;
            case "contacts.import":
                await client.Imports.StartAsync(body, Cancellation);
                break;
            case "contacts.importReport":
                await client.Imports.ReadAsync("i", records: 20, cancellation: Cancellation);
                break;
            case "insight.import":
                await client.InsightData.StartAsync(body, Cancellation);
                break;
            case "insight.importStatus":
                await client.InsightData.ReadAsync("i", Cancellation);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(operation), operation, "An operation of this test.");
        }
    }
}
