using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Runs;

public sealed class ReleaseTests
{
    [Fact]
    public async Task A_book_taken_out_of_the_job_is_left_and_named_and_released_its_members_go()
    {
        await using var scene = await StartedAsync(members: 3);
        scene.Account.Subscribe("stranger@example.com", scene.Silver);
        scene.Mapping = $"[{{gold: \"{scene.Gold}\"}}]";
        scene.Remove("silver");

        var left = await scene.RunAsync();
        Assert.Equal(4, scene.In(scene.Silver).Count);
        Assert.Contains(left.Notices, n => n.Contains("--release Silver", StringComparison.Ordinal));

        var result = await scene.RunAsync(new RunOptions { Release = ["silver"] });
        Assert.Equal(["stranger@example.com"], scene.In(scene.Silver));
        var row = Assert.Single(result.Audiences, a => a.AddressBookId == scene.Silver);
        Assert.Equal(("silver", "Silver", 3L), (row.Id, row.AddressBook, row.Exited));
        Assert.Equal((ExitCode.Done, 3L), (result.ExitCode, result.Outcomes.Delivered));
        ExportScene.AddsUp(result);

        Assert.DoesNotContain((await scene.RunAsync()).Notices, n => n.Contains("Silver", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_exits_guard_judges_a_release_and_the_notice_says_how_to_pass_it()
    {
        await using var scene = await StartedAsync(members: 12);
        scene.Mapping = $"[{{gold: \"{scene.Gold}\"}}]";
        scene.Remove("silver");
        var silver = scene.Silver.ToString(System.Globalization.CultureInfo.InvariantCulture);

        var held = await scene.RunAsync(new RunOptions { Release = [silver] });
        Assert.Equal((ExitCode.Guard, 12), (held.ExitCode, scene.In(scene.Silver).Count));
        Assert.Contains(held.Notices, n => n.Contains("--release Silver --allow exits", StringComparison.Ordinal));

        await scene.RunAsync(new RunOptions { Release = [silver], Allow = new HashSet<string> { "exits" } });
        Assert.Empty(scene.In(scene.Silver));
        Assert.Single(scene.In(scene.Gold));
    }

    [Fact]
    public async Task Members_of_an_audience_taken_out_go_from_the_book_that_others_still_fill()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Mapping = $"[{{gold: \"{scene.Gold}\"}}, {{silver: \"{scene.Gold}\"}}]";
        scene.Set("gold", "ann@example.com", "bob@example.com");
        scene.Set("silver", "bob@example.com", "cy@example.com");
        await scene.RunAsync();
        scene.Mapping = $"[{{gold: \"{scene.Gold}\"}}, {{silver: \"{scene.Silver}\"}}]";
        await scene.RunAsync();
        Assert.Equal(["ann@example.com", "bob@example.com", "cy@example.com"], scene.In(scene.Gold));

        await scene.RunAsync(new RunOptions { Release = ["Gold"] });

        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
        Assert.Equal(["bob@example.com", "cy@example.com"], scene.In(scene.Silver));
    }

    [Fact]
    public async Task An_audience_taken_out_is_released_by_its_name()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        scene.Set("lapsed", "bob@example.com", "cy@example.com");
        scene.Remove("silver");
        scene.Mapping = $"[{{gold: \"{scene.Gold}\"}}, {{lapsed: \"{scene.Gold}\"}}, {{lapsed: \"{scene.Silver}\"}}]";
        await scene.RunAsync();
        scene.Remove("lapsed");
        scene.Mapping = $"[{{gold: \"{scene.Gold}\"}}]";
        await scene.RunAsync();
        Assert.Equal((3, 2), (scene.In(scene.Gold).Count, scene.In(scene.Silver).Count));

        var result = await scene.RunAsync(new RunOptions { Release = ["lapsed"] });

        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
        Assert.Empty(scene.In(scene.Silver));
        Assert.Equal([2L, 2L], result.Audiences.Where(a => a.Id == "lapsed").Select(a => a.Exited));
    }

    [Fact]
    public async Task What_the_job_never_put_anyone_into_cannot_be_released()
    {
        await using var scene = await StartedAsync(members: 1);

        var stop = await Assert.ThrowsAsync<RollcallException>(() => scene.RunAsync(new RunOptions { Release = ["Bronze"] }));

        Assert.Equal(ExitCode.BadJob, stop.ExitCode);
        Assert.Contains("Gold, Silver", stop.Problems[0].Todo, StringComparison.Ordinal);
    }

    private static async Task<ExportScene> StartedAsync(int members)
    {
        var scene = await ExportScene.StartAsync();
        scene.Account.AddContact("stranger@example.com");
        scene.Set("gold", "ann@example.com");
        scene.Set("silver", Enumerable.Range(0, members).Select(i => $"m{i}@example.com"));
        await scene.RunAsync();
        return scene;
    }
}
