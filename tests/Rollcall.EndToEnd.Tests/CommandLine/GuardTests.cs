using System.Text.Json;
using Rollcall.Model;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.EndToEnd.Tests.CommandLine;

/// <summary>Guards hold a book as it is, end with 5, and are passed by name, once.</summary>
public sealed class GuardTests
{
    private const int People = 30;

    private static readonly string[] Half = [.. Enumerable.Range(1, People / 2).Select(Some.Email)];

    [Fact]
    public async Task Too_many_exits_are_held_until_they_are_allowed_once()
    {
        await using var shop = await SmallShop.StartAsync(People);
        await shop.RunAsync();
        shop.People(Half);

        var plan = (await shop.RollcallAsync("plan", "job.yaml", "--json")).Expect(ExitCode.Done).Json;
        Assert.Equal("exits", Guard(plan));
        Assert.Equal("exits", Guard(await shop.RunAsync(ExitCode.Guard)));
        Assert.Equal("exits", Guard(await shop.RunAsync(ExitCode.Guard, "--yes")));
        Assert.Equal(People, (await shop.Simulator.MembersAsync(SmallShop.Book)).Count);

        await shop.RunAsync(ExitCode.Done, "--allow", "exits");
        await shop.ExpectMembersAsync(Half);

        shop.People(Half[..1]);
        Assert.Equal("exits", Guard(await shop.RunAsync(ExitCode.Guard)));
        await shop.ExpectMembersAsync(Half);
    }

    [Fact]
    public async Task An_audience_that_is_suddenly_empty_empties_no_book()
    {
        await using var shop = await SmallShop.StartAsync();
        await shop.RunAsync();
        shop.People([]);

        Assert.Equal("empty", Guard(await shop.RunAsync(ExitCode.Guard)));
        Assert.Equal(3, (await shop.Simulator.MembersAsync(SmallShop.Book)).Count);

        await shop.RunAsync(ExitCode.Done, "--allow", "empty");
        await shop.ExpectMembersAsync();
    }

    [Fact]
    public async Task Too_many_enters_are_held_until_they_are_allowed()
    {
        await using var shop = await SmallShop.StartAsync();
        shop.JobText += "guards: {max_enter: 2}\n";

        var run = await shop.RunAsync(ExitCode.Guard);

        Assert.Equal("enters", Guard(run));
        Assert.Equal(3, run.GetProperty("audiences")[0].GetProperty("held").GetInt32());
        Assert.DoesNotContain(shop.Simulator.Calls, call => call.IsWrite);
        await shop.RunAsync(ExitCode.Done, "--allow", "enters");
        Assert.Equal(3, (await shop.Simulator.MembersAsync(SmallShop.Book)).Count);
    }

    private static string? Guard(JsonElement result) => Assert.Single(result.GetProperty("guards").EnumerateArray()).GetProperty("guard").GetString();
}
