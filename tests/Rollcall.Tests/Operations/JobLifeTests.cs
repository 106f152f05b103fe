using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Operations;
using Xunit;

namespace Rollcall.Tests.Operations;

public sealed class JobLifeTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
    private static readonly ScheduleOptions Hourly = new("0 * * * *", false, null, "UTC", null);
    private static readonly RunResult Done = new() { Job = "a", RunId = "r", State = RunState.Completed };

    private static StoredJob New(ScheduleOptions? schedule = null) => JobLife.New("a", schedule ?? Hourly, paused: false, Noon);

    private static StoredJob Running => JobLife.Begun(New(), "r");

    private static Job File(string more = "") => JobFile.Parse(
        $$$"""
        tag: a
        authorization: prod
        source: {tables: {files: {people: people.csv}, audiences: {gold: {from: people} } } }
        config: {segment_ids: [gold], seg_mappings: [{gold: "1"}], email_field: email{{{more}}} }
        schedule: {cron: "0 * * * *"}
        """,
        "/jobs/a.yaml",
        _ => null);

    [Fact]
    public void A_job_has_the_states_of_Lytics_job_API()
    {
        var start = new RunStart { By = "ann" };
        (StoredJob Job, string Status)[] states =
        [
            (New(), "sleeping"),
            (JobLife.New("a", Hourly, paused: true, Noon), "paused"),
            (Running, "running"),
            (JobLife.Paused(Running, Noon), "pausing"),
            (JobLife.Paused(New(), Noon), "paused"),
            (JobLife.Resumed(JobLife.Paused(New(), Noon), Noon), "initializing"),
            (JobLife.Started(New(), start, Noon), "initializing"),
            (JobLife.Begun(JobLife.Started(JobLife.Paused(New(), Noon), start, Noon), "r"), "running"),
            (JobLife.Killed(Running, Noon), "deleting"),
            (JobLife.Killed(New(), Noon), "deleted"),
            (JobLife.Failed(Running, [], byHand: false, Noon), "fault-1"),
            (JobLife.Ended(Running, File(", backfill_only: true"), Done, Noon), "completed"),
        ];

        Assert.All(states, one => Assert.Equal(one.Status, JobLife.Status(one.Job)));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 5)]
    [InlineData(4, 15)]
    [InlineData(5, 60)]
    [InlineData(9, 60)]
    public void A_job_that_fails_waits_longer_each_time(int errors, int minutes)
    {
        var job = Running with { Errors = errors - 1, FailingSince = errors == 1 ? null : Noon };

        var failed = JobLife.Failed(job, [new Problem("No.")], byHand: false, Noon);

        Assert.Equal(($"fault-{errors}", Noon.AddMinutes(minutes), DueReason.Retry), (JobLife.Status(failed), failed.DueAt, failed.DueFor));
        Assert.Equal("No.", Assert.Single(failed.Fault).Message);
    }

    [Fact]
    public void What_only_a_person_can_mend_is_tried_hourly_from_the_first_time() =>
        Assert.Equal(Noon.AddHours(1), JobLife.Failed(Running, [], byHand: true, Noon).DueAt);

    [Fact]
    public void After_ten_hours_of_errors_a_job_has_failed_until_somebody_resumes_it()
    {
        var failed = JobLife.Failed(Running with { Errors = 12, FailingSince = Noon.AddHours(-10) }, [], byHand: false, Noon);
        Assert.Equal(("failed", null), (JobLife.Status(failed), failed.DueAt));

        var resumed = JobLife.Resumed(failed, Noon.AddHours(1));
        Assert.Equal((0, Noon.AddHours(1)), (resumed.Errors, resumed.DueAt));
    }

    [Fact]
    public void A_run_that_ends_well_ends_the_errors_and_the_next_comes_by_the_schedule()
    {
        var ended = JobLife.Ended(Running with { Errors = 3, FailingSince = Noon, Fault = [new Problem("No.")] }, File(), Done, Noon.AddMinutes(10));

        Assert.Equal((0, null, Noon.AddHours(1), DueReason.Schedule), (ended.Errors, ended.FailingSince, ended.DueAt, ended.DueFor));
        Assert.Empty(ended.Fault);
        Assert.Null(ended.RunId);
    }

    [Fact]
    public void What_was_started_while_a_run_was_under_way_has_its_own_run()
    {
        var bounced = JobLife.Bounced(Running, Noon.AddMinutes(1));
        Assert.True(bounced.Bounced);

        var ended = JobLife.Ended(bounced, File(), Done, Noon.AddMinutes(2));
        Assert.Equal((Noon.AddMinutes(1), DueReason.Resume, false), (ended.DueAt, ended.DueFor, ended.Bounced));
    }

    [Fact]
    public void What_a_run_was_asked_for_stays_until_it_ends_though_it_is_interrupted()
    {
        var start = new RunStart { By = "ann", Allow = ["exits"] };
        var stopped = JobLife.Stopped(JobLife.Begun(JobLife.Started(New(), start, Noon), "r"), Noon, null);
        Assert.Equal((Noon, start), (stopped.DueAt, stopped.Start));

        Assert.Null(JobLife.Ended(JobLife.Begun(stopped, "s"), File(), Done, Noon).Start);
    }

    [Fact]
    public void A_paused_job_that_was_stopped_stays_as_it_is()
    {
        var stopped = JobLife.Stopped(JobLife.Paused(Running, Noon), Noon, null);

        Assert.Equal(("paused", null), (JobLife.Status(stopped), stopped.DueAt));
    }

    [Fact]
    public void A_run_that_would_begin_in_quiet_hours_waits_for_their_end()
    {
        var quiet = Hourly with { Quiet = new QuietHours(new TimeOnly(13, 0), 2) };

        Assert.Equal(Noon.AddHours(3), JobLife.New("a", quiet, paused: false, Noon).DueAt);
    }

    [Theory]
    [InlineData("2026-03-29T00:10:00Z", "2026-03-29T01:00:00Z")] // 01:30 does not exist in London that night
    [InlineData("2026-10-25T00:10:00Z", "2026-10-25T00:30:00Z")] // 01:30 comes twice
    [InlineData("2026-10-25T00:40:00Z", "2026-10-26T01:30:00Z")]
    public void A_time_of_day_runs_once_where_daylight_saving_skips_or_repeats_it(string after, string next)
    {
        var nightly = new ScheduleOptions("30 1 * * *", false, null, "Europe/London", null);

        Assert.Equal(DateTimeOffset.Parse(next, null), nightly.Next(DateTimeOffset.Parse(after, null), hasRun: false));
    }

    [Fact]
    public void A_continuous_job_runs_at_once_and_then_a_minute_after_each_end()
    {
        var continuous = new ScheduleOptions(null, true, null, "UTC", null);

        Assert.Equal(Noon, JobLife.New("a", continuous, paused: false, Noon).DueAt);
        Assert.Equal(Noon.AddMinutes(1), continuous.Next(Noon, hasRun: true));
    }
}
