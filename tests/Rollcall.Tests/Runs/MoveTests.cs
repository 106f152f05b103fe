using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>A changed address moves the contact: the same person keeps the same contact.</summary>
public sealed class MoveTests
{
    [Fact]
    public async Task A_changed_address_moves_the_contact()
    {
        await using var scene = await ExportScene.StartWithKeyFieldAsync();
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
        await using var scene = await ExportScene.StartWithKeyFieldAsync();
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
        await using var scene = await ExportScene.StartWithKeyFieldAsync();
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
        await using var scene = await ExportScene.StartWithKeyFieldAsync();
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

    [Fact]
    public async Task Somebody_already_moved_manually_to_the_new_address_counts_as_moved()
    {
        await using var scene = await ExportScene.StartWithKeyFieldAsync();
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
        await using var scene = await ExportScene.StartWithKeyFieldAsync();
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
        await using var scene = await ExportScene.StartWithKeyFieldAsync();
        scene.Account.AddContact("ann@old.example", scene.Gold);
        scene.Set("gold", "ann@old.example,k1,1", "x@example.com,x,1");
        await scene.RunAsync();
        scene.Set("gold", "ann@new.example,k1,1", "x@example.com,x,1");
        await scene.RunAsync();

        scene.Set("gold", "x@example.com,x,1");
        await scene.RunAsync();

        Assert.Equal(["ann@new.example", "x@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task More_moves_than_the_guard_passes_hold_the_whole_run()
    {
        await using var scene = await ExportScene.StartWithKeyFieldAsync();
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
        await using var scene = await ExportScene.StartWithKeyFieldAsync();
        scene.More = "guards: {max_moves: 0}";
        scene.Set("gold", "ann@old.example,k1,1", "x@example.com,x,1");
        await scene.RunAsync();
        scene.Account.ChangeEmail("ann@old.example", "zoe@example.com");
        scene.Set("gold", "ann@new.example,k1,1", "x@example.com,x,2");

        var result = await scene.RunAsync();

        Assert.Empty(result.Guards);
        Assert.Equal((1L, "2"), (result.Audiences[0].Omitted, scene.Account.Contact("x@example.com")!.DataFields["SPEND"]));
    }
}
