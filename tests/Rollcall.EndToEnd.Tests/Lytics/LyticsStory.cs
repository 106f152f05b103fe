using System.Globalization;
using System.Text.Json;
using Rollcall.Model;
using Rollcall.TestKit;
using Rollcall.TestKit.Processes;
using Xunit;

namespace Rollcall.EndToEnd.Tests.Lytics;

/// <summary>Two large audiences of a Lytics follow into two books, and the statuses go back: three processes that communicate over HTTP only.</summary>
public sealed class LyticsStory
{
    private const int Members = 100_000;

    // Gold has persons 1 to 100,000, silver 60,001 to 160,000.
    private const int FirstOfSilver = 60_001;

    private const int Gold = 1001;
    private const int Silver = 1002;

    [Fact]
    public async Task Two_audiences_of_100_000_follow_into_their_books_and_their_statuses_come_back()
    {
        using var folder = new TempFolder();
        await using var lytics = await SimulatorProcess.StartLyticsAsync(
            folder,
            $$"""{"audiences": [{"id": "a01", "slug": "gold", "generate": {{Members}}}"""
            + $$""", {"id": "a02", "slug": "silver", "generate": {{Members}}, "from": {{FirstOfSilver}}}]}""");
        await using var dotdigital = await SimulatorProcess.StartAsync(
            folder,
            """{"books": [{"id": 1001, "name": "Gold"}, {"id": 1002, "name": "Silver"}], "dataFields": [{"name": "SPEND", "type": "Numeric"}]}""",
            "--import-latency", "0");
        folder.Write("job.yaml", Job(lytics.Url, dotdigital.Url));

        var first = await RunAsync(folder);
        Expect(first, "gold", members: Members, entered: Members);
        Expect(first, "silver", members: Members, entered: Members);
        await ExpectBooksAsync(dotdigital, Numbers(1, Members), Numbers(FirstOfSilver, Members));

        var imports = await ImportsAsync(dotdigital);
        var unchanged = await RunAsync(folder);
        Assert.Equal((imports, 0), (await ImportsAsync(dotdigital), unchanged.GetProperty("bytes_sent").GetInt64()));

        // 500 people change, some of them in both audiences; 300 leave gold, 50 enter silver; two unsubscribe by themselves.
        await lytics.ActAsync("people/change?from=59901&count=500");
        await lytics.ActAsync("audiences/gold/exit?from=1001&count=300");
        await lytics.ActAsync("audiences/silver/enter?from=10&count=50");
        await dotdigital.ActAsync($"contacts/person5@example.com/unsubscribe?book={Gold}");
        await dotdigital.ActAsync("contacts/person99999@example.com/unsubscribe");

        var second = await RunAsync(folder);
        Expect(second, "gold", members: Members - 300, entered: 0, updated: 500, exited: 300, suppressed: 2);
        Expect(second, "silver", members: Members + 50, entered: 50, updated: 400, suppressed: 1);
        await ExpectBooksAsync(
            dotdigital,
            Numbers(1, Members).Except(Numbers(1001, 300)).Except([5]),
            Numbers(FirstOfSilver, Members).Concat(Numbers(10, 50)));

        // People who left the account have left it, even if books still list them.
        Assert.Equal("Unsubscribed", (await dotdigital.ContactAsync("person99999@example.com")).GetProperty("status").GetString());

        Assert.Equal("Unsubscribed", await StatusAsync(lytics, "person5", Gold));
        Assert.Equal("Removed", await StatusAsync(lytics, "person1001", Gold));
        Assert.Equal("Subscribed", await StatusAsync(lytics, "person10", Silver));
        Assert.Equal("Unsubscribed", (await lytics.ProfileAsync("person99999")).GetProperty("dm_account_status").EnumerateObject().Single().Value.GetString());
        Assert.Equal(0, (await dotdigital.CountersAsync()).GetProperty("listOptOutsLifted").GetInt32());
    }

    private static string Job(string lytics, string dotdigital) => $$"""
        tag: lytics
        authorization: {username: demo, password: demo, endpoint: "{{dotdigital}}"}
        source: { lytics: {token: demo, url: "{{lytics}}"} }
        config:
          segment_ids: [gold, silver]
          seg_mappings: [{gold: "1001"}, {silver: "1002"}]
          mappings: [{total_spend: SPEND}]
          email_field: email
          exit_action: remove
          sync_status: true
        status_sink: { lytics: {token: demo, url: "{{lytics}}"} }
        """;

    private static async Task<JsonElement> RunAsync(TempFolder folder) =>
        (await RollcallProcess.RunAsync(folder.Path, ["run", "job.yaml", "--json"])).Expect(ExitCode.Done).Json;

    private static void Expect(JsonElement run, string audience, int members, int entered, int updated = 0, int exited = 0, int suppressed = 0)
    {
        var counts = run.GetProperty("audiences").EnumerateArray().Single(one => one.GetProperty("id").GetString() == audience);
        Assert.Equal(
            (members, entered, updated, exited, suppressed),
            (Of("members"), Of("entered"), Of("updated"), Of("exited"), Of("suppressed")));

        int Of(string name) => counts.GetProperty(name).GetInt32();
    }

    private static async Task ExpectBooksAsync(SimulatorProcess dotdigital, IEnumerable<int> gold, IEnumerable<int> silver)
    {
        foreach (var (book, people) in new[] { (Gold, gold), (Silver, silver) })
        {
            var expected = people.Select(number => string.Create(CultureInfo.InvariantCulture, $"person{number}@example.com")).ToHashSet();
            var members = await dotdigital.MembersAsync(book);
            Assert.True(
                expected.SetEquals(members), $"Book {book}: {expected.Except(members).Count()} are missing, {members.Except(expected).Count()} too many.");
        }
    }

    private static async Task<string?> StatusAsync(SimulatorProcess lytics, string person, int book) =>
        (await lytics.ProfileAsync(person)).GetProperty("dm_addressbook_status").EnumerateObject()
            .Single(status => status.Name.EndsWith($"_{book}", StringComparison.Ordinal)).Value.GetString();

    // The bodies of large imports are more than the request log keeps.
    private static async Task<int> ImportsAsync(SimulatorProcess dotdigital) =>
        (await dotdigital.CountersAsync()).GetProperty("calls").GetProperty("importContacts").GetInt32();

    private static IEnumerable<int> Numbers(int from, int count) => Enumerable.Range(from, count);
}
