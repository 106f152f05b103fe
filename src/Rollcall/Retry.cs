using Rollcall.Jobs;

namespace Rollcall;

/// <summary>Sends again what a run never sends again by itself.</summary>
public static class Retry
{
    /// <summary>
    /// Asks one person once more whether to come back, who was asked and has not answered. The person has to be in an audience still, pending in the
    /// ledger, and unsubscribed at Dotdigital at this moment; everyone else stays as they are.
    /// </summary>
    /// <exception cref="RollcallException">Exit 2: the job does not ask people back. Otherwise as a run.</exception>
    public static Task<RunResult> ChallengeAsync(Job job, string email, Workplace workplace, CancellationToken cancellation = default) => job.Config.Resubscribe
        ? ExportRun.ExecuteAsync(job, new RunOptions { Only = [email], RepeatsChallenge = true }, workplace, cancellation)
        : throw new RollcallException(ExitCode.BadJob, "The job asks nobody whether to come back.", job.Where("config.resubscribe"), "Only a job with resubscribe: true sends challenges.");
}
