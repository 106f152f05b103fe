using System.Text.Json;
using Rollcall.Cli.Json;
using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Cli;

public sealed class RunReportTests
{
    private static readonly RunResult _result = new()
    {
        Job = "loyalty",
        RunId = "r1",
        State = RunState.Held,
        Started = new DateTimeOffset(2026, 11, 24, 6, 0, 0, TimeSpan.Zero),
        Finished = new DateTimeOffset(2026, 11, 24, 6, 0, 19, TimeSpan.Zero),
        Audiences =
        [
            new AudienceResult
            {
                Id = "vips",
                AddressBookId = 1001,
                AddressBook = "VIP customers",
                Members = 12_345,
                Entered = 12_000,
                Updated = 200,
                Unchanged = 100,
                Suppressed = 30,
                Invalid = 10,
                Omitted = 5,
            },
            new AudienceResult { Id = "brazil", AddressBook = "Brazil", Members = 7, Entered = 7 },
        ],
        Outcomes = new OutcomeCounts { Delivered = 12_207, Suppressed = 30, Invalid = 10, Omitted = 5 },
        ApiCalls = new ApiCalls(42, new Dictionary<string, long> { ["contacts.import"] = 2, ["contacts.importStatus"] = 30 }),
        BytesSent = 3_200_000,
        Failures = [new Failure(
            "o+ne@example.com", "vips", "enter", "Unsubscribed", "unsubscribed from the account") { Outcome = "Suppressed", AddressBookId = 1001 }],
        Guards = [new GuardHeld("exits", null, 1001, "20 %", 412)],
        Notices = ["The book Old is gone."],
    };

    private static string Written(Action<RunReport> write)
    {
        var writer = new StringWriter();
        write(new RunReport(Terminal.Create(writer, terminal: false, dumb: true, new Dictionary<string, string>()), "job.yaml"));
        return writer.ToString().ReplaceLineEndings("\n");
    }

    [Fact]
    public void A_run_reports_what_was_done_who_was_left_out_and_what_is_held()
    {
        var text = Written(report => report.WriteRun(_result));
        Assert.StartsWith("‖ loyalty held in 19 s  run r1\n", text, StringComparison.Ordinal);
        Assert.Contains("vips      VIP customers   12,345   12,000      200       ·        100        45\n", text, StringComparison.Ordinal);
        Assert.Contains("Changes  12,207 delivered, 30 suppressed, 10 invalid, 5 omitted\n", text, StringComparison.Ordinal);
        Assert.Contains("Calls    42 to Dotdigital (30 contacts.importStatus, 2 contacts.import), 3.2 MB sent\n", text, StringComparison.Ordinal);
        Assert.Contains("exits in book VIP customers (1001): 412, the limit is 20 %", text, StringComparison.Ordinal);
        Assert.Contains("rollcall run job.yaml --allow exits", text, StringComparison.Ordinal);
        Assert.Contains("• The book Old is gone.", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);
    }

    [Fact]
    public void A_plan_shows_its_cost_and_the_first_rows()
    {
        var text = Written(report => report.WritePlan(_result with
        {
            Guards = [],
            Plan = new PlanCost { Imports = 1, ImportBytes = 3_200_000, Removals = 12, ApiCalls = 9 },
            Changes = [new PlannedChange("enter", "a@example.com", "brazil", null), new PlannedChange("exit", "b@example.com", "vips", 1001)],
        }));
        Assert.Contains("Sends    1 import of 3.2 MB, 12 removals\n", text, StringComparison.Ordinal);
        Assert.Contains("Costs    9 calls to Dotdigital, not counting polling\n", text, StringComparison.Ordinal);
        Assert.Contains("Emails   none\n", text, StringComparison.Ordinal);
        Assert.Contains("a@example.com  brazil    Brazil (new)\n", text, StringComparison.Ordinal);
        Assert.Contains("b@example.com  vips      VIP customers (1001)\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_JSON_of_a_run_has_the_keys_of_the_contract()
    {
        var json = Json(_result);
        Assert.Equal("held", json.GetProperty("state").GetString());
        Assert.Equal(12_345, json.GetProperty("audiences")[0].GetProperty("members").GetInt64());
        Assert.Equal(2, json.GetProperty("api_calls").GetProperty("by_operation").GetProperty("contacts.import").GetInt64());
        Assert.Equal("o+ne@example.com", json.GetProperty("failures")[0].GetProperty("email").GetString());
        Assert.Equal(412, json.GetProperty("guards")[0].GetProperty("actual").GetInt64());
        foreach (var key in new[] { "job", "run_id", "started", "finished", "outcomes", "values_left_out", "bytes_sent" })
        {
            Assert.True(json.TryGetProperty(key, out _), key);
        }

        Assert.False(json.TryGetProperty("plan", out _));
        Assert.False(json.TryGetProperty("changes", out _));
        Assert.False(json.TryGetProperty("exit_code", out _));
    }

    [Fact]
    public void The_JSON_of_a_plan_has_its_cost()
    {
        var plan = Json(_result with { Plan = new PlanCost { Imports = 1, Mails = new PlanMails(0, 3, 0) } }).GetProperty("plan");
        Assert.Equal(
            ["imports", "import_bytes", "moves", "direct_adds", "removals", "unsubscribes", "resubscribes", "api_calls", "mails", "creates"],
            plan.EnumerateObject().Select(property => property.Name));
        Assert.Equal(3, plan.GetProperty("mails").GetProperty("confirmations_at_most").GetInt64());
    }

    private static JsonElement Json(RunResult result)
    {
        var writer = new StringWriter();
        JsonDocuments.Write(writer, result);
        return JsonDocument.Parse(writer.ToString()).RootElement;
    }
}
