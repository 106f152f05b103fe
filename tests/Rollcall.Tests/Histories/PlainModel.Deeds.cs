using Rollcall.Simulators;

namespace Rollcall.Tests.Histories;

// Input of the plain model: actions of people and users of the account, and the content of Dotdigital's answers.
internal sealed partial class PlainModel
{
    private readonly Dictionary<(string Who, int Book), OptOut> optedOut = [];
    private readonly Dictionary<string, ContactStatus> accountOut = [];
    private readonly HashSet<(string Who, int Book)> lastByHand = [];
    private readonly HashSet<(string Who, int Book)> restorable = [];
    private readonly HashSet<string> renamed = [];
    private readonly HashSet<string> merged = [];
    private readonly Dictionary<string, IReadOnlyList<string>> mustStayDeleted = [];
    private readonly Dictionary<string, int> answerable = [];
    private readonly List<string> wrong = [];

    public void LeftBook(string who, int book, DateTimeOffset now)
    {
        optedOut[(Key(who), book)] = new OptOut { At = now };
        there.Remove((Key(who), book));
    }

    public void LeftAccount(string who, ContactStatus status, DateTimeOffset now)
    {
        optedOut[(Key(who), WholeAccount)] = new OptOut { At = now, Lasting = status != ContactStatus.Unsubscribed };
        accountOut[Key(who)] = status;
    }

    public void CameBackToBook(string who, int book)
    {
        optedOut.Remove((Key(who), book));
        Uncertain(who, book, isIn: true);
    }

    public void CameBackToAccount(string who)
    {
        optedOut.Remove((Key(who), WholeAccount));
        accountOut.Remove(Key(who));
        AllUncertain(who);
    }

    public void WasTakenOut(string who, int book)
    {
        var known = !uncertain.Contains((Key(who), book));
        Uncertain(who, book, isIn: false);
        _ = known && restorable.Add((Key(who), book));
        takenOut[(Key(who), book)] = takenOut.GetValueOrDefault((Key(who), book)) + 1;
    }

    public void Confirmed(string who, IEnumerable<int> books)
    {
        foreach (var book in books)
        {
            confirmed[(Key(who), book)] = confirmed.GetValueOrDefault((Key(who), book)) + 1;
        }
    }

    /// <param name="quiet">Whether nothing of ours was still to be applied.</param>
    public void WasDeleted(string who, bool quiet)
    {
        var key = Key(who);
        deleted[key] = deleted.GetValueOrDefault(key) + 1;
        deletions++;
        if (quiet && !history.Versions.Any(j => j.RecreateDeleted))
        {
            mustStayDeleted[key] = [.. delivered.Where(d => d.Who == key).Select(d => d.Tag)];
        }

        IsGone(key);
    }

    /// <summary>The person registers by themselves, for a book.</summary>
    public void Registered(string who, int book)
    {
        CameBackToAccount(who);
        CameBackToBook(who, book);
        mustStayDeleted.Remove(Key(who));
    }

    /// <summary>The contact has another address from now on, and its opt-outs with it.</summary>
    public void ChangedAddress(string from, string to)
    {
        var (old, current) = (Key(from), Key(to));
        renamed.Add(old.StartsWith("away.", StringComparison.Ordinal) ? current : old);
        foreach (var book in Enumerable.Range(WholeAccount, History.Books + 1))
        {
            optedOut.Remove((current, book));
            if (optedOut.TryGetValue((old, book), out var outOf))
            {
                optedOut[(current, book)] = outOf with { };
            }
        }

        if (accountOut.TryGetValue(old, out var status))
        {
            accountOut[current] = status;
        }

        IsGone(old);
        AllUncertain(current);
        mustStayDeleted.Remove(current);
    }

    /// <summary>Of two contacts one was made, or a contact got a new id.</summary>
    public void Merged(SimulatedContact kept, SimulatedContact? other, IReadOnlyList<int> books)
    {
        merged.Add(Key(kept.Email));
        for (var book = 0; book < History.Books; book++)
        {
            Uncertain(kept.Email, book, isIn: false);
            if (other?.Books.GetValueOrDefault(books[book], BookStatus.Subscribed) is not BookStatus.Subscribed && !kept.Books.ContainsKey(books[book]))
            {
                optedOut[(Key(kept.Email), book)] = new OptOut { At = DateTimeOffset.MinValue, Limit = KnownLimits.Merged };
            }
        }

        if (other is not null)
        {
            merged.Add(Key(other.Email));
            deleted[Key(other.Email)] = deleted.GetValueOrDefault(Key(other.Email)) + 1;
            IsGone(Key(other.Email));
        }
    }

    public void BookWasMadeAnew(int book)
    {
        foreach (var who in Addresses)
        {
            // A new, empty book: all of it belongs to the jobs again.
            Uncertain(who, book, isIn: false);
            confirmedIn.Remove((who, book));
            if (!deleted.ContainsKey(who) && !merged.Contains(who) && !Others(who).Any())
            {
                uncertain.Remove((who, book));
            }

            takenOut[(who, book)] = takenOut.GetValueOrDefault((who, book)) + 1;
            remade[(who, book)] = remade.GetValueOrDefault((who, book)) + 1;
            if (optedOut.TryGetValue((who, book), out var outOf) && !outOf.Shown)
            {
                outOf.Limit ??= KnownLimits.Gone;
            }
        }
    }

    /// <summary>Answers that the engine has read and kept showed these opt-outs.</summary>
    public static void WereShown(IEnumerable<OptOut> shown) => shown.ToList().ForEach(o => o.Shown = true);

    /// <summary>The opt-outs of an address that an answer shows; of the account without <paramref name="book"/>.</summary>
    public OptOut? Shows(string email, int? book) => optedOut.GetValueOrDefault((Key(email), book ?? WholeAccount));

    /// <summary>
    /// An opt-out that a write cleared or deleted before any answer showed it is lost, because it could not be known. A person who is out of a book
    /// without having left it was unsubscribed by a job, which must have had them there.
    /// </summary>
    public void Look(SimulatedAccount account, IReadOnlyList<int> books, DateTimeOffset now)
    {
        foreach (var (who, book) in Everybody)
        {
            var contact = account.Contact(who);
            BookStatus? status = contact is null ? BookStatus.Pending : contact.Books.TryGetValue(books[book], out var inBook) ? inBook : null;
            var outOf = optedOut.GetValueOrDefault((who, book));
            if (outOf is null && status == BookStatus.Unsubscribed)
            {
                outOf = Others(who).Select(o => optedOut.GetValueOrDefault((o, book))).OfType<OptOut>().FirstOrDefault();
                if (outOf is null && !MayHaveUnsubscribed(who, book))
                {
                    wrong.Add($"{who} was unsubscribed from book {book}");
                }

                optedOut[(who, book)] = outOf is null ? new OptOut { At = now, Shown = true } : outOf with { };
            }
            else if (outOf is { Shown: false, Limit: null })
            {
                outOf.Limit = status switch { BookStatus.Subscribed => KnownLimits.Lifted, null => KnownLimits.Taken, _ => null };
            }
        }
    }

    private bool MayHaveUnsubscribed(string who, int book)
    {
        if (uncertain.Contains((who, book)) || adoptedOwn)
        {
            return true;
        }

        // People who moved to a new address leave the books of the former one under the new one.
        var leaves = MayHaveLeft(who, book) || (!jobs.Any(j => Wants(j, who, book)) && Others(who).Any(o => MayHaveLeft(o, book)));
        return leaves && history.Versions.Any(j => j.Exit == "unsubscribe" && j.Mapping.Any(m => m.Book == book));
    }

    /// <summary>Whether a job had them in a book as its own, and wanted them there no more.</summary>
    private bool MayHaveLeft(string who, int book)
    {
        var letGo = everLetGo.Contains((who, book))
            || leftBehind.Any(l => l.Who == who && l.Book == book) || jobs.Any(j => everWanted.Contains((who, book)) && !Wants(j, who, book));
        return letGo && everWanted.Contains((who, book)) && (!there.Contains((who, book)) || history.Versions.Any(j => j.ExitExisting));
    }

    /// <summary>Whether an opt-out may be answered by asking the person back: they entered on a later day, by Dotdigital's clock.</summary>
    private bool MayAsk(HistoryJob job, string who, int book, OptOut outOf, DateTimeOffset now)
    {
        DateTime Day(DateTimeOffset time) => (time + history.Account.ClockOffset).UtcDateTime.Date;
        var entered = enteredSince
            .Where(w => w.Key.Tag == job.Tag && w.Key.Who == who && (book == WholeAccount || w.Key.Book == book))
            .Select(w => job.MembersToo ? now : w.Value);
        return !outOf.Lasting && (book == WholeAccount || job.TriggerJoin) && entered.Any(e => Day(e + ClockReading) > Day(outOf.At));
    }

    // A clock is read some seconds off.
    private static readonly TimeSpan ClockReading = TimeSpan.FromMinutes(1);

    /// <summary>The contact of this address no longer exists: what no answer has shown is lost.</summary>
    private void IsGone(string who)
    {
        AllUncertain(who);
        foreach (var outOf in optedOut.Where(o => o.Key.Who == who && !o.Value.Shown))
        {
            outOf.Value.Limit ??= KnownLimits.Gone;
        }
    }
}
