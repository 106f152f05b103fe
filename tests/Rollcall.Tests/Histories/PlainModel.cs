using Rollcall.Simulators;

namespace Rollcall.Tests.Histories;

/// <summary>
/// The expected behaviour of Rollcall, in dictionaries: who must be in a book, who must not, and how often each person may be mailed. Its input is
/// what people and users of the account did, the options of each job, and the opt-outs that Dotdigital has shown; it does not know how the engine
/// works. It checks the end of a history; before that, only what must never happen. It marks uncertain cases: manual changes to the membership of
/// a person that a job wants, and opt-outs within <see cref="KnownLimits"/>.
/// </summary>
internal sealed partial class PlainModel(History history)
{
    private const int WholeAccount = -1;

    private readonly List<HistoryJob> jobs = [.. history.Jobs];
    private readonly HashSet<(string Who, int Book)> there = [];
    private readonly HashSet<(string Who, int Book)> uncertain = [];
    private readonly HashSet<(string Who, int Book)> confirmedIn = [];
    private readonly HashSet<(string Who, int Book)> everWanted = [];
    private readonly HashSet<(string Who, int Book)> everLetGo = [];
    private readonly HashSet<(string Tag, string Who)> delivered = [];
    private readonly HashSet<(string Tag, string Who)> everAsking = [];
    private readonly Dictionary<(string Tag, string Who, int Book), DateTimeOffset> wantedSince = [];
    private readonly Dictionary<(string Tag, string Who, int Book), DateTimeOffset> enteredSince = [];
    private readonly Dictionary<(string Tag, string Who, int Book), HashSet<int>> wantedBy = [];
    private readonly HashSet<(string Tag, string Who, int Book)> leftBehind = [];
    private readonly Dictionary<int, IReadOnlyList<HistoryRow>> audiences = [];
    private readonly HashSet<string> adopted = [];
    private bool adoptedOwn;

    public static IEnumerable<string> Addresses { get; } = [.. History.People.Select(Key), .. History.People.Select(Away)];

    private static IEnumerable<(string Who, int Book)> Everybody { get; } =
        [.. Addresses.SelectMany(who => Enumerable.Range(0, History.Books).Select(book => (who, book)))];

    private bool EverKeyed { get; } = history.Versions.Any(j => j.Keyed);

    private const string AwayPrefix = "away.";

    /// <summary>What an address is known by, however it is written.</summary>
    public static string Key(string email)
    {
        var key = email.Trim().ToLowerInvariant();
        var before = key.StartsWith(AwayPrefix, StringComparison.Ordinal) ? AwayPrefix : "";
        return History.OtherSpellings.Any(s => string.Equals(before + s, key, StringComparison.OrdinalIgnoreCase)) ? before + "zoë@bücher.example" : key;
    }

    /// <summary>The other address of somebody whose address was changed at Dotdigital.</summary>
    public static string Away(string email) => AwayPrefix + Key(email);

    public HistoryJob Job(int at) => jobs[at];

    public void IsThere(string who, int book) => there.Add((Key(who), book));

    public void AudienceIs(int audience, IReadOnlyList<HistoryRow> rows) => audiences[audience] = rows;

    public IReadOnlyList<HistoryRow> Rows(int audience) => audiences.GetValueOrDefault(audience, []);

    /// <summary>A job is another one from now on. Members of what was taken out of it are left as they are.</summary>
    public void Edited(int at, HistoryJob becomes)
    {
        var dropped = jobs[at].Mapping.Except(becomes.Mapping).ToList();
        jobs[at] = becomes;
        foreach (var wanted in wantedBy.Where(w => w.Key.Tag == becomes.Tag && dropped.Any(d => d.Book == w.Key.Book && w.Value.Contains(d.Audience))))
        {
            leftBehind.Add(wanted.Key);
        }
    }

    /// <summary>A job is about to read its audiences.</summary>
    public void Runs(HistoryJob job, DateTimeOffset now, RunOptions options)
    {
        if (options.Adopt is { } adopts)
        {
            adopted.Add(job.Tag);
            adoptedOwn |= adopts == AdoptAs.Own;
        }

        foreach (var (who, book) in Everybody)
        {
            var key = (job.Tag, who, book);
            if (!Wants(job, who, book))
            {
                if (wantedSince.Remove(key))
                {
                    everLetGo.Add((who, book));
                }

                enteredSince.Remove(key);
                continue;
            }

            enteredSince.TryAdd(key, now);
            everWanted.Add((who, book));
            everAsking.Add((job.Tag, who));
            wantedBy.TryAdd(key, []);
            wantedBy[key].UnionWith(job.Mapping.Where(m => m.Book == book && Has(m.Audience, who)).Select(m => m.Audience));
            if (wantedSince.TryAdd(key, now))
            {
                entries[(who, book)] = entries.GetValueOrDefault((who, book)) + 1;
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

    /// <summary>The engine was killed: it is not known whether it saw the entries.</summary>
    /// <param name="began">When the run began.</param>
    public void Killed(HistoryJob job, DateTimeOffset began)
    {
        foreach (var entry in enteredSince.Where(e => e.Key.Tag == job.Tag && e.Value == began).Select(e => e.Key).ToList())
        {
            enteredSince.Remove(entry);
        }
    }

    /// <summary>A run of all its work ended with nothing left to do.</summary>
    public void Finished(HistoryJob job, (int Audience, int Book)? released, SimulatedAccount account, IReadOnlyList<int> books)
    {
        var wanted = Everybody.Where(m => Wants(job, m.Who, m.Book)).ToList();
        var isIn = wanted.Where(m => IsIn(account.Contact(m.Who), books[m.Book])).ToList();
        confirmedIn.UnionWith(isIn);
        delivered.UnionWith(isIn.Select(m => (job.Tag, m.Who)));
        foreach (var (who, book) in wanted)
        {
            leftBehind.Remove((job.Tag, who, book));
            wantedBy[(job.Tag, who, book)] = [.. job.Mapping.Where(m => m.Book == book && Has(m.Audience, who)).Select(m => m.Audience)];
        }

        if (released is { } gone && job.Mapping.All(m => m.Book != gone.Book))
        {
            leftBehind.RemoveWhere(l => l.Tag == job.Tag && l.Book == gone.Book);
        }
    }

    /// <summary>Nothing is known of the person any more but that they opted out.</summary>
    public void Forgotten(string who)
    {
        var key = Key(who);
        AllUncertain(key);
        foreach (var wanted in wantedSince.Keys.Where(w => w.Who == key).ToList())
        {
            wantedSince.Remove(wanted);
        }

        mustStayDeleted.Remove(key);
    }

    /// <summary>Whether a person must be in a book, or must not; null where both are right.</summary>
    private bool? MustBeIn(string who, int book)
    {
        if (OptOutOf(who, book) is { } left)
        {
            return left.Excused ? null : false;
        }

        // Opt-outs follow the key and the contact, as far as any run has learnt of either.
        if (Others(who).Any(other => OptOutOf(other, book) is not null))
        {
            return null;
        }

        if (restorable.Contains((who, book)) && history.Jobs.Count == 1 && history.Versions.All(j => j.RestoreRemoved) && Wants(jobs[0], who, book))
        {
            return true;
        }

        if (uncertain.Contains((who, book)))
        {
            return !adoptedOwn && lastByHand.Contains((who, book)) && Others(who).Prepend(who).All(a => !everWanted.Contains((a, book))) ? true : null;
        }

        if (jobs.Any(j => Wants(j, who, book)))
        {
            return true;
        }

        if (jobs.Any(j => j.Keyed && j.Mapping.Any(m => m.Book == book && LostAddress(m.Audience, who))))
        {
            // A row without an address but with a key: a member, if the job knows the key.
            return null;
        }

        if (leftBehind.Any(l => l.Book == book && (l.Who == who || Others(who).Contains(l.Who))))
        {
            return null;
        }

        if (there.Contains((who, book)))
        {
            return (everWanted.Contains((who, book)) && history.Versions.Any(j => j.ExitExisting)) || adoptedOwn ? null : true;
        }

        if (Others(who).Any(other => there.Contains((other, book)) || uncertain.Contains((other, book))))
        {
            return null;
        }

        return history.Versions.All(j => j.Exit != "ignore") || !everWanted.Contains((who, book)) ? false : confirmedIn.Contains((who, book)) ? true : null;
    }

    private OptOut? OptOutOf(string who, int book) => optedOut.GetValueOrDefault((who, book)) ?? optedOut.GetValueOrDefault((who, WholeAccount));

    /// <summary>Other addresses that the same contact may have: of the same key, or after a change at Dotdigital.</summary>
    private IEnumerable<string> Others(string who)
    {
        var at = History.People.ToList().FindIndex(p => Key(p) == who);
        if (at < 0)
        {
            return renamed.Contains(who["away.".Length..]) ? [who["away.".Length..]] : [];
        }

        var partners = EverKeyed ? History.People.Where((_, i) => i != at && History.Keys[i] == History.Keys[at]).Select(Key) : [];
        return renamed.Contains(who) ? partners.Append(Away(who)) : partners;
    }

    private bool Wants(HistoryJob job, string who, int book) => job.Mapping.Any(m => m.Book == book && Has(m.Audience, who));

    private bool Has(int audience, string who) => Rows(audience).Any(r => Key(r.Email) == who);

    private bool LostAddress(int audience, string who)
    {
        var at = History.People.ToList().FindIndex(p => Key(p) == who || Away(p) == who);
        return at >= 0 && Rows(audience).Any(r => RowMaker.NoAddress.Contains(r.Email) && r.Key == History.Keys[at]);
    }

    private void AllUncertain(string who)
    {
        for (var book = 0; book < History.Books; book++)
        {
            Uncertain(who, book, isIn: false);
        }
    }

    /// <summary>After a manual change, the membership of a person that a job wants is uncertain.</summary>
    private void Uncertain(string who, int book, bool isIn)
    {
        uncertain.Add((Key(who), book));
        there.Remove((Key(who), book));
        restorable.Remove((Key(who), book));
        _ = isIn ? lastByHand.Add((Key(who), book)) : lastByHand.Remove((Key(who), book));
    }

    private static bool IsIn(SimulatedContact? contact, int book) =>
        contact is { Status: ContactStatus.Subscribed } && contact.Books.TryGetValue(book, out var status) && status == BookStatus.Subscribed;
}
