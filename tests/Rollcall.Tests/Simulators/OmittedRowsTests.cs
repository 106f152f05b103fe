using System.Text.Json.Nodes;
using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Simulators.SimulatedSession;

namespace Rollcall.Tests.Simulators;

public class OmittedRowsTests
{
    [Fact]
    public async Task A_report_may_omit_people_who_were_written()
    {
        await using var session = await Start(new SimulatorOptions { ReportOmitsEvery = 2 });
        session.Account.AddContact("known@example.com");

        var report = await session.Import(
            string.Join(",", Record("a@example.com"), Record("known@example.com"), Record("nonsense"), Record("b@example.com"), Record("c@example.com")));

        Assert.Equal(["a@example.com", "b@example.com"], Emails(report["created"]!));
        Assert.Empty(report["updated"]!.AsArray());
        Assert.Single(report["failures"]!.AsArray());
        Assert.Equal((3, 1), (report["summary"]!["newContacts"]!.GetValue<int>(), report["summary"]!["updatedContacts"]!.GetValue<int>()));
        Assert.NotNull(session.Account.Contact("c@example.com"));
    }

    private static IEnumerable<string> Emails(JsonNode rows) => rows.AsArray().Select(row => row!["identifiers"]!["email"]!.GetValue<string>());
}
