using Rollcall.Model;
using Rollcall.Simulators;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>What happens while a run is under way: opt-outs, deleted books, another run, a crash.</summary>
public sealed class ChangesDuringRunTests
{
    private const string Import = "PUT /contacts/v3/import";

    [Fact]
    public async Task Someone_who_opts_out_while_a_run_is_under_way_is_out_when_it_ends()
    {
        await using var scene = await ExportScene.StartAsync(
            o => o with { ImportLatency = TimeSpan.FromMilliseconds(400), ListSuppression = ListSuppression.Clears });
        scene.Account.AddContact("ann@example.com", scene.Silver);
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        scene.Set("gold", "bob@example.com");
        await scene.RunAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        scene.Account.Subscribe("ann@example.com", scene.Gold);
        scene.Before = request =>
        {
            // After the last reading of the feeds, before Dotdigital applies the import: the import clears Ann's new opt-out.
            if (request == Import)
            {
                scene.Account.Unsubscribe("ann@example.com", scene.Gold);
            }
        };

        var result = await scene.RunAsync();

        Assert.Equal(["bob@example.com"], scene.In(scene.Gold));
        Assert.Contains(result.Notices, n => n.Contains("unsubscribed again", StringComparison.Ordinal));
        Assert.Equal(1, result.Audiences[0].Suppressed);
        scene.Before = null;
        await scene.RunAsync();
        Assert.Equal(["bob@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task Someone_who_opts_out_after_a_crash_and_is_put_back_by_the_import_is_out_after_the_next_run()
    {
        await using var scene = await ExportScene.StartAsync(o => o with { ImportLatency = TimeSpan.FromSeconds(4), ListSuppression = ListSuppression.Clears });
        scene.Account.AddContact("ann@example.com", scene.Gold);
        scene.Set("gold", "ann@example.com", "bob@example.com");
        CrashAfterReceipt(scene);
        await Assert.ThrowsAsync<CrashException>(() => scene.RunAsync());
        scene.Checkpoint = null;
        scene.Account.Unsubscribe("ann@example.com", scene.Gold);

        var result = await scene.RunAsync();

        Assert.Equal(["bob@example.com"], scene.In(scene.Gold));
        Assert.Contains(result.Notices, n => n.Contains("unsubscribed again", StringComparison.Ordinal));
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task A_person_Dotdigital_refuses_to_unsubscribe_again_stops_no_run_and_is_listed()
    {
        await using var scene = await ExportScene.StartAsync(
            o => o with { ImportLatency = TimeSpan.FromMilliseconds(400), ListSuppression = ListSuppression.Clears });
        scene.Account.AddContact("ann@example.com", scene.Gold);
        scene.Set("gold", "ann@example.com", "bob@example.com");
        scene.Account.AddFaults(
            new Fault
            {
                Operation = "unsubscribeFromAddressBook",
                Kind = FaultKind.Refuse,
                Status = 400,
                Message = "ERROR_CONTACT_INVALID",
                Times = 9,
            });
        scene.Before = request =>
        {
            if (request == Import)
            {
                scene.Account.Unsubscribe("ann@example.com", scene.Gold);
            }
        };

        var first = await scene.RunAsync();
        var second = await scene.RunAsync();

        Assert.Equal(ExitCode.SomeNotDelivered, first.ExitCode);
        Assert.Contains(first.Notices, n => n.Contains("refused to unsubscribe", StringComparison.Ordinal));
        Assert.Equal(1, second.Audiences[0].Suppressed);
    }

    [Fact]
    public async Task A_deleted_book_is_reported_and_the_rest_continues()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        scene.Set("silver", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        scene.Account.DeleteBook(scene.Gold);
        scene.Set("silver", "bob@example.com", "cy@example.com");

        var result = await scene.RunAsync();

        Assert.Equal(["bob@example.com", "cy@example.com"], scene.In(scene.Silver));
        Assert.Equal(ExitCode.SomeNotDelivered, result.ExitCode);
        Assert.Contains(result.Notices, n => n.Contains("vanished", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_book_deleted_during_the_run_does_not_affect_other_entries()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        scene.Set("silver", "ann@example.com", "bob@example.com");
        scene.Before = request =>
        {
            if (request == Import && scene.Account.Books.Any(b => b.Id == scene.Gold))
            {
                scene.Account.DeleteBook(scene.Gold);
            }
        };

        var result = await scene.RunAsync();

        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Silver));
        Assert.Equal(ExitCode.SomeNotDelivered, result.ExitCode);
        Assert.Contains(result.Notices, n => n.Contains("Gold", StringComparison.Ordinal));
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task A_feed_that_cannot_be_read_keeps_everyone_out_of_its_book()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        scene.Set("silver", "bob@example.com");
        scene.Before = request =>
        {
            if (request.StartsWith($"GET /v2/address-books/{scene.Gold}/contacts/unsubscribed-since", StringComparison.Ordinal))
            {
                scene.Account.ClearFaults();
                scene.Account.AddFaults(
                    new Fault
                    {
                        Operation = "getUnsubscribedInAddressBook",
                        Kind = FaultKind.Refuse,
                        Status = 404,
                        Message = "ERROR_ADDRESSBOOK_NOT_FOUND",
                    });
            }
            else
            {
                scene.Account.ClearFaults();
            }
        };

        var result = await scene.RunAsync();

        Assert.Empty(scene.In(scene.Gold));
        Assert.Equal(["bob@example.com"], scene.In(scene.Silver));
        Assert.Equal((ExitCode.SomeNotDelivered, 1L), (result.ExitCode, result.Audiences[0].Held));
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task A_second_run_of_the_same_job_stops_while_one_is_under_way()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        RollcallException? second = null;
        scene.Before = request =>
        {
            if (request == Import)
            {
                var undisturbed = scene.Workplace() with { Http = null };
                second = Assert.Throws<RollcallException>(() => ExportRun
                    .ExecuteAsync(scene.Job(), new RunOptions(), undisturbed, TestContext.Current.CancellationToken)
                    .GetAwaiter()
                    .GetResult());
            }
        };

        var first = await scene.RunAsync();

        Assert.Equal((ExitCode.Done, ExitCode.Busy), (first.ExitCode, second!.ExitCode));
    }

    [Fact]
    public async Task An_import_whose_id_is_known_is_never_sent_again_after_a_crash()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        CrashAfterReceipt(scene);
        await Assert.ThrowsAsync<CrashException>(() => scene.RunAsync());
        scene.Checkpoint = null;

        var result = await scene.RunAsync();

        Assert.Equal(ExitCode.Done, result.ExitCode);
        Assert.Equal(1, scene.Account.Calls["importContacts"]);
        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_run_that_puts_a_killed_run_right_is_done()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        scene.Before = request =>
        {
            if (request == Import)
            {
                throw new CrashException();
            }
        };
        await Assert.ThrowsAsync<CrashException>(() => scene.RunAsync());
        scene.Before = null;

        var result = await scene.RunAsync();

        Assert.Equal((ExitCode.Done, 2L), (result.ExitCode, result.Outcomes.Delivered));
    }

    private static void CrashAfterReceipt(ExportScene scene)
    {
        var sent = false;
        scene.Before = request => sent |= request == Import;
        var commits = 0;
        scene.Checkpoint = kind =>
        {
            // The first transaction after the import was sent stores its id; the crash follows directly.
            if (sent && kind == "commit" && ++commits == 2)
            {
                throw new CrashException();
            }
        };
    }

    private sealed class CrashException : Exception;
}
