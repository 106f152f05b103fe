using System.Globalization;
using Rollcall.Jobs;
using Rollcall.Model;

namespace Rollcall.Planning;

/// <summary>The guard of a job's quiet hours: a run that would begin in them does not begin.</summary>
internal static class QuietTime
{
    /// <summary>The guard's name.</summary>
    public const string Guard = "quiet";

    /// <summary>What a run comes to that does not begin; null outside of the quiet hours.</summary>
    public static RunResult? Held(Job job, TimeProvider clock) => Hours(job, clock) is not { } hours ? null : new RunResult
    {
        Job = job.Tag,
        RunId = "",
        State = RunState.Held,
        Started = clock.GetUtcNow(),
        Guards = [new GuardHeld(Guard, null, null, hours, 0)],
        ExitCode = ExitCode.Guard,
    };

    /// <summary>What a plan finds; null outside of them.</summary>
    public static Finding? Found(Job job, TimeProvider clock) =>
        Until(job, clock) is { } held ? Findings.QuietHours(held.From, held.Until, held.Timezone) : null;

    /// <summary>What a check says of them; null outside of them.</summary>
    public static string? Words(Job job, TimeProvider clock) =>
        Hours(job, clock) is { } hours ? $"These are the job's quiet hours: {hours}. A run does not begin in them, unless --now insists." : null;

    private static string? Hours(Job job, TimeProvider clock) =>
        Until(job, clock) is var (from, until, timezone) ? $"nothing is sent from {from} to {until} ({timezone})" : null;

    private static (string From, string Until, string Timezone)? Until(Job job, TimeProvider clock) =>
        job.Schedule is { Quiet: { } quiet } schedule && schedule.QuietUntil(clock.GetUtcNow()) is { } until
            ? (quiet.From.ToString("HH\\:mm", CultureInfo.InvariantCulture), until.ToString("HH\\:mm", CultureInfo.InvariantCulture), $"{schedule.Timezone}")
            : null;
}
