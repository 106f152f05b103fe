using Microsoft.Extensions.Time.Testing;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Simulators;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>Writes whose end is not known: their people are looked at again, run after run, until they cannot be applied any more.</summary>
public sealed class WatchTests
{
    private const string Ann = "ann@example.com";
    private const string InsightImport = "importInsightData";
    private const string Bob = "bob@example.com";

    private static readonly TimeSpan Late = TimeSpan.FromMinutes(20);

    private readonly FakeTimeProvider _theirs = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Somebody_who_left_before_their_unanswered_import_was_applied_is_out_in_the_end()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", Ann, Bob);
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = FaultKind.DropAfter, Late = Late });
        await scene.RunAsync();
        scene.Set("gold", Bob);
        await scene.RunAsync();

        Pass(TimeSpan.FromHours(1));
        Assert.Contains(Ann, scene.In(scene.Gold));
        var result = await scene.RunAsync();

        Assert.Equal([Bob], scene.In(scene.Gold));
        Assert.Equal(ExitCode.Done, result.ExitCode);
        Assert.Equal(1, result.Audiences[0].Exited);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(80)]
    public async Task People_on_the_watch_in_a_book_that_is_gone_stop_no_run(int people)
    {
        await using var scene = await StartAsync(o => o with { ForgottenImport = 1 });
        scene.Mapping = $"[{{gold: {{name: gold}}}}, {{silver: \"{scene.Silver}\"}}]";
        scene.Set("gold", [.. Enumerable.Range(0, people).Select(i => $"p{i}@example.com")]);
        await scene.RunAsync();
        scene.Account.DeleteBook(scene.Gold);
        var anew = scene.Account.AddBook("gold");

        var result = await scene.RunAsync();

        Assert.Equal(ExitCode.Done, result.ExitCode);
        Assert.Equal(people, scene.In(anew).Count);
    }

    [Theory]
    [InlineData("rejected")]
    [InlineData("failed")]
    [InlineData("gone")]
    public async Task Somebody_who_left_before_an_import_that_did_not_finish_was_applied_is_out_in_the_end(string how)
    {
        await using var scene = await StartAsync(o => how switch
        {
            "rejected" => o with { WatchdogImport = 1, LateRejected = Late },
            "failed" => o with { FailedImport = 1, LateRejected = Late },
            _ => o with { ForgottenImport = 1, LateForgotten = Late },
        });
        scene.Set("gold", Ann, Bob);
        await scene.RunAsync();
        scene.Set("gold", Bob);
        await scene.RunAsync();

        Pass(TimeSpan.FromHours(1));
        Assert.Contains(Ann, scene.In(scene.Gold));
        await scene.RunAsync();

        Assert.Equal([Bob], scene.In(scene.Gold));
    }

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
        scene.Before = OnImport(() => scene.Account.Unsubscribe(Ann, scene.Gold));
        await scene.RunAsync();
        scene.Before = null;
        Pass(TimeSpan.FromHours(12));
        Assert.Equal([Ann], scene.In(scene.Gold));

        await scene.RunAsync();

        Assert.Empty(scene.In(scene.Gold));
        Assert.Equal([Ann], scene.In(scene.Silver));
    }

    [Fact]
    public async Task Newer_values_that_an_older_import_overwrote_late_go_again()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", "ann@example.com,Old,1");
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = FaultKind.DropAfter, Late = Late });
        await scene.RunAsync();
        scene.Set("gold", "ann@example.com,New,1");
        await scene.RunAsync();
        Assert.Equal("New", scene.Account.Contact(Ann)!.DataFields["FIRSTNAME"]);

        Pass(TimeSpan.FromHours(1));
        Assert.Equal("Old", scene.Account.Contact(Ann)!.DataFields["FIRSTNAME"]);
        await scene.RunAsync();

        Assert.Equal("New", scene.Account.Contact(Ann)!.DataFields["FIRSTNAME"]);
    }

    [Fact]
    public async Task Our_own_removal_from_another_book_sends_no_values_again()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", "ann@example.com,Old,1");
        scene.Set("silver", "ann@example.com,Old,1", Bob);
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = FaultKind.DropAfter });
        await scene.RunAsync();
        scene.Set("gold", "ann@example.com,New,1");
        scene.Set("silver", "ann@example.com,New,1", Bob);
        await scene.RunAsync();

        Pass(TimeSpan.FromHours(1));
        scene.Set("silver", Bob);
        await scene.RunAsync();
        Assert.Equal([Bob], scene.In(scene.Silver));
        var result = await scene.RunAsync();

        Assert.False(result.ApiCalls.ByOperation.ContainsKey("contacts.import"), "Values went again though nobody but us changed the contact.");
    }

    [Fact]
    public async Task A_member_removed_late_by_an_older_removal_enters_again()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", Ann, Bob);
        await scene.RunAsync();
        scene.Set("gold", Bob);
        scene.Account.AddFaults(new Fault { Operation = "deleteContactsFromAddressBook", Kind = FaultKind.DropAfter, Late = Late });
        await scene.RunAsync();
        scene.Set("gold", Ann, Bob);
        await scene.RunAsync();

        Pass(TimeSpan.FromHours(1));
        Assert.Equal([Bob], scene.In(scene.Gold));
        scene.More = "verify_every: 1m";
        await scene.RunAsync();

        Assert.Equal([Ann, Bob], scene.In(scene.Gold));
    }

    [Fact]
    public async Task Somebody_who_came_back_to_the_book_while_our_removal_was_open_stays()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", Ann, Bob);
        await scene.RunAsync();
        scene.Set("gold", Bob);
        scene.Account.AddFaults(new Fault { Operation = "deleteContactsFromAddressBook", Kind = FaultKind.DropAfter });
        await scene.RunAsync();
        Assert.Equal([Bob], scene.In(scene.Gold));

        scene.Account.Subscribe(Ann, scene.Gold);
        await scene.RunAsync();
        await scene.RunAsync();

        Assert.Equal([Ann, Bob], scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_late_opt_out_dated_before_our_import_is_put_right()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", Ann, Bob);
        await scene.RunAsync();
        scene.Answer = LateFeed(scene, [Ann]);

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
    public async Task A_page_of_one_book_that_shows_an_opt_out_of_another_is_heeded()
    {
        await using var scene = await StartAsync(o => o with { ListShowsSubscribedOnly = true });
        scene.Account.AddContact(Ann, scene.Gold, scene.Silver);
        scene.Account.Unsubscribe(Ann, scene.Silver);
        scene.Answer = (request, body) => request.Contains($"/address-books/{scene.Silver}/contacts/unsubscribed-since", StringComparison.Ordinal) ? "[]" : body;

        scene.Set("silver", Ann, Bob);
        await scene.RunAsync();

        Assert.Equal([Bob], scene.In(scene.Silver));
    }

    [Fact]
    public async Task A_page_read_for_people_on_the_watch_that_shows_the_opt_out_of_another_member_is_heeded()
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
        scene.Before = OnImport(() => scene.Account.Unsubscribe(Ann, scene.Gold));
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
        scene.Before = OnImport(() => scene.Account.AddFaults(new Fault { Operation = "getUnsubscribedInAddressBook", Kind = FaultKind.Refuse, Status = 400, Times = 99 }));

        var result = await scene.RunAsync();

        Assert.Equal(ExitCode.SomeNotDelivered, result.ExitCode);
        Assert.Contains(result.Notices, n => n.Contains("could not be read", StringComparison.Ordinal) && n.Contains(scene.Gold.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Somebody_who_came_back_by_themselves_gets_values_at_once_and_counts_as_already_there_a_day_later()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", Ann, Bob);
        await scene.RunAsync();
        Pass(TimeSpan.FromHours(1));
        scene.Account.Unsubscribe(Ann, scene.Gold);
        await scene.RunAsync();
        Pass(TimeSpan.FromHours(1));
        scene.Account.Subscribe(Ann, scene.Gold);
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
        scene.Set("gold", Ann, Bob);
        await scene.RunAsync();
        Pass(TimeSpan.FromHours(1));
        scene.Account.Unsubscribe(Ann, scene.Gold);
        await scene.RunAsync();
        Pass(TimeSpan.FromHours(1));
        scene.Account.Subscribe(Ann, scene.Gold);
        await scene.RunAsync(new RunOptions { Verify = true });
        scene.Account.RemoveFromBook(Ann, scene.Gold);

        Pass(TimeSpan.FromHours(25));
        await scene.RunAsync();
        await scene.RunAsync();

        Assert.Equal([Bob], scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_watch_alone_is_no_new_state_and_no_exit_code_and_is_explained()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", Ann);
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = FaultKind.DropAfter });
        await scene.RunAsync();
        var quiet = await scene.RunAsync();

        var explained = await scene.ExplainAsync(Ann);
        Assert.Equal(ExitCode.Done, quiet.ExitCode);
        Assert.Equal("Unanswered", explained.Books[0].Watched!.Why);
        Assert.True(explained.Books[0].Watched!.Until > explained.Books[0].Watched!.Since);
        using (var history = new History(scene.DataFolder))
        {
            Assert.Equal(1, history.Job("scene")!.Watched);
        }

        Pass(TimeSpan.FromDays(8));
        await scene.RunAsync();
        await scene.RunAsync();
        using (var history = new History(scene.DataFolder))
        {
            Assert.Equal(0, history.Job("scene")!.Watched);
        }
    }

    [Fact]
    public async Task Insight_records_of_an_import_that_was_lost_go_again_for_an_hour_and_once_when_the_watch_ends()
    {
        await using var scene = await StartAsync(o => o with { ForgottenInsightImport = 1 });
        scene.Config += "\n  insight_fields: [name]";
        scene.Set("gold", Ann);
        await scene.RunAsync();
        await scene.RunAsync();
        await scene.RunAsync();
        Assert.Equal(3, scene.Account.Calls[InsightImport]);

        Pass(TimeSpan.FromHours(2));
        await scene.RunAsync();
        Assert.Equal(3, scene.Account.Calls[InsightImport]);

        Pass(TimeSpan.FromDays(8));
        await scene.RunAsync();
        await scene.RunAsync();
        Assert.Equal(4, scene.Account.Calls[InsightImport]);
    }

    [Fact]
    public async Task Many_who_are_to_be_unsubscribed_again_at_once_are_held_by_a_guard()
    {
        await using var scene = await StartAsync();
        var people = Enumerable.Range(0, 101).Select(i => $"p{i:D3}@example.com").ToArray();
        scene.Set("gold", people);
        await scene.RunAsync();
        scene.Answer = LateFeed(scene, people);
        Pass(TimeSpan.FromHours(2));
        var held = await scene.RunAsync();

        Assert.Equal((ExitCode.Guard, "optouts"), (held.ExitCode, Assert.Single(held.Guards).Guard));
        Assert.Equal(101, scene.In(scene.Gold).Count);
        await scene.RunAsync(new RunOptions { Allow = new HashSet<string> { "optouts" } });
        Assert.Empty(scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_thousand_people_on_the_watch_cost_at_most_a_dozen_calls()
    {
        await using var scene = await StartAsync();
        var people = Enumerable.Range(0, 20_000).Select(i => $"p{i:D5}@example.com").ToList();
        scene.Set("gold", [.. people]);
        await scene.RunAsync();
        var quiet = (await scene.RunAsync()).ApiCalls.Total;
        scene.Set("gold", [.. people.Select((p, i) => i < 1000 ? $"{p},Changed,1" : p)]);
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = FaultKind.DropAfter });
        await scene.RunAsync();
        await scene.RunAsync();

        var watched = await scene.RunAsync();

        Assert.InRange(watched.ApiCalls.Total - quiet, 0, 12);
    }

    /// <summary>A feed with late opt-outs of people who opted out a minute before an import resubscribed them.</summary>
    private Func<string, string, string> LateFeed(ExportScene scene, string[] people)
    {
        var since = _theirs.GetUtcNow().AddMinutes(-1).ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
        var rows = string.Join(',', people.Select(p => $$"""{"suppressedContact":{"id":{{scene.Account.Contact(p)!.Id}},"email":"{{p}}","status":"Subscribed"},"dateRemoved":"{{since}}","reason":"Unsubscribed"}"""));
        return (request, body) => request.Contains($"/address-books/{scene.Gold}/contacts/unsubscribed-since", StringComparison.Ordinal) ? $"[{rows}]" : body;
    }

    /// <summary>Does something right before the first import is sent.</summary>
    private static Action<string> OnImport(Action act)
    {
        var done = false;
        return request =>
        {
            if (!done && request.StartsWith("PUT /contacts/v3/import", StringComparison.Ordinal))
            {
                done = true;
                act();
            }
        };
    }

    /// <summary>A scene whose Dotdigital has its own clock; this machine's clock must not matter.</summary>
    private async Task<ExportScene> StartAsync(Func<SimulatorOptions, SimulatorOptions>? options = null) =>
        await ExportScene.StartAsync(o => (options?.Invoke(o) ?? o) with { Clock = _theirs, ListSuppression = ListSuppression.Clears });

    /// <summary>Lets time pass at Dotdigital.</summary>
    private void Pass(TimeSpan time) => _theirs.Advance(time);
}
