using System.Globalization;
using Rollcall.Simulators;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.EndToEnd.Tests.Crashes;

/// <summary>A random history of two audiences and two books, and the truth about who must be in which book when all is done.</summary>
internal sealed class CrashHistory
{
    private const int People = 60;

    private readonly Random random;
    private readonly SimulatedAccount account;
    private readonly int[] books;
    private readonly HashSet<string>[] audiences = [[], []];
    private readonly HashSet<string>[] alreadyThere = [[], []];
    private readonly HashSet<string>[] optedOut = [[], []];
    private readonly HashSet<string> leftAccount = [];
    private readonly Dictionary<string, int> spends = [];

    public CrashHistory(Random random, SimulatedAccount account)
    {
        this.random = random;
        this.account = account;
        books = [account.AddBook("Gold"), account.AddBook("Silver")];
        account.AddDataField("SPEND", "Numeric");
        foreach (var email in Everyone.Where(_ => random.Next(6) == 0).ToList())
        {
            var book = random.Next(2);
            account.AddContact(email, books[book]);
            alreadyThere[book].Add(email);
        }

        foreach (var (email, book) in alreadyThere.SelectMany((a, b) => a.Select(e => (e, b))).Where(_ => random.Next(4) == 0).ToList())
        {
            OptOut(email, book);
        }

        Change();
    }

    public int Writes => account.Calls.Where(c => c.Key is "importContacts" or "deleteContactsFromAddressBook" or "unsubscribeFromAddressBook").Sum(c => c.Value);

    private static IEnumerable<string> Everyone => Enumerable.Range(0, People).Select(i => Some.Email(i));

    public static SimulatorOptions Options(Random random) => new()
    {
        ImportLatency = TimeSpan.FromMilliseconds(random.Next(2) * random.Next(0, 150)),
        ImportLatencyPerContact = TimeSpan.Zero,
        DeletionLatency = TimeSpan.FromMilliseconds(random.Next(0, 50)),
        ListSuppression = random.Next(2) == 0 ? ListSuppression.Clears : ListSuppression.Keeps,
        SuppressedInImport = random.Next(2) == 0 ? SuppressedInImport.Updated : SuppressedInImport.Fails,
        Faults = [.. Enumerable.Range(0, random.Next(0, 3)).Select(_ => Fault(random))],
    };

    /// <summary>Where the program is killed: numbers that every first run reaches; a later run may end before.</summary>
    public static string KillPoint(Random random, int phase) => random.Next(4) switch
    {
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
          seg_mappings: [{gold: "{{books[0]}}"}, {silver: "{{books[1]}}"}]
          mappings: [{name: FIRSTNAME}, {spend: SPEND}]
          email_field: email
          exit_action: remove
        guards: {max_exit_percent: 100}
        """;

    /// <summary>People enter, change and leave.</summary>
    public void Change()
    {
        for (var book = 0; book < 2; book++)
        {
            audiences[book].RemoveWhere(_ => random.Next(5) == 0);
            audiences[book].UnionWith(Everyone.Where(_ => random.Next(3) == 0));
        }

        foreach (var email in Everyone.Where(e => random.Next(4) == 0 || !spends.ContainsKey(e)).ToList())
        {
            spends[email] = random.Next(1000);
        }
    }

    public void WriteAudiences(TempFolder folder)
    {
        for (var book = 0; book < 2; book++)
        {
            folder.Write(book == 0 ? "gold.csv" : "silver.csv", "email,name,spend\n" + string.Concat(audiences[book].Order(StringComparer.Ordinal).Select(e => $"{e},Name of {e},{spends[e]}\n")));
        }
    }

    /// <summary>Someone who is subscribed in a book leaves it, or the account, by themselves.</summary>
    public void SomeoneOptsOut()
    {
        // While an import is under way, an opt-out that it lifts cannot be seen by anyone: a stated limit, not a crash.
        var book = random.Next(2);
        if (account.Options.ImportLatency > TimeSpan.Zero)
        {
            return;
        }

        var members = account.Members(books[book]).Where(e => !leftAccount.Contains(e)).ToList();
        if (members.Count == 0)
        {
            return;
        }

        var email = members[random.Next(members.Count)];
        if (random.Next(3) == 0)
        {
            account.Unsubscribe(email);
            leftAccount.Add(email);
        }
        else
        {
            OptOut(email, book);
        }
    }

    /// <summary>The truth: who was there stays, who is wanted is in, who opted out is out, and everyone has their fields.</summary>
    public void Compare(string when)
    {
        for (var book = 0; book < 2; book++)
        {
            var members = account.Members(books[book]).Where(e => !leftAccount.Contains(e)).Order(StringComparer.Ordinal).ToList();
            var truth = alreadyThere[book].Union(audiences[book]).Except(optedOut[book]).Except(leftAccount).Order(StringComparer.Ordinal).ToList();
            Assert.True(truth.SequenceEqual(members), $"{when}, book {book}: missing [{string.Join(' ', truth.Except(members))}], too many [{string.Join(' ', members.Except(truth))}]");
            foreach (var email in audiences[book].Except(optedOut[book]).Except(leftAccount))
            {
                Assert.True(account.Contact(email)!.DataFields["SPEND"] == spends[email].ToString(CultureInfo.InvariantCulture), $"{when}: {email} has an old value");
            }
        }

        Assert.All(leftAccount, e => Assert.Equal(ContactStatus.Unsubscribed, account.Contact(e)!.Status));
        Assert.Equal(0, account.Counters.Resubscriptions);
    }

    private static Fault Fault(Random random) => new()
    {
        Operation = random.Next(3) switch { 0 => "importContacts", 1 => "getImportStatus", _ => null },
        Occurrence = random.Next(1, 12),
        Kind = (FaultKind)random.Next(3),
        Status = random.Next(2) == 0 ? 500 : 503,
    };

    private void OptOut(string email, int book)
    {
        account.Unsubscribe(email, books[book]);
        optedOut[book].Add(email);
    }
}
