using Rollcall.Model;
using Xunit;

namespace Rollcall.Service.Tests.Jobs;

public sealed class SupervisorTests
{
    private static readonly DateTimeOffset Morning = new(2026, 11, 30, 8, 30, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_job_runs_by_its_schedule_and_sleeps_in_between()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        scene.Audience("letters", "ann@example.com");
        scene.Save("letters", "schedule: {cron: '0 * * * *'}");
        Assert.Equal("sleeping", scene.Status("letters"));

        await scene.Until(() => scene.Runs("letters") == 1, "a run at nine", TimeSpan.FromSeconds(10));
        Assert.True(scene.Now >= Morning.AddMinutes(30));
        Assert.Equal("sleeping", scene.Status("letters"));
        Assert.True(scene.IsInBook("ann@example.com"));

        scene.Audience("letters", "bob@example.com");
        await scene.Until(() => scene.Runs("letters") == 2, "a run at ten", TimeSpan.FromSeconds(10));
        Assert.True(scene.IsInBook("bob@example.com"));
        Assert.False(scene.IsInBook("ann@example.com"));
    }

    [Fact]
    public async Task A_job_that_fails_waits_longer_each_time_and_runs_again_when_it_is_mended()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        scene.Save("letters", "schedule: {continuous: true}");

        await scene.Until(() => scene.Status("letters") == "fault-2", "two errors, since the audience's file is not there");
        Assert.NotEmpty(scene.Store.Find("letters")!.Fault);
        scene.Audience("letters", "ann@example.com");

        await scene.Until(() => scene.Runs("letters") == 1, "a run that ends well");
        Assert.Equal((0, 0), (scene.Store.Find("letters")!.Errors, scene.Store.Find("letters")!.Fault.Count));
    }

    [Fact]
    public async Task After_ten_hours_of_errors_a_job_has_failed_and_runs_no_more_until_it_is_resumed()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        scene.Save("letters", "schedule: {continuous: true}");

        await scene.Until(() => scene.Status("letters") == "failed", "ten hours of errors", TimeSpan.FromSeconds(30));
        Assert.InRange(scene.Now - Morning, TimeSpan.FromHours(10), TimeSpan.FromHours(12));
        scene.Audience("letters", "ann@example.com");
        scene.Store.Resume("letters", "ann");

        await scene.Until(() => scene.Runs("letters") == 1, "a run after it was resumed");
    }

    [Fact]
    public async Task A_paused_job_does_not_run_and_a_resumed_one_runs_at_once()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        scene.Audience("letters", "ann@example.com");
        scene.Save("letters", "schedule: {cron: '0 * * * *'}");
        scene.Store.Pause("letters", "ann");
        var later = scene.Now.AddHours(3);
        await scene.Until(() => scene.Now >= later, "three hours", TimeSpan.FromMinutes(1));
        Assert.Equal((0, "paused"), (scene.Runs("letters"), scene.Status("letters")));

        scene.Store.Resume("letters", "ann");

        await scene.Until(() => scene.Runs("letters") == 1, "a run after it was resumed");
        Assert.True(scene.Now < later.AddMinutes(5));
    }

    [Fact]
    public async Task A_paused_job_that_somebody_starts_runs_once_and_stays_paused()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        scene.Audience("letters", "ann@example.com");
        scene.Save("letters", "schedule: {continuous: true}", paused: true);

        scene.Store.Start("letters", new RunStart { By = "ann" });

        await scene.Until(() => scene.Runs("letters") == 1, "the run that was started");
        var later = scene.Now.AddMinutes(10);
        await scene.Until(() => scene.Now >= later, "ten minutes", TimeSpan.FromSeconds(10));
        Assert.Equal((1, "paused"), (scene.Runs("letters"), scene.Status("letters")));
    }

    [Fact]
    public async Task A_run_missed_while_no_service_was_there_is_made_up_once()
    {
        await using var scene = await ServiceScene.StartAsync(Morning, serve: false);
        scene.Audience("letters", "ann@example.com");
        scene.Save("letters", "schedule: {cron: '0 9 * * *'}");
        scene.Clock.Advance(TimeSpan.FromDays(3));

        await scene.ServeAsync();

        await scene.Until(() => scene.Runs("letters") == 1, "the run that was missed");
        Assert.Single(scene.Log("letters"), "run_missed");
        Assert.Equal(new DateTimeOffset(2026, 12, 3, 9, 0, 0, TimeSpan.Zero), scene.Store.Find("letters")!.DueAt);
    }

    [Fact]
    public async Task A_run_that_is_due_in_quiet_hours_begins_once_at_their_end_and_one_that_insists_at_once()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        scene.Audience("letters", "ann@example.com");
        scene.Save("letters", "schedule: {cron: '*/10 * * * *', quiet: {from: '08:35', hours: 2}}");
        await scene.Until(() => scene.Now >= Morning.AddMinutes(60), "an hour", TimeSpan.FromSeconds(20));
        Assert.Equal(0, scene.Runs("letters"));

        scene.Store.Start("letters", new RunStart { By = "ann", Now = true });
        await scene.Until(() => scene.Runs("letters") == 1, "the run that insists");
        Assert.True(scene.Now < Morning.AddMinutes(65));

        await scene.Until(() => scene.Runs("letters") == 2, "the run at their end", TimeSpan.FromSeconds(20));

        // A run's id says when it began.
        Assert.Matches("^20261130T103[5-9]", scene.Store.LogOf("letters", Morning, 0, 100).Last(line => line.Code == "run_ended").RunId);
    }

    [Fact]
    public async Task A_job_that_exports_once_has_completed_then()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        scene.Audience("letters", "ann@example.com");
        scene.Save("letters", "  backfill_only: true\nschedule: {continuous: true}");

        await scene.Until(() => scene.Status("letters") == "completed", "the one export");
        Assert.Null(scene.Store.Find("letters")!.DueAt);
    }

    [Fact]
    public async Task A_job_whose_credentials_are_refused_is_tried_hourly()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        scene.Audience("letters", "ann@example.com");
        scene.Password = "changed";
        scene.Save("letters", "schedule: {continuous: true}");

        await scene.Until(() => scene.Status("letters") == "fault-1", "an error");

        Assert.InRange(scene.Store.Find("letters")!.DueAt!.Value, scene.Now.AddMinutes(50), scene.Now.AddMinutes(60));
    }

    [Fact]
    public async Task A_killed_job_runs_no_more()
    {
        await using var scene = await ServiceScene.StartAsync(Morning);
        scene.Audience("letters", "ann@example.com");
        scene.Save("letters", "schedule: {continuous: true}");
        await scene.Until(() => scene.Runs("letters") == 1, "a run");

        scene.Store.Kill("letters", "ann");

        await scene.Until(() => scene.Status("letters") == "deleted", "the end of a run under way");
        var (runs, later) = (scene.Runs("letters"), scene.Now.AddMinutes(10));
        await scene.Until(() => scene.Now >= later, "ten minutes", TimeSpan.FromSeconds(10));
        Assert.Equal(runs, scene.Runs("letters"));
        Assert.True(scene.IsInBook("ann@example.com"));
    }
}
