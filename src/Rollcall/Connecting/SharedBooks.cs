using Rollcall.Comparing;
using Rollcall.Jobs;
using Rollcall.Store;

namespace Rollcall.Connecting;

/// <summary>An address book that another job of the data folder exports to as well.</summary>
/// <param name="Book">The book.</param>
/// <param name="Tag">The other job.</param>
/// <param name="ExitAction">What the other job does with those who leave, as its last run had it.</param>
internal sealed record SharedBook(RunBook Book, string Tag, string ExitAction);

/// <summary>
/// Which books several jobs of a data folder share. Whom one of them lets go stays while another wants them; but what becomes of someone whom the
/// last of them lets go would depend on which job ran last, if they did not all do the same.
/// </summary>
internal static class SharedBooks
{
    /// <summary>Keeps which books a job has now; runs inside the transaction that names its books.</summary>
    public static void Forget(SqliteStore transaction, string tag) => transaction.Execute("UPDATE book SET mapped = 0 WHERE tag = $tag", ("$tag", tag));

    public static IReadOnlyList<SharedBook> Of(Job job, Destination destination, SqliteStore store)
    {
        var others = store.Query(
            "SELECT b.book_id, b.tag, j.exit_action FROM book b JOIN job j ON j.tag = b.tag WHERE j.account_id = $account AND b.tag <> $tag AND b.mapped = 1 AND j.exit_action IS NOT NULL ORDER BY b.tag",
            r => (Book: r.GetInt64(0), Tag: r.GetString(1), ExitAction: r.GetString(2)),
            ("$account", destination.Account.Id), ("$tag", job.Tag));
        return [.. destination.Books.SelectMany(b => others.Where(o => o.Book == b.Id).Select(o => new SharedBook(b, o.Tag, o.ExitAction)))];
    }

    /// <summary>Names the shared books, and refuses those where the jobs do different things on an exit.</summary>
    public static IEnumerable<Problem> Check(Job job, Destination destination, SqliteStore store)
    {
        var ours = Word(job.Config.ExitAction);
        foreach (var (book, tag, theirs) in Of(job, destination, store))
        {
            yield return theirs == ours
                ? new Problem(
                    $"The address book \"{book.Name}\" is also exported to by the job {tag}: whom one of the two lets go stays in it while the other wants them.",
                    job.Where("config.seg_mappings"),
                    Severity: Severity.Warning)
                : new Problem(
                    $"The address book \"{book.Name}\" is also exported to by the job {tag}, whose exit_action is {theirs}; this job's is {ours}. What becomes of someone whom both let go would depend on which runs last.",
                    job.Where("config.exit_action"),
                    $"Give both jobs the same exit_action, or a book each. A job counts with what it had in its last run: after changing {tag}, run it first.");
        }
    }

    public static string Word(ExitAction action) => action.ToString().ToLowerInvariant();
}
