using Rollcall.Model;
using Rollcall.Simulators;
using Xunit;

namespace Rollcall.Tests.Runs;

public sealed class MoveTests
{
    [Fact]
    public async Task A_changed_address_moves_the_contact()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", "ann@old.example,k1,1", "bob@example.com,k2,1");
        scene.Set("silver", "ann@old.example,k1,1");
        await scene.RunAsync();
        var id = scene.Account.Contact("ann@old.example")!.Id;

        scene.Set("gold", "Ann@new.example,k1,5", "bob@example.com,k2,1");
        scene.Set("silver", "Ann@new.example,k1,5");
        var plan = await scene.PlanAsync();
        Assert.Contains("new address", (await scene.ExplainAsync("ann@new.example")).Next[0], StringComparison.Ordinal);
        Assert.Contains("another address now", (await scene.ExplainAsync("ann@old.example")).Next[0], StringComparison.Ordinal);
        var result = await scene.RunAsync();

        var ann = scene.Account.Contact("ann@new.example")!;
        Assert.Equal((id, "5"), (ann.Id, ann.DataFields["SPEND"]));
        Assert.Null(scene.Account.Contact("ann@old.example"));
        Assert.Equal(["ann@new.example", "bob@example.com"], scene.In(scene.Gold).Select(e => e.ToLowerInvariant()));
        Assert.Equal(["ann@new.example"], scene.In(scene.Silver).Select(e => e.ToLowerInvariant()));
        Assert.Equal((1L, 1L, 0L, 0L), (plan.Plan!.Moves, result.Audiences[0].Updated, result.Audiences[0].Exited, result.Audiences[0].Entered));
        Assert.Equal((2, 1), (scene.Account.ContactCount, scene.Account.Counters.AddressesChanged));
        Assert.Equal(ExitCode.Done, result.ExitCode);
        ExportScene.AddsUp(result);
        ExportScene.AddsUp(plan);

        var before = scene.Writes;
        var again = await scene.RunAsync();
        Assert.Equal((before, 2L), (scene.Writes, again.Audiences[0].Unchanged));

        // The id is also used under the new address: a deleted contact is not created again.
        scene.Account.DeleteContact("ann@new.example");
        scene.Set("gold", "Ann@new.example,k1,6", "bob@example.com,k2,1");
        scene.Set("silver", "Ann@new.example,k1,6");
        await scene.RunAsync();
        Assert.Null(scene.Account.Contact("ann@new.example"));
    }

    [Fact]
    public async Task A_key_field_named_later_moves_people_the_job_delivered_before()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@old.example,k1,1", "x@example.com,x,1");
        await scene.RunAsync();
        var id = scene.Account.Contact("ann@old.example")!.Id;
        scene.Config = "  exit_action: remove\n  key_field: name";
        var writes = scene.Writes;
        await scene.RunAsync();
        Assert.Equal(writes, scene.Writes);

        scene.Set("gold", "ann@new.example,k1,1", "x@example.com,x,1");
        await scene.RunAsync();

        Assert.Equal(id, scene.Account.Contact("ann@new.example")?.Id);
        Assert.Equal(2, scene.Account.ContactCount);
    }

    [Fact]
    public async Task A_moved_contact_enters_and_leaves_the_books_that_only_one_address_is_about()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", "ann@old.example,k1,1", "x@example.com,x,1");
        await scene.RunAsync();
        var id = scene.Account.Contact("ann@old.example")!.Id;

        scene.Set("gold", "ann@new.example,k1,1", "x@example.com,x,1");
        scene.Set("silver", "ann@new.example,k1,1");
        await scene.RunAsync();
        Assert.Equal(["ann@new.example"], scene.In(scene.Silver));

        scene.Set("gold", "x@example.com,x,1");
        scene.Set("silver", "ann@third.example,k1,1");
        var result = await scene.RunAsync();

        Assert.Equal(["x@example.com"], scene.In(scene.Gold));
        Assert.Equal(["ann@third.example"], scene.In(scene.Silver));
        Assert.Equal(id, scene.Account.Contact("ann@third.example")!.Id);
        Assert.Equal(2, scene.Account.ContactCount);
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task An_address_that_changes_back_moves_the_contact_back()
    {
        await using var scene = await StartAsync();
        foreach (var address in (string[])["ann@a.example", "ann@b.example", "ann@a.example", "ann@b.example"])
        {
            scene.Set("gold", $"{address},k1,1", "x@example.com,x,1");
            var result = await scene.RunAsync();
            Assert.Equal([address, "x@example.com"], scene.In(scene.Gold));
            ExportScene.AddsUp(result);
        }

        Assert.Equal((2, 3), (scene.Account.ContactCount, scene.Account.Counters.AddressesChanged));
    }

    [Fact]
    public async Task Someone_else_with_a_former_address_is_another_contact()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", "ann@a.example,k1,1");
        await scene.RunAsync();
        scene.Set("gold", "ann@b.example,k1,1");
        await scene.RunAsync();
        var ann = scene.Account.Contact("ann@b.example")!.Id;

        scene.Set("gold", "ann@b.example,k1,1", "ann@a.example,k2,7");
        await scene.RunAsync();

        Assert.Equal(["ann@a.example", "ann@b.example"], scene.In(scene.Gold));
        Assert.NotEqual(ann, scene.Account.Contact("ann@a.example")!.Id);
        Assert.Equal("1", scene.Account.Contact("ann@b.example")!.DataFields["SPEND"]);
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("deleted")]
    [InlineData("still wanted")]
    public async Task What_is_not_certain_is_left_out_and_the_former_address_stays(string why)
    {
        await using var scene = await StartAsync();
        scene.Set("gold", "ann@old.example,k1,1", "x@example.com,x,1", "y@example.com,y,1");
        await scene.RunAsync();
        string[] rows = ["ann@new.example,k1,2", "x@example.com,x,1", "y@example.com,y,1"];
        scene.Set("gold", why switch
        {
            "still wanted" => [.. rows, "ann@old.example,k9,1"],
            _ => rows,
        });
        if (why == "changed")
        {
            scene.Account.ChangeEmail("ann@old.example", "zoe@example.com");
        }
        else if (why == "deleted")
        {
            scene.Account.DeleteContact("ann@old.example");
        }

        var changes = scene.Account.Counters.AddressesChanged;
        var before = scene.Account.Contacts.ToDictionary(c => c.Id, c => c.Email);
        var result = await scene.RunAsync();

        Assert.Equal(changes, scene.Account.Counters.AddressesChanged);
        Assert.All(before, b => Assert.Equal(b.Value, scene.Account.Contacts.Single(c => c.Id == b.Key).Email));
        Assert.DoesNotContain("ann@new.example", scene.In(scene.Gold));
        Assert.Null(scene.Account.Contact("ann@new.example"));
        Assert.All(result.Failures.Where(f => f.Email.Contains("new", StringComparison.Ordinal)), f => Assert.Equal(("MoveUnclear", "Omitted", "move"), (f.Code, f.Outcome, f.Operation)));
        Assert.Contains(result.Failures, f => f.Code == "MoveUnclear");
        Assert.Equal((ExitCode.Done, 0L), (result.ExitCode, result.Audiences[0].Exited));
        if (why is not ("changed" or "deleted"))
        {
            Assert.Contains("ann@old.example", scene.In(scene.Gold));
        }

        ExportScene.AddsUp(result);
        if (why != "still wanted")
        {
            // An address that another profile has by now is that profile's; everyone else waits.
            Assert.Equal(result.Audiences[0].Omitted, (await scene.RunAsync()).Audiences[0].Omitted);
        }
    }

    [Fact]
    public async Task No_stranger_is_ever_rewritten_even_if_someone_gets_an_address_just_before_the_move()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", "ann@old.example,k1,1", "bob@old.example,k2,1", "x@example.com,x,1");
        await scene.RunAsync();
        var (ann, bob) = (scene.Account.Contact("ann@old.example")!.Id, scene.Account.Contact("bob@old.example")!.Id);
        scene.Set("gold", "ann@new.example,k1,2", "bob@new.example,k2,2", "x@example.com,x,1");
        var stranger = 0L;
        scene.Before = request =>
        {
            // After everything was compared, and before the contacts are looked at for the last time.
            if (stranger == 0 && request == $"GET /contacts/v3/contactId/{ann}")
            {
                scene.Account.ChangeEmail("ann@old.example", "zoe@example.com");
                stranger = scene.Account.AddContact("bob@new.example");
            }
        };

        var result = await scene.RunAsync();

        Assert.NotEqual(0, stranger);
        Assert.Equal((ann, bob, stranger), (scene.Account.Contact("zoe@example.com")!.Id, scene.Account.Contact("bob@old.example")!.Id, scene.Account.Contact("bob@new.example")!.Id));
        Assert.DoesNotContain("2", scene.Account.Contacts.Where(c => c.DataFields.ContainsKey("SPEND")).Select(c => c.DataFields["SPEND"]));
        Assert.Equal(["MoveUnclear", "MoveUnclear"], result.Failures.Select(f => f.Code));
        ExportScene.AddsUp(result);
    }

    [Theory]
    [InlineData("remove", false)]
    [InlineData("remove", true)]
    [InlineData("unsubscribe", false)]
    public async Task A_new_address_that_is_a_contact_already_enters_and_the_former_one_leaves(string exit, bool guarded)
    {
        await using var scene = await StartAsync();
        scene.Config = scene.Config.Replace("exit_action: remove", $"exit_action: {exit}", StringComparison.Ordinal);
        scene.More = guarded ? "guards: {max_moves: 0}" : "";
        scene.Set("gold", "ann@old.example,k1,1", "x@example.com,x,1");
        scene.Set("silver", "ann@old.example,k1,1");
        await scene.RunAsync();
        var (old, known) = (scene.Account.Contact("ann@old.example")!.Id, scene.Account.AddContact("ann@new.example"));

        scene.Set("gold", "ann@new.example,k1,2", "x@example.com,x,1");
        scene.Set("silver", "ann@new.example,k1,2");
        var plan = await scene.PlanAsync();
        var result = await scene.RunAsync();

        Assert.Equal(["ann@new.example", "x@example.com"], scene.In(scene.Gold));
        Assert.Equal(["ann@new.example"], scene.In(scene.Silver));
        Assert.Equal((old, known, 0), (scene.Account.Contact("ann@old.example")!.Id, scene.Account.Contact("ann@new.example")!.Id, scene.Account.Counters.AddressesChanged));
        Assert.Equal("2", scene.Account.Contact("ann@new.example")!.DataFields["SPEND"]);
        Assert.Equal((1L, 1L, 0L, 2L), (plan.Audiences[0].Entered, plan.Audiences[0].Exited, plan.Plan!.Moves, plan.Plan.Removals + plan.Plan.Unsubscribes));
        Assert.Equal((1L, 1L, ExitCode.Done), (result.Audiences[0].Entered, result.Audiences[0].Exited, result.ExitCode));
        ExportScene.AddsUp(result);
        Assert.Equal(2, (await scene.RunAsync()).Audiences[0].Unchanged);
    }

    [Theory]
    [InlineData("account")]
    [InlineData("book")]
    [InlineData("bounced")]
    public async Task A_new_address_that_is_a_contact_which_opted_out_stays_out_and_the_former_one_leaves(string how)
    {
        await using var scene = await StartAsync(o => o with { FeedLoss = 1 });
        scene.Set("gold", "ann@old.example,k1,1", "x@example.com,x,1");
        await scene.RunAsync();
        scene.Account.AddContact("ann@new.example", scene.Gold);
        if (how == "bounced")
        {
            scene.Account.SetStatus("ann@new.example", ContactStatus.HardBounced);
        }
        else
        {
            scene.Account.Unsubscribe("ann@new.example", how == "book" ? scene.Gold : null);
        }

        scene.Set("gold", "ann@new.example,k1,2", "x@example.com,x,1");
        var result = await scene.RunAsync();
        var again = await scene.RunAsync();

        Assert.Equal(["x@example.com"], scene.In(scene.Gold).Except(how == "book" ? [] : ["ann@new.example"]));
        Assert.Equal((1L, 1L, 1L), (result.Audiences[0].Suppressed, result.Audiences[0].Exited, again.Audiences[0].Suppressed));
        Assert.DoesNotContain("2", scene.Account.Contacts.Where(c => c.DataFields.ContainsKey("SPEND")).Select(c => c.DataFields["SPEND"]));
        ExportScene.AddsUp(result);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_opt_out_under_the_former_address_holds_under_the_new_one(bool ofBook)
    {
        await using var scene = await StartAsync();
        scene.Set("gold", "ann@old.example,k1,1", "x@example.com,x,1");
        await scene.RunAsync();
        scene.Account.Unsubscribe("ann@old.example", ofBook ? scene.Gold : null);

        scene.Set("gold", "ann@new.example,k1,2", "x@example.com,x,1");
        scene.Set("silver", ofBook ? [] : ["ann@new.example,k1,2"]);
        var result = await scene.RunAsync();
        var again = await scene.RunAsync();

        Assert.Null(scene.Account.Contact("ann@new.example"));
        Assert.Equal((1L, 1L, 0), (result.Audiences[0].Suppressed, again.Audiences[0].Suppressed, scene.Account.Counters.AddressesChanged));
        ExportScene.AddsUp(result);

        // And under one after that.
        scene.Set("gold", "ann@third.example,k1,2", "x@example.com,x,1");
        scene.Set("silver", ofBook ? [] : ["ann@third.example,k1,2"]);
        await scene.RunAsync();
        Assert.Null(scene.Account.Contact("ann@third.example"));
    }

    [Fact]
    public async Task A_person_who_was_left_alone_from_the_first_is_known_by_key_later()
    {
        await using var scene = await StartAsync();
        scene.Account.AddContact("ann@old.example", scene.Gold);
        scene.Account.Unsubscribe("ann@old.example", scene.Gold);
        scene.Set("gold", "ann@old.example,k1,1", "x@example.com,x,1");
        await scene.RunAsync();

        scene.Set("gold", "ann@new.example,k1,1", "x@example.com,x,1");
        var result = await scene.RunAsync();

        Assert.Equal(["x@example.com"], scene.In(scene.Gold));
        Assert.Equal(1, result.Audiences[0].Suppressed);
    }

    [Fact]
    public async Task More_moves_than_the_guard_passes_hold_the_whole_run()
    {
        await using var scene = await StartAsync();
        scene.More = "guards: {max_moves: 2}";
        scene.Set("gold", Enumerable.Range(0, 4).Select(i => $"m{i}@old.example,k{i},1"));
        await scene.RunAsync();
        scene.Set("gold", [.. Enumerable.Range(0, 3).Select(i => $"m{i}@new.example,k{i},1"), "m3@old.example,k3,9"]);

        var held = await scene.RunAsync();
        Assert.Equal(("moves", 3L, ExitCode.Guard), (Assert.Single(held.Guards).Guard, held.Guards[0].Actual, held.ExitCode));
        Assert.Equal((0, "1"), (scene.Account.Counters.AddressesChanged, scene.Account.Contact("m3@old.example")!.DataFields["SPEND"]));
        Assert.Equal(4, held.Audiences[0].Held);
        ExportScene.AddsUp(held);

        var result = await scene.RunAsync("moves");
        Assert.Equal((3, "9"), (scene.Account.Counters.AddressesChanged, scene.Account.Contact("m3@old.example")!.DataFields["SPEND"]));
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task Moves_that_are_not_certain_do_not_hold_a_run()
    {
        await using var scene = await StartAsync();
        scene.More = "guards: {max_moves: 0}";
        scene.Set("gold", "ann@old.example,k1,1", "x@example.com,x,1");
        await scene.RunAsync();
        scene.Account.ChangeEmail("ann@old.example", "zoe@example.com");
        scene.Set("gold", "ann@new.example,k1,1", "x@example.com,x,2");

        var result = await scene.RunAsync();

        Assert.Empty(result.Guards);
        Assert.Equal((1L, "2"), (result.Audiences[0].Omitted, scene.Account.Contact("x@example.com")!.DataFields["SPEND"]));
    }

    [Theory]
    [InlineData(FaultKind.DropBefore)]
    [InlineData(FaultKind.DropAfter)]
    public async Task A_move_without_an_answer_ends_right(FaultKind kind)
    {
        await using var scene = await StartAsync();
        scene.Set("gold", "ann@old.example,k1,1", "x@example.com,x,1");
        await scene.RunAsync();
        var id = scene.Account.Contact("ann@old.example")!.Id;
        scene.Set("gold", "ann@new.example,k1,2", "x@example.com,x,1");
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = kind });

        var first = await scene.RunAsync();
        ExportScene.AddsUp(first);
        await scene.RunAsync();

        Assert.Equal(["ann@new.example", "x@example.com"], scene.In(scene.Gold));
        Assert.Equal((id, "2", 1), (scene.Account.Contact("ann@new.example")!.Id, scene.Account.Contact("ann@new.example")!.DataFields["SPEND"], scene.Account.Counters.AddressesChanged));
        Assert.Equal(2, scene.Account.ContactCount);
    }

    [Fact]
    public async Task A_run_killed_anywhere_in_a_move_ends_right()
    {
        await using var scene = await StartAsync();
        var address = "ann@0.example";
        scene.Set("gold", $"{address},k1,1", "x@example.com,x,1");
        await scene.RunAsync();
        var id = scene.Account.Contact(address)!.Id;
        for (var killAt = 1; ; killAt++)
        {
            address = $"ann@{killAt}.example";
            scene.Set("gold", $"{address},k1,{killAt}", "x@example.com,x,1");
            var (steps, looking) = (0, false);
            scene.Before = request => looking |= request.StartsWith("GET /contacts/v3/contactId/", StringComparison.Ordinal);
            scene.Checkpoint = _ =>
            {
                // From the look-up of the contact on; nothing is sent before.
                if (looking && ++steps == killAt)
                {
                    throw new KilledException();
                }
            };
            var killed = true;
            try
            {
                await scene.RunAsync();
                killed = false;
            }
            catch (KilledException)
            {
            }

            (scene.Checkpoint, scene.Before) = (null, null);
            ExportScene.AddsUp(await scene.RunAsync());

            Assert.Equal([address, "x@example.com"], scene.In(scene.Gold));
            Assert.Equal((id, killAt.ToString(System.Globalization.CultureInfo.InvariantCulture)), (scene.Account.Contact(address)!.Id, scene.Account.Contact(address)!.DataFields["SPEND"]));
            Assert.Equal((2, killAt), (scene.Account.ContactCount, scene.Account.Counters.AddressesChanged));
            if (!killed)
            {
                break;
            }
        }
    }

    [Fact]
    public async Task A_contact_whose_address_was_already_changed_manually_to_the_new_one_stays_in_the_book()
    {
        // Without a key: the new address enters, and the removal of the former one would go by the same contact's id.
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@old.example", "x@example.com");
        await scene.RunAsync();
        scene.Account.ChangeEmail("ann@old.example", "ann@new.example");
        scene.Set("gold", "ann@new.example", "x@example.com");

        var result = await scene.RunAsync();
        await scene.RunAsync();

        Assert.Equal(["ann@new.example", "x@example.com"], scene.In(scene.Gold));
        Assert.Equal("SameContact", Assert.Single(result.Failures).Code);
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task A_person_who_has_a_former_address_later_is_another_contact_than_the_one_that_stayed_under_the_new_one()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@old.example,Ann,1", "x@example.com");
        await scene.RunAsync();
        scene.Account.ChangeEmail("ann@old.example", "ann@new.example");
        scene.Set("gold", "ann@new.example,Ann,1", "x@example.com");
        await scene.RunAsync();

        scene.Set("gold", "ann@new.example,Ann,1", "x@example.com", "ann@old.example,Other,7");
        await scene.RunAsync();

        Assert.Equal(["ann@new.example", "ann@old.example", "x@example.com"], scene.In(scene.Gold));
        Assert.Equal(("1", "7"), (scene.Account.Contact("ann@new.example")!.DataFields["SPEND"], scene.Account.Contact("ann@old.example")!.DataFields["SPEND"]));
    }

    [Fact]
    public async Task A_key_that_another_profile_has_by_now_moves_nobody()
    {
        // The key is not a mapped field, so its change is not an update.
        await using var scene = await StartAsync();
        Task<RunResult> RunAsync()
        {
            var job = scene.Job();
            job = job with { Config = job.Config with { Mappings = [.. job.Config.Mappings.Where(m => m.DataField == "SPEND")] } };
            return ExportRun.ExecuteAsync(job, new RunOptions(), scene.Workplace(), TestContext.Current.CancellationToken);
        }

        scene.Set("gold", "ann@example.com,k1,1", "x@example.com,x,1");
        await RunAsync();
        var ann = scene.Account.Contact("ann@example.com")!.Id;
        scene.Set("gold", "ann@example.com,k2,1", "x@example.com,x,1");
        Assert.Equal(2, (await RunAsync()).Audiences[0].Unchanged);

        scene.Set("gold", "bob@example.com,k1,1", "x@example.com,x,1");
        await RunAsync();

        Assert.Equal(["bob@example.com", "x@example.com"], scene.In(scene.Gold));
        Assert.Equal((ann, 0), (scene.Account.Contact("ann@example.com")!.Id, scene.Account.Counters.AddressesChanged));
    }

    [Fact]
    public async Task A_person_who_opts_out_of_a_book_just_before_their_move_does_not_enter_it_under_the_new_address()
    {
        var clock = new LeapingClock();
        await using var scene = await ExportScene.StartAsync(o => o with { Clock = clock, ListSuppression = ListSuppression.Clears });
        scene.Clock = clock;
        scene.Config = "  exit_action: remove\n  key_field: name";
        scene.Set("gold", "ann@old.example,k1,1", "x@example.com,x,1");
        await scene.RunAsync();
        scene.Set("gold", "ann@new.example,k1,1", "x@example.com,x,1");
        scene.Set("silver", "ann@new.example,k1,1");
        clock.Ahead = TimeSpan.FromDays(8);
        var seen = false;
        scene.Before = request =>
        {
            // The books are read once more after the opt-outs were, and before anything is sent.
            if (!seen && request.StartsWith("GET /contacts/v3", StringComparison.Ordinal))
            {
                seen = true;
                scene.Account.Unsubscribe("ann@old.example", scene.Silver);
                clock.Ahead += TimeSpan.FromMinutes(10);
            }
        };

        var result = await scene.RunAsync();

        Assert.True(seen);
        Assert.Equal(BookStatus.Unsubscribed, scene.Account.Contact("ann@new.example")!.Books[scene.Silver]);
        Assert.Equal((1L, 1L), (result.Audiences[0].Updated, result.Audiences[1].Suppressed));
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task Somebody_already_moved_manually_to_the_new_address_counts_as_moved()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", "ann@old.example,k1,1", "x@example.com,x,1");
        await scene.RunAsync();
        scene.Account.ChangeEmail("ann@old.example", "ann@new.example");
        scene.Set("gold", "ann@new.example,k1,3", "x@example.com,x,1");

        var result = await scene.RunAsync();
        await scene.RunAsync();

        Assert.Equal((1L, 2), (result.Audiences[0].Updated, scene.Account.ContactCount));
        Assert.Equal("3", scene.Account.Contact("ann@new.example")!.DataFields["SPEND"]);
        Assert.Equal(["ann@new.example", "x@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_wrong_id_in_the_profile_moves_nobody()
    {
        await using var scene = await StartAsync();
        var stranger = scene.Account.AddContact("stranger@example.com");
        scene.Config = "  exit_action: remove\n  key_field: name\n  id_field: spend";
        scene.Set("gold", $"ann@old.example,k1,{stranger}", "x@example.com,x,");
        await scene.RunAsync();
        scene.Set("gold", $"ann@new.example,k1,{stranger}", "x@example.com,x,");
        await scene.RunAsync();

        Assert.Equal(stranger, scene.Account.Contact("stranger@example.com")!.Id);
        Assert.Equal(["ann@new.example", "x@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_person_who_was_in_the_book_before_the_job_stays_there_after_a_move()
    {
        await using var scene = await StartAsync();
        scene.Account.AddContact("ann@old.example", scene.Gold);
        scene.Set("gold", "ann@old.example,k1,1", "x@example.com,x,1");
        await scene.RunAsync();
        scene.Set("gold", "ann@new.example,k1,1", "x@example.com,x,1");
        await scene.RunAsync();

        scene.Set("gold", "x@example.com,x,1");
        await scene.RunAsync();

        Assert.Equal(["ann@new.example", "x@example.com"], scene.In(scene.Gold));
    }

    private static async Task<ExportScene> StartAsync(Func<SimulatorOptions, SimulatorOptions>? options = null)
    {
        var scene = await ExportScene.StartAsync(options);
        scene.Config = "  exit_action: remove\n  key_field: name";
        return scene;
    }

    private sealed class KilledException : Exception;
}
