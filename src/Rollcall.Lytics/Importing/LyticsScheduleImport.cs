using System.Globalization;
using System.Text.Json;
using YamlDotNet.Core.Events;
using static Rollcall.Lytics.Importing.JobFileWriter;

namespace Rollcall.Lytics.Importing;

/// <summary>When a Lytics job runs: continuously except in its quiet hours, or once.</summary>
internal sealed class LyticsScheduleImport(LyticsKeys job, JobFileWriter file, ImportNotes notes)
{
    /// <summary>How Lytics represents a time that is not set.</summary>
    private const string NoTime = "0001-01-01";

    private static readonly string[] Times = ["H:mm", "HH:mm", "H:mm:ss", "HH:mm:ss", "h:mm tt", "h:mmtt", "h tt", "htt"];

    /// <param name="state">The job's state in Lytics; null when unknown.</param>
    /// <param name="backfillOnly">Whether it runs once.</param>
    public void Write(LyticsJobState state, bool backfillOnly)
    {
        file.Blank();
        Drops();
        var quiet = Quiet(out var timezone);
        if (job.Take("sleep_until") is { } until && LyticsKeys.AsText(until)?.StartsWith(NoTime, StringComparison.Ordinal) != true)
        {
            notes.LeaveOut("sleep_until", until, "has no counterpart: do not start the job before then.");
        }

        if (backfillOnly)
        {
            notes.Say("config.backfill_only", "the job runs once, when you start it.");
            if (quiet is null)
            {
                return;
            }
        }
        else if (state.IsOver || (state.IsHeld && quiet is null))
        {
            notes.Say("schedule", $"Lytics jobs run continuously; this one is {state.Word}, so it gets no schedule.");
            file.LeftOut("schedule", quiet is null ? "continuous" : JsonSerializer.Serialize(new { continuous = true, timezone, quiet = Hours() }));
            return;
        }

        if (quiet is null)
        {
            file.Write("schedule", Text("continuous"));
            return;
        }

        file.Write("schedule", Map([("continuous", Plain("true")), .. timezone is null ? [] : new[] { ("timezone", Text(timezone)) }, ("quiet", quiet)]));
    }

    /// <summary>The quiet hours in job file form.</summary>
    private object Hours() => new { from = Time(job.Text("quiet_time_of_day")), hours = Hours(job.Text("quiet_period")) };

    private void Drops()
    {
        if (job.Flag("drop_events_during_quiet_window"))
        {
            notes.LeaveOut("drop_events_during_quiet_window", "true", "has no counterpart: in quiet hours Rollcall delays changes and drops none.");
        }
    }

    private IEnumerable<ParsingEvent>? Quiet(out string? timezone)
    {
        timezone = job.Text("quiet_timezone");
        var (timeOfDay, period) = (job.Text("quiet_time_of_day"), job.Text("quiet_period"));
        if (timeOfDay is null && period is null or "0")
        {
            if (timezone is not null)
            {
                notes.LeaveOut("quiet_timezone", JsonSerializer.Serialize(timezone), "has no effect without quiet hours.");
            }

            return null;
        }

        var wrong = Time(timeOfDay) is null ? "quiet_time_of_day is not a time of day such as 22:00"
            : Hours(period) is null ? "quiet_period is not a number of hours greater than 0 and less than 24"
            : timezone is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(timezone, out _) ? "this machine does not know quiet_timezone"
            : null;
        if (wrong is null)
        {
            return Map([("from", Quoted(Time(timeOfDay)!)), ("hours", Plain(Hours(period)!))]);
        }

        var given = JsonSerializer.Serialize(new Dictionary<string, string?>
        {
            ["quiet_time_of_day"] = timeOfDay,
            ["quiet_period"] = period,
            ["quiet_timezone"] = timezone,
        });
        notes.LeaveOut("quiet_time_of_day", given, $"{wrong}, so there are no quiet hours.", "Write them as schedule.quiet.");
        return null;
    }

    private static string? Time(string? text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var hour) && hour < 24)
        {
            return $"{hour:00}:00";
        }

        return TimeOnly.TryParseExact(text, Times, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time.ToString("HH:mm", CultureInfo.InvariantCulture)
            : null;
    }

    private static string? Hours(string? text) =>
        double.TryParse(text?.TrimEnd('h'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var hours) && hours is > 0 and < 24
            ? hours.ToString(CultureInfo.InvariantCulture)
            : null;
}
