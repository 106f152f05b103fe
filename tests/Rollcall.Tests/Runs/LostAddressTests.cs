using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>Rows of an audience that lost their address: they may belong to people in the ledger, so nobody leaves because of it.</summary>
public sealed class LostAddressTests
{
    private static readonly string[] All = [.. Enumerable.Range(0, 40).Select(i => $"m{i:D2}@example.com")];

    [Theory]
    [InlineData("remove")]
    [InlineData("unsubscribe")]
    public async Task Rows_that_lost_their_address_take_nobody_out_of_the_book(string exit)
    {
        await using var scene = await StartedAsync($"  exit_action: {exit}");
        scene.Set("gold", Lost(2));
        var plan = await scene.PlanAsync();
        Assert.Equal(0, plan.Audiences[0].Exited);

        // If held, the previous count stays: the second run uses it like the first.
        for (var i = 0; i < 2; i++)
        {
            var held = await scene.RunAsync();
            Assert.Equal(40, scene.In(scene.Gold).Count);
            Assert.Equal((ExitCode.SomeNotDelivered, 0L, 2L), (held.ExitCode, held.Audiences[0].Exited, held.Audiences[0].Omitted));
            Assert.Contains(
                held.Notices,
                n =>
                    n.Contains("2 rows of the audience gold have no usable address, 2 more", StringComparison.Ordinal)
                        && n.Contains("--allow rejects", StringComparison.Ordinal));
            ExportScene.AddsUp(held);
        }

        Assert.Contains("no usable address", (await scene.ExplainAsync(All[0])).Next[0], StringComparison.Ordinal);
        Assert.Equal((ExitCode.Done, 2L), ((await scene.RunAsync("rejects")).ExitCode, 40 - (long)scene.In(scene.Gold).Count));
    }

    [Fact]
    public async Task The_same_number_of_rows_without_an_address_as_before_holds_nothing()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", [.. All, ",Nobody,1", "no address,Nobody,1"]);
        await scene.RunAsync();
        scene.Set("gold", [.. All.Skip(1), ",Nobody,1", ",Nobody,1"]);

        var result = await scene.RunAsync();

        Assert.Equal((ExitCode.Done, 1L), (result.ExitCode, result.Audiences[0].Exited));
    }

    [Fact]
    public async Task More_rows_without_an_address_hold_nothing_where_nobody_leaves_and_are_then_the_measure()
    {
        await using var scene = await StartedAsync();
        scene.Set("gold", [.. All, ",Nobody,1"]);
        Assert.Equal(ExitCode.Done, (await scene.RunAsync()).ExitCode);
        scene.Set("gold", [.. All.Skip(1), ",Nobody,1"]);

        var result = await scene.RunAsync();

        Assert.Equal((ExitCode.Done, 1L), (result.ExitCode, result.Audiences[0].Exited));
    }

    [Theory]
    [InlineData("remove")]
    [InlineData("unsubscribe")]
    public async Task A_key_says_who_they_are_and_they_stay_as_members_unchanged(string exit)
    {
        await using var scene = await StartedAsync($"  exit_action: {exit}\n  key_field: name");
        var writes = scene.Writes;
        scene.Set("gold", Keyed(lost: 30));

        var result = await scene.RunAsync();

        Assert.Equal((40, writes), (scene.In(scene.Gold).Count, scene.Writes));
        Assert.Equal((ExitCode.Done, 40L, 40L, 0L), (result.ExitCode, result.Audiences[0].Members, result.Audiences[0].Unchanged, result.Audiences[0].Omitted));
        Assert.Empty(result.Failures);
        Assert.Equal(0, result.Outcomes.Omitted);
        Assert.Contains(
            result.Notices,
            n => n.StartsWith("30 rows of the audience gold have no usable address. Their name says who they are", StringComparison.Ordinal));
        Assert.True((await scene.ExplainAsync(All[0])).Audiences[0].In);
        ExportScene.AddsUp(result);

        // Their addresses are back, and one has really left.
        scene.Set("gold", Keyed(lost: 0).Skip(1));
        var back = await scene.RunAsync();
        Assert.Equal((1L, 39L, ExitCode.Done), (back.Audiences[0].Exited, back.Audiences[0].Unchanged, back.ExitCode));
    }

    [Fact]
    public async Task An_audience_whose_rows_all_lost_their_address_is_not_empty_where_keys_say_who_they_are()
    {
        await using var scene = await StartedAsync("  exit_action: remove\n  key_field: name");
        scene.Set("gold", Keyed(lost: 40));

        var result = await scene.RunAsync();

        Assert.Empty(result.Guards);
        Assert.Equal((ExitCode.Done, 40L), (result.ExitCode, result.Audiences[0].Unchanged));
        scene.Set("gold");
        Assert.Contains((await scene.RunAsync()).Guards, g => g.Guard == "empty");
    }

    [Fact]
    public async Task A_key_that_nobody_has_holds_nobody_and_a_row_without_one_does()
    {
        await using var scene = await StartedAsync("  exit_action: remove\n  key_field: name");
        scene.Set("gold", [.. Keyed(lost: 0).Skip(1), ",k99,1"]);
        Assert.Equal(1, (await scene.RunAsync()).Audiences[0].Exited);

        scene.Set("gold", [.. Keyed(lost: 0).Skip(2), ",,1"]);
        var held = await scene.RunAsync();
        Assert.Equal((ExitCode.SomeNotDelivered, 0L), (held.ExitCode, held.Audiences[0].Exited));
    }

    [Fact]
    public async Task A_key_is_not_proof_while_the_ledger_has_people_without_one()
    {
        await using var scene = await StartedAsync();
        scene.Config = "  exit_action: remove\n  key_field: name";
        scene.Set("gold", Lost(2).Select(r => r.Replace("Someone", "k1", StringComparison.Ordinal)));

        var result = await scene.RunAsync();

        Assert.Equal((ExitCode.SomeNotDelivered, 40), (result.ExitCode, scene.In(scene.Gold).Count));
    }

    [Fact]
    public async Task In_another_book_of_the_audience_the_person_behind_such_a_row_is_not_entered_and_the_row_is_listed()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Config = "  exit_action: remove\n  key_field: name";
        scene.Set("gold", Keyed(lost: 0));
        await scene.RunAsync();
        scene.Mapping = $"[{{gold: \"{scene.Gold}\"}}, {{gold: \"{scene.Silver}\"}}, {{silver: \"{scene.Silver}\"}}]";
        scene.Set("gold", Keyed(lost: 1));

        var result = await scene.RunAsync();

        Assert.Equal((40, 39), (scene.In(scene.Gold).Count, scene.In(scene.Silver).Count));
        Assert.Equal([(0L, 40L), (1L, 0L)], result.Audiences.Where(a => a.Id == "gold").Select(a => (a.Omitted, a.Unchanged)));
        Assert.Equal("NoEmail", Assert.Single(result.Failures).Code);
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task An_audience_of_which_most_rows_are_not_addresses_is_held_and_its_book_left_as_it_is()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", All);
        scene.Set("silver", All.Take(1));
        await scene.RunAsync();
        scene.Set("gold", All.Take(15).Append("new@example.com").Concat(All.Skip(15).Select(m => m.Replace("@", " at ", StringComparison.Ordinal))));
        scene.Set("silver", All.Take(2));

        var held = await scene.RunAsync();

        var guard = Assert.Single(held.Guards, g => g.Guard == "rejects");
        Assert.Equal(("rejects", "gold", (long?)scene.Gold, 25L), (guard.Guard, guard.Audience, guard.AddressBookId, guard.Actual));
        Assert.Equal((ExitCode.Guard, 40, 2), (held.ExitCode, scene.In(scene.Gold).Count, scene.In(scene.Silver).Count));
        ExportScene.AddsUp(held);

        await scene.RunAsync("rejects", "exits");
        Assert.Equal(16, scene.In(scene.Gold).Count);
    }

    [Fact]
    public async Task Most_rows_that_lost_their_address_at_once_hold_the_book()
    {
        await using var scene = await StartedAsync();
        scene.Set("gold", Lost(25));

        var held = await scene.RunAsync();

        Assert.Equal(25, Assert.Single(held.Guards, g => g.Guard == "rejects").Actual);
        Assert.Equal((ExitCode.Guard, 40), (held.ExitCode, scene.In(scene.Gold).Count));
    }

    [Fact]
    public async Task An_audience_of_mostly_anonymous_profiles_is_ordinary()
    {
        await using var scene = await ExportScene.StartAsync();
        foreach (var anonymous in new[] { 300, 350, 320 })
        {
            scene.Set("gold", [.. All, .. Enumerable.Repeat(",Nobody,1", anonymous)]);
            var result = await scene.RunAsync();
            Assert.Equal((ExitCode.Done, 0), (result.ExitCode, result.Guards.Count));
        }

        Assert.Equal(40, scene.In(scene.Gold).Count);
    }

    /// <summary>Everyone; the first rows have lost their address.</summary>
    private static IEnumerable<string> Lost(int rows) => All.Select((m, i) => i < rows ? ",Someone,1" : m);

    /// <summary>Everyone with their own key; the first rows have lost their address.</summary>
    private static IEnumerable<string> Keyed(int lost) => All.Select((m, i) => $"{(i < lost ? "" : m)},k{i},1");

    private static async Task<ExportScene> StartedAsync(string config = "  exit_action: remove")
    {
        var scene = await ExportScene.StartAsync();
        scene.Config = config;
        scene.Set("gold", config.Contains("key_field", StringComparison.Ordinal) ? Keyed(lost: 0) : All);
        await scene.RunAsync();
        return scene;
    }
}
