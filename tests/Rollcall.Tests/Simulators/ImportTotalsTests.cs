using System.Text.Json.Nodes;
using CsCheck;
using Xunit;
using static Rollcall.Tests.Simulators.SimulatedSession;

namespace Rollcall.Tests.Simulators;

public class ImportTotalsTests
{
    private static readonly Gen<string> AnyRecord = Gen.OneOf(
        Gen.Int[0, 8].Select(who => Record($"p{who}@example.com", "\"lists\":[1001]")),
        Gen.Int[0, 8].Select(who => Record($"P{who}@example.com")),
        Gen.Int[0, 8].Select(who => Record($"p{who}@example.com", "\"lists\":[77]")),
        Gen.Int[1, 12].Select(id => $$$"""{"matchIdentifier":"contactId","identifiers":{"contactId":{{{1_100_000_000 + id}}}}}"""),
        Gen.Const("{}"),
        Gen.Const("7"),
        Gen.Const(Record("no address")),
        Gen.Const(Record("a@b")));

    [Fact]
    public async Task Every_record_of_an_import_is_created_updated_or_failed_exactly_once()
    {
        await using var session = await Start();

        await AnyRecord.Array[1, 30].SampleAsync(
            async records =>
            {
                var before = session.Account.ContactCount;
                var report = await session.Import(string.Join(",", records));

                var summary = report["summary"]!;
                Assert.Equal(records.Length, Count(report, "created") + Count(report, "updated") + Count(report, "failures"));
                Assert.Equal(session.Account.ContactCount - before, Count(report, "created"));
                Assert.Equal(Count(report, "created"), summary["newContacts"]!.GetValue<int>());
                Assert.Equal(Count(report, "updated"), summary["updatedContacts"]!.GetValue<int>());
                Assert.Equal(
                    Count(report, "failures"),
                    Sum(summary, "globallySuppressed", "invalidEntries", "duplicateIdentifiers"));
                Assert.Equal(session.Account.Members(1001).Count, session.Account.Books.Single(book => book.Id == 1001).Members);
            },
            iter: 60,
            threads: 1);
    }

    private static int Count(JsonNode report, string list) => report[list]!.AsArray().Count;

    private static int Sum(JsonNode summary, params IEnumerable<string> names) => names.Sum(name => summary[name]!.GetValue<int>());
}
