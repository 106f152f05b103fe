using Rollcall.Simulators;

namespace Rollcall.Tests.Histories;

// Input of the plain model: actions of people and users of the account, and the content of Dotdigital's answers.
internal sealed partial class PlainModel
{
    private readonly Dictionary<(string Who, int Book), OptOut> _optedOut = [];
    private readonly Dictionary<string, ContactStatus> _accountOut = [];
    private readonly HashSet<(string Who, int Book)> _lastByHand = [];
    private readonly HashSet<(string Who, int Book)> _restorable = [];
    private readonly HashSet<string> _renamed = [];
    private readonly HashSet<string> _merged = [];
    private readonly Dictionary<string, IReadOnlyList<string>> _mustStayDeleted = [];
    private readonly Dictionary<string, int> _answerable = [];
    private readonly List<string> _wrong = [];

    public void LeftBook(string who, int book, DateTimeOffset now)
    {
        _optedOut[(Key(who), book)] = new OptOut { At = now };
        _there.Remove((Key(who), book));
    }

    public void LeftAccount(string who, ContactStatus status, DateTimeOffset now)
    {
        _optedOut[(Key(who), WholeAccount)] = new OptOut { At = now, Lasting = status != ContactStatus.Unsubscribed };
        _accountOut[Key(who)] = status;
    }

    public void CameBackToBook(string who, int book)
    {
        _optedOut.Remove((Key(who), book));
        Uncertain(who, book, isIn: true);
    }

    public void CameBackToAccount(string who)
    {
        _optedOut.Remove((Key(who), WholeAccount));
        _accountOut.Remove(Key(who));
        AllUncertain(who);
    }

    public void WasTakenOut(string who, int book)
    {
        var known = !_uncertain.Contains((Key(who), book));
        Uncertain(who, book, isIn: false);
        _ = known && _restorable.Add((Key(who), book));
        _takenOut[(Key(who), book)] = _takenOut.GetValueOrDefault((Key(who), book)) + 1;
    }

    public void Confirmed(string who, IEnumerable<int> books)
    {
        foreach (var book in books)
        {
            _confirmed[(Key(who), book)] = _confirmed.GetValueOrDefault((Key(who), book)) + 1;
        }
    }

    /// <param name="quiet">Whether nothing of ours was still to be applied.</param>
    public void WasDeleted(string who, bool quiet)
    {
        var key = Key(who);
        _deleted[key] = _deleted.GetValueOrDefault(key) + 1;
        _deletions++;
        if (quiet && !history.Versions.Any(j => j.RecreateDeleted))
        {
            _mustStayDeleted[key] = [.. _delivered.Where(d => d.Who == key).Select(d => d.Tag)];
        }

        IsGone(key);
    }

    /// <summary>The person registers by themselves, for a book.</summary>
    public void Registered(string who, int book)
    {
        CameBackToAccount(who);
        CameBackToBook(who, book);
        _mustStayDeleted.Remove(Key(who));
    }

    /// <summary>The contact has another address from now on, and its opt-outs with it.</summary>
    public void ChangedAddress(string from, string to)
    {
        var (old, current) = (Key(from), Key(to));
        _renamed.Add(old.StartsWith("away.", StringComparison.Ordinal) ? current : old);
        foreach (var book in Enumerable.Range(WholeAccount, History.Books + 1))
        {
            _optedOut.Remove((current, book));
            if (_optedOut.TryGetValue((old, book), out var outOf))
            {
                _optedOut[(current, book)] = outOf with { };
            }
        }

        if (_accountOut.TryGetValue(old, out var status))
        {
            _accountOut[current] = status;
        }

        IsGone(old);
        AllUncertain(current);
        _mustStayDeleted.Remove(current);
    }

    /// <summary>Of two contacts one was made, or a contact got a new id.</summary>
    public void Merged(SimulatedContact kept, SimulatedContact? other, IReadOnlyList<int> books)
    {
        _merged.Add(Key(kept.Email));
        for (var book = 0; book < History.Books; book++)
        {
            Uncertain(kept.Email, book, isIn: false);
            if (other?.Books.GetValueOrDefault(books[book], BookStatus.Subscribed) is not BookStatus.Subscribed && !kept.Books.ContainsKey(books[book]))
            {
                _optedOut[(Key(kept.Email), book)] = new OptOut { At = DateTimeOffset.MinValue, Limit = KnownLimits.Merged };
            }
        }

        if (other is not null)
        {
            _merged.Add(Key(other.Email));
            _deleted[Key(other.Email)] = _deleted.GetValueOrDefault(Key(other.Email)) + 1;
            IsGone(Key(other.Email));
        }
    }

    public void BookWasRecreated(int book)
    {
        foreach (var who in Addresses)
        {
            // A new, empty book: all of it belongs to the jobs again.
            Uncertain(who, book, isIn: false);
            _confirmedIn.Remove((who, book));
            if (!_deleted.ContainsKey(who) && !_merged.Contains(who) && !Others(who).Any())
            {
                _uncertain.Remove((who, book));
            }

            _takenOut[(who, book)] = _takenOut.GetValueOrDefault((who, book)) + 1;
            _remade[(who, book)] = _remade.GetValueOrDefault((who, book)) + 1;
            if (_optedOut.TryGetValue((who, book), out var outOf) && !outOf.Shown)
            {
                outOf.Limit ??= KnownLimits.Gone;
            }
        }
    }

    /// <summary>Answers that the engine has read and kept showed these opt-outs.</summary>
    public static void WereShown(IEnumerable<OptOut> shown) => shown.ToList().ForEach(o => o.Shown = true);

    /// <summary>The opt-outs of an address that an answer shows; of the account without <paramref name="book"/>.</summary>
    public OptOut? Shows(string email, int? book) => _optedOut.GetValueOrDefault((Key(email), book ?? WholeAccount));

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
            var outOf = _optedOut.GetValueOrDefault((who, book));
            if (outOf is null && status == BookStatus.Unsubscribed)
            {
                outOf = Others(who).Select(o => _optedOut.GetValueOrDefault((o, book))).OfType<OptOut>().FirstOrDefault();
                if (outOf is null && !MayHaveUnsubscribed(who, book))
                {
                    _wrong.Add($"{who} was unsubscribed from book {book}");
                }

                _optedOut[(who, book)] = outOf is null ? new OptOut { At = now, Shown = true } : outOf with { };
            }
            else if (outOf is { Shown: false, Limit: null })
            {
                outOf.Limit = status switch { BookStatus.Subscribed => KnownLimits.Lifted, null => KnownLimits.Taken, _ => null };
            }
        }
    }

    private bool MayHaveUnsubscribed(string who, int book)
    {
        if (_uncertain.Contains((who, book)) || _adoptedOwn)
        {
            return true;
        }

        // People who moved to a new address leave the books of the former one under the new one.
        var leaves = MayHaveLeft(who, book) || (!_jobs.Any(j => Wants(j, who, book)) && Others(who).Any(o => MayHaveLeft(o, book)));
        return leaves && history.Versions.Any(j => j.Exit == "unsubscribe" && j.Mapping.Any(m => m.Book == book));
    }

    /// <summary>Whether a job had them in a book as its own, and wanted them there no more.</summary>
    private bool MayHaveLeft(string who, int book)
    {
        var letGo = _everLetGo.Contains((who, book))
            || _leftBehind.Any(l => l.Who == who && l.Book == book) || _jobs.Any(j => _everWanted.Contains((who, book)) && !Wants(j, who, book));
        return letGo && _everWanted.Contains((who, book)) && (!_there.Contains((who, book)) || history.Versions.Any(j => j.ExitExisting));
    }

    /// <summary>Whether an opt-out may be answered by asking the person back: they entered on a later day, by Dotdigital's clock.</summary>
    private bool MayAsk(HistoryJob job, string who, int book, OptOut outOf, DateTimeOffset now)
    {
        DateTime Day(DateTimeOffset time) => (time + history.Account.ClockOffset).UtcDateTime.Date;
        var entered = _enteredSince
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
        foreach (var outOf in _optedOut.Where(o => o.Key.Who == who && !o.Value.Shown))
        {
            outOf.Value.Limit ??= KnownLimits.Gone;
        }
    }
}
