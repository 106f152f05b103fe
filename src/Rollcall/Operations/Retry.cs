using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;

namespace Rollcall.Operations;

/// <summary>Sends again what a run never sends again by itself.</summary>
public static class Retry
{
    /// <summary>
    /// Resubscribes one person once more, as the job says, with a challenge or without, whose answer is awaited or whose resubscription Dotdigital
    /// did not answer. The person has to be in an audience still, pending in the ledger, and unsubscribed at Dotdigital at this moment; everyone else
    /// stays as they are.
    /// </summary>
    /// <param name="options">What else is asked of the run.</param>
    /// <exception cref="RollcallException">Exit 2: the job brings nobody back. Otherwise as a run.</exception>
    public static Task<RunResult> ChallengeAsync(Job job, string email, Workplace workplace, RunOptions? options = null,
        CancellationToken cancellation = default) => job.Config.BringsBack
        ? ExportRun.ExecuteAsync(job, (options ?? new RunOptions()) with { Only = [email], RepeatsChallenge = true }, workplace, cancellation)
        : throw new RollcallException(ExitCode.BadJob, "The job brings nobody back.", job.Where("config.resubscribe"),
            "Only a job with resubscribe: true or resubscribe_no_challenge: true does.");
}
