using System.Globalization;
using System.Text.Json;
using Rollcall.Cli.Json;
using Rollcall.Model;
using Rollcall.Simulators;
using Rollcall.Simulators.Lytics;

namespace Rollcall.Cli.Demo;

/// <summary>The answer of <c>rollcall demo --lytics</c>.</summary>
/// <param name="Folder">Where the job's JSON, the job file and the ledger are.</param>
/// <param name="Lytics">The simulated Lytics' address; it stops when the program ends.</param>
/// <param name="Dotdigital">The simulated Dotdigital's address; it stops when the program ends.</param>
/// <param name="People">Profiles in Lytics.</param>
/// <param name="Imported">The job file that was run, and what differs from the Lytics job.</param>
/// <param name="Check">What the check found.</param>
/// <param name="Plan">The plan before the first run.</param>
/// <param name="FirstRun">The first run.</param>
/// <param name="AfterFirst">Both accounts after it.</param>
/// <param name="Between">What changed between the runs.</param>
/// <param name="SecondRun">The second run.</param>
/// <param name="AfterSecond">Both accounts after it.</param>
/// <param name="Calls">What the runs cost.</param>
/// <param name="Explained">Why the person the demo follows is in one book and not in the other.</param>
internal sealed record LyticsDemoDocument(
    string Folder, string Lytics, string Dotdigital, int People, ImportedJob Imported, IReadOnlyList<CheckedProblem> Check, RunResult Plan,
    RunResult FirstRun, LyticsDemoAccountsAfter AfterFirst, LyticsDemoBetween Between, RunResult SecondRun, LyticsDemoAccountsAfter AfterSecond,
    DemoCalls Calls, Explanation Explained);

/// <summary>What changed between the runs.</summary>
internal sealed record LyticsDemoBetween(int Came, int Changed, int Promoted, int Left, int Unsubscribed, int Bounced, string LeftBook);

/// <summary>The state of both accounts after the runs so far.</summary>
/// <param name="StatusEvents">Events of this run in the stream, by the status in the book.</param>
/// <param name="InsightRecords">Insight records at Dotdigital, by collection.</param>
/// <param name="InsightOfLeavers">The records of people who leave between the runs.</param>
/// <param name="Person">The person the demo follows.</param>
internal sealed record LyticsDemoAccountsAfter(
    IReadOnlyDictionary<string, int> StatusEvents, IReadOnlyDictionary<string, int> InsightRecords, int InsightOfLeavers, LyticsDemoPerson Person)
{
    private static readonly string[] _collections = ["lytics_fields", "lytics_recommendations"];

    /// <param name="dotdigital">The simulated Dotdigital.</param>
    /// <param name="lytics">The simulated Lytics.</param>
    /// <param name="leavers">The people who leave between the runs.</param>
    /// <param name="earlier">Events that were in the stream before the run.</param>
    public static LyticsDemoAccountsAfter Read(SimulatedAccount dotdigital, SimulatedLytics lytics, IEnumerable<string> leavers, int earlier)
    {
        var contact = dotdigital.Contact(LyticsDemoAccounts.AdasEmail)
            ?? throw new InvalidOperationException("The person the demo follows is not at Dotdigital.");
        var records = _collections.ToDictionary(collection => collection, dotdigital.InsightRecords);
        var insight =
            from collection in records
            from record in collection.Value
            where record.Key.ContactId == contact.Id
            orderby collection.Key, record.Key.Key
            select new LyticsDemoRecord(collection.Key, record.Key.Key, JsonElement.Parse(record.Value));
        var statuses =
            from one in lytics.Events().Skip(earlier)
            group one by JsonElement.Parse(one.Json).GetProperty("address_book_status").GetString()! into status
            orderby status.Count() descending
            select status;
        var leaving = leavers.Select(dotdigital.Contact).OfType<SimulatedContact>().Select(leaver => leaver.Id).ToHashSet();
        var books = contact.Books.ToDictionary(book => book.Key.ToString(CultureInfo.InvariantCulture), book => book.Value.ToString());
        return new LyticsDemoAccountsAfter(
            statuses.ToDictionary(status => status.Key, status => status.Count()),
            records.Where(collection => collection.Value.Count > 0).ToDictionary(collection => collection.Key, collection => collection.Value.Count),
            records.Values.Sum(collection => collection.Keys.Count(record => leaving.Contains(record.ContactId))),
            new LyticsDemoPerson(contact.Email, contact.DataFields, books, [.. insight], JsonElement.Parse(lytics.Profile(LyticsDemoAccounts.Ada))));
    }
}

/// <summary>One person in both accounts.</summary>
/// <param name="Email">The address.</param>
/// <param name="DataFields">The contact's data fields at Dotdigital.</param>
/// <param name="AddressBooks">The contact's status in each book, by the book's id.</param>
/// <param name="Insight">The contact's insight records.</param>
/// <param name="Profile">The profile in Lytics.</param>
internal sealed record LyticsDemoPerson(
    string Email, IReadOnlyDictionary<string, string> DataFields, IReadOnlyDictionary<string, string> AddressBooks, IReadOnlyList<LyticsDemoRecord> Insight,
    JsonElement Profile);

/// <summary>An insight record.</summary>
internal sealed record LyticsDemoRecord(string Collection, string Key, JsonElement Json);
