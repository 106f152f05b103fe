using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;

namespace Rollcall.Planning;

/// <summary>Books and audiences that were taken out of the job: left as they are and named, unless <c>--release</c> lets their members go.</summary>
internal static class Releases
{
    /// <summary>Takes the books asked for into the run, marks what is released, and names the other books taken out.</summary>
    /// <exception cref="RollcallException">The job never put anyone into what is to be released.</exception>
    public static async Task<Destination> ApplyAsync(RunContext run, Destination destination, RunOptions options, CancellationToken cancellation)
    {
        if (options.Release.Count > 0 && options.IsPilot)
        {
            throw new RollcallException(ExitCode.BadJob, "A pilot lets nobody go: --release does not go with --only or --limit.", null,
                "Let the members go in a run of its own.");
        }

        if (options.Release.Count > 0 && options.Undelivered)
        {
            throw new RollcallException(ExitCode.BadJob, "A retry lets nobody go: --release goes with run.", "--release",
                $"rollcall run {ShellText.Of(run.Job.Path)} --release {ShellText.Of(options.Release[0])}");
        }

        if (options.Release.Count > 0 && run.Job.Config.ExitAction == ExitAction.Ignore)
        {
            throw new RollcallException(
                ExitCode.BadJob,
                "--release lets nobody go while exit_action is ignore: the members would stay in the book, and the job would forget them.",
                run.Job.Where("config.exit_action"),
                "Set exit_action: remove (or unsubscribe) and run again. To leave them where they are, leave out --release.");
        }

        var used = run.Store.Books.Of(run.Job.Tag);
        foreach (var asked in options.Release.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var known = used.FirstOrDefault(u => $"{u.BookId}" == asked || string.Equals(u.Name, asked, StringComparison.OrdinalIgnoreCase));
            var book = run.Books.Find(b => b.Id is not null && (b.Id == known?.BookId || string.Equals(b.Name, asked, StringComparison.OrdinalIgnoreCase)));
            if (book is not null)
            {
                run.Books[book.No] = book with { Released = true };
            }
            else if (known is not null)
            {
                destination = await AddAsync(run, destination, known.BookId, released: true, cancellation);
            }
            else
            {
                destination = await ReleaseAudienceAsync(run, destination, asked, used.Select(u => u.Name), cancellation);
            }
        }

        foreach (var (_, name, members, _, _) in used.Where(u => u.Delivered > 0 && run.Books.All(b => b.Id != u.BookId)
            && run.Job.Config.SegMappings.All(m => m.Book.Id != u.BookId && m.Book.Name != u.Name)))
        {
            run.Report(Findings.BookNoLongerInJob(name, members));
        }

        return destination;
    }

    /// <summary>Names the released books whose members the exits guard holds.</summary>
    public static void SayHeld(RunContext run, GuardVerdict verdict)
    {
        foreach (var guard in verdict.Held.Where(g => g.Guard == "exits"))
        {
            if (run.Books.Find(b => b.Released && b.Id == guard.AddressBookId) is { } book)
            {
                run.Report(Findings.ReleaseHeld(guard.Actual, book.Name));
            }
        }
    }

    private static async Task<Destination> ReleaseAudienceAsync(RunContext run, Destination destination, string audience, IEnumerable<string> books,
        CancellationToken cancellation)
    {
        var ledger = run.LedgerRelation;
        var holding =
            run.Db.Query($"SELECT DISTINCT book_id FROM {ledger} WHERE audience = {SqlText.Literal(audience)} AND state IN ('delivered', 'pending')",
                r => r.GetInt64(0));
        if (holding.Count == 0)
        {
            throw new RollcallException(
                ExitCode.BadJob,
                $"\"{audience}\" is no address book or audience that the job {run.Job.Tag} has members of.",
                "--release",
                $"Its books are: {string.Join(", ", books.Order(StringComparer.OrdinalIgnoreCase))}.");
        }

        destination = destination with { ReleasedAudiences = [.. destination.ReleasedAudiences, audience] };
        foreach (var id in holding.Where(id => run.Books.All(b => b.Id != id)))
        {
            destination = await AddAsync(run, destination, id, released: false, cancellation);
        }

        return destination;
    }

    /// <summary>Adds a book that no audience is mapped to: so far as it is released, all its members exit.</summary>
    private static async Task<Destination> AddAsync(RunContext run, Destination destination, long id, bool released, CancellationToken cancellation)
    {
        await foreach (var found in run.Client.AddressBooks.ListAsync(cancellation))
        {
            if (found.Id == id)
            {
                var book = new RunBook(run.Books.Count, id, found.Name) { Released = released, Contacts = found.Contacts };
                run.Books.Add(book);
                return destination with { Books = [.. destination.Books, book], Targets = [.. destination.Targets, new BookTarget(id, found.Name)] };
            }
        }

        throw new RollcallException(ExitCode.BadJob, $"The address book {id} is not in the account any more: there is nobody to release.", "--release",
            "Leave it out.");
    }
}
