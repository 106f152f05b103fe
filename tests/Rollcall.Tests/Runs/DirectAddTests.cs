using System.Text.Json;
using Rollcall.Model;
using Rollcall.Simulators;
using Xunit;

namespace Rollcall.Tests.Runs;

public sealed class DirectAddTests
{
    private const string Add = "addContactToAddressBook";
    private const string TriggerJoin = "  trigger_join: true\n  exit_action: remove";

    [Fact]
    public async Task A_person_who_enters_is_added_singly_and_joins_once_and_changed_fields_go_in_bulk()
    {
        await using var scene = await JoiningAsync();
        scene.Set("gold", "ann@example.com,Ann,1", "bob@example.com,Bob,2");

        var first = await scene.RunAsync();
        scene.Set("gold", "ann@example.com,Ann,9", "bob@example.com,Bob,2", "cyd@example.com,Cyd,3");
        var second = await scene.RunAsync();
        var third = await scene.RunAsync();

        Assert.Equal(["ann@example.com", "bob@example.com", "cyd@example.com"], scene.In(scene.Gold));
        Assert.All(scene.In(scene.Gold), e => Assert.Equal(1, scene.Account.Joins(e, scene.Gold)));
        Assert.Equal((3, 1), (scene.Account.Calls[Add], scene.Account.Calls["importContacts"]));
        Assert.Equal(("9", "Cyd"), (scene.Account.Contact("ann@example.com")!.DataFields["SPEND"], scene.Account.Contact("cyd@example.com")!.DataFields["FIRSTNAME"]));
        Assert.Equal((2L, 1L, 1L), (first.Audiences[0].Entered, second.Audiences[0].Entered, second.Audiences[0].Updated));
        Assert.Equal(3, third.Audiences[0].Unchanged);
        Assert.All([first, second, third], r => Assert.Equal(ExitCode.Done, r.ExitCode));
        Assert.All([first, second, third], ExportScene.AddsUp);
    }

    [Fact]
    public async Task Someone_in_two_audiences_joins_each_of_two_books_once()
    {
        await using var scene = await JoiningAsync();
        scene.Set("gold", "ann@example.com");
        scene.Set("silver", "ann@example.com", "bob@example.com");

        await scene.RunAsync();

        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Silver));
        Assert.Equal((1, 1), (scene.Account.Joins("ann@example.com", scene.Gold), scene.Account.Joins("ann@example.com", scene.Silver)));
        Assert.Equal(3, scene.Account.Calls[Add]);
    }

    [Theory]
    [InlineData(FaultKind.DropBefore)]
    [InlineData(FaultKind.DropAfter)]
    public async Task An_add_without_an_answer_is_looked_up_and_nobody_is_mailed_twice(FaultKind kind)
    {
        await using var scene = await JoiningAsync(o => o with { RepeatedAddsFire = true, DoubleOptIn = DoubleOptIn.None });
        scene.Set("gold", Enumerable.Range(0, 20).Select(i => $"m{i}@example.com"));
        scene.Account.AddFaults(new Fault { Operation = Add, Occurrence = 4, Times = 3, Kind = kind });

        var first = await scene.RunAsync();
        var second = await scene.RunAsync();

        Assert.Equal(20, scene.In(scene.Gold).Count);
        Assert.All(scene.In(scene.Gold), e => Assert.Equal(1, scene.Account.Joins(e, scene.Gold)));
        Assert.Equal(kind == FaultKind.DropAfter ? 20 : 17, first.Audiences[0].Entered);
        Assert.Equal(ExitCode.Done, second.ExitCode);
        Assert.All([first, second], ExportScene.AddsUp);
    }

    [Fact]
    public async Task An_add_that_dotdigital_carries_out_after_the_person_was_looked_up_is_not_repeated()
    {
        await using var scene = await JoiningAsync();
        scene.Set("gold", "ann@example.com");
        scene.Account.AddFaults(new Fault { Operation = Add, Kind = FaultKind.DropBefore });
        var first = await scene.RunAsync();
        Assert.Equal("Unanswered", Assert.Single(first.Failures).Code);

        // The lost call arrives now.
        scene.Account.AddContact("ann@example.com", scene.Gold);
        var second = await scene.RunAsync();
        var third = await scene.RunAsync();

        // The look-up before the comparison finds them; it is unknown whether their fields arrived, so they are written.
        Assert.Equal(1, scene.Account.Calls[Add]);
        Assert.Equal((ExitCode.Done, 1L), (second.ExitCode, second.Audiences[0].Updated));
        Assert.Equal((ExitCode.Done, 1L), (third.ExitCode, third.Audiences[0].Unchanged));
    }

    [Fact]
    public async Task Values_written_by_an_add_without_an_answer_give_way_to_those_the_person_has_again()
    {
        await using var scene = await JoiningAsync();
        scene.Set("silver", "ann@example.com,Ann,1");
        scene.Set("gold", "bob@example.com,Bob,5");
        await scene.RunAsync();
        scene.Set("gold", "bob@example.com,Bob,5", "ann@example.com,Ann,2");
        scene.Account.AddFaults(new Fault { Operation = Add, Kind = FaultKind.DropAfter });
        await scene.RunAsync();
        Assert.Equal("2", scene.Account.Contact("ann@example.com")!.DataFields["SPEND"]);
        scene.Set("gold", "bob@example.com,Bob,5");

        await scene.RunAsync();

        Assert.Equal("1", scene.Account.Contact("ann@example.com")!.DataFields["SPEND"]);
    }

    [Fact]
    public async Task A_person_who_must_confirm_is_pending_is_asked_once_and_becomes_a_member_when_they_do()
    {
        await using var scene = await JoiningAsync(o => o with { DoubleOptIn = DoubleOptIn.Single });
        scene.Set("gold", "ann@example.com");

        var first = await scene.RunAsync();
        var second = await scene.RunAsync();
        scene.Account.Confirm("ann@example.com");
        var third = await scene.RunAsync();

        Assert.Equal((1L, 1L, 0L), (first.Outcomes.Pending, second.Outcomes.Pending, third.Outcomes.Pending));
        Assert.Equal((1, 1), (scene.Account.Confirmations("ann@example.com"), scene.Account.Joins("ann@example.com", scene.Gold)));
        Assert.Equal((1, 1L), (scene.Account.Calls[Add], third.Audiences[0].Unchanged));
        Assert.Equal(ExitCode.Done, first.ExitCode);
    }

    [Theory]
    [InlineData(ContactStatus.HardBounced, "HardBounced")]
    [InlineData(ContactStatus.Unsubscribed, "Unsubscribed")]
    public async Task A_person_dotdigital_refuses_is_suppressed_with_the_status_it_shows(ContactStatus status, string code)
    {
        await using var scene = await JoiningAsync(o => o with { FeedLoss = 1 });
        scene.Account.AddContact("ann@example.com");
        scene.Account.SetStatus("ann@example.com", status);
        scene.Account.AddContact("bob@example.com", scene.Gold);
        scene.Account.Unsubscribe("bob@example.com", scene.Gold);
        scene.Set("gold", "ann@example.com", "bob@example.com", "cyd@example.com");

        var result = await scene.RunAsync();

        Assert.Equal(["cyd@example.com"], scene.In(scene.Gold));
        Assert.Equal(("Suppressed", code), Fate(result, "ann@example.com"));
        Assert.Equal(("Suppressed", "Unsubscribed"), Fate(result, "bob@example.com"));
        Assert.Equal((ExitCode.Done, 2L), (result.ExitCode, result.Audiences[0].Suppressed));
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task An_address_dotdigital_does_not_take_is_invalid_and_stays_so()
    {
        await using var scene = await JoiningAsync();
        scene.Set("gold", "ann@example.com", "bob@localhost.invalid-");
        scene.Account.AddFaults(new Fault { Operation = Add, Kind = FaultKind.Refuse, Status = 400, Message = "ERROR_INVALID_EMAIL" });
        scene.Set("gold", "ann@example.com");

        var result = await scene.RunAsync();
        var second = await scene.RunAsync();

        Assert.Equal(("Invalid", "InvalidEmail"), Fate(result, "ann@example.com"));
        Assert.Equal((1L, 1L, 1), (result.Audiences[0].Invalid, second.Audiences[0].Invalid, scene.Account.Calls[Add]));
        Assert.Equal(ExitCode.Done, result.ExitCode);
    }

    [Theory]
    [InlineData("ERROR_ADDRESSBOOK_NOTWRITABLE", "BookNotWritable")]
    [InlineData("ERROR_ADDRESSBOOK_NOT_FOUND", "BookVanished")]
    [InlineData("ERROR_CONTACT_TOOMANY", "AccountFull")]
    public async Task A_book_that_takes_nobody_costs_few_calls_and_is_named(string error, string code)
    {
        await using var scene = await JoiningAsync();
        scene.Set("gold", Enumerable.Range(0, 300).Select(i => $"m{i}@example.com"));
        scene.Account.AddFaults(new Fault { Operation = Add, Every = 1, Kind = FaultKind.Refuse, Status = 400, Message = error });

        var result = await scene.RunAsync();

        Assert.True(scene.Account.Calls[Add] < 100, $"{scene.Account.Calls[Add]} calls");
        Assert.All(result.Failures, f => Assert.Equal(("Failed", code), (f.Outcome, f.Code)));
        Assert.Equal((ExitCode.SomeNotDelivered, 300L), (result.ExitCode, result.Outcomes.Failed));
        ExportScene.AddsUp(result);

        scene.Account.ClearFaults();
        await scene.RunAsync();
        Assert.Equal(300, scene.In(scene.Gold).Count);
    }

    [Fact]
    public async Task Calls_that_keep_failing_are_given_up_and_the_next_run_continues()
    {
        await using var scene = await JoiningAsync();
        scene.Set("gold", Enumerable.Range(0, 300).Select(i => $"m{i}@example.com"));
        scene.Account.AddFaults(new Fault { Operation = Add, Occurrence = 50, Times = 100, Kind = FaultKind.DropAfter });

        var first = await scene.RunAsync();
        scene.Account.ClearFaults();
        var second = await scene.RunAsync();

        Assert.Equal(ExitCode.SomeNotDelivered, first.ExitCode);
        Assert.True(first.Outcomes.Failed > 100, $"{first.Outcomes.Failed} failed");
        Assert.Contains(first.Notices, n => n.Contains("in a row", StringComparison.Ordinal));
        Assert.Equal((ExitCode.Done, 300), (second.ExitCode, scene.In(scene.Gold).Count));
        Assert.All(scene.In(scene.Gold), e => Assert.Equal(1, scene.Account.Joins(e, scene.Gold)));
        Assert.All([first, second], ExportScene.AddsUp);
    }

    [Theory]
    [InlineData("o'hara+tag@example.com")]
    [InlineData("a/b#c%d?e@example.com")]
    [InlineData("zoë.müller@example.com")]
    [InlineData("\"quoted\"@example.com")]
    public async Task An_address_arrives_unchanged_by_either_api(string email)
    {
        foreach (var api in new[] { "v2", "v3" })
        {
            await using var scene = await JoiningAsync();
            scene.More = $"direct_api: {api}";
            scene.Set("gold", "\"" + email.Replace("\"", "\"\"", StringComparison.Ordinal) + "\",Ann,1");

            var result = await scene.RunAsync();

            Assert.Equal([email], scene.In(scene.Gold));
            Assert.Equal(1, result.Audiences[0].Entered);
        }
    }

    [Fact]
    public async Task The_v3_call_writes_fields_and_lists_in_one_and_merges_as_the_job_says()
    {
        await using var scene = await JoiningAsync(o => o with { PatchJoins = true });
        scene.More = "direct_api: v3\nmerge_option: overwrite_if_empty";
        scene.Account.AddContact("ann@example.com");
        scene.Account.Plant(new Seed { Contacts = [new SeedContact { Email = "bob@example.com", DataFields = new Dictionary<string, JsonElement> { ["FIRSTNAME"] = JsonSerializer.SerializeToElement("Robert") } }] });
        scene.Set("gold", "ann@example.com,Ann,1", "bob@example.com,Bob,2");

        var result = await scene.RunAsync();

        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
        Assert.Equal(("Ann", "Robert", "2"), (Field(scene, "ann@example.com", "FIRSTNAME"), Field(scene, "bob@example.com", "FIRSTNAME"), Field(scene, "bob@example.com", "SPEND")));
        Assert.Equal((2, 2L), (scene.Account.Calls["importContact"], result.Audiences[0].Entered));
        Assert.Equal(1, scene.Account.Joins("ann@example.com", scene.Gold));
        Assert.Contains(scene.Job().Warnings, w => w.Where == "direct_api" || w.ToString().Contains("direct_api", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_person_who_was_deleted_at_dotdigital_is_not_created_again_by_an_add_to_another_book()
    {
        await using var scene = await JoiningAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        scene.Account.DeleteContact("ann@example.com");
        scene.Set("silver", "ann@example.com", "bob@example.com");

        var result = await scene.RunAsync();

        Assert.Equal(["bob@example.com"], scene.In(scene.Silver));
        Assert.Contains(result.Failures, f => f is { Email: "ann@example.com", Code: "DeletedAtDotdigital" } && f.AddressBookId == scene.Silver);
        Assert.Equal(ExitCode.Done, result.ExitCode);
    }

    [Fact]
    public async Task A_person_who_was_in_the_book_before_the_job_does_not_join_again()
    {
        await using var scene = await JoiningAsync();
        scene.Account.AddContact("ann@example.com", scene.Gold);
        scene.Set("gold", "ann@example.com,Ann,5", "bob@example.com,Bob,5");

        var result = await scene.RunAsync();

        Assert.Equal((0, 1), (scene.Account.Joins("ann@example.com", scene.Gold), scene.Account.Joins("bob@example.com", scene.Gold)));
        Assert.Equal(("5", 2L), (Field(scene, "ann@example.com", "SPEND"), result.Audiences[0].Entered));
    }

    [Fact]
    public async Task A_first_run_that_joins_nobody_goes_in_bulk_and_a_killed_one_stays_the_first()
    {
        await using var scene = await JoiningAsync();
        scene.More = "join_existing: false";
        scene.Set("gold", "ann@example.com");
        scene.Before = request => _ = request.StartsWith("PUT", StringComparison.Ordinal) ? throw new InvalidOperationException("killed") : 0;
        await Assert.ThrowsAsync<InvalidOperationException>(() => scene.RunAsync());
        scene.Before = null;

        var first = await scene.RunAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        var second = await scene.RunAsync();

        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
        Assert.Equal((0, 1), (scene.Account.Joins("ann@example.com", scene.Gold), scene.Account.Joins("bob@example.com", scene.Gold)));
        Assert.Equal((1L, 1L), (first.Audiences[0].Entered, second.Audiences[0].Entered));
        Assert.Equal(1, scene.Account.Calls[Add]);
    }

    [Fact]
    public async Task A_plan_counts_joins_and_confirmations_and_the_run_makes_no_more()
    {
        await using var scene = await JoiningAsync(o => o with { DoubleOptIn = DoubleOptIn.Single });
        scene.Account.AddContact("old@example.com", scene.Silver);
        scene.Set("gold", "ann@example.com", "old@example.com");
        scene.Set("silver", "ann@example.com", "old@example.com");

        var plan = (await scene.PlanAsync()).Plan!;
        Assert.Equal(0, scene.Account.Calls.GetValueOrDefault(Add));
        await scene.RunAsync();

        // Old is already in Silver, so that entry goes in bulk.
        Assert.Equal((3L, 3L, 1L), (plan.DirectAdds, plan.Mails.Joins, plan.Imports));
        Assert.Equal(1, plan.Mails.ConfirmationsAtMost);
        Assert.Equal(1, scene.Account.Confirmations("ann@example.com"));
        Assert.Equal(0, scene.Account.Confirmations("old@example.com"));
        Assert.Equal((2, 1), (scene.Account.Calls[Add], scene.Account.Calls["importContacts"]));
    }

    [Fact]
    public async Task A_person_who_enters_two_books_and_must_confirm_is_asked_once_and_joins_both_after_confirming()
    {
        await using var scene = await JoiningAsync(o => o with { DoubleOptIn = DoubleOptIn.Single });
        scene.Set("gold", "ann@example.com");
        scene.Set("silver", "ann@example.com");

        var first = await scene.RunAsync();
        var second = await scene.RunAsync();
        Assert.Equal((2L, 2L, 1), (first.Outcomes.Pending, second.Outcomes.Pending, scene.Account.Confirmations("ann@example.com")));
        scene.Account.Confirm("ann@example.com");
        var third = await scene.RunAsync();
        var fourth = await scene.RunAsync();

        Assert.All([scene.Gold, scene.Silver], book => Assert.Equal(["ann@example.com"], scene.In(book)));
        Assert.Equal((1, 1, 1), (scene.Account.Joins("ann@example.com", scene.Gold), scene.Account.Joins("ann@example.com", scene.Silver), scene.Account.Confirmations("ann@example.com")));
        Assert.Equal((ExitCode.Done, ExitCode.Done, 0L), (third.ExitCode, fourth.ExitCode, fourth.Outcomes.Pending));
        Assert.All([first, second, third, fourth], ExportScene.AddsUp);
    }

    [Fact]
    public async Task More_joins_than_the_guard_allows_hold_the_whole_run_until_they_are_allowed_once()
    {
        await using var scene = await JoiningAsync();
        scene.More = "guards: {max_mails: 2}";
        scene.Set("gold", "ann@example.com", "bob@example.com");
        scene.Set("silver", "cyd@example.com");

        var held = await scene.RunAsync();
        Assert.Equal((ExitCode.Guard, RunState.Held, 0), (held.ExitCode, held.State, scene.Account.Calls.GetValueOrDefault(Add)));
        Assert.Equal(("mails", 3L), (held.Guards[0].Guard, held.Guards[0].Actual));
        ExportScene.AddsUp(held);

        var allowed = await scene.RunAsync("mails");
        Assert.Equal((ExitCode.Done, 2, 1), (allowed.ExitCode, scene.In(scene.Gold).Count, scene.In(scene.Silver).Count));
    }

    [Fact]
    public async Task A_book_held_by_another_guard_does_not_count_as_mail()
    {
        await using var scene = await JoiningAsync();
        scene.More = "guards: {max_mails: 2, max_enter: 2}";
        scene.Set("gold", "ann@example.com", "bob@example.com", "cyd@example.com");
        scene.Set("silver", "ann@example.com");

        var result = await scene.RunAsync();

        Assert.Equal(["enters"], result.Guards.Select(g => g.Guard));
        Assert.Equal((0, 1), (scene.In(scene.Gold).Count, scene.In(scene.Silver).Count));
    }

    [Theory]
    [InlineData("request")]
    [InlineData("answer")]
    [InlineData("commit")]
    [InlineData("file")]
    public async Task A_run_killed_anywhere_among_its_adds_mails_nobody_twice_and_forgets_nobody(string kind)
    {
        for (var at = 1; at <= (kind == "file" ? 4 : 9); at += kind == "file" ? 1 : 2)
        {
            await using var scene = await JoiningAsync(o => o with { RepeatedAddsFire = true, DoubleOptIn = DoubleOptIn.None });
            scene.Set("gold", Enumerable.Range(0, 12).Select(i => $"m{i}@example.com"));
            KillAt(scene, kind, at);
            await Assert.ThrowsAsync<KilledException>(() => scene.RunAsync());
            (scene.Checkpoint, scene.Before) = (null, null);

            var second = await scene.RunAsync();
            var third = await scene.RunAsync();

            Assert.Equal(12, scene.In(scene.Gold).Count);
            Assert.All(scene.In(scene.Gold), e => Assert.Equal(1, scene.Account.Joins(e, scene.Gold)));
            Assert.Equal((ExitCode.Done, 12L), (third.ExitCode, third.Audiences[0].Unchanged));
            Assert.All([second, third], ExportScene.AddsUp);
        }
    }

    [Fact]
    public async Task Interrupted_it_begins_no_call_and_keeps_the_answers_of_those_under_way()
    {
        await using var scene = await JoiningAsync();
        scene.Set("gold", Enumerable.Range(0, 300).Select(i => $"m{i}@example.com"));
        using var interrupt = new CancellationTokenSource();
        var begun = 0;
        scene.Before = request =>
        {
            if (request.StartsWith("POST", StringComparison.Ordinal) && Interlocked.Increment(ref begun) == 40)
            {
                interrupt.Cancel();
            }
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ExportRun.ExecuteAsync(scene.Job(), new RunOptions(), scene.Workplace(), interrupt.Token));
        var sent = scene.Account.Calls[Add];
        scene.Before = null;
        var looked = scene.Account.Calls.GetValueOrDefault("getContact");
        await scene.RunAsync();

        Assert.InRange(sent, 40, 120);
        Assert.Equal(300, scene.In(scene.Gold).Count);
        Assert.All(scene.In(scene.Gold), e => Assert.Equal(1, scene.Account.Joins(e, scene.Gold)));
        Assert.Equal((300, looked), (scene.Account.Calls[Add], scene.Account.Calls.GetValueOrDefault("getContact")));
    }

    [Fact]
    public async Task A_person_who_opts_out_between_two_bursts_is_not_called_at_all()
    {
        await using var scene = await JoiningAsync();
        var clock = new LeapingClock();
        scene.Clock = clock;
        var members = Enumerable.Range(0, 640).Select(i => $"m{i}@example.com").ToList();
        members.ForEach(m => scene.Account.AddContact(m));
        scene.Set("gold", members);
        var begun = 0;
        scene.Before = request =>
        {
            if (request.StartsWith("POST", StringComparison.Ordinal) && Interlocked.Increment(ref begun) == 400)
            {
                members.ForEach(m => scene.Account.Unsubscribe(m, scene.Gold));
                clock.Ahead = TimeSpan.FromMinutes(10);
            }
        };

        var result = await scene.RunAsync();

        Assert.Empty(scene.In(scene.Gold));
        Assert.Equal(500, scene.Account.Calls[Add]);
        Assert.Equal((640L, 0L), (result.Audiences[0].Suppressed, result.Outcomes.Failed));
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task Explain_says_that_someone_will_be_added_singly_and_then_that_they_were()
    {
        await using var scene = await JoiningAsync();
        scene.Set("gold", "ann@example.com");

        Assert.Contains((await scene.ExplainAsync("ann@example.com")).Next, n => n.Contains("by a call of its own", StringComparison.Ordinal));
        await scene.RunAsync();
        Assert.Contains("added the person", (await scene.ExplainAsync("ann@example.com")).Books[0].Reason, StringComparison.Ordinal);
    }

    /// <summary>Ends the process at the nth checkpoint of a kind after the first add goes out; nothing works afterwards.</summary>
    private static void KillAt(ExportScene scene, string kind, int at)
    {
        var (adding, seen, dead) = (false, 0, false);
        scene.Before = request => adding |= request == $"POST /v2/address-books/{scene.Gold}/contacts";
        scene.Checkpoint = found =>
        {
            if (dead || (adding && found == kind && Interlocked.Increment(ref seen) == at))
            {
                dead = true;
                throw new KilledException();
            }
        };
    }

    private sealed class KilledException : Exception;

    private static async Task<ExportScene> JoiningAsync(Func<SimulatorOptions, SimulatorOptions>? options = null)
    {
        var scene = await ExportScene.StartAsync(options);
        scene.Config = TriggerJoin;
        return scene;
    }

    private static (string Outcome, string Code) Fate(RunResult result, string email)
    {
        var failure = Assert.Single(result.Failures, f => f.Email == email);
        return (failure.Outcome, failure.Code);
    }

    private static string? Field(ExportScene scene, string email, string field) => scene.Account.Contact(email)!.DataFields.GetValueOrDefault(field);
}
