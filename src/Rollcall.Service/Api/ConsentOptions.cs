using Rollcall.Jobs;

namespace Rollcall.Service.Api;

/// <summary>The options of a job that decide about people's consent.</summary>
internal static class ConsentOptions
{
    /// <summary>The keys of such options that a job sets and its version before did not.</summary>
    public static IEnumerable<string> Changed(Job job, Job? before)
    {
        foreach (var key in Set(job).Except(before is null ? [] : Set(before)).Order(StringComparer.Ordinal))
        {
            yield return key;
        }

        // Another limit passes a guard for good.
        if (job.Guards != (before?.Guards ?? new GuardOptions()))
        {
            yield return "guards";
        }
    }

    private static IEnumerable<string> Set(Job job)
    {
        (string Key, bool IsSet)[] options =
        [
            ("config.resubscribe", job.Config.Resubscribe),
            ("config.resubscribe_no_challenge", job.Config.ResubscribeNoChallenge),
            ("config.exit_action", job.Config.ExitAction == ExitAction.Unsubscribe),
            ("resubscribe_members", job.ResubscribeMembers),
            ("recreate_deleted", job.RecreateDeleted),
            ("exit_existing", job.ExitExisting),
        ];
        return options.Where(option => option.IsSet).Select(option => option.Key);
    }
}
