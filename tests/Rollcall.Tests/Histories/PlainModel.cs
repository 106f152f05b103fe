using Rollcall.Simulators;

namespace Rollcall.Tests.Histories;

/// <summary>
/// What Rollcall owes people, in dictionaries: who must be in a book, who must not, who was mailed how often at most. It is told what people and other
/// hands did, what each job was asked to do, and which opt-outs Dotdigital has shown; it knows nothing of how the engine works. Where the truth is
/// uncertain by nature it says so: what another hand did to a membership after the job began, and an opt-out that a write lifted before any answer showed it.
/// </summary>
internal sealed class PlainModel(History history)
{
    private const int WholeAccount = -1;
    private static readonly TimeSpan ClocksApart = TimeSpan.FromHours(3);

    private readonly Dictionary<(string Who, int Book), OptOut> optedOut = [];
    private readonly Dictionary<string, ContactStatus> accountOut = [];
    private readonly HashSet<(string Who, int Book)> there = [];
    private readonly HashSet<(string Who, int Book)> uncertain = [];
    private readonly HashSet<(string Who, int Book)> confirmedIn = [];
    private readonly HashSet<(string Who, int Book)> everWanted = [];
    private readonly HashSet<(string Tag, string Who)> delivered = [];
    private readonly Dictionary<string, IReadOnlyList<string>> mustStayDeleted = [];
    private readonly Dictionary<(string Tag, string Who, int Book), DateTimeOffset> wantedSince = [];
    private readonly Dictionary<(string Tag, string Who, int Book), DateTimeOffset> enteredSince = [];
    private readonly Dictionary<string, int> answerable = [];
    private readonly HashSet<string> adopted = [];
    private readonly List<string> wrong = [];
    private readonly HashSet<(string Tag, string Who)> everAsking = [];
    private readonly Dictionary<(string Who, int Book), int> entries = [];
    private readonly Dictionary<(string Who, int Book), int> confirmed = [];
    private readonly Dictionary<(string Who, int Book), int> takenOut = [];
    private readonly Dictionary<string, int> deleted = [];
    private readonly Dictionary<int, IReadOnlyList<(string Email, int Spend)>> audiences = [];
    private List<OptOut> shown = [];

    public static string Key(string email) => email.Trim().ToLowerInvariant();

    public static bool IsAddress(string key) => History.People.Any(p => Key(p) == key);

    public void IsThere(string who, int book) => there.Add((Key(who), book));

    public void AudienceIs(int audience, IReadOnlyList<(string Email, int Spend)> rows) => audiences[audience] = rows;

    public IReadOnlyList<(string Email, int Spend)> Rows(int audience) => audiences.GetValueOrDefault(audience, []);

    /// <summary>A job is about to read its audiences.</summary>
    public void Runs(HistoryJob job, DateTimeOffset now, RunOptions options)
    {
        if (options.Adopt is not null)
        {
            adopted.Add(job.Tag);
        }

        foreach (var (who, book) in Everybody())
        {
            if (!Wants(job, who, book))
            {
                wantedSince.Remove((job.Tag, who, book));
                enteredSince.Remove((job.Tag, who, book));
            }
            else
            {
                enteredSince.TryAdd((job.Tag, who, book), now);
                everWanted.Add((who, book));
                everAsking.Add((job.Tag, who));
                if (wantedSince.TryAdd((job.Tag, who, book), now))
                {
                    entries[(who, book)] = entries.GetValueOrDefault((who, book)) + 1;
                }
            }
        }

        if (job.Comeback != "no")
        {
            foreach (var ((who, book), outOf) in optedOut.Where(o => !o.Value.MayBeAnswered && MayAsk(job, o.Key.Who, o.Key.Book, o.Value, now)))
            {
                outOf.MayBeAnswered = true;
                answerable[who] = answerable.GetValueOrDefault(who) + 1;
            }
        }
    }

    /// <summary>Whether an opt-out may be answered by asking the person back: they entered on a later day. Clocks may be three hours apart.</summary>
    private bool MayAsk(HistoryJob job, string who, int book, OptOut outOf, DateTimeOffset now)
    {
        var entered = enteredSince.Where(w => w.Key.Tag == job.Tag && w.Key.Who == who && (book == WholeAccount || w.Key.Book == book)).Select(w => job.MembersToo ? now : w.Value).ToList();
        return !outOf.Lasting && (book == WholeAccount || job.TriggerJoin) && entered.Any(e => (e + ClocksApart).UtcDateTime.Date > outOf.At.UtcDateTime.Date);
    }

    public void LeftBook(string who, int book, DateTimeOffset now) => optedOut[(Key(who), book)] = new OptOut { At = now };

    public void LeftAccount(string who, ContactStatus status, DateTimeOffset now)
    {
        optedOut[(Key(who), WholeAccount)] = new OptOut { At = now, Lasting = status != ContactStatus.Unsubscribed };
        accountOut[Key(who)] = status;
    }

    public void CameBackToBook(string who, int book)
    {
        optedOut.Remove((Key(who), book));
        uncertain.Add((Key(who), book));
    }

    public void CameBackToAccount(string who)
    {
        optedOut.Remove((Key(who), WholeAccount));
        accountOut.Remove(Key(who));
        AllUncertain(who);
    }

    public void WasTakenOut(string who, int book)
    {
        uncertain.Add((Key(who), book));
        takenOut[(Key(who), book)] = takenOut.GetValueOrDefault((Key(who), book)) + 1;
    }

    public void Confirmed(string who, IEnumerable<int> books)
    {
        foreach (var book in books)
        {
            confirmed[(Key(who), book)] = confirmed.GetValueOrDefault((Key(who), book)) + 1;
        }
    }

    public void WasDeleted(string who)
    {
        var key = Key(who);
        deleted[key] = deleted.GetValueOrDefault(key) + 1;
        if (!history.Jobs.Any(j => j.RecreateDeleted))
        {
            mustStayDeleted[key] = [.. delivered.Where(d => d.Who == key).Select(d => d.Tag)];
        }

        AllUncertain(who);

        // What nobody had been shown went with the contact.
        foreach (var outOf in optedOut.Where(o => o.Key.Who == key && !o.Value.Shown))
        {
            outOf.Value.Lost = true;
        }
    }

    /// <summary>An answer with these opt-outs came; the engine counts as having read it once it goes on.</summary>
    public void Showed(IEnumerable<string> emails, int? book)
    {
        foreach (var who in emails.Select(Key))
        {
            if (optedOut.GetValueOrDefault((who, book ?? WholeAccount)) is { } outOf)
            {
                shown.Add(outOf);
            }
        }
    }

    /// <summary>The engine went on after the answers so far.</summary>
    public void WentOn()
    {
        shown.ForEach(o => o.Shown = true);
        shown = [];
    }

    /// <summary>The engine was killed: whether it kept what the last answers showed is not known, nor whether it saw who entered.</summary>
    /// <param name="began">When the run began.</param>
    public void Killed(HistoryJob job, DateTimeOffset began)
    {
        shown = [];
        foreach (var entry in enteredSince.Where(e => e.Key.Tag == job.Tag && e.Value == began).Select(e => e.Key).ToList())
        {
            enteredSince.Remove(entry);
        }
    }

    /// <summary>Nothing is known of the person any more but that they opted out.</summary>
    public void Forgotten(string who)
    {
        var key = Key(who);
        AllUncertain(who);
        foreach (var wanted in wantedSince.Keys.Where(w => w.Who == key).ToList())
        {
            wantedSince.Remove(wanted);
        }

        mustStayDeleted.Remove(key);
    }

    /// <summary>
    /// An opt-out that a write lifted before any answer showed it is lost: nobody could know of it. Who is out of a book without having left it was
    /// unsubscribed by a job, which must have had them there, and lost them.
    /// </summary>
    public void Look(SimulatedAccount account, IReadOnlyList<int> books, DateTimeOffset now)
    {
        foreach (var (who, book) in Everybody().Where(m => !optedOut.ContainsKey(m) && account.Contact(m.Who)?.Books.GetValueOrDefault(books[m.Book], BookStatus.Subscribed) == BookStatus.Unsubscribed))
        {
            var letGo = history.Jobs.Any(j => j.Exit == "unsubscribe" && j.Mapping.Any(m => m.Book == book) && !wantedSince.ContainsKey((j.Tag, who, book)));
            if (!uncertain.Contains((who, book)) && (!letGo || !everWanted.Contains((who, book)) || (there.Contains((who, book)) && !history.Jobs.Any(j => j.ExitExisting))))
            {
                wrong.Add($"{who} was unsubscribed from book {book}");
            }

            optedOut[(who, book)] = new OptOut { At = now, Shown = true };
        }

        foreach (var ((who, book), outOf) in optedOut.Where(o => o is { Key.Book: >= 0, Value: { Shown: false, Lost: false } }))
        {
            outOf.Lost = account.Contact(who)?.Books.GetValueOrDefault(books[book], BookStatus.Unsubscribed) == BookStatus.Subscribed;
        }
    }

    /// <summary>A run ended with nothing left to do.</summary>
    public void Finished(HistoryJob job, SimulatedAccount account, IReadOnlyList<int> books)
    {
        var there = Everybody().Where(m => Wants(job, m.Who, m.Book) && IsIn(account.Contact(m.Who), books[m.Book])).ToList();
        confirmedIn.UnionWith(there);
        delivered.UnionWith(there.Select(m => (job.Tag, m.Who)));
    }

    /// <summary>Nobody who opted out is in.</summary>
    public IEnumerable<string> OptOutsBroken(SimulatedAccount account, IReadOnlyList<int> books)
    {
        foreach (var ((who, book), outOf) in optedOut.Where(o => !o.Value.Lost))
        {
            var contact = account.Contact(who);
            if (book == WholeAccount && contact is not null && contact.Status != accountOut[who] && !(outOf.MayBeAnswered && contact.Status == ContactStatus.Subscribed))
            {
                yield return $"{who} is {contact.Status} in the account and must be {accountOut[who]}";
            }

            if (book != WholeAccount && !outOf.MayBeAnswered && IsIn(contact, books[book]))
            {
                yield return $"{who} opted out of book {book} and is in it{(outOf.Shown ? "" : ", though no answer ever showed it")}";
            }
        }
    }

    /// <summary>Everything that is not as it must be when all is done.</summary>
    public IEnumerable<string> Broken(SimulatedAccount account, IReadOnlyList<int> books)
    {
        foreach (var broken in OptOutsBroken(account, books).Concat(wrong))
        {
            yield return broken;
        }

        foreach (var (who, book) in Everybody())
        {
            var contact = account.Contact(who);
            var isIn = IsIn(contact, books[book]);
            if (MustBeIn(who, book) is { } must && must != isIn && !(must && Awaits(contact)))
            {
                yield return $"{who} must {(must ? "" : "not ")}be in book {book}, and is {contact?.Status.ToString() ?? "no contact"}, {contact?.Books.GetValueOrDefault(books[book]).ToString() ?? "nowhere"}";
            }

            // Whom a restoring job puts back, after another hand took them out, enters once more.
            var mails = account.Joins(who, books[book]);
            var allowed = confirmed.GetValueOrDefault((who, book)) + (history.Jobs.Any(j => j.TriggerJoin) ? entries.GetValueOrDefault((who, book)) + deleted.GetValueOrDefault(who) : 0)
                + (history.Jobs.Any(j => j is { TriggerJoin: true, RestoreRemoved: true }) ? takenOut.GetValueOrDefault((who, book)) : 0);
            if (mails > allowed)
            {
                yield return $"the join action of book {book} fired {mails} times for {who}, {allowed} at most are right";
            }

            if (isIn && history.Jobs.Any(j => Wants(j, who, book)) && MustBeIn(who, book) == true && Spend(who) is { } spend && contact!.DataFields.GetValueOrDefault("SPEND") != spend)
            {
                yield return $"{who} has the value {contact.DataFields.GetValueOrDefault("SPEND")}, not {spend}";
            }
        }

        foreach (var who in History.People.Select(Key))
        {
            var mailed = account.Confirmations(who);
            var once = history.Jobs.Any(j => j.TriggerJoin || j.VerifiedOptIn) ? Math.Max(1, entries.Where(e => e.Key.Who == who).Sum(e => e.Value)) : 1;
            if (mailed > once + deleted.GetValueOrDefault(who))
            {
                yield return $"{who} was asked to confirm {mailed} times";
            }

            if (account.Challenges(who) > answerable.GetValueOrDefault(who))
            {
                yield return $"{who} was asked {account.Challenges(who)} times to come back, {answerable.GetValueOrDefault(who)} at most are right";
            }

            // A job that never had the person cannot know that somebody deleted them.
            if (mustStayDeleted.GetValueOrDefault(who) is { Count: > 0 } had && history.Jobs.All(j => had.Contains(j.Tag) || !everAsking.Contains((j.Tag, who))) && account.Contact(who) is not null)
            {
                yield return $"{who} was deleted at Dotdigital and created again";
            }
        }

        var counters = account.Counters;
        if (counters.ContactsDeleted != deleted.Values.Sum() || counters.Resubscriptions > answerable.Values.Sum() || counters.AddressesChanged > 0)
        {
            yield return $"contacts deleted {counters.ContactsDeleted} (by others {deleted.Values.Sum()}), resubscribed {counters.Resubscriptions}, addresses changed {counters.AddressesChanged}";
        }

        foreach (var stranger in account.Contacts.Where(c => !IsAddress(Key(c.Email))))
        {
            yield return $"{stranger.Email} is a contact and is nobody's address";
        }
    }

    /// <summary>Whether a person must be in a book, or must not; null where both are right.</summary>
    private bool? MustBeIn(string who, int book)
    {
        if (optedOut.GetValueOrDefault((who, book)) is { } left)
        {
            return left.Lost || left.MayBeAnswered ? null : false;
        }

        if (optedOut.GetValueOrDefault((who, WholeAccount)) is { } away)
        {
            return away.Lost || away.MayBeAnswered ? null : false;
        }

        if (uncertain.Contains((who, book)))
        {
            return null;
        }

        if (history.Jobs.Any(j => Wants(j, who, book)))
        {
            return true;
        }

        if (there.Contains((who, book)))
        {
            return everWanted.Contains((who, book)) && history.Jobs.Any(j => j.ExitExisting) ? null : true;
        }

        var stays = history.Jobs.Any(j => j.Exit == "ignore");
        return !stays ? false : confirmedIn.Contains((who, book)) ? true : everWanted.Contains((who, book)) ? null : false;
    }

    private bool Awaits(SimulatedContact? contact) =>
        contact?.Status == ContactStatus.PendingOptIn && (history.Account.DoubleOptIn != DoubleOptIn.None || history.Jobs.Any(j => j.VerifiedOptIn));

    private bool Wants(HistoryJob job, string who, int book) => job.Mapping.Any(m => m.Book == book && Rows(m.Audience).Any(r => Key(r.Email) == who));

    /// <summary>The value of the first audience that has the person; null where two jobs may each have sent theirs, of which the later stays, or adopting took theirs as sent.</summary>
    private string? Spend(string who)
    {
        var asking = history.Jobs.Where(j => everAsking.Contains((j.Tag, who))).ToList();
        var known = asking.Count == 1 && !(adopted.Contains(asking[0].Tag) && there.Any(t => t.Who == who));
        var rows = known ? asking[0].Audiences.Order().SelectMany(Rows).Where(r => Key(r.Email) == who).Take(1) : [];
        return rows.Select(r => r.Spend.ToString(System.Globalization.CultureInfo.InvariantCulture)).FirstOrDefault();
    }

    private void AllUncertain(string who)
    {
        for (var book = 0; book < History.Books; book++)
        {
            uncertain.Add((Key(who), book));
        }
    }

    private static bool IsIn(SimulatedContact? contact, int book) =>
        contact is { Status: ContactStatus.Subscribed } && contact.Books.TryGetValue(book, out var status) && status == BookStatus.Subscribed;

    private static IEnumerable<(string Who, int Book)> Everybody() => History.People.Select(Key).SelectMany(who => Enumerable.Range(0, History.Books).Select(book => (who, book)));

    private sealed class OptOut
    {
        /// <summary>Whether an answer showed it to the engine.</summary>
        public bool Shown { get; set; }

        public bool Lost { get; set; }

        public required DateTimeOffset At { get; init; }

        /// <summary>Whether nobody may lift it: a bounce, a complaint.</summary>
        public bool Lasting { get; init; }

        /// <summary>Whether a job may have asked the person back, once.</summary>
        public bool MayBeAnswered { get; set; }
    }
}
