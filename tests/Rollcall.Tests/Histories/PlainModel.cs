using Rollcall.Model;
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

    private readonly List<HistoryJob> _jobs = [.. history.Jobs];
    private readonly HashSet<(string Who, int Book)> _there = [];
    private readonly HashSet<(string Who, int Book)> _uncertain = [];
    private readonly HashSet<(string Who, int Book)> _confirmedIn = [];
    private readonly HashSet<(string Who, int Book)> _everWanted = [];
    private readonly HashSet<(string Who, int Book)> _everLetGo = [];
    private readonly HashSet<(string Tag, string Who)> _delivered = [];
    private readonly HashSet<(string Tag, string Who)> _everAsking = [];
    private readonly Dictionary<(string Tag, string Who, int Book), DateTimeOffset> _wantedSince = [];
    private readonly Dictionary<(string Tag, string Who, int Book), DateTimeOffset> _enteredSince = [];
    private readonly Dictionary<(string Tag, string Who, int Book), HashSet<int>> _wantedBy = [];
    private readonly HashSet<(string Tag, string Who, int Book)> _leftBehind = [];
    private readonly Dictionary<int, IReadOnlyList<HistoryRow>> _audiences = [];
    private readonly HashSet<string> _adopted = [];
    private bool _adoptedOwn;

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

    public HistoryJob Job(int at) => _jobs[at];

    public void IsThere(string who, int book) => _there.Add((Key(who), book));

    public void AudienceIs(int audience, IReadOnlyList<HistoryRow> rows) => _audiences[audience] = rows;

    public IReadOnlyList<HistoryRow> Rows(int audience) => _audiences.GetValueOrDefault(audience, []);

    /// <summary>A job is another one from now on. Members of what was taken out of it are left as they are.</summary>
    public void Edited(int at, HistoryJob becomes)
    {
        var dropped = _jobs[at].Mapping.Except(becomes.Mapping).ToList();
        _jobs[at] = becomes;
        foreach (var wanted in _wantedBy.Where(w => w.Key.Tag == becomes.Tag && dropped.Any(d => d.Book == w.Key.Book && w.Value.Contains(d.Audience))))
        {
            _leftBehind.Add(wanted.Key);
        }
    }

    /// <summary>A job is about to read its audiences.</summary>
    public void Runs(HistoryJob job, DateTimeOffset now, RunOptions options)
    {
        if (options.Adopt is { } adopts)
        {
            _adopted.Add(job.Tag);
            _adoptedOwn |= adopts == AdoptAs.Own;
        }

        foreach (var (who, book) in Everybody)
        {
            var key = (job.Tag, who, book);
            if (!Wants(job, who, book))
            {
                if (_wantedSince.Remove(key))
                {
                    _everLetGo.Add((who, book));
                }

                _enteredSince.Remove(key);
                continue;
            }

            _enteredSince.TryAdd(key, now);
            _everWanted.Add((who, book));
            _everAsking.Add((job.Tag, who));
            _wantedBy.TryAdd(key, []);
            _wantedBy[key].UnionWith(job.Mapping.Where(m => m.Book == book && Has(m.Audience, who)).Select(m => m.Audience));
            if (_wantedSince.TryAdd(key, now))
            {
                _entries[(who, book)] = _entries.GetValueOrDefault((who, book)) + 1;
            }
        }

        if (job.Comeback != "no")
        {
            foreach (var ((who, book), outOf) in _optedOut.Where(o => !o.Value.MayBeAnswered && MayAsk(job, o.Key.Who, o.Key.Book, o.Value, now)))
            {
                outOf.MayBeAnswered = true;
                _answerable[who] = _answerable.GetValueOrDefault(who) + 1;
            }
        }
    }

    /// <summary>The engine was killed: it is not known whether it saw the entries.</summary>
    /// <param name="began">When the run began.</param>
    public void Killed(HistoryJob job, DateTimeOffset began)
    {
        foreach (var entry in _enteredSince.Where(e => e.Key.Tag == job.Tag && e.Value == began).Select(e => e.Key).ToList())
        {
            _enteredSince.Remove(entry);
        }
    }

    /// <summary>A run of all its work ended with nothing left to do.</summary>
    public void Finished(HistoryJob job, (int Audience, int Book)? released, SimulatedAccount account, IReadOnlyList<int> books)
    {
        var wanted = Everybody.Where(m => Wants(job, m.Who, m.Book)).ToList();
        var isIn = wanted.Where(m => IsIn(account.Contact(m.Who), books[m.Book])).ToList();
        _confirmedIn.UnionWith(isIn);
        _delivered.UnionWith(isIn.Select(m => (job.Tag, m.Who)));
        foreach (var (who, book) in wanted)
        {
            _leftBehind.Remove((job.Tag, who, book));
            _wantedBy[(job.Tag, who, book)] = [.. job.Mapping.Where(m => m.Book == book && Has(m.Audience, who)).Select(m => m.Audience)];
        }

        if (released is { } gone && job.Mapping.All(m => m.Book != gone.Book))
        {
            _leftBehind.RemoveWhere(l => l.Tag == job.Tag && l.Book == gone.Book);
        }
    }

    /// <summary>Nothing is known about the person any more, except that they opted out.</summary>
    public void Forgotten(string who)
    {
        var key = Key(who);
        AllUncertain(key);
        foreach (var wanted in _wantedSince.Keys.Where(w => w.Who == key).ToList())
        {
            _wantedSince.Remove(wanted);
        }

        _mustStayDeleted.Remove(key);
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

        if (_restorable.Contains((who, book)) && history.Jobs.Count == 1 && history.Versions.All(j => j.RestoreRemoved) && Wants(_jobs[0], who, book))
        {
            return true;
        }

        if (_uncertain.Contains((who, book)))
        {
            return !_adoptedOwn && _lastByHand.Contains((who, book)) && Others(who).Prepend(who).All(a => !_everWanted.Contains((a, book))) ? true : null;
        }

        if (_jobs.Any(j => Wants(j, who, book)))
        {
            return true;
        }

        if (_jobs.Any(j => j.Keyed && j.Mapping.Any(m => m.Book == book && LostAddress(m.Audience, who))))
        {
            // A row without an address but with a key: a member, if the job knows the key.
            return null;
        }

        if (_leftBehind.Any(l => l.Book == book && (l.Who == who || Others(who).Contains(l.Who))))
        {
            return null;
        }

        if (_there.Contains((who, book)))
        {
            return (_everWanted.Contains((who, book)) && history.Versions.Any(j => j.ExitExisting)) || _adoptedOwn ? null : true;
        }

        if (Others(who).Any(other => _there.Contains((other, book)) || _uncertain.Contains((other, book))))
        {
            return null;
        }

        return history.Versions.All(j => j.Exit != "ignore") || !_everWanted.Contains((who, book)) ? false : _confirmedIn.Contains((who, book)) ? true : null;
    }

    private OptOut? OptOutOf(string who, int book) => _optedOut.GetValueOrDefault((who, book)) ?? _optedOut.GetValueOrDefault((who, WholeAccount));

    /// <summary>Other addresses that the same contact may have: of the same key, or after a change at Dotdigital.</summary>
    private IEnumerable<string> Others(string who)
    {
        var at = History.People.ToList().FindIndex(p => Key(p) == who);
        if (at < 0)
        {
            return _renamed.Contains(who["away.".Length..]) ? [who["away.".Length..]] : [];
        }

        var partners = EverKeyed ? History.People.Where((_, i) => i != at && History.Keys[i] == History.Keys[at]).Select(Key) : [];
        return _renamed.Contains(who) ? partners.Append(Away(who)) : partners;
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
        _uncertain.Add((Key(who), book));
        _there.Remove((Key(who), book));
        _restorable.Remove((Key(who), book));
        _ = isIn ? _lastByHand.Add((Key(who), book)) : _lastByHand.Remove((Key(who), book));
    }

    private static bool IsIn(SimulatedContact? contact, int book) =>
        contact is { Status: ContactStatus.Subscribed } && contact.Books.TryGetValue(book, out var status) && status == BookStatus.Subscribed;
}
