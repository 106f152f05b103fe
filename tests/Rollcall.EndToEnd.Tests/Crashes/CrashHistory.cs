using System.Globalization;
using Rollcall.Simulators;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.EndToEnd.Tests.Crashes;

/// <summary>How a job's changes travel.</summary>
internal enum CrashKind
{
    /// <summary>Everyone enters by import.</summary>
    Bulk,

    /// <summary>Everyone enters by a separate v2 call.</summary>
    Single,

    /// <summary>Everyone enters by a separate v3 call.</summary>
    Patch,

    /// <summary>People who leave an audience are unsubscribed from its book.</summary>
    Unsubscribe,

    /// <summary>People who left the account long ago are resubscribed when they enter.</summary>
    Resubscribe,
}

/// <summary>A random history of two audiences and two books, and the expected members of each book at the end.</summary>
internal sealed class CrashHistory
{
    private const int People = 60;

    private readonly CrashKind _kind;
    private readonly Random _random;
    private readonly SimulatedAccount _account;
    private readonly int[] _books;
    private readonly HashSet<string>[] _audiences = [[], []];
    private readonly HashSet<string>[] _alreadyThere = [[], []];
    private readonly HashSet<string>[] _optedOut = [[], []];
    private readonly HashSet<string>[] _lastIn = [[], []];
    private readonly HashSet<string> _leftAccount = [];
    private readonly HashSet<string> _longGone = [];
    private readonly HashSet<string> _wantedBack = [];
    private readonly Dictionary<string, int> _spends = [];
    private readonly Dictionary<(string Email, int Book), int> _entries = [];

    public CrashHistory(CrashKind kind, Random random, SimulatedAccount account)
    {
        _kind = kind;
        _random = random;
        _account = account;
        _books = [account.AddBook("Gold"), account.AddBook("Silver")];
        account.AddDataField("SPEND", "Numeric");
        foreach (var email in Everyone.Where(_ => random.Next(6) == 0).ToList())
        {
            var book = random.Next(2);
            account.AddContact(email, _books[book]);
            _alreadyThere[book].Add(email);
        }

        foreach (var (email, book) in _alreadyThere.SelectMany((a, b) => a.Select(e => (e, b))).Where(_ => random.Next(4) == 0).ToList())
        {
            OptOut(email, book);
        }

        if (kind == CrashKind.Resubscribe)
        {
            _longGone.UnionWith(Everyone.Where(e => !_alreadyThere.Any(a => a.Contains(e))).Take(12));
            account.Plant(new Seed
            {
                Contacts = [.. _longGone.Select(
                    e => new SeedContact { Email = e, Status = ContactStatus.Unsubscribed,
                        StatusSince = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero) })],
            });
        }

        Change();
    }

    public int Writes =>
        _account.Calls.Where(
            c => c.Key is "importContacts" or "deleteContactsFromAddressBook" or "unsubscribeFromAddressBook" or "addContactToAddressBook" or "importContact"
            or "resubscribeToAddressBookWithNoChallenge").Sum(c => c.Value);

    /// <summary>Members who left the account long ago and have not been resubscribed.</summary>
    public IReadOnlyList<string> NotBack =>
        [.. _longGone.Where(e => _audiences.Any(a => a.Contains(e)) && !_leftAccount.Contains(e) && _account.Contact(e)!.Status == ContactStatus.Unsubscribed)];

    private static IEnumerable<string> Everyone => Enumerable.Range(0, People).Select(i => Some.Email(i));

    public static SimulatorOptions Options(CrashKind kind, Random random) => new()
    {
        // Dotdigital does not say whether a patch fires join actions; here it does, or there would be nothing to count.
        PatchJoins = kind == CrashKind.Patch,
        ImportLatency = TimeSpan.FromMilliseconds(random.Next(2) * random.Next(0, 150)),
        ImportLatencyPerContact = TimeSpan.Zero,
        DeletionLatency = TimeSpan.FromMilliseconds(random.Next(0, 50)),
        ListSuppression = random.Next(2) == 0 ? ListSuppression.Clears : ListSuppression.Keeps,
        SuppressedInImport = random.Next(2) == 0 ? SuppressedInImport.Updated : SuppressedInImport.Fails,
        Faults = [.. Enumerable.Range(0, random.Next(0, 3)).Select(_ => Fault(kind, random))],
    };

    /// <summary>Where the program is killed: numbers that every first run reaches; a second run may end before, and a third is killed early.</summary>
    public static string KillPoint(Random random, int phase) => random.Next(phase < 3 ? 4 : 2) switch
    {
        0 when phase > 2 => $"request:{random.Next(1, 7)}",
        1 when phase > 2 => $"answer:{random.Next(1, 7)}",
        0 => $"request:{random.Next(1, phase == 1 ? 13 : 16)}",
        1 => $"answer:{random.Next(1, phase == 1 ? 13 : 16)}",
        2 => $"commit:{random.Next(1, 26)}",
        _ => $"file:{random.Next(1, phase == 1 ? 9 : 13)}",
    };

    public string Job(Uri url) =>
        $$"""
        tag: crash
        authorization: {username: demo, password: demo, endpoint: "{{url}}"}
        source:
          tables:
            files: {gold: gold.csv, silver: silver.csv}
            audiences: { gold: {from: gold}, silver: {from: silver} }
        config:
          segment_ids: [gold, silver]
          seg_mappings: [{gold: "{{_books[0]}}"}, {silver: "{{_books[1]}}"}]
          mappings: [{name: FIRSTNAME}, {spend: SPEND}]
          email_field: email
          exit_action: {{(_kind == CrashKind.Unsubscribe ? "unsubscribe" : "remove")}}
          trigger_join: {{(_kind is CrashKind.Single or CrashKind.Patch ? "true" : "false")}}
          resubscribe_no_challenge: {{(_kind == CrashKind.Resubscribe ? "true" : "false")}}
        direct_api: {{(_kind == CrashKind.Patch ? "v3" : "v2")}}
        guards: {max_exit_percent: 100, max_missing_percent: 100}
        """;

    /// <summary>People enter, change and leave.</summary>
    public void Change()
    {
        for (var book = 0; book < 2; book++)
        {
            _audiences[book].RemoveWhere(_ => _random.Next(5) == 0);
            foreach (var email in Everyone.Where(_ => _random.Next(3) == 0).Where(_audiences[book].Add).ToList())
            {
                _entries[(email, book)] = _entries.GetValueOrDefault((email, book)) + 1;
            }
        }

        foreach (var email in Everyone.Where(e => _random.Next(4) == 0 || !_spends.ContainsKey(e)).ToList())
        {
            _spends[email] = _random.Next(1000);
        }
    }

    public void WriteAudiences(TempFolder folder)
    {
        for (var book = 0; book < 2; book++)
        {
            folder.Write(
                book == 0 ? "gold.csv" : "silver.csv",
                "email,name,spend\n" + string.Concat(_audiences[book].Order(StringComparer.Ordinal).Select(e => $"{e},Name of {e},{_spends[e]}\n")));
        }
    }

    /// <summary>A person who is subscribed in a book leaves it, or the account, by themselves.</summary>
    public void SomeoneOptsOut()
    {
        // While an import is under way, an opt-out that it lifts cannot be seen by anyone: a stated limit, not a crash.
        var book = _random.Next(2);
        if (_account.Options.ImportLatency > TimeSpan.Zero)
        {
            return;
        }

        var members = _account.Members(_books[book]).Where(e => !_leftAccount.Contains(e)).ToList();
        if (members.Count == 0)
        {
            return;
        }

        var email = members[_random.Next(members.Count)];
        if (_random.Next(3) == 0)
        {
            _account.Unsubscribe(email);
            _leftAccount.Add(email);
        }
        else
        {
            OptOut(email, book);
        }
    }

    /// <summary>The expected state: people who were there stay, members are in, people who opted out are out, and everyone has their fields.</summary>
    public void Compare(string when)
    {
        _wantedBack.UnionWith(_longGone.Where(e => _audiences.Any(a => a.Contains(e))));
        for (var book = 0; book < 2; book++)
        {
            if (_kind == CrashKind.Unsubscribe)
            {
                // People that the job had in the book and released are out permanently: they count as opted out.
                _optedOut[book].UnionWith(_lastIn[book].Except(_audiences[book]).Except(_alreadyThere[book]));
            }

            var members = _account.Members(_books[book]).Where(e => !_leftAccount.Contains(e)).Order(StringComparer.Ordinal).ToList();
            var truth = _alreadyThere[book].Union(_audiences[book]).Except(_optedOut[book]).Except(_leftAccount).Order(StringComparer.Ordinal).ToList();
            Assert.True(
                truth.SequenceEqual(members),
                $"{when}, book {book}: missing [{string.Join(' ', truth.Except(members))}], too many [{string.Join(' ', members.Except(truth))}]");
            _lastIn[book].Clear();
            _lastIn[book].UnionWith(truth);
            foreach (var email in _audiences[book].Except(_optedOut[book]).Except(_leftAccount))
            {
                Assert.True(
                    _account.Contact(email)!.DataFields["SPEND"] == _spends[email].ToString(CultureInfo.InvariantCulture), $"{when}: {email} has an old value");
            }
        }

        foreach (var (email, book) in Everyone.SelectMany(e => new[] { (e, 0), (e, 1) }))
        {
            var joins = _account.Joins(email, _books[book]);
            Assert.True(
                joins <= (_kind is CrashKind.Single or CrashKind.Patch ? _entries.GetValueOrDefault((email, book)) : 0),
                $"{when}: the join action of book {book} fired {joins} times for {email}");
        }

        Assert.All(_leftAccount, e => Assert.Equal(ContactStatus.Unsubscribed, _account.Contact(e)!.Status));
        Assert.Equal(_wantedBack.Count, _account.Counters.Resubscriptions);
        Assert.Equal(0, _account.Counters.Challenges);
    }

    private static Fault Fault(CrashKind kind, Random random) => new()
    {
        Operation = random.Next(3) switch
        {
            0 => kind switch { CrashKind.Single => "addContactToAddressBook", CrashKind.Patch => "importContact", _ => "importContacts" },
            1 => "getImportStatus",
            _ => null,
        },
        Occurrence = random.Next(1, 12),
        Kind = (FaultKind)random.Next(3),
        Status = random.Next(2) == 0 ? 500 : 503,
    };

    private void OptOut(string email, int book)
    {
        _account.Unsubscribe(email, _books[book]);
        _optedOut[book].Add(email);
    }
}
