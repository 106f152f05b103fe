using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Connecting;

/// <summary>An address book that another job of the data folder exports to as well.</summary>
/// <param name="Book">The book.</param>
/// <param name="Tag">The other job.</param>
/// <param name="ExitAction">What the other job does with those who leave, as its last run had it.</param>
internal sealed record SharedBook(RunBook Book, string Tag, string ExitAction);

/// <summary>
/// Which books several jobs of a data folder share. A member who left one of them stays while another wants them; but what becomes of
/// somebody who has left all of them would depend on which job ran last, if they did not all do the same.
/// </summary>
internal static class SharedBooks
{
    public static IReadOnlyList<SharedBook> Of(Job job, Destination destination, IBooks kept)
    {
        var others = kept.OfOthers(destination.Account.Id, job.Tag);
        return [.. destination.Books.SelectMany(b => others.Where(o => o.BookId == b.Id).Select(o => new SharedBook(b, o.Tag, o.ExitAction)))];
    }

    /// <summary>Names the shared books, and refuses those where the jobs do different things on an exit.</summary>
    public static IEnumerable<Problem> Check(Job job, Destination destination, IBooks kept)
    {
        var ours = Word(job.Config.ExitAction);
        foreach (var (book, tag, theirs) in Of(job, destination, kept))
        {
            yield return theirs == ours
                ? new Problem(
                    $"The address book \"{book.Name}\" is also exported to by the job {tag}: a member who leaves one of "
                        + "the two stays in it while the other wants them.",
                    job.Where("config.seg_mappings"),
                    Severity: Severity.Warning)
                : new Problem(
                    $"The address book \"{book.Name}\" is also exported to by the job {tag}, whose exit_action is {theirs}; "
                        + $"this job's is {ours}. What becomes of a member who leaves both would depend on which runs last.",
                    job.Where("config.exit_action"),
                    $"Give both jobs the same exit_action, or a book each. A job counts with what it had in its last run: after changing {tag}, run it first.");
        }
    }

    /// <summary>Names the books where the jobs do different things on an exit.</summary>
    public static IEnumerable<Finding> Differing(Job job, Destination destination, IBooks kept)
    {
        var ours = Word(job.Config.ExitAction);
        return Of(job, destination, kept).Where(shared => shared.ExitAction != ours)
            .Select(shared => Findings.ExitActionsDiffer(shared.Book.Name, shared.Tag, shared.ExitAction, ours));
    }

    public static string Word(ExitAction action) => action.ToString().ToLowerInvariant();
}
