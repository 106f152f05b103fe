using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>Keys of <c>key_field</c> that identify nobody: blank ones, and those with more than one address.</summary>
public sealed class KeyFieldTests
{
    [Theory]
    [InlineData("\"          \"")]
    [InlineData("\"\t \u00a0\"")]
    [InlineData("")]
    public async Task A_blank_key_counts_as_no_key_and_matches_no_other_contact(string blank)
    {
        await using var scene = await StartAsync();
        scene.Set("gold", $"ann@example.com,{blank},1", "x@example.com,x,1");
        await scene.RunAsync();
        var ann = scene.Account.Contact("ann@example.com")!.Id;

        scene.Set("gold", $"bob@example.com,{blank},2", "x@example.com,x,1");
        var result = await scene.RunAsync("exits");

        Assert.Equal((1L, 1L, 0), (result.Audiences[0].Entered, result.Audiences[0].Exited, scene.Account.Counters.AddressesChanged));
        Assert.NotEqual(ann, scene.Account.Contact("bob@example.com")!.Id);
        Assert.Equal(["bob@example.com", "x@example.com"], scene.In(scene.Gold));
        Assert.DoesNotContain(result.Notices, notice => notice.Contains("key_field", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_is_the_same_with_and_without_the_blanks_a_database_pads_it_with()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", "old@example.com,\"k1        \",1", "x@example.com,x,1");
        await scene.RunAsync();

        scene.Set("gold", "new@example.com,k1,1", "x@example.com,x,1");
        await scene.RunAsync();

        Assert.Equal(["new@example.com", "x@example.com"], scene.In(scene.Gold));
        Assert.Equal((2, 1), (scene.Account.ContactCount, scene.Account.Counters.AddressesChanged));
    }

    [Fact]
    public async Task A_key_with_two_addresses_is_not_used()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", "ann@old.example,k1,1", "x@example.com,x,1", "y@example.com,y,1");
        await scene.RunAsync();
        var ann = scene.Account.Contact("ann@old.example")!.Id;
        scene.Set("gold", "ann@new.example,k1,2", "more@new.example,k1,1", "x@example.com,x,1", "y@example.com,y,1");

        var result = await scene.RunAsync("exits");

        Assert.Equal(["ann@new.example", "more@new.example", "x@example.com", "y@example.com"], scene.In(scene.Gold));
        Assert.Equal((2L, 1L, 0), (result.Audiences[0].Entered, result.Audiences[0].Exited, scene.Account.Counters.AddressesChanged));
        Assert.NotEqual(ann, scene.Account.Contact("ann@new.example")!.Id);
        Assert.Equal(ExitCode.Done, result.ExitCode);
        Assert.Contains(
            result.Notices,
            notice => notice.StartsWith("1 key of key_field \"name\" with more than one address, in 2 rows", StringComparison.Ordinal));
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task A_key_is_looked_for_in_all_audiences_and_one_address_in_two_of_them_keeps_it()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", "ann@old.example,k1,1", "bob@old.example,k2,1");
        scene.Set("silver", "ann@old.example,k1,1", "x@example.com,x,1");
        await scene.RunAsync();

        scene.Set("gold", "ann@new.example,k1,1", "bob@new.example,k2,1");
        scene.Set("silver", "ann@new.example,k1,1", "x@example.com,k2,1");
        var plan = await scene.PlanAsync();
        var result = await scene.RunAsync("exits");

        Assert.Equal(1, scene.Account.Counters.AddressesChanged);
        Assert.Equal(["ann@new.example", "bob@new.example"], scene.In(scene.Gold));
        Assert.Equal(["ann@new.example", "x@example.com"], scene.In(scene.Silver));
        Assert.All(new[] { plan, result }, r => Assert.Contains(r.Notices, notice => notice.Contains("in 2 rows", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_key_that_everybody_had_moves_nobody_once_one_person_has_it()
    {
        await using var scene = await StartAsync();
        scene.Set("gold", "ann@example.com,k1,1", "x@example.com,x,1");
        await scene.RunAsync();
        scene.Set("gold", "ann@example.com,0,1", "x@example.com,0,1", "y@example.com,0,1");
        await scene.RunAsync();

        // Ann left, and two strangers have the keys that were hers.
        scene.Set("gold", "bob@example.com,0,2", "cid@example.com,k1,2", "x@example.com,x,1", "y@example.com,y,1");
        var result = await scene.RunAsync("exits");

        Assert.Equal((2L, 1L, 0), (result.Audiences[0].Entered, result.Audiences[0].Exited, scene.Account.Counters.AddressesChanged));
        Assert.Equal(["bob@example.com", "cid@example.com", "x@example.com", "y@example.com"], scene.In(scene.Gold));
    }

    private static async Task<ExportScene> StartAsync()
    {
        var scene = await ExportScene.StartAsync();
        scene.Config = "  exit_action: remove\n  key_field: name";
        return scene;
    }
}
