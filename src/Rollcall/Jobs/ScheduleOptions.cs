using Cronos;

namespace Rollcall.Jobs;

/// <summary>When a job runs without being started. Read and validated here; a scheduler acts on it.</summary>
/// <param name="Cron">A cron expression of five fields; null otherwise.</param>
/// <param name="Continuous">Runs again as soon as the last run ended.</param>
/// <param name="At">One time; null otherwise.</param>
/// <param name="Timezone">An IANA time zone; UTC when left out.</param>
/// <param name="Quiet">Hours in which nothing is delivered; null for none.</param>
public sealed record ScheduleOptions(string? Cron, bool Continuous, DateTimeOffset? At, string Timezone, QuietHours? Quiet)
{
    /// <summary>The least time between two runs of a continuous job.</summary>
    public static readonly TimeSpan ContinuousPause = TimeSpan.FromMinutes(1);

    /// <summary>
    /// When the next run begins, after a moment; null for never. A time of day that daylight saving skips begins right after the gap, and one that it
    /// repeats begins once.
    /// </summary>
    /// <param name="hasRun">Whether the job's one time, if it has one, is over.</param>
    public DateTimeOffset? Next(DateTimeOffset after, bool hasRun) =>
        Continuous ? after + ContinuousPause
        : At is { } at ? (hasRun ? null : at > after ? at : after)
        : Cron is { } cron ? CronExpression.Parse(cron).GetNextOccurrence(after, TimeZoneInfo.FindSystemTimeZoneById(Timezone))
        : null;

    /// <summary>When the quiet hours end that a moment is in; null outside of them.</summary>
    public DateTimeOffset? QuietUntil(DateTimeOffset now) =>
        Quiet is { } quiet && TimeZoneInfo.TryFindSystemTimeZoneById(Timezone, out var zone) ? quiet.Until(now, zone) : null;
}

/// <summary>Hours in which nothing is delivered.</summary>
/// <param name="From">The time of day they begin.</param>
/// <param name="Hours">How long: above 0, below 24.</param>
public sealed record QuietHours(TimeOnly From, double Hours)
{
    /// <summary>When they end, in the zone's time, if a moment is in them; null outside of them.</summary>
    internal DateTimeOffset? Until(DateTimeOffset now, TimeZoneInfo zone)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);
        foreach (var day in new[] { today, today.AddDays(-1) })
        {
            var begin = day.ToDateTime(From);
            var began = new DateTimeOffset(begin, zone.GetUtcOffset(begin));
            if (began <= now && now < began.AddHours(Hours))
            {
                return TimeZoneInfo.ConvertTime(began.AddHours(Hours), zone);
            }
        }

        return null;
    }
}
