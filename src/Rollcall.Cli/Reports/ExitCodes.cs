namespace Rollcall.Cli.Reports;

/// <summary>The exit code that a run's result stands for.</summary>
internal static class ExitCodes
{
    public static ExitCode Of(RunResult result) => result switch
    {
        { State: RunState.Interrupted } => ExitCode.Interrupted,
        { Guards.Count: > 0 } or { State: RunState.Held } => ExitCode.Guard,
        { State: RunState.Failed } or { Outcomes.Failed: > 0 } => ExitCode.SomeNotDelivered,
        _ when result.Failures.Any(failure => failure.Outcome == "Failed") => ExitCode.SomeNotDelivered,
        _ => ExitCode.Done,
    };
}
