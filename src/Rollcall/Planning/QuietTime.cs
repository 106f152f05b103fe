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

    /// <summary>What a plan and a check say of them; null outside of them.</summary>
    public static string? Words(Job job, TimeProvider clock) => Hours(job, clock) is { } hours ? $"These are the job's quiet hours: {hours}. A run does not begin in them, unless --now insists." : null;

    private static string? Hours(Job job, TimeProvider clock) =>
        job.Schedule is { Quiet: { } quiet } schedule && schedule.QuietUntil(clock.GetUtcNow()) is { } until
            ? string.Create(CultureInfo.InvariantCulture, $"nothing is sent from {quiet.From:HH\\:mm} to {until:HH\\:mm} ({schedule.Timezone})")
            : null;
}
