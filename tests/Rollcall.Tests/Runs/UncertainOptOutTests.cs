using Microsoft.Extensions.Time.Testing;
using Rollcall.Model;
using Rollcall.Simulators;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>Opt-outs that are lifted late, reported late, shown in one place only, or taken back by the person.</summary>
public sealed class UncertainOptOutTests
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.com";

    private static readonly TimeSpan Late = TimeSpan.FromMinutes(20);

    private readonly FakeTimeProvider _theirs = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task An_opt_out_that_an_import_lifted_late_is_restored_and_reported()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", Ann, Bob);
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = FaultKind.DropAfter, Late = Late });
        scene.Account.AddContact(Ann);
        await scene.RunAsync();
        scene.Account.Subscribe(Ann, scene.Gold);
        scene.Account.Unsubscribe(Ann, scene.Gold);
        await scene.RunAsync();
        Assert.Equal([Bob], scene.In(scene.Gold));

        Pass(TimeSpan.FromHours(1));
        Assert.Contains(Ann, scene.In(scene.Gold));
        var result = await scene.RunAsync();

        Assert.Equal([Bob], scene.In(scene.Gold));
        Assert.Contains(result.Notices, n => n.Contains("unsubscribed again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_opt_out_of_a_book_stands_though_an_earlier_resubscription_is_applied_late()
    {
        await using var scene = await StartAsync(o => o with { ForgottenImport = 1, LateForgotten = Late });
        scene.Remove("silver");
        scene.Mapping = $"[{{gold: \"{scene.Gold}\"}}, {{gold: \"{scene.Silver}\"}}]";
        scene.Config = "  exit_action: remove\n  resubscribe_no_challenge: true";
        scene.Account.Plant(new Seed
        {
            Contacts =
            [
                new SeedContact
                {
                    Email = Ann,
                    Status = ContactStatus.Unsubscribed,
                    StatusSince = _theirs.GetUtcNow().AddDays(-10),
                    Books = new Dictionary<int, BookStatus> { [scene.Gold] = BookStatus.Subscribed },
                },
            ],
        });
        scene.Set("gold", Ann);
        scene.Before = ExportScene.OnFirstImport(() => scene.Account.Unsubscribe(Ann, scene.Gold));
        await scene.RunAsync();
        scene.Before = null;
        Pass(TimeSpan.FromHours(12));
        Assert.Equal([Ann], scene.In(scene.Gold));

        await scene.RunAsync();

        Assert.Empty(scene.In(scene.Gold));
        Assert.Equal([Ann], scene.In(scene.Silver));
    }

    [Fact]
    public async Task A_late_opt_out_dated_before_our_import_is_put_right()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", Ann, Bob);
        await scene.RunAsync();
        scene.Answer = scene.LateFeed(_theirs.GetUtcNow(), Ann);

        Pass(TimeSpan.FromHours(2));
        await scene.RunAsync();

        Assert.Equal([Bob], scene.In(scene.Gold));
    }

    [Fact]
    public async Task What_the_first_reading_of_a_book_shows_as_opted_out_is_kept_as_that()
    {
        await using var scene = await StartAsync(o => o with { FeedDelay = TimeSpan.FromDays(365) });
        scene.Account.AddContact(Ann, scene.Gold);
        scene.Account.Unsubscribe(Ann, scene.Gold);
        scene.Set("gold", Ann, Bob);

        var result = await scene.RunAsync();

        Assert.Equal([Bob], scene.In(scene.Gold));
        Assert.Equal(1, result.Audiences[0].Suppressed);
    }

    [Fact]
    public async Task A_page_of_one_book_that_shows_an_opt_out_of_another_is_respected()
    {
        await using var scene = await StartAsync(o => o with { ListShowsSubscribedOnly = true });
        scene.Account.AddContact(Ann, scene.Gold, scene.Silver);
        scene.Account.Unsubscribe(Ann, scene.Silver);
        scene.Answer = (request, body) =>
            request.Contains($"/address-books/{scene.Silver}/contacts/unsubscribed-since", StringComparison.Ordinal) ? "[]" : body;

        scene.Set("silver", Ann, Bob);
        await scene.RunAsync();

        Assert.Equal([Bob], scene.In(scene.Silver));
    }

    [Fact]
    public async Task A_page_read_for_people_on_the_watch_that_shows_the_opt_out_of_another_member_is_respected()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", Ann, Bob);
        await scene.RunAsync();
        scene.Set("gold", Ann, Bob, "new1@example.com", "new2@example.com", "new3@example.com");
        scene.Account.AddFaults(new Fault { Operation = "getImportStatus", Kind = FaultKind.Refuse, Status = 404, Times = 99 });
        await scene.RunAsync();
        scene.Account.Unsubscribe(Ann, scene.Gold);
        scene.Answer = (request, body) => request.Contains("/contacts/unsubscribed-since", StringComparison.Ordinal) ? "[]" : body;

        var result = await scene.RunAsync();

        Assert.Equal(1, result.Audiences[0].Suppressed);
        Assert.Equal("suppressed", (await scene.ExplainAsync(Ann)).Books[0].State);
    }

    [Fact]
    public async Task Somebody_who_opted_out_while_the_run_was_under_way_is_not_removed_but_kept_as_opted_out()
    {
        await using var scene = await StartAsync(o => o with { RemovalTakesOptOut = true });
        scene.Set("gold", Ann, Bob);
        await scene.RunAsync();
        scene.Set("gold", Bob, "new@example.com");
        scene.Before = ExportScene.OnFirstImport(() => scene.Account.Unsubscribe(Ann, scene.Gold));
        await scene.RunAsync();
        scene.Before = null;
        scene.Set("gold", Ann, Bob);

        var result = await scene.RunAsync();

        Assert.DoesNotContain(Ann, scene.In(scene.Gold));
        Assert.Equal(1, result.Audiences[0].Suppressed);
    }

    [Fact]
    public async Task Nobody_leaves_a_book_whose_opt_outs_cannot_be_read()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", Ann, Bob);
        await scene.RunAsync();
        scene.Set("gold", Bob);
        scene.Account.AddFaults(new Fault { Operation = "getUnsubscribedInAddressBook", Kind = FaultKind.Refuse, Status = 400, Times = 99 });

        var result = await scene.RunAsync();

        Assert.Equal([Ann, Bob], scene.In(scene.Gold));
        Assert.Equal(ExitCode.SomeNotDelivered, result.ExitCode);
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task Opt_outs_that_could_not_be_read_after_an_import_are_reported()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", Ann, Bob);
        scene.Before = ExportScene.OnFirstImport(
            () => scene.Account.AddFaults(new Fault { Operation = "getUnsubscribedInAddressBook", Kind = FaultKind.Refuse, Status = 400, Times = 99 }));

        var result = await scene.RunAsync();

        Assert.Equal(ExitCode.SomeNotDelivered, result.ExitCode);
        Assert.Contains(
            result.Notices,
            n =>
                n.Contains("could not be read", StringComparison.Ordinal)
                    && n.Contains(scene.Gold.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Somebody_who_came_back_by_themselves_gets_values_at_once_and_counts_as_already_there_a_day_later()
    {
        await using var scene = await StartAsync();
        await LeaveAndComeBackAsync(scene);
        scene.Set("gold", "ann@example.com,Anna,1", Bob);
        await scene.RunAsync(new RunOptions { Verify = true });
        Assert.Equal("Anna", scene.Account.Contact(Ann)!.DataFields["FIRSTNAME"]);

        Pass(TimeSpan.FromHours(25));
        await scene.RunAsync();
        scene.Set("gold", Bob);
        await scene.RunAsync();

        Assert.Equal([Ann, Bob], scene.In(scene.Gold));
        Assert.Equal(0, scene.Account.Counters.Resubscriptions);
    }

    [Fact]
    public async Task Somebody_who_came_back_and_left_again_stays_out()
    {
        await using var scene = await StartAsync();
        await LeaveAndComeBackAsync(scene);
        await scene.RunAsync(new RunOptions { Verify = true });
        scene.Account.RemoveFromBook(Ann, scene.Gold);

        Pass(TimeSpan.FromHours(25));
        await scene.RunAsync();
        await scene.RunAsync();

        Assert.Equal([Bob], scene.In(scene.Gold));
    }

    [Fact]
    public async Task Many_who_are_to_be_unsubscribed_again_at_once_are_held_by_a_guard()
    {
        await using var scene = await StartAsync();
        var people = Enumerable.Range(0, 101).Select(i => $"p{i:D3}@example.com").ToArray();
        scene.Set("gold", people);
        await scene.RunAsync();
        scene.Answer = scene.LateFeed(_theirs.GetUtcNow(), people);
        Pass(TimeSpan.FromHours(2));
        var held = await scene.RunAsync();

        Assert.Equal((ExitCode.Guard, "optouts"), (held.ExitCode, Assert.Single(held.Guards).Guard));
        Assert.Equal(101, scene.In(scene.Gold).Count);
        await scene.RunAsync(new RunOptions { Allow = new HashSet<string> { "optouts" } });
        Assert.Empty(scene.In(scene.Gold));
    }

    private Task<ExportScene> StartAsync(Func<SimulatorOptions, SimulatorOptions>? options = null) => ExportScene.StartOnClockAsync(_theirs, options);

    /// <summary>Lets time pass at Dotdigital.</summary>
    private void Pass(TimeSpan time) => _theirs.Advance(time);

    /// <summary>Two people are entered; one of them leaves the book, is seen out of it, and subscribes again an hour later.</summary>
    private async Task LeaveAndComeBackAsync(ExportScene scene)
    {
        scene.Set("gold", Ann, Bob);
        await scene.RunAsync();
        Pass(TimeSpan.FromHours(1));
        scene.Account.Unsubscribe(Ann, scene.Gold);
        await scene.RunAsync();
        Pass(TimeSpan.FromHours(1));
        scene.Account.Subscribe(Ann, scene.Gold);
    }
}
