using Rollcall.Simulators;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>Opt-outs in the feeds: in pages, with dates of several precisions, late.</summary>
public sealed class FeedReadingTests
{
    private const string BookFeed = "getUnsubscribedInAddressBook";

    [Fact]
    public async Task A_reading_that_is_resumed_skips_nobody_when_earlier_rows_are_gone()
    {
        await using var scene = await ExportScene.StartAsync(o => o with { ListSuppression = ListSuppression.Clears });
        scene.Set("gold", "bob@example.com");
        await scene.RunAsync();
        scene.Account.Plant(new Seed
        {
            Contacts = [.. Enumerable.Range(0, 2500)
                .Select(
                    i => new SeedContact { Email = Person(i), Books = new Dictionary<int, BookStatus> { [scene.Gold] = BookStatus.Unsubscribed } })],
        });
        scene.Account.AddFaults(new Fault { Operation = BookFeed, Occurrence = 3, Times = 99, Kind = FaultKind.Refuse, Status = 400 });
        await scene.RunAsync();
        scene.Account.ClearFaults();

        // The first five hundred resubscribe, and everyone after them moves up.
        foreach (var i in Enumerable.Range(0, 500))
        {
            scene.Account.Subscribe(Person(i), scene.Gold);
        }

        scene.Set("gold", "bob@example.com", Person(1950));
        var result = await scene.RunAsync();

        Assert.DoesNotContain(Person(1950), scene.In(scene.Gold));
        Assert.Equal(1, result.Audiences[0].Suppressed);
    }

    [Theory]
    [InlineData("2026-11-20T06:00:00", "an offset of up to 14 hours")]
    [InlineData("2026-11-20", "a day and an offset")]
    public async Task A_date_that_leaves_open_which_came_first_is_read_in_the_persons_favour(string date, string _)
    {
        await using var scene = await ExportScene.StartAsync(
            o => o with { ClockOffset = Moment - TimeProvider.System.GetUtcNow(), ListSuppression = ListSuppression.Clears });
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        var id = scene.Account.Contact("ann@example.com")!.Id;

        // Dated after the import if it was UTC, and before it where it is not.
        scene.Answer = (request, body) => request.Contains($"/address-books/{scene.Gold}/contacts/unsubscribed-since", StringComparison.Ordinal)
            ? $$"""[{"suppressedContact":{"id":{{id}},"email":"ann@example.com","status":"Subscribed"},"dateRemoved":"{{date}}","reason":"Unsubscribed"}]"""
            : body;
        await scene.RunAsync();

        Assert.Equal(["bob@example.com"], scene.In(scene.Gold));
    }

    private static DateTimeOffset Moment { get; } = new(2026, 11, 19, 20, 0, 0, TimeSpan.Zero);

    private static string Person(int i) => $"c{i:D4}@example.com";
}
