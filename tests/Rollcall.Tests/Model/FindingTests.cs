using System.Text.Json;
using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Model;

public sealed class FindingTests
{
    [Fact]
    public void A_result_keeps_its_findings_as_json()
    {
        var result = new RunResult
        {
            Job = "loyalty",
            RunId = "r1",
            Findings =
            [
                Findings.BookCreatedAgain("Gold", 7, [3, 5], 1),
                Findings.OptOutRestored("a***@e***.com", null),
                Findings.StatusEventsSetAside(1, ["a***@e***.com (Subscribed)"], more: false, "the file", "No."),
            ],
        };

        var json = JsonSerializer.Serialize(result, ResultJson.Options);
        var read = JsonSerializer.Deserialize<RunResult>(json, ResultJson.Options)!;

        Assert.Contains(
            """{"code":"BookCreatedAgain","severity":"note","arguments":{"name":"Gold","book":7,"former":[3,5],"opt_outs":1},"leaves_work":false}""", json,
                StringComparison.Ordinal);
        Assert.Equal(result.Findings, read.Findings);
        Assert.Equal(json, JsonSerializer.Serialize(read, ResultJson.Options));
    }

    [Fact]
    public void Findings_are_the_same_with_the_same_arguments()
    {
        Assert.Equal(Findings.BookVanished("Gold"), Findings.BookVanished("Gold"));
        Assert.NotEqual(Findings.BookVanished("Gold"), Findings.BookVanished("Silver"));
        Assert.NotEqual(Findings.BookVanished("Gold"), Findings.FieldVanished("Gold"));
        Assert.Single(new HashSet<Finding> { Findings.OptOutsNotRead([1, 2]), Findings.OptOutsNotRead([1, 2]) });
    }

    [Fact]
    public void A_result_of_an_older_version_has_its_notices_and_no_findings()
    {
        var read =
            JsonSerializer.Deserialize<RunResult>("""{"job":"loyalty","run_id":"r1","state":"completed","notices":["The book Old is gone."]}""",
                ResultJson.Options)!;

        Assert.Equal(["The book Old is gone."], read.Notices);
        Assert.Empty(read.Findings);
    }
}
