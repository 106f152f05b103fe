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
    private const string Bob = "bob@example.com";
    private const string InsightImport = "importInsightData";

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
        var recreated = scene.Account.AddBook("gold");

        var result = await scene.RunAsync();

        Assert.Equal(ExitCode.Done, result.ExitCode);
        Assert.Equal(people, scene.In(recreated).Count);
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
    public async Task A_watch_alone_is_not_a_new_state_or_an_exit_code_and_is_explained()
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

    private Task<ExportScene> StartAsync(Func<SimulatorOptions, SimulatorOptions>? options = null) => ExportScene.StartOnClockAsync(_theirs, options);

    /// <summary>Lets time pass at Dotdigital.</summary>
    private void Pass(TimeSpan time) => _theirs.Advance(time);
}
