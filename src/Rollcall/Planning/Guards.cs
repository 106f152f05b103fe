using Rollcall.Jobs;
using Rollcall.Model;

namespace Rollcall.Planning;

/// <summary>What a run would do to one book.</summary>
/// <param name="Book">The book.</param>
/// <param name="Enters">Members entering.</param>
/// <param name="Exits">Members that the job put there and would now remove.</param>
/// <param name="DeliveredBefore">Members that the job has in the book.</param>
/// <param name="TwiceRejected">Of the changes, those the watchdog rejected twice.</param>
/// <param name="EmptyAudiences">Audiences of the book that had members and have none now.</param>
internal sealed record BookLoad(RunBook Book, long Enters, long Exits, long DeliveredBefore, long TwiceRejected, IReadOnlyList<string> EmptyAudiences)
{
    /// <summary>Rows of the book's audiences that are nobody.</summary>
    public IReadOnlyList<AudienceLoad> Rejected { get; init; } = [];
}

/// <summary>What an audience's rows came to.</summary>
/// <param name="Audience">The audience.</param>
/// <param name="Rows">All its rows.</param>
/// <param name="Rejected">Those that were rejected or have no usable address, so far as they count.</param>
internal sealed record AudienceLoad(string Audience, long Rows, long Rejected);

/// <summary>Judges, before anything is sent, whether a run does more than the user expects.</summary>
internal static class Guards
{
    /// <summary>Exits that no percentage holds back.</summary>
    public const int FewExits = 10;

    /// <summary>Most members of a book, in percent, that a run unsubscribes.</summary>
    public const double MostUnsubscribedPercent = 5;

    /// <summary>Most members of a book that a run unsubscribes.</summary>
    public const int MostUnsubscribed = 1000;

    /// <param name="early">What was held of books before the plan was made.</param>
    public static GuardVerdict Judge(Job job, IReadOnlyList<BookLoad> loads, long mails, IReadOnlySet<string> allow, long moves = 0,
        IReadOnlyList<GuardHeld>? early = null)
    {
        List<GuardHeld> held = [.. early ?? []];
        foreach (var load in loads)
        {
            held.AddRange(Book(job, load).Where(g => !allow.Contains(g.Guard)));
        }

        var books = loads.Where(l => held.Any(g => Concerns(g, l))).Select(l => l.Book.No).ToHashSet();
        var run = job.Guards.MaxMails is { } limit && mails > limit && !allow.Contains("mails");
        if (run)
        {
            held.Add(new GuardHeld("mails", null, null, $"{job.Guards.MaxMails} emails a run", mails));
        }

        if (job.Guards.MaxMoves is { } most && moves > most && !allow.Contains("moves"))
        {
            run = true;
            held.Add(new GuardHeld("moves", null, null, $"{most} changed addresses a run", moves));
        }

        return new GuardVerdict([.. held.Select(g => g with { AddressBookId = g.AddressBookId < 0 ? null : g.AddressBookId })], books, run);
    }

    /// <summary>Whether the guard <c>rejects</c> holds the books of an audience.</summary>
    public static bool TooManyRejects(Job job, AudienceLoad load) => job.Guards.MaxRejectPercent is { } most && load.Rejected * 100.0 > most * load.Rows;

    private static IEnumerable<GuardHeld> Book(Job job, BookLoad load)
    {
        if (job.Config.ExitAction == ExitAction.Unsubscribe)
        {
            // It cannot be undone: whatever the job file allows, no more than this without being told to.
            var percent = Math.Min(job.Guards.MaxExitPercent ?? MostUnsubscribedPercent, MostUnsubscribedPercent);
            if (load.Exits > FewExits && (load.Exits > MostUnsubscribed || load.Exits * 100.0 > percent * load.DeliveredBefore))
            {
                yield return new GuardHeld("exits", null, IdOf(load.Book),
                    $"{percent:0.##} % of {Counted.Of(load.DeliveredBefore, "member")}, and {MostUnsubscribed:N0}, unsubscribed", load.Exits);
            }
        }
        else if (job is not { Config.ExitAction: ExitAction.Ignore, InsightOnExit: InsightOnExit.Keep } && job.Guards.MaxExitPercent is { } percent
            && load.Exits > FewExits && load.Exits * 100.0 > percent * load.DeliveredBefore)
        {
            yield return new GuardHeld("exits", null, IdOf(load.Book), $"{percent:0.##} % of {Counted.Of(load.DeliveredBefore, "member")}", load.Exits);
        }

        if (job.Guards.MaxEnter is { } most && load.Enters > most)
        {
            yield return new GuardHeld("enters", null, IdOf(load.Book), $"{Counted.Of(most, "member")}", load.Enters);
        }

        if (load.TwiceRejected > 0)
        {
            yield return new GuardHeld("watchdog", null, IdOf(load.Book), "two rejections by Dotdigital's watchdog", load.TwiceRejected);
        }

        foreach (var audience in load.Rejected.Where(a => TooManyRejects(job, a)))
        {
            yield return new GuardHeld("rejects", audience.Audience, IdOf(load.Book),
                $"{job.Guards.MaxRejectPercent:0.##} % of {Counted.Of(audience.Rows, "row")}", audience.Rejected);
        }

        if (job.Guards.EmptyAudience == EmptyAudience.Stop)
        {
            foreach (var audience in load.EmptyAudiences)
            {
                yield return new GuardHeld("empty", audience, IdOf(load.Book), "an audience that had members is not empty", 0);
            }
        }
    }

    /// <summary>
    /// A book in <see cref="GuardHeld.AddressBookId"/>: one that is yet to be created goes by a number below zero until the verdict is given.
    /// </summary>
    public static long IdOf(RunBook book) => book.Id ?? -1 - book.No;

    private static bool Concerns(GuardHeld guard, BookLoad load) => guard.AddressBookId == IdOf(load.Book);
}
