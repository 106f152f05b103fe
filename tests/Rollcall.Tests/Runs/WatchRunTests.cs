using Microsoft.Extensions.Time.Testing;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Simulators;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>Looks at the watch between runs: they remove and unsubscribe, read no audience, and leave everything else to the next run.</summary>
public sealed partial class WatchRunTests
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.com";

    private static readonly TimeSpan Late = TimeSpan.FromMinutes(20);

    private readonly FakeTimeProvider _theirs = new(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Somebody_who_had_left_before_a_late_write_put_them_in_is_removed_by_a_look()
    {
        await using var scene = await StartAsync();
        await LateEntryAsync(scene);

        var look = await LookAsync(scene);

        Assert.Equal([Bob], scene.In(scene.Gold));
        Assert.Equal((ExitCode.Done, RunState.Completed, 1), (look.ExitCode, look.State, look.Outcomes.Delivered));
        var run = await scene.RunAsync();
        Assert.Equal((ExitCode.Done, 0, 0), (run.ExitCode, run.Audiences[0].Entered, run.Audiences[0].Exited));
        Assert.Equal([Bob], scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_look_is_kept_beside_the_runs_if_it_changed_something_and_hides_none()
    {
        await using var scene = await StartAsync();
        await LateEntryAsync(scene);
        using var history = new History(scene.DataFolder);
        var runs = history.Runs("scene", 100).Select(run => run.RunId).ToList();

        var look = await LookAsync(scene);
        await LookAsync(scene);

        Assert.Equal(look.RunId, Assert.Single(history.Looks("scene")).RunId);
        Assert.Equal(runs, history.Runs("scene", 100).Select(run => run.RunId));
        Assert.Equal(runs[0], history.Job("scene")!.LastRun!.RunId);
    }

    [Fact]
    public async Task An_opt_out_that_a_late_write_lifted_is_restored_by_a_look()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", Ann, Bob);
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = FaultKind.DropAfter, Late = Late });
        scene.Account.AddContact(Ann);
        await scene.RunAsync();
        scene.Account.Subscribe(Ann, scene.Gold);
        scene.Account.Unsubscribe(Ann, scene.Gold);
        await scene.RunAsync();
        _theirs.Advance(TimeSpan.FromHours(1));
        Assert.Contains(Ann, scene.In(scene.Gold));

        var look = await LookAsync(scene);

        Assert.Equal([Bob], scene.In(scene.Gold));
        Assert.Contains(look.Findings, f => f.Code == "OptOutRestored");
        using var history = new History(scene.DataFolder);
        Assert.Single(history.Looks("scene"));
        await scene.RunAsync();
        Assert.Equal([Bob], scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_look_enters_updates_and_resubscribes_nobody_whatever_the_audience_says()
    {
        await using var scene = await StartAsync();
        scene.Config += "\n  resubscribe_no_challenge: true";
        await LateEntryAsync(scene);
        scene.Account.AddContact("eve@example.com", scene.Gold);
        scene.Account.Unsubscribe("eve@example.com", scene.Gold);
        scene.Set("gold", Ann, "bob@example.com,Changed,7", "new@example.com", "eve@example.com");
        var before = scene.Account.Calls.ToDictionary();

        await LookAsync(scene);

        Assert.Equal([Bob], scene.In(scene.Gold));
        Assert.Equal("Someone", scene.Account.Contact(Bob)!.DataFields["FIRSTNAME"]);
        Assert.Equal(["deleteContactsFromAddressBook"],
            scene.Account.Calls.Where(c => c.Value > before.GetValueOrDefault(c.Key) && IsWrite(c.Key)).Select(c => c.Key));
        await scene.RunAsync();
        Assert.Equal([Ann, Bob, "new@example.com"], scene.In(scene.Gold).Except(["eve@example.com"]));
        Assert.Equal("Changed", scene.Account.Contact(Bob)!.DataFields["FIRSTNAME"]);
    }

    [Fact]
    public async Task A_member_that_a_late_removal_took_out_enters_again_with_the_next_run_though_a_look_saw_it_first()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", Ann, Bob);
        await scene.RunAsync();
        scene.Set("gold", Bob);
        scene.Account.AddFaults(new Fault { Operation = "deleteContactsFromAddressBook", Kind = FaultKind.DropAfter, Late = Late });
        await scene.RunAsync();
        scene.Set("gold", Ann, Bob);
        await scene.RunAsync();
        _theirs.Advance(TimeSpan.FromHours(1));

        await LookAsync(scene);
        Assert.Equal([Bob], scene.In(scene.Gold));
        _theirs.Advance(TimeSpan.FromDays(30));
        await LookAsync(scene);
        await scene.RunAsync();

        Assert.Equal([Ann, Bob], scene.In(scene.Gold));
    }

    [Fact]
    public async Task Values_that_a_late_write_overwrote_go_again_with_the_next_run_though_looks_saw_it_first()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", "ann@example.com,Old,1");
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = FaultKind.DropAfter, Late = Late });
        await scene.RunAsync();
        scene.Set("gold", "ann@example.com,New,1");
        await scene.RunAsync();
        _theirs.Advance(TimeSpan.FromHours(1));

        await LookAsync(scene);
        _theirs.Advance(TimeSpan.FromDays(30));
        await LookAsync(scene);
        using (var history = new History(scene.DataFolder))
        {
            Assert.Empty(history.OnWatch());
            Assert.Single(history.Looks("scene"));
        }

        Assert.Equal("Old", scene.Account.Contact(Ann)!.DataFields["FIRSTNAME"]);
        await scene.RunAsync();

        Assert.Equal("New", scene.Account.Contact(Ann)!.DataFields["FIRSTNAME"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Somebody_never_known_to_have_left_stays_in_a_look_and_the_next_run_decides(bool wanted)
    {
        await using var scene = await StartAsync();
        scene.Set("gold", Ann, Bob);
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = FaultKind.DropAfter, Late = Late });
        await scene.RunAsync();
        _theirs.Advance(TimeSpan.FromHours(1));

        await LookAsync(scene);
        Assert.Equal([Ann, Bob], scene.In(scene.Gold));
        scene.Set("gold", wanted ? [Ann, Bob] : [Bob]);
        await scene.RunAsync();

        Assert.Equal(wanted ? [Ann, Bob] : [Bob], scene.In(scene.Gold));
    }

    [Fact]
    public async Task Nobody_on_the_watch_costs_no_request_and_leaves_no_trace()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", Ann);
        await scene.RunAsync();
        var requests = 0;
        scene.Before = _ => requests++;

        var look = await LookAsync(scene);

        Assert.Equal((ExitCode.Done, 0), (look.ExitCode, requests));
        using var history = new History(scene.DataFolder);
        Assert.Empty(history.OnWatch());
        Assert.Empty(history.Looks("scene"));
    }

    [Fact]
    public async Task A_job_of_which_somebody_has_to_be_looked_at_is_named()
    {
        await using var scene = await StartAsync();
        await LateEntryAsync(scene);

        using var history = new History(scene.DataFolder);
        var job = Assert.Single(history.OnWatch());
        Assert.Equal(("scene", 2, 0), (job.Tag, job.People, job.OpenDeliveries));
        Assert.True(job.Since < _theirs.GetUtcNow().AddMinutes(-30));
    }

    [Fact]
    public async Task A_job_that_exports_once_and_has_done_so_is_looked_at()
    {
        await using var scene = await StartAsync();
        await LateEntryAsync(scene);
        scene.Config += "\n  backfill_only: true";
        await scene.RunAsync(new RunOptions());
        Assert.Equal([Bob], scene.In(scene.Gold));
        scene.Account.Subscribe(Ann, scene.Gold);

        await LookAsync(scene);

        Assert.Equal([Bob], scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_look_unsubscribes_where_the_job_does()
    {
        await using var scene = await StartAsync();
        scene.Config = "  exit_action: unsubscribe";
        await LateEntryAsync(scene);

        await LookAsync(scene);

        Assert.Equal([Bob], scene.In(scene.Gold));
        Assert.Equal(1, scene.Account.Calls["unsubscribeFromAddressBook"]);
    }

    [Fact]
    public async Task A_look_lets_nobody_go_where_exits_are_ignored()
    {
        await using var scene = await StartAsync();
        await LateEntryAsync(scene);
        scene.Config = "  exit_action: ignore";
        var writes = scene.Writes;

        await LookAsync(scene);
        Assert.Equal(writes, scene.Writes);
        await scene.RunAsync();

        Assert.Equal([Ann, Bob], scene.In(scene.Gold));
    }

    private Task<ExportScene> StartAsync(Func<SimulatorOptions, SimulatorOptions>? options = null) => ExportScene.StartOnClockAsync(_theirs, options);

    private async Task LateEntryAsync(ExportScene scene, params string[] people)
    {
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = FaultKind.DropAfter, Late = Late });
        string[] leaving = people.Length > 0 ? people : [Ann];
        scene.Set("gold", [.. leaving, Bob]);
        await scene.RunAsync();
        scene.Set("gold", Bob);
        await scene.RunAsync("exits");
        Assert.Equal([Bob], scene.In(scene.Gold));
        _theirs.Advance(TimeSpan.FromHours(1));
        Assert.Equal(leaving.Length + 1, scene.In(scene.Gold).Count);
    }

    /// <summary>Looks, with no file of an audience there to be read.</summary>
    private static Task<RunResult> LookAsync(ExportScene scene)
    {
        var job = scene.Job();
        Directory.GetFiles(scene.Folder, "*.csv").ToList().ForEach(File.Delete);
        return WatchRun.LookAsync(job, scene.Workplace(), TestContext.Current.CancellationToken);
    }

    /// <summary>Ends a run before it gets the answer to a request.</summary>
    private static async Task KillAsync(ExportScene scene, string request)
    {
        var dead = false;
        scene.Before = sent => dead |= sent.StartsWith(request, StringComparison.Ordinal);
        scene.Checkpoint = _ =>
        {
            if (dead)
            {
                throw new KilledException();
            }
        };
        await Assert.ThrowsAsync<KilledException>(() => scene.RunAsync());
        (scene.Before, scene.Checkpoint) = (null, null);
    }

    private static bool IsWrite(string operation) =>
        !operation.StartsWith("get", StringComparison.Ordinal) && !operation.StartsWith("list", StringComparison.Ordinal);

    private sealed class KilledException : Exception;
}
