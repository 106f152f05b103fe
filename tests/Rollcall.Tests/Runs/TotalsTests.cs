using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>Totals and lists say the same.</summary>
public sealed class TotalsTests
{
    [Fact]
    public async Task What_is_left_out_adds_up_to_the_lists_in_a_plan_and_in_a_run()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com", "cid@example.com", "dora@example.com", "eve@example.com");
        scene.Set("silver", "fay@example.com", "gus@example.com");
        await AddsUpAsync(scene);

        // Two opt out, and one of them leaves the audience too; one was removed from the book manually; one leaves; some rows lose their identity.
        scene.Account.Unsubscribe("ann@example.com", scene.Gold);
        scene.Account.Unsubscribe("bob@example.com", scene.Gold);
        scene.Account.RemoveFromBook("cid@example.com", scene.Gold);
        scene.Set(
            "gold", "bob@example.com", "cid@example.com", "eve@example.com,Eve,much", "no address,Nobody,1", ",Nobody,1",
            "new@example.com,New,1", "new@example.com,Again,1", "1,2,3,4,5");
        await AddsUpAsync(scene);
        await AddsUpAsync(scene);
    }

    [Fact]
    public async Task Rows_without_an_identity_count_for_each_book_of_their_audience()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Mapping = $"[{{gold: \"{scene.Gold}\"}}, {{gold: \"{scene.Silver}\"}}, {{silver: \"{scene.Silver}\"}}]";
        scene.Set("gold", "ann@example.com", "no address,Nobody,1", "neither,Nobody,1");

        await AddsUpAsync(scene);
    }

    [Fact]
    public async Task Somebody_who_opted_out_and_left_is_listed_as_an_exit()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        scene.Account.Unsubscribe("ann@example.com", scene.Gold);
        scene.Set("gold", "bob@example.com");

        var run = await scene.RunAsync();

        var failure = Assert.Single(run.Failures);
        Assert.Equal(("ann@example.com", "exit", "Suppressed"), (failure.Email, failure.Operation, failure.Outcome));
        Assert.Equal(0, run.Audiences[0].Suppressed);
        Assert.Equal(1, run.Outcomes.Suppressed);
    }

    [Fact]
    public async Task People_who_stay_because_they_were_there_before_are_in_the_totals()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Account.AddContact("ann@example.com", scene.Gold);
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        scene.Set("gold", "bob@example.com");

        var run = await AddsUpAsync(scene);

        Assert.Equal("exit", Assert.Single(run.Failures).Operation);
        Assert.Equal(1, run.Outcomes.Omitted);
    }

    [Fact]
    public async Task Reasons_that_differ_in_a_length_or_a_line_alone_are_one()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set(
            "gold",
            "ann@example.com,Ann,1",
            "bob@example.com,Bob,1",
            $"cid@example.com,{new string('c', 1_001)},1",
            $"dora@example.com,{new string('d', 1_002)},1",
            "1,2,3,4",
            "1,2,3,4");

        var reasons = (await scene.RunAsync()).Reasons;

        Assert.Contains(
            reasons,
            r =>
                r is { Operation: "field", Count: 2, Example: "cid@example.com" }
                    && r.Reason.EndsWith("too long (at most 1,000 fit)", StringComparison.Ordinal));
        Assert.Contains(reasons, r => r is { Operation: "read", Code: "RejectedRow", Count: 2, Example: "gold.csv:6" });
    }

    [Fact]
    public async Task Guards_that_would_hold_next_are_named_together()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Config = "  exit_action: remove\n  trigger_join: true";
        scene.More = "guards: {max_enter: 2, max_mails: 3}";
        scene.Set("gold", Enumerable.Range(1, 5).Select(i => $"p{i}@example.com"));

        var plan = await scene.PlanAsync();

        Assert.Equal(["enters"], plan.Guards.Select(g => g.Guard));
        Assert.Contains(plan.Notices,
            n => n.StartsWith("If what is held were allowed, the run would cause 5 emails, and max_mails is 3", StringComparison.Ordinal));
        Assert.Equal(["mails"], (await scene.RunAsync("enters")).Guards.Select(g => g.Guard));
        Assert.DoesNotContain((await scene.PlanAsync(new RunOptions { Allow = new HashSet<string> { "mails" } })).Notices,
            n => n.Contains("were allowed", StringComparison.Ordinal));
    }

    /// <summary>Plans and runs, and compares each total with the sum of the lists.</summary>
    private static async Task<RunResult> AddsUpAsync(ExportScene scene)
    {
        AddsUp(await scene.PlanAsync());
        var run = await scene.RunAsync("exits", "rejects", "missing");
        AddsUp(run);
        return run;
    }

    private static void AddsUp(RunResult result)
    {
        ExportScene.AddsUp(result);
        long Listed(params string[] outcomes) =>
            result.Reasons.Where(r => r.Operation is "enter" or "update" or "move" or "read" && outcomes.Contains(r.Outcome)).Sum(r => r.Count);
        Assert.Equal(Listed("Suppressed"), result.Audiences.Sum(a => a.Suppressed));
        Assert.Equal(Listed("Invalid"), result.Audiences.Sum(a => a.Invalid));
        Assert.Equal(Listed("Omitted"), result.Audiences.Sum(a => a.Omitted));
        Assert.Equal(Listed("Held", "Failed"), result.Audiences.Sum(a => a.Held));

        long All(string outcome) => result.Reasons.Where(r => r.Operation is not "field" && r.Outcome == outcome).Sum(r => r.Count);
        Assert.Equal(
            (All("Pending"), All("Suppressed"), All("Invalid"), All("Failed"), All("Omitted")),
            (result.Outcomes.Pending, result.Outcomes.Suppressed, result.Outcomes.Invalid, result.Outcomes.Failed, result.Outcomes.Omitted));
    }
}
