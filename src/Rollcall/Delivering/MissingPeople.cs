using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>
/// The guard <c>missing</c>: a book that was emptied manually, or from which more of our people are gone than usual, is left as it is until somebody has
/// looked at it. Putting everybody back may be as wrong as letting them all go.
/// </summary>
internal sealed class MissingPeople(RunContext run, RunOptions options)
{
    /// <summary>The guard's name.</summary>
    public const string Guard = "missing";

    /// <summary>People who never trip it, unless the book is empty.</summary>
    public const int Few = 10;

    /// <summary>On a row <c>d</c> of <c>difference</c>: whose opt-out says why they are not there.</summary>
    public const string OptedOut =
        "EXISTS (SELECT 1 FROM opt_out o WHERE o.kh = d.kh AND o.email_key = d.member_key AND (o.book_id = 0 OR o.book_id = d.book_id))";

    /// <summary>On a row <c>d</c> of <c>difference</c>: who should be in the book, as far as this job knows.</summary>
    public const string Ours = $"d.kind IN ('removed', 'missing') AND NOT {OptedOut} AND NOT {OurRemoval}";

    // A removal of ours that may be applied yet, or just was: nobody else took them out.
    private const string OurRemoval = $"""
        (EXISTS (SELECT 1 FROM watched w WHERE w.kh = d.kh AND w.member_key = d.member_key AND w.book_id = d.book_id AND w.kind = '{WatchKind.Removal}')
         OR EXISTS (SELECT 1 FROM under_way u WHERE u.kh = d.kh AND u.member_key = d.member_key))
        """;

    /// <summary>Books in which Dotdigital counts so few contacts that they have to be read. The count may lag, so it proves nothing by itself.</summary>
    public IReadOnlyList<RunBook> Suspects()
    {
        if (run.Job.Guards.MaxMissingPercent is not { } most)
        {
            return [];
        }

        var delivered = run.Store.Books.Of(run.Job.Tag).Where(b => b.Delivered > 0).ToDictionary(b => b.BookId, b => b.Delivered);
        return [.. run.Books.Where(b => b is { Id: { } id, Released: false } && delivered.TryGetValue(id, out var people)
            && (b.Contacts == 0 || TooMany(people - b.Contacts, people, most)))];
    }

    /// <summary>
    /// Judges a book that was just compared with the ledger. Allowed, everyone missing counts as removed, as <c>on_foreign_removal</c> expects.
    /// </summary>
    /// <param name="ledger">The relation of the ledger.</param>
    /// <param name="differences">What the comparison found: <c>difference</c>, and how many of those it asked for by name were there.</param>
    public bool Holds(RunBook book, string ledger, BookDifferences differences)
    {
        if (run.Job.Guards.MaxMissingPercent is not { } most)
        {
            return false;
        }

        var (gone, unasked) =
            run.Db.Query(
                $"SELECT count(*) FILTER (kind = 'removed'), count(*) FILTER (kind = 'missing') FROM difference d WHERE book_id = {book.Id} AND {Ours}",
                r => (r.GetInt64(0), r.GetInt64(1)))[0];

        // Of those not asked for by name, as many are gone, in proportion, as of those asked: a page may be short.
        var missing = gone + (differences.Asked > 0 ? unasked * gone / differences.Asked : 0);
        var members = run.Db.Number($"SELECT count(*) FROM {ledger} WHERE book_id = {book.Id} AND state = 'delivered'");
        var emptied = gone > 0 && missing >= members
            && run.Db.Number($"SELECT count(*) FROM whole_book_{book.Id} WHERE account_status = 'Subscribed' AND list_status = 'Subscribed'") == 0;
        if (!emptied && !TooMany(missing, members, most))
        {
            return false;
        }

        if (options.Allow.Contains(Guard))
        {
            if (differences.Present == 0)
            {
                run.Db.Execute($"UPDATE difference SET kind = 'removed' WHERE book_id = {book.Id} AND kind = 'missing'");
            }

            return false;
        }

        run.HeldEarly.Add(new GuardHeld(Guard, null, book.Id,
            emptied ? "an address book that held our members is not empty" : $"{most:0.##} % of {Counted.Of(members, "member")}", missing));
        var restores = run.Job.OnForeignRemoval == Jobs.OnForeignRemoval.Restore;
        run.Report(emptied ? Findings.BookFoundEmpty(book.Name, restores) : Findings.MembersMissing(missing, members, book.Name, restores));
        return true;
    }

    private static bool TooMany(long missing, long members, double percent) => missing > Few && missing * 100.0 > percent * members;
}
