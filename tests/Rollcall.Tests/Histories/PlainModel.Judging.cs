using System.Globalization;
using System.Text.Json;
using Rollcall.Simulators;

namespace Rollcall.Tests.Histories;

// What the plain model finds wrong: at any time, and when all is done.
internal sealed partial class PlainModel
{
    private readonly Dictionary<(string Who, int Book), int> _entries = [];
    private readonly Dictionary<(string Who, int Book), int> _confirmed = [];
    private readonly Dictionary<(string Who, int Book), int> _takenOut = [];
    private readonly Dictionary<(string Who, int Book), int> _remade = [];
    private readonly Dictionary<string, int> _deleted = [];
    private int _deletions;

    /// <summary>
    /// What must never happen, even during a run: a person mailed twice, resubscribed without being asked, or removed without belonging to the job.
    /// </summary>
    /// <param name="everyBook">All ids that each book has had.</param>
    public IEnumerable<string> NeverRight(SimulatedAccount account, IReadOnlyList<int> books, IReadOnlyList<IReadOnlyList<int>> everyBook)
    {
        foreach (var broken in _wrong)
        {
            yield return broken;
        }

        foreach (var (who, book) in _there.Where(_ => !_adoptedOwn && !history.Versions.Any(j => j.ExitExisting)))
        {
            if (!Others(who).Prepend(who).Any(a => account.Contact(a)?.Books.ContainsKey(books[book]) == true))
            {
                yield return $"{who} was in book {book} before any job and was taken out";
            }
        }

        foreach (var (who, book) in Everybody.Where(m => !History.People.Select(Key).Any(p => _renamed.Contains(p) && Away(p) == m.Who)))
        {
            // A person whose address was changed at Dotdigital is one contact under both.
            string[] addresses = _renamed.Contains(who) ? [who, Away(who)] : [who];
            var mails = addresses.Sum(address => everyBook[book].Sum(id => account.Joins(address, id)));
            var allowed = addresses.Sum(address => JoinsAllowed(address, book));
            if (mails > allowed)
            {
                yield return $"the join action of book {book} fired {mails} times for {who}, {allowed} at most are right";
            }
        }

        foreach (var who in Addresses)
        {
            var times = Everybody.Where(m => m.Who == who).Sum(m => _entries.GetValueOrDefault(m) + _remade.GetValueOrDefault(m));
            var once = history.Versions.Any(j => j.TriggerJoin || j.VerifiedOptIn) ? Math.Max(1, times) : 1;
            if (account.Confirmations(who) > once + _deleted.GetValueOrDefault(who) && !_merged.Contains(who))
            {
                yield return $"{who} was asked to confirm {account.Confirmations(who)} times";
            }

            if (account.Challenges(who) > _answerable.GetValueOrDefault(who) + Others(who).Sum(o => _answerable.GetValueOrDefault(o)))
            {
                yield return $"{who} was asked {account.Challenges(who)} times to come back, {_answerable.GetValueOrDefault(who)} at most are right";
            }
        }

        var counters = account.Counters;
        if (counters.ContactsDeleted != _deletions || counters.Resubscriptions > _answerable.Values.Sum() || (counters.AddressesChanged > 0 && !EverKeyed))
        {
            yield return $"contacts deleted {counters.ContactsDeleted} (manually {_deletions}), addresses changed {counters.AddressesChanged}, "
                + $"resubscribed {counters.Resubscriptions} (at most {_answerable.Values.Sum()})";
        }

        foreach (var stranger in account.Contacts.Where(c => !Addresses.Contains(Key(c.Email))))
        {
            yield return $"{stranger.Email} is a contact and is nobody's address";
        }
    }

    /// <summary>Everything that is not as it must be when all is done.</summary>
    public IEnumerable<string> Broken(SimulatedAccount account, IReadOnlyList<int> books)
    {
        foreach (var broken in OptOutsBroken(account, books))
        {
            yield return broken;
        }

        foreach (var (who, book) in Everybody)
        {
            var contact = account.Contact(who);
            var isIn = IsIn(contact, books[book]);
            bool Explained(bool must) => must ? Awaits(contact) || AsAnother(account, who, books[book]) : StillUnderFormer(account, who, book, books);
            if (MustBeIn(who, book) is { } must && must != isIn && !Explained(must))
            {
                var status = contact?.Status.ToString() ?? "no contact";
                yield return $"{who} must {(must ? "" : "not ")}be in book {book}, and is {status}, {InBook(contact, books[book])}";
            }

            if (isIn && MustBeIn(who, book) == true && _jobs.Any(j => Wants(j, who, book)) && RowOf(who) is { } row)
            {
                foreach (var broken in ValuesBroken(account, contact!, row))
                {
                    yield return broken;
                }
            }
        }

        foreach (var who in Addresses)
        {
            // A job that never had the person cannot know that they were deleted.
            if (_mustStayDeleted.GetValueOrDefault(who) is { Count: > 0 } had && account.Contact(who) is not null
                && history.Jobs.All(j => had.Contains(j.Tag) || !_everAsking.Contains((j.Tag, who))))
            {
                yield return $"{who} was deleted at Dotdigital and created again";
            }
        }
    }

    /// <summary>The maximum number of entries of a person into a book; a person restored after a manual removal enters once more.</summary>
    private int JoinsAllowed(string who, int book)
    {
        var joins = history.Versions.Any(j => j.TriggerJoin);
        return _confirmed.GetValueOrDefault((who, book))
            + (joins ? _entries.GetValueOrDefault((who, book)) + _deleted.GetValueOrDefault(who) + _remade.GetValueOrDefault((who, book)) : 0)
            + (joins && history.Versions.Any(j => j.RestoreRemoved) ? _takenOut.GetValueOrDefault((who, book)) : 0);
    }

    /// <summary>Opt-outs that are not honoured, each with the limit that explains it.</summary>
    public IEnumerable<string> Excused(SimulatedAccount account, IReadOnlyList<int> books) =>
        _optedOut
            .Where(o => o.Value.Limit is not null && o.Key.Book >= 0 && IsIn(account.Contact(o.Key.Who), books[o.Key.Book]))
            .Select(o => $"{o.Key.Who} in book {o.Key.Book}: {o.Value.Limit}");

    private IEnumerable<string> OptOutsBroken(SimulatedAccount account, IReadOnlyList<int> books)
    {
        foreach (var ((who, book), outOf) in _optedOut.Where(o => o.Value.Limit is null))
        {
            var contact = account.Contact(who);
            if (book == WholeAccount && contact is not null && contact.Status != _accountOut[who]
                && !(outOf.MayBeAnswered && (contact.Status == ContactStatus.Subscribed || Awaits(contact))))
            {
                yield return $"{who} is {contact.Status} in the account and must be {_accountOut[who]}";
            }

            if (book != WholeAccount && !outOf.MayBeAnswered && IsIn(contact, books[book]))
            {
                yield return $"{who} opted out of book {book} and is in it{(outOf.Shown ? "" : ", though no answer ever showed it")}";
            }
        }
    }

    /// <summary>In under another address of theirs: the contact was not moved yet, or its address was changed at Dotdigital.</summary>
    private bool AsAnother(SimulatedAccount account, string who, int book) =>
        Others(who).Any(other => IsIn(account.Contact(other), book) || Awaits(account.Contact(other)));

    /// <summary>A move that is not certain leaves the former address in, and the new one out.</summary>
    private bool StillUnderFormer(SimulatedAccount account, string who, int book, IReadOnlyList<int> books) =>
        Others(who).Any(other => _jobs.Any(j => Wants(j, other, book)) && !IsIn(account.Contact(other), books[book]));

    private IEnumerable<string> ValuesBroken(SimulatedAccount account, SimulatedContact contact, HistoryRow row)
    {
        var spend = row.Spend.ToString(CultureInfo.InvariantCulture);
        if (contact.DataFields.GetValueOrDefault("SPEND") != spend)
        {
            yield return $"{contact.Email} has the value {contact.DataFields.GetValueOrDefault("SPEND") ?? "none"}, not {spend}";
        }

        if (row.Note.Length > 0 && contact.DataFields.GetValueOrDefault("NOTE") != row.Note)
        {
            yield return $"{contact.Email} has the note {contact.DataFields.GetValueOrDefault("NOTE") ?? "none"}, not {row.Note}";
        }

        foreach (var job in _jobs.Where(j => j.Insight && _everAsking.Contains((j.Tag, Key(contact.Email)))))
        {
            var record = account.InsightRecords("lytics_fields").GetValueOrDefault((contact.Id, job.Tag));
            if (record is null || !JsonDocument.Parse(record).RootElement.TryGetProperty("spend", out var sent) || sent.ToString() != spend)
            {
                yield return $"{contact.Email} has the insight record {record ?? "none"}, and spends {spend}";
            }
        }
    }

    /// <summary>
    /// The row whose values the person must have: of the first audience that has them. Null if two jobs may each have sent theirs, so that the later one
    /// stays, if adopting accepted theirs as sent, and if the row may be delivered under another address.
    /// </summary>
    private HistoryRow? RowOf(string who)
    {
        var asking = _jobs.Where(j => _everAsking.Contains((j.Tag, who))).ToList();
        var known = asking.Count == 1 && !_adopted.Contains(asking[0].Tag) && !Others(who).Any();
        return known ? asking[0].Audiences.Order().SelectMany(Rows).FirstOrDefault(r => Key(r.Email) == who) : null;
    }

    private bool Awaits(SimulatedContact? contact) =>
        contact?.Status == ContactStatus.PendingOptIn && (history.Account.DoubleOptIn != DoubleOptIn.None || history.Versions.Any(j => j.VerifiedOptIn));

    private static string InBook(SimulatedContact? contact, int book) =>
        contact is not null && contact.Books.TryGetValue(book, out var status) ? status.ToString() : "nowhere";
}
