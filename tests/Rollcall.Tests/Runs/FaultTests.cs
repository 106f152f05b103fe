using Rollcall.Model;
using Rollcall.Simulators;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>Calls that get no answer, are refused or never finish, and what the next run does about them.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData(FaultKind.DropBefore)]
    [InlineData(FaultKind.DropAfter)]
    public async Task An_import_without_an_answer_is_read_back_and_nobody_is_lost(FaultKind kind)
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = kind });

        await scene.RunAsync();
        var second = await scene.RunAsync();

        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
        Assert.Equal("1", scene.Account.Contact("ann@example.com")!.DataFields["SPEND"]);
        Assert.Equal(ExitCode.Done, second.ExitCode);
        ExportScene.AddsUp(second);
    }

    [Fact]
    public async Task A_person_an_unanswered_import_puts_in_after_they_were_read_back_still_leaves()
    {
        await using var scene = await ExportScene.StartAsync(o => o with { ImportLatency = TimeSpan.FromSeconds(4) });
        scene.Set("gold", "ann@example.com", "bob@example.com");
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = FaultKind.DropAfter });
        var first = await scene.RunAsync();
        Assert.Equal(2, first.Outcomes.Failed);
        await PollUntil.TrueAsync(() => scene.In(scene.Gold).Count == 2, "the import");

        scene.Set("gold", "bob@example.com");
        await scene.RunAsync();

        Assert.Equal(["bob@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task An_unanswered_import_that_may_have_mailed_people_is_not_repeated_within_a_day()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Config = "  opt_in_type: VerifiedDouble";
        scene.Set("gold", "ann@example.com", "bob@example.com");
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = FaultKind.DropBefore });

        await scene.RunAsync();
        var second = await scene.RunAsync();

        Assert.Equal(1, scene.Account.Calls["importContacts"]);
        Assert.Null(scene.Account.Contact("ann@example.com"));
        Assert.Equal(2, second.Outcomes.Pending);
        ExportScene.AddsUp(second);
    }

    [Fact]
    public async Task Being_in_the_book_already_does_not_prove_that_an_unanswered_import_wrote_the_fields()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Account.AddContact("ann@example.com", scene.Gold);
        scene.Set("gold", "ann@example.com,Ann,7");
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = FaultKind.DropBefore });

        await scene.RunAsync();
        await scene.RunAsync();

        Assert.Equal("7", scene.Account.Contact("ann@example.com")!.DataFields["SPEND"]);
    }

    [Theory]
    [InlineData(FaultKind.DropBefore)]
    [InlineData(FaultKind.DropAfter)]
    public async Task A_removal_without_an_answer_is_read_back_and_ends_as_it_should(FaultKind kind)
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        scene.Set("gold", "ann@example.com");
        scene.Account.AddFaults(new Fault { Operation = "deleteContactsFromAddressBook", Kind = kind });

        await scene.RunAsync();
        await scene.RunAsync();

        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
        Assert.NotNull(scene.Account.Contact("bob@example.com"));
    }

    [Fact]
    public async Task A_removal_that_is_refused_is_named_and_tried_again_by_the_next_run()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        scene.Set("gold", "ann@example.com");
        scene.Account.AddFaults(
            new Fault { Operation = "deleteContactsFromAddressBook", Kind = FaultKind.Refuse, Status = 404, Message = "ERROR_ADDRESSBOOK_NOT_FOUND" });

        var first = await scene.RunAsync();
        await scene.RunAsync();

        Assert.Equal((ExitCode.SomeNotDelivered, "exit"), (first.ExitCode, Assert.Single(first.Failures).Operation));
        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_person_who_leaves_after_their_import_lost_its_report_is_taken_out_though_it_was_applied_late()
    {
        await using var scene = await ExportScene.StartAsync(o => o with { ImportLatency = TimeSpan.FromHours(1) });
        scene.Set("gold", "ann@example.com", "bob@example.com");
        scene.Account.AddFaults(new Fault { Operation = "getImportStatus", Kind = FaultKind.Refuse, Status = 404, Times = 9 });
        var first = await scene.RunAsync();
        Assert.Equal(["ReportGone", "ReportGone"], first.Failures.Select(f => f.Code));
        scene.Account.ClearFaults();

        // The import is applied now.
        scene.Account.Options = scene.Account.Options with { ImportLatency = TimeSpan.Zero };
        scene.Account.AddContact("ann@example.com", scene.Gold);
        scene.Account.AddContact("bob@example.com", scene.Gold);
        scene.Set("gold", "bob@example.com");
        await scene.RunAsync();

        Assert.Equal(["bob@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_status_poll_that_fails_does_not_fail_the_import()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        scene.Account.AddFaults(new Fault { Operation = "getImportStatus", Kind = FaultKind.Refuse, Status = 503, Times = 2 });

        var result = await scene.RunAsync();

        Assert.Equal((ExitCode.Done, 1L), (result.ExitCode, result.Audiences[0].Entered));
        Assert.Equal(1, scene.Account.Calls["importContacts"]);
    }

    [Fact]
    public async Task A_rejection_by_the_watchdog_is_sent_once_more_and_then_only_when_allowed()
    {
        await using var scene = await ExportScene.StartAsync(o => o with { WatchdogAbove = 1 });
        scene.Set("gold", "ann@example.com", "bob@example.com");

        var first = await scene.RunAsync();
        var second = await scene.RunAsync();
        var third = await scene.RunAsync();
        Assert.Equal(2, scene.Account.Calls["importContacts"]);
        scene.Account.Options = scene.Account.Options with { WatchdogAbove = null };
        var fourth = await scene.RunAsync("watchdog");

        Assert.Equal(
            [ExitCode.SomeNotDelivered, ExitCode.SomeNotDelivered, ExitCode.Guard, ExitCode.Done],
            [first.ExitCode, second.ExitCode, third.ExitCode, fourth.ExitCode]);
        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task People_in_an_import_that_never_finishes_are_not_sent_again_and_keep_nobody_waiting()
    {
        await using var scene = await ExportScene.StartWithStuckImportAsync();
        scene.Set("gold", "ann@example.com");
        await scene.RunAsync();

        scene.Set("gold", "ann@example.com", "bob@example.com");
        var second = await scene.RunAsync();

        Assert.Equal(2, scene.Account.Calls["importContacts"]);
        Assert.Equal(["bob@example.com"], scene.In(scene.Gold));
        Assert.Equal((1L, 1L, ExitCode.SomeNotDelivered), (second.Audiences[0].Entered, second.Audiences[0].Held, second.ExitCode));
        Assert.Equal("UnderWay", Assert.Single(second.Failures).Code);
        ExportScene.AddsUp(second);
    }

    [Fact]
    public async Task A_full_account_leaves_the_rest_for_later_and_says_so()
    {
        await using var scene = await ExportScene.StartAsync(o => o with { MaxContacts = 1 });
        scene.Set("gold", "ann@example.com", "bob@example.com");

        var result = await scene.RunAsync();

        Assert.Equal(ExitCode.SomeNotDelivered, result.ExitCode);
        Assert.Contains(result.Notices, n => n.Contains("no more contacts", StringComparison.Ordinal));
        scene.Account.Options = scene.Account.Options with { MaxContacts = null };
        await scene.RunAsync();
        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task Another_account_under_the_same_tag_stops_the_run_before_anything_is_sent()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        await scene.RunAsync();
        await using var other = await ExportScene.StartAsync(o => o with { AccountId = 2002 });
        other.Set("gold", "ann@example.com");

        var stop = await Assert.ThrowsAsync<RollcallException>(
            () =>
                ExportRun.ExecuteAsync(
                    other.Job(),
                    new RunOptions(),
                    other.Workplace() with { DataFolder = scene.DataFolder },
                    TestContext.Current.CancellationToken));

        Assert.Equal(ExitCode.BadJob, stop.ExitCode);
        Assert.Equal(0, other.Writes);
    }

    [Fact]
    public async Task A_plan_with_other_credentials_first_does_not_bind_the_job_to_their_account()
    {
        await using var scene = await ExportScene.StartAsync();
        await using var other = await ExportScene.StartAsync(o => o with { AccountId = 2002 });
        scene.Set("gold", "ann@example.com");
        other.Set("gold", "ann@example.com");
        await ExportRun.PlanAsync(
            other.Job(),
            new RunOptions(),
            other.Workplace() with { DataFolder = scene.DataFolder },
            TestContext.Current.CancellationToken);

        var result = await scene.RunAsync();

        Assert.Equal((ExitCode.Done, 1L), (result.ExitCode, result.Outcomes.Delivered));
    }
}
