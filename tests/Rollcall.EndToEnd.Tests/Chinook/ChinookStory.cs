using System.Text.Json;
using Rollcall.TestKit;
using Rollcall.TestKit.Specifications;
using Xunit;

namespace Rollcall.EndToEnd.Tests.Chinook;

/// <summary>
/// The shop's audiences follow its customers into the books, from the first run through a week of changes. Every kind
/// of source inherits the story: program and simulator are processes, and what passes between them is checked against the
/// official specifications.
/// </summary>
public abstract class ChinookStory
{
    private const string NewCustomer = "zoe.o'hara+jazz@example.com";
    private const string BecameBigSpender = "luisg@embraer.com.br";
    private const string Unsubscriber = "hleacock@gmail.com";
    private const string Deleted = "fharris@google.com";
    private const string MovedAway = "marthasilk@gmail.com";
    private const string RenamedCustomer = "ellie.sullivan@shaw.ca";

    [Fact]
    public async Task The_books_follow_the_customers()
    {
        var specifications = OfficialSpecifications.OrSkip();
        using var folder = new TempFolder();
        using var database = ChinookDatabase.CopyOrSkip(folder);
        await using var source = await OpenAsync(folder, database);
        await using var shop = await ShopRuns.StartAsync(folder, source.JobLines);
        await source.PublishAsync(database);

        var first = ChinookShop.Roll(database);
        await FirstRunAsync(shop, first);
        await NothingChangedAsync(shop);

        PassAWeek(database);
        await source.PublishAsync(database);
        await shop.Simulator.ActAsync($"contacts/{Unsubscriber}/unsubscribe?book={ChinookShop.NorthAmerica}");
        await SecondRunAsync(shop, first, ChinookShop.Roll(database));
        await NothingChangedAsync(shop);
        await ExplainAsync(shop);

        var counters = await shop.Simulator.CountersAsync();
        Assert.Equal(0, counters.GetProperty("contactsDeleted").GetInt32());
        Assert.Equal(0, counters.GetProperty("listOptOutsLifted").GetInt32());
        Assert.Equal(0, counters.GetProperty("resubscriptions").GetInt32());
        specifications.AssertValid(shop.Simulator.Calls.Select(call => call.Exchange));
    }

    /// <summary>The source of the story; skips the test where it cannot be had.</summary>
    private protected abstract Task<ChinookSource> OpenAsync(TempFolder folder, ChinookDatabase database);

    /// <summary>Five customers change, three leave, two join.</summary>
    private static void PassAWeek(ChinookDatabase database)
    {
        database.Change(3, "UPDATE Customer SET City = City || ' West' WHERE CustomerId IN (3, 6, 59)");
        database.Change(2, "UPDATE Customer SET FirstName = FirstName || ' Jr.' WHERE CustomerId IN (24, 33)");

        database.Change(1, "DELETE FROM Customer WHERE CustomerId = 16");
        database.Change(1, "UPDATE Customer SET Country = 'France' WHERE CustomerId = 31");
        database.Change(1, "UPDATE Invoice SET Total = Total - 10 WHERE InvoiceId = (SELECT MAX(InvoiceId) FROM Invoice WHERE CustomerId = 45)");

        database.Change(
            1, "INSERT INTO Customer (CustomerId, FirstName, LastName, City, Country, Email) VALUES (60, 'Zoë', 'O''Hara', 'Portland', 'USA', "
                + $"'{NewCustomer.Replace("'", "''", StringComparison.Ordinal)}')");
        database.Change(
            2, "INSERT INTO Invoice (InvoiceId, CustomerId, InvoiceDate, Total) VALUES (413, 60, '2026-01-02 00:00:00', 45.5), (414, 1, '2026-01-02 "
                + "00:00:00', 10)");
        database.Change(1, "INSERT INTO InvoiceLine (InvoiceLineId, InvoiceId, TrackId, UnitPrice, Quantity) VALUES (2241, 413, 63, 45.5, 1)");
    }

    private static async Task FirstRunAsync(ShopRuns shop, Dictionary<string, Dictionary<string, string>> roll)
    {
        var plan = await shop.PlanAsync();
        foreach (var audience in roll.Keys)
        {
            Expect(plan, audience, members: roll[audience].Count, entered: roll[audience].Count);
        }

        Assert.Equal(0, plan.GetProperty("plan").GetProperty("removals").GetInt32());

        var run = await shop.RunAsync();
        foreach (var audience in roll.Keys)
        {
            Expect(run, audience, members: roll[audience].Count, entered: roll[audience].Count);
        }

        Assert.Equal(roll.Values.Sum(members => members.Count), run.GetProperty("outcomes").GetProperty("delivered").GetInt32());
        await shop.ExpectBooksAsync(roll, except: []);
        await shop.ExpectStatusAsync(run, roll.SelectMany(audience => audience.Value.Keys.Select(email => (email, audience.Key, "Subscribed"))));
    }

    private static async Task SecondRunAsync(
        ShopRuns shop, Dictionary<string, Dictionary<string, string>> before, Dictionary<string, Dictionary<string, string>> after)
    {
        var plan = await shop.PlanAsync();
        Assert.Equal(4, plan.GetProperty("plan").GetProperty("removals").GetInt32());
        var run = await shop.RunAsync();
        foreach (var document in new[] { plan, run })
        {
            foreach (var audience in after.Keys)
            {
                var (was, now) = (before[audience], after[audience]);
                var left = audience == "north_america" ? new[] { Unsubscriber } : [];
                Expect(
                    document,
                    audience,
                    members: now.Count,
                    entered: now.Keys.Except(was.Keys).Count(),
                    updated: now.Keys.Intersect(was.Keys).Except(left).Count(email => Values(before, email) != Values(after, email)),
                    exited: was.Keys.Except(now.Keys).Count(),
                    suppressed: left.Length);
            }
        }

        await shop.ExpectBooksAsync(after, except: [("north_america", Unsubscriber)]);
        await shop.ExpectStatusAsync(
            run,
            [
                (NewCustomer, "north_america", "Subscribed"),
                (NewCustomer, "big_spenders", "Subscribed"),
                (NewCustomer, "jazz_lovers", "Subscribed"),
                (BecameBigSpender, "big_spenders", "Subscribed"),
                (Unsubscriber, "north_america", "Unsubscribed"),
                (Deleted, "north_america", "Removed"),
                (Deleted, "jazz_lovers", "Removed"),
                (MovedAway, "north_america", "Removed"),
                ("ladislav_kovacs@apple.hu", "big_spenders", "Removed"),
            ]);
    }

    private static async Task NothingChangedAsync(ShopRuns shop)
    {
        var calls = shop.Simulator.Calls.Count;
        var run = await shop.RunAsync();
        Assert.DoesNotContain(shop.Simulator.Calls.Skip(calls), call => call.IsWrite);
        foreach (var audience in run.GetProperty("audiences").EnumerateArray())
        {
            Assert.Equal(
                audience.GetProperty("members").GetInt32(),
                audience.GetProperty("unchanged").GetInt32() + audience.GetProperty("suppressed").GetInt32());
        }

        Assert.Equal(0, run.GetProperty("bytes_sent").GetInt64());
    }

    private static async Task ExplainAsync(ShopRuns shop)
    {
        await ExplainAsync(shop, RenamedCustomer, audiences: "north_america", books: "delivered, absent, absent", next: "with these values");
        await ExplainAsync(
            shop, NewCustomer, audiences: "north_america, big_spenders, jazz_lovers", books: "delivered, delivered, delivered", next: "with these values");
        await ExplainAsync(shop, MovedAway, audiences: "jazz_lovers", books: "left, absent, delivered", next: "with these values");
        await ExplainAsync(shop, Deleted, audiences: "", books: "left, absent, left", next: "Nothing");
        await ExplainAsync(shop, Unsubscriber, audiences: "north_america, jazz_lovers", books: "suppressed, absent, delivered", next: "left alone");
    }

    private static async Task ExplainAsync(ShopRuns shop, string email, string audiences, string books, string next)
    {
        var explanation = await shop.ExplainAsync(email);
        Assert.Equal(email, explanation.GetProperty("email").GetString());
        Assert.Equal("Subscribed", explanation.GetProperty("account_status").GetString());
        Assert.Equal(
            audiences,
            string.Join(
                ", ", explanation.GetProperty("audiences").EnumerateArray().Where(audience => audience.GetProperty("in").GetBoolean())
                .Select(audience => audience.GetProperty("id").GetString())));
        Assert.Equal(books, string.Join(", ", explanation.GetProperty("books").EnumerateArray().Select(book => book.GetProperty("state").GetString())));
        Assert.All(explanation.GetProperty("books").EnumerateArray(),
        book => {
            Assert.NotEmpty(book.GetProperty("reason").GetString()!);
            Assert.Equal(book.GetProperty("state").GetString() != "absent", book.GetProperty("since").ValueKind == JsonValueKind.String);
        });
        Assert.Contains(next, string.Join(' ', explanation.GetProperty("next").EnumerateArray().Select(line => line.GetString())), StringComparison.Ordinal);
    }

    private static string? Values(Dictionary<string, Dictionary<string, string>> roll, string email) =>
        roll.Values.Select(members => members.GetValueOrDefault(email)).FirstOrDefault(values => values is not null);

    private static void Expect(JsonElement document, string audience, int members, int entered = 0, int updated = 0, int exited = 0, int suppressed = 0)
    {
        var result = document.GetProperty("audiences").EnumerateArray().Single(one => one.GetProperty("id").GetString() == audience);
        var expected = new Dictionary<string, int>
        {
            ["members"] = members,
            ["entered"] = entered,
            ["updated"] = updated,
            ["exited"] = exited,
            ["unchanged"] = members - entered - updated - suppressed,
            ["suppressed"] = suppressed,
            ["invalid"] = 0,
            ["omitted"] = 0,
            ["held"] = 0,
        };
        Assert.Equal(
            $"{audience}: {string.Join(", ", expected.Select(pair => $"{pair.Key} {pair.Value}"))}",
            $"{audience}: {string.Join(", ", expected.Keys.Select(key => $"{key} {result.GetProperty(key)}"))}");
    }
}
