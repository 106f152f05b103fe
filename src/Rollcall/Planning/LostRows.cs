using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;

namespace Rollcall.Planning;

/// <summary>Rows that are nobody: rejected, or without a usable address. People of the ledger may be behind them.</summary>
internal static class LostRows
{
    /// <summary>
    /// Holds a book's exits where more rows of an audience have no usable address than in the last run that held nothing: a member who is missing may be one
    /// of them. Where nobody exits, nothing is held.
    /// </summary>
    /// <returns>Whether it does.</returns>
    public static bool HoldExits(RunContext run, AudiencesRead read, ComparisonCounts counts, int audience, int book, RunOptions options)
    {
        if (read.MoreLost(audience) is not { } more || options.IsPilot || options.Allow.Contains("rejects")
            || Guards.TooManyRejects(run.Job, Of(run, read, audience)) || !AnyoneLeaves(run, counts, book))
        {
            return false;
        }

        var (count, id) = (read.Counts[audience], run.Job.Config.SegmentIds[audience]);
        run.Db.Execute($"INSERT INTO exits_held VALUES ({book}, 'ExitsHeld', 'More rows of the audience have no usable address than before.')");
        run.Report(Findings.ExitsWaitForAddresses(run.Books[book].Name, count.Lost, id, more));
        return true;
    }

    /// <summary>
    /// What the guard judges. Profiles without any address are ordinary; they count where they were less than half as large a share of the rows before.
    /// </summary>
    public static AudienceLoad Of(RunContext run, AudiencesRead read, int audience)
    {
        var (count, before) = (read.Counts[audience], read.Before(audience));
        var blank = count.NoEmail - count.KeyedNoEmail;
        var counts = before is { Rows: > 0 } && 2.0 * before.NoEmail * count.Rows < (double)blank * before.Rows;
        return new AudienceLoad(run.Job.Config.SegmentIds[audience], count.Rows,
            count.Rejected + count.InvalidEmail - count.KeyedInvalid + (counts ? blank : 0));
    }

    // Where exits are ignored and nothing else depends on them, there is nothing to hold.
    private static bool AnyoneLeaves(RunContext run, ComparisonCounts counts, int book) =>
        run.Job is not { Config: { ExitAction: ExitAction.Ignore, BringsBack: false }, InsightOnExit: InsightOnExit.Keep }
        && counts.Of(book, ChangeAction.Exit) + counts.Of(book, ChangeAction.Leave) + counts.Of(book, ChangeAction.LeaveRemoved) > 0;
}
