using Rollcall.Jobs;
using Xunit;
using static Rollcall.Tests.Lytics.Importing.LyticsJobs;

namespace Rollcall.Tests.Lytics.Importing;

/// <summary>When an imported job runs: its state, its schedule and its quiet hours.</summary>
public class ImportedScheduleTests
{
    [Theory]
    [InlineData("runnable", true)]
    [InlineData("sleeping", true)]
    [InlineData("paused", false)]
    [InlineData("fault", false)]
    [InlineData("failed", false)]
    [InlineData("completed", false)]
    [InlineData("killed", false)]
    public void Only_a_job_that_runs_in_Lytics_runs_by_itself(string state, bool runs)
    {
        var (jobFile, notes) = Import(Least(job => job["state"] = state));

        Assert.Equal(runs, Read(jobFile).Schedule is not null);
        Assert.Equal(state != "runnable", notes.Any(note => note.Where == "state"));
        Assert.Equal(!runs, jobFile.Contains("#schedule: continuous", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("running", true)]
    [InlineData("initializing", true)]
    [InlineData("sleeping", true)]
    [InlineData("paused", true)]
    [InlineData("pausing", true)]
    [InlineData("fault-1", true)]
    [InlineData("fault-12", true)]
    [InlineData("failed", false)]
    [InlineData("completed", false)]
    [InlineData("deleted", false)]
    public void A_status_that_Lytics_returns_keeps_the_schedule_and_the_quiet_hours_of_a_job_that_continues(string status, bool goesOn)
    {
        var (plain, _) = Import(Least(job => job["status"] = status));
        var (quiet, notes) = Import(
            Least(job => (job["status"], job["quiet_time_of_day"], job["quiet_period"], job["quiet_timezone"]) = (status, "22:00", 8, "Europe/London")));

        Assert.Equal(goesOn, Read(plain).Schedule is not null);
        Assert.Equal(goesOn ? new QuietHours(new TimeOnly(22, 0), 8) : null, Read(quiet).Schedule?.Quiet);
        Assert.Equal(goesOn ? "Europe/London" : null, Read(quiet).Schedule?.Timezone);
        Assert.Contains("22:00", quiet, StringComparison.Ordinal);
        Assert.Contains("Europe/London", quiet, StringComparison.Ordinal);
        Assert.Equal(status != "running", notes.Any(note => note.Where == "state"));
    }

    [Fact]
    public void Quiet_hours_of_a_paused_job_are_kept_by_the_older_word_too() =>
        Assert.NotNull(
            Read(Import(Least(job => (job["state"], job["quiet_time_of_day"], job["quiet_period"]) = ("paused", "22:00", 8))).JobFile).Schedule!.Quiet);

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Dropping_events_is_a_key_that_is_known(bool drops, bool said)
    {
        var (_, notes) = Import(Least(job => job["drop_events_during_quiet_window"] = drops));

        Assert.Equal(said, notes.Any(note => note.Where == "drop_events_during_quiet_window" && note.Message.Contains("drops none", StringComparison.Ordinal)));
        Assert.DoesNotContain(notes, note => note.Message.Contains("no key of the job", StringComparison.Ordinal));
    }

    [Fact]
    public void A_one_time_job_starts_when_the_user_starts_it()
    {
        var job = Read(Import(With("backfill_only", true)).JobFile);

        Assert.True(job.Config.BackfillOnly);
        Assert.Null(job.Schedule);
    }

    [Theory]
    [InlineData("22:00", "8", "22:00", 8)]
    [InlineData("7:05", "0.5", "07:05", 0.5)]
    [InlineData("22:00:00", "8h", "22:00", 8)]
    [InlineData("10:30 PM", "1", "22:30", 1)]
    [InlineData("22", "8", "22:00", 8)]
    public void Quiet_hours_are_read_as_people_write_them(string timeOfDay, string period, string from, double hours)
    {
        var (jobFile, _) = Import(Least(job => (job["quiet_time_of_day"], job["quiet_period"]) = (timeOfDay, period)));

        Assert.Equal(new QuietHours(TimeOnly.Parse(from, null), hours), Read(jobFile).Schedule!.Quiet);
    }

    [Theory]
    [InlineData("late", "8", null)]
    [InlineData("22:00", "25", null)]
    [InlineData(null, "8", null)]
    [InlineData("22:00", null, null)]
    [InlineData("22:00", "8", "Middle/Earth")]
    public void Quiet_hours_that_make_no_sense_stay_as_a_remark(string? timeOfDay, string? period, string? timezone)
    {
        var (jobFile, notes) = Import(Least(job => (job["quiet_time_of_day"], job["quiet_period"], job["quiet_timezone"]) = (timeOfDay, period, timezone)));

        Assert.Null(Read(jobFile).Schedule!.Quiet);
        Assert.Contains(notes, note => note.Message.Contains("no quiet hours", StringComparison.Ordinal));
        Assert.Contains(timezone ?? timeOfDay ?? period!, jobFile, StringComparison.Ordinal);
    }
}
