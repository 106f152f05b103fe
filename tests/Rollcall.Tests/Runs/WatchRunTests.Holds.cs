using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Simulators;
using Rollcall.Store;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>Looks that are held, refused or killed, and those that come upon a run, one that is under way or one that was killed.</summary>
public sealed partial class WatchRunTests
{
    [Fact]
    public async Task Too_many_late_exits_are_held_by_the_guard_until_a_run_is_let_pass()
    {
        await using var scene = await StartAsync();
        scene.Config = "  exit_action: remove";
        var people = Enumerable.Range(0, 20).Select(i => $"p{i:D2}@example.com").ToArray();
        await LateEntryAsync(scene, people);

        var first = await LookAsync(scene);
        var second = await LookAsync(scene);

        Assert.Equal((ExitCode.Guard, RunState.Held, "exits"), (first.ExitCode, first.State, Assert.Single(first.Guards).Guard));
        Assert.Equal(ExitCode.Guard, second.ExitCode);
        Assert.Equal(21, scene.In(scene.Gold).Count);
        Assert.Equal(ExitCode.Guard, (await scene.RunAsync()).ExitCode);
        await scene.RunAsync("exits");
        Assert.Equal([Bob], scene.In(scene.Gold));
    }

    [Fact]
    public async Task Many_who_are_to_be_unsubscribed_again_are_held_by_the_guard_until_a_run_is_let_pass()
    {
        await using var scene = await StartAsync();
        var people = Enumerable.Range(0, 101).Select(i => $"p{i:D3}@example.com").ToArray();
        scene.Set("gold", people);
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = FaultKind.DropAfter });
        await scene.RunAsync();
        scene.Answer = scene.LateFeed(_theirs.GetUtcNow(), people);
        _theirs.Advance(TimeSpan.FromHours(2));

        var held = await LookAsync(scene);

        Assert.Equal((ExitCode.Guard, "optouts"), (held.ExitCode, Assert.Single(held.Guards).Guard));
        Assert.Equal(101, scene.In(scene.Gold).Count);
        await scene.RunAsync("optouts");
        Assert.Empty(scene.In(scene.Gold));
    }

    [Fact]
    public async Task Exits_held_until_the_watch_is_over_are_left_to_the_next_run()
    {
        await using var scene = await StartAsync();
        var people = Enumerable.Range(0, 20).Select(i => $"p{i:D2}@example.com").ToArray();
        await LateEntryAsync(scene, people);
        _theirs.Advance(TimeSpan.FromDays(30));

        Assert.Equal(ExitCode.Guard, (await LookAsync(scene)).ExitCode);
        Assert.Equal(ExitCode.Done, (await LookAsync(scene)).ExitCode);
        Assert.Equal(ExitCode.Guard, (await scene.RunAsync()).ExitCode);
        await scene.RunAsync("exits");

        Assert.Equal([Bob], scene.In(scene.Gold));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_removal_that_Dotdigital_refuses_is_tried_again_by_the_next_look_or_run(bool look)
    {
        await using var scene = await StartAsync();
        await LateEntryAsync(scene);
        scene.Account.AddFaults(new Fault { Operation = "deleteContactsFromAddressBook", Kind = FaultKind.Refuse, Status = 400, Occurrence = 1 });

        var refused = await LookAsync(scene);
        Assert.Equal(ExitCode.SomeNotDelivered, refused.ExitCode);
        Assert.Equal([Ann, Bob], scene.In(scene.Gold));
        _ = look ? await LookAsync(scene) : await scene.RunAsync();

        Assert.Equal([Bob], scene.In(scene.Gold));
    }

    [Fact]
    public async Task Nobody_leaves_in_a_look_that_cannot_read_who_opted_out_and_the_next_look_lets_them_go()
    {
        await using var scene = await StartAsync();
        await LateEntryAsync(scene);
        scene.Account.AddFaults(new Fault { Operation = "getUnsubscribedInAddressBook", Kind = FaultKind.Refuse, Status = 400, Times = 1 });

        Assert.Equal(ExitCode.SomeNotDelivered, (await LookAsync(scene)).ExitCode);
        Assert.Equal([Ann, Bob], scene.In(scene.Gold));
        await LookAsync(scene);

        Assert.Equal([Bob], scene.In(scene.Gold));
    }

    [Fact]
    public async Task Somebody_whom_another_job_wants_stays_and_leaves_with_that_job()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", Bob);
        await scene.RunOtherAsync();
        await LateEntryAsync(scene);
        scene.Set("gold", Ann, Bob);
        await scene.RunOtherAsync();

        await LookAsync(scene);
        Assert.Equal([Ann, Bob], scene.In(scene.Gold));
        scene.Set("gold", Bob);
        await scene.RunAsync();
        await scene.RunOtherAsync();

        Assert.Equal([Bob], scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_look_does_nothing_while_a_run_is_under_way()
    {
        await using var scene = await StartAsync();
        await LateEntryAsync(scene);
        using var running = new DataFolder(scene.DataFolder).TryLock("scene");

        var busy = await Assert.ThrowsAsync<RollcallException>(() => LookAsync(scene));

        Assert.Equal(ExitCode.Busy, busy.ExitCode);
        Assert.Equal([Ann, Bob], scene.In(scene.Gold));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_killed_run_left_is_settled_by_a_look_and_the_next_run_goes_on(bool answered)
    {
        await using var scene = await StartAsync();
        scene.Set("gold", Ann, Bob);
        await KillAsync(scene, answered ? "GET /contacts/v3/import/" : "PUT /contacts/v3/import");
        using var history = new History(scene.DataFolder);
        Assert.Equal((0, 1), (history.OnWatch()[0].People, history.OnWatch()[0].OpenDeliveries));

        var look = await LookAsync(scene);

        Assert.Equal(2, look.SettledEarlier!.Delivered);
        Assert.Equal(0, history.OnWatch().Sum(job => job.OpenDeliveries));
        Assert.Equal(look.RunId, Assert.Single(history.Looks("scene")).RunId);
        Assert.Equal(1, scene.Account.Calls["importContacts"]);
        var run = await scene.RunAsync();

        // Without the import's answer, nobody knows which values were written.
        Assert.Equal(answered ? (2, 0) : (0, 2), (run.Audiences[0].Unchanged, run.Audiences[0].Updated));
    }

    [Fact]
    public async Task An_import_that_Dotdigital_has_not_finished_stays_open_and_nobody_waits_for_it()
    {
        await using var scene = await StartAsync(o => o with { StuckImport = 1 });
        scene.Set("gold", Ann, Bob);
        await KillAsync(scene, "GET /contacts/v3/import/");

        await LookAsync(scene);

        using var history = new History(scene.DataFolder);
        Assert.Equal(1, Assert.Single(history.OnWatch()).OpenDeliveries);
        Assert.Empty(history.Looks("scene"));
    }

    [Fact]
    public async Task A_look_that_is_killed_anywhere_is_finished_by_the_next()
    {
        for (var point = 4; ; point += 7)
        {
            await using var scene = await StartAsync();
            await LateEntryAsync(scene);
            var left = point;
            scene.Checkpoint = _ => { if (--left == 0) { throw new KilledException(); } };
            var killed = false;
            try
            {
                await LookAsync(scene);
            }
            catch (KilledException)
            {
                killed = true;
            }

            scene.Checkpoint = null;
            await LookAsync(scene);
            Assert.Equal([Bob], scene.In(scene.Gold));
            var run = await scene.RunAsync();
            Assert.Equal((ExitCode.Done, 0, 0), (run.ExitCode, run.Audiences[0].Entered, run.Audiences[0].Exited));
            Assert.Equal([Bob], scene.In(scene.Gold));
            if (!killed)
            {
                Assert.True(point > 40, "The look was hardly killed at all.");
                return;
            }
        }
    }
}
