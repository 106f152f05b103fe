using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>Changed addresses where it is not certain whose contact, address or key it is.</summary>
public sealed class ContestedMoveTests
{
    [Theory]
    [InlineData("changed")]
    [InlineData("deleted")]
    [InlineData("still wanted")]
    public async Task What_is_not_certain_is_left_out_and_the_former_address_stays(string why)
    {
        await using var scene = await ExportScene.StartWithKeyFieldAsync();
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
        Assert.All(
            result.Failures.Where(f => f.Email.Contains("new", StringComparison.Ordinal)),
            f => Assert.Equal(("MoveUnclear", "Omitted", "move"), (f.Code, f.Outcome, f.Operation)));
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
        await using var scene = await ExportScene.StartWithKeyFieldAsync();
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
        Assert.Equal(
            (ann, bob, stranger),
            (scene.Account.Contact("zoe@example.com")!.Id, scene.Account.Contact("bob@old.example")!.Id, scene.Account.Contact("bob@new.example")!.Id));
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
        await using var scene = await ExportScene.StartWithKeyFieldAsync();
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
        Assert.Equal(
            (old, known, 0),
            (scene.Account.Contact("ann@old.example")!.Id, scene.Account.Contact("ann@new.example")!.Id, scene.Account.Counters.AddressesChanged));
        Assert.Equal("2", scene.Account.Contact("ann@new.example")!.DataFields["SPEND"]);
        Assert.Equal((1L, 1L, 0L, 2L), (plan.Audiences[0].Entered, plan.Audiences[0].Exited, plan.Plan!.Moves, plan.Plan.Removals + plan.Plan.Unsubscribes));
        Assert.Equal((1L, 1L, ExitCode.Done), (result.Audiences[0].Entered, result.Audiences[0].Exited, result.ExitCode));
        ExportScene.AddsUp(result);
        Assert.Equal(2, (await scene.RunAsync()).Audiences[0].Unchanged);
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
        Assert.Equal(
            ("1", "7"),
            (scene.Account.Contact("ann@new.example")!.DataFields["SPEND"], scene.Account.Contact("ann@old.example")!.DataFields["SPEND"]));
    }

    [Fact]
    public async Task A_key_that_another_profile_has_by_now_moves_nobody()
    {
        // The key is not a mapped field, so its change is not an update.
        await using var scene = await ExportScene.StartWithKeyFieldAsync();
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
}
