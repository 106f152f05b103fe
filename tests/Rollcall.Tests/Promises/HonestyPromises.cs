using Rollcall.Model;
using Rollcall.Simulators;
using Rollcall.Tests.Runs;
using Xunit;

namespace Rollcall.Tests.Promises;

/// <summary>Reports match the real state, and nobody is lost silently.</summary>
public sealed class HonestyPromises
{
    [Fact]
    public async Task A_dry_run_names_exactly_what_would_change()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com,Ann,1", "bob@example.com,Bob,1", "cyd@example.com,Cyd,1");
        await scene.RunAsync();
        scene.Set("gold", "ann@example.com,Ann,1", "bob@example.com,Bob,2", "dan@example.com,Dan,1");
        scene.Set("silver", "ann@example.com,Ann,1");
        var writes = scene.Writes;

        var plan = await scene.PlanAsync();
        Assert.Equal(writes, scene.Writes);
        var run = await scene.RunAsync();

        Assert.Equal(
            [
                ("enter", "ann@example.com", (long?)scene.Silver),
                ("enter", "dan@example.com", scene.Gold),
                ("exit", "cyd@example.com", scene.Gold),
                ("update", "bob@example.com", scene.Gold),
            ],
            plan.Changes!.Select(c => (c.Kind, c.Email, c.AddressBookId)).Order());
        Assert.Equal(plan.Audiences, run.Audiences);
        Assert.Equal((plan.Plan!.Imports, plan.Plan.Removals), (1L, 1L));
    }

    [Fact]
    public async Task One_bad_row_neither_sinks_nor_hides_its_batch()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Account.Plant(new Seed { GloballySuppressed = ["barred@example.com"] });
        scene.Set("gold", "ann@example.com", "nonsense,X,1", "barred@example.com", "bob@example.com,Bob,many", "cyd@example.com");

        var result = await scene.RunAsync();

        Assert.Equal(["ann@example.com", "bob@example.com", "cyd@example.com"], scene.In(scene.Gold));
        Assert.Equal((3L, 1L, 1L, 1L), (result.Audiences[0].Entered, result.Audiences[0].Invalid, result.Audiences[0].Suppressed, result.ValuesLeftOut));
        Assert.Equal(["GloballySuppressed", "InvalidEmail", "ValueLeftOut"], result.Failures.Select(f => f.Code).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_row_that_failed_says_why_and_is_tried_again_when_that_can_help()
    {
        await using var scene = await ExportScene.StartAsync(o => o with { MaxContacts = 1 });
        scene.Set("gold", "ann@example.com", "bob@example.com", "nonsense,X,1");

        var first = await scene.RunAsync();
        Assert.Equal(ExitCode.SomeNotDelivered, first.ExitCode);
        Assert.All(first.Failures, f => Assert.False(string.IsNullOrWhiteSpace(f.Code) || string.IsNullOrWhiteSpace(f.Reason)));
        Assert.Contains(first.Failures, f => f is { Outcome: "Failed", Code: "ExceedsAllowedContactLimit" });

        scene.Account.Options = scene.Account.Options with { MaxContacts = null };
        var second = await scene.RunAsync();
        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
        Assert.Equal((ExitCode.Done, "InvalidEmail"), (second.ExitCode, Assert.Single(second.Failures).Code));
    }

    [Fact]
    public async Task Totals_add_up()
    {
        await using var scene = await ExportScene.StartAsync(o => o with { SuppressedInImport = SuppressedInImport.Fails });
        scene.Account.Plant(new Seed { GloballySuppressed = ["barred@example.com"] });
        scene.Account.AddContact("out@example.com", scene.Gold);
        scene.Account.Unsubscribe("out@example.com", scene.Gold);
        scene.Set(
            "gold",
            "ann@example.com,Ann,1",
            "ANN@example.com,Ann,1",
            "nonsense,X,1",
            ",Nobody,1",
            "out@example.com",
            "barred@example.com",
            "same@example.com");
        scene.Set("silver", "ann@example.com,Ann,1", "bob@example.com");
        List<RunResult> results = [await scene.RunAsync()];
        scene.Set("gold", "ann@example.com,Ann,2", "nonsense,X,1", "out@example.com", "same@example.com", "new@example.com");
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = FaultKind.DropBefore });
        results.Add(await scene.RunAsync());
        results.Add(await scene.RunAsync());

        Assert.All(results, ExportScene.AddsUp);
        Assert.Equal([7L, 2L, 5L, 2L, 5L, 2L], results.SelectMany(r => r.Audiences.Select(a => a.Members)));
    }

    [Theory]
    [InlineData("keep", "overwrite", "Ann")]
    [InlineData("clear", "overwrite", null)]
    [InlineData("clear", "overwrite_if_not_empty", "Ann")]
    public async Task Whether_an_empty_value_clears_a_field_is_a_choice(string missing, string merge, string? left)
    {
        await using var scene = await ExportScene.StartAsync();
        scene.More = $"on_missing_field: {missing}\nmerge_option: {merge}";
        scene.Set("gold", "ann@example.com,Ann,1");
        await scene.RunAsync();
        scene.Set("gold", "ann@example.com,,2");
        await scene.RunAsync();

        Assert.Equal(
            (left, "2"),
            (scene.Account.Contact("ann@example.com")!.DataFields.GetValueOrDefault("FIRSTNAME"),
                scene.Account.Contact("ann@example.com")!.DataFields["SPEND"]));
    }

    [Theory]
    [InlineData(ContactStatus.HardBounced, SuppressedInImport.Updated)]
    [InlineData(ContactStatus.Suppressed, SuppressedInImport.Fails)]
    [InlineData(ContactStatus.IspComplained, SuppressedInImport.Updated)]
    public async Task Bounced_suppressed_and_complained_are_end_states_and_not_errors_that_fail_the_job_for_ever(
        ContactStatus status,
        SuppressedInImport import)
    {
        await using var scene = await ExportScene.StartAsync(o => o with { SuppressedInImport = import });
        scene.Set("gold", "ann@example.com,Ann,1", "bob@example.com,Bob,1");
        await scene.RunAsync();
        scene.Account.SetStatus("ann@example.com", status);
        scene.Set("gold", "ann@example.com,Ann,2", "bob@example.com,Bob,2");

        var first = await scene.RunAsync();
        var writes = scene.Writes;
        var second = await scene.RunAsync();

        Assert.Equal((ExitCode.Done, 1L, ExitCode.Done, 1L), (first.ExitCode, first.Audiences[0].Suppressed, second.ExitCode, second.Audiences[0].Suppressed));
        Assert.Equal((writes, status), (scene.Writes, scene.Account.Contact("ann@example.com")!.Status));
    }

    [Fact]
    public async Task Addresses_with_odd_signs_quotes_apostrophes_accents_and_new_lines_arrive_unchanged()
    {
        await using var scene = await ExportScene.StartAsync();
        List<string> people = ["a+b@example.com", "c/d@example.com", "e#f@example.com", "100%@example.com", "o'neil@example.com", "zoë@example.com"];
        scene.Set("gold", [.. people.Select(p => $"{p},\"O'Brien, \"\"Zoë\"\"\nTwo\",1"), "\"\n trimmed@example.com \",Ann,1"]);
        scene.Set("silver", people);
        scene.Config = "  trigger_join: true\n  exit_action: remove";
        await scene.RunAsync();
        scene.Set("silver");
        await scene.RunAsync("empty");

        Assert.Equal([.. people.Append("trimmed@example.com").Order(StringComparer.Ordinal)], scene.In(scene.Gold));
        Assert.All(people, p => Assert.Equal("O'Brien, \"Zoë\"\nTwo", scene.Account.Contact(p)!.DataFields["FIRSTNAME"]));
        Assert.Empty(scene.In(scene.Silver));
        Assert.Equal(people.Count + 1, scene.Account.ContactCount);
    }
}
