using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;

namespace Rollcall.Planning;

/// <summary>What leaving and coming back costs: people unsubscribed and resubscribed, and the emails that ask them.</summary>
internal static class ConsentCost
{
    /// <summary>Resubscriptions of books that nothing holds: an import asks a person once, single calls once a book.</summary>
    public static long Resubscribes(RunContext run) => run.Db.Number($"""
        SELECT count(DISTINCT {(run.Job.Config.TriggerJoin ? "(c.member_key, c.book_no)" : "c.member_key")}) FROM change c
        WHERE c.action = '{ChangeAction.Resubscribe}' AND {Holds.MayEnter}
          AND {Holds.NotUnderWay}
        """);

    /// <summary>Emails that ask people whether to come back.</summary>
    public static long Challenges(RunContext run) => run.Job.Config.Resubscribe ? Resubscribes(run) : 0;

    /// <summary>People unsubscribed from books, a call each.</summary>
    public static long Unsubscribes(RunContext run) => run.Job.Config.ExitAction == ExitAction.Unsubscribe
        ? run.Db.Number($"SELECT count(*) FROM change c WHERE {Holds.Removable}")
        : 0;

    /// <summary>Calls: before each such call the person is looked up.</summary>
    public static long Calls(RunContext run, long resubscribes, long unsubscribes) =>
        (2 * unsubscribes) + resubscribes + (run.Job.Config.TriggerJoin ? resubscribes : 0);
}
