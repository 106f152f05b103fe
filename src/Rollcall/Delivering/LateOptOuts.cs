using Rollcall.Model;
using Rollcall.Running;

namespace Rollcall.Delivering;

/// <summary>People who opted out after the comparison read the opt-outs and before their import is sent: they are left out of it.</summary>
internal sealed class LateOptOuts(RunContext run)
{
    /// <summary>The count of readings of which everything sent from now on takes account.</summary>
    public long SeenNo { get; private set; } = run.OptOuts.CopiedNo;

    /// <summary>How often a look kept someone out who was to enter: records read before the last time are out of date.</summary>
    public int Found { get; private set; }

    /// <summary>Reads the feeds that are no longer fresh.</summary>
    public async Task LookAgainAsync(CancellationToken cancellation)
    {
        var feeds = run.Books.Where(b => b.Id is not null).Select(b => b.Id!.Value).Append(OptOuts.WholeAccount);
        if (feeds.All(run.OptOuts.IsFresh) && run.OptOuts.CopySeenSince(run.Db, SeenNo) == 0)
        {
            return;
        }

        var unread = await run.OptOuts.ReadStaleAsync(run.Client, feeds, run.Progress, cancellation);
        var closed = Close(run, unread);
        var now = run.OptOuts.SeenNo;
        run.OptOuts.CopySeenSince(run.Db, SeenNo);
        SeenNo = now;
        var kept = Keep("seen_opt_out", "s.email_key = c.member_key") + Keep("seen_opt_out", "s.contact_id = c.contact_id")
            + Keep(OfMoved, "s.email_key = c.member_key");
        if (closed || kept > 0)
        {
            Found++;
        }
    }

    // A person who moves opted out of what they enter under the former address too.
    private const string OfMoved = "(SELECT o.* REPLACE (m.member_key AS email_key) FROM seen_opt_out o JOIN move m ON m.old_key = o.email_key)";

    private int Keep(string seen, string match) => run.Db.Execute($"""
        INSERT INTO late_opt_out
        SELECT c.kh, c.member_key, c.book_no, any_value(s.status), bool_or(s.book_id = 0), max(s.since), NULL
        FROM change c JOIN {seen} s ON {match} JOIN book b ON b.book_no = c.book_no
        WHERE s.book_id IN (0, b.book_id) AND s.cause <> 'deleted'
          AND (c.action = 'enter' OR (c.action = 'resubscribe' AND (s.status <> 'Unsubscribed' OR s.since IS NULL OR s.since > c.status_since)))
          AND NOT EXISTS (SELECT 1 FROM late_opt_out l WHERE l.kh = c.kh AND l.member_key = c.member_key AND l.book_no = c.book_no)
        GROUP BY 1, 2, 3
        """);

    private const string UnreadReason = "Who opted out of the book could not be read to the end.";

    /// <summary>
    /// Closes the books whose feed could not be read to its end: nobody enters them, and nobody leaves, for a removal may take an opt-out along. The
    /// account's feed closes all of them.
    /// </summary>
    public static bool Close(RunContext run, IReadOnlyDictionary<long, string> unread)
    {
        var any = false;
        foreach (var book in run.Books)
        {
            if ((book.Id is { } id && unread.TryGetValue(id, out var why)) || unread.TryGetValue(OptOuts.WholeAccount, out why))
            {
                run.Db.Execute(
                    $"INSERT INTO closed_book VALUES ({book.No}); INSERT INTO exits_held VALUES ({book.No}, '{ReasonCode.OptOutsUnread}', '{UnreadReason}')");
                run.Report(Findings.BookClosed(book.Name, why));
                any = true;
            }
        }

        return any;
    }
}
