using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>
/// The ledger stores the audience that a person is currently in: nobody is left behind when audiences are renamed or dropped, or people move between them.
/// </summary>
public sealed class AudienceNamesTests
{
    [Fact]
    public async Task A_person_handed_over_to_another_audience_leaves_when_that_one_releases_them_and_the_first_is_dropped()
    {
        await using var scene = await OneBookAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        scene.Set("silver", "bob@example.com");
        await scene.RunAsync();
        scene.Set("gold", "ann@example.com");
        var handedOver = await scene.RunAsync();
        Assert.Equal((0L, 1L), (handedOver.Audiences[0].Exited, handedOver.Audiences[1].Unchanged));

        Drop(scene, "gold", "silver");
        scene.Set("silver", "cyd@example.com");
        var result = await scene.RunAsync();

        Assert.Equal(["ann@example.com", "cyd@example.com"], scene.In(scene.Gold));
        Assert.Equal(("silver", 1L), (result.Audiences[0].Id, result.Audiences[0].Exited));
        Assert.Contains(result.Notices, n => n.StartsWith("1 member stays in \"Gold\": the audience gold", StringComparison.Ordinal));
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task After_an_audience_is_renamed_its_people_leave_like_any_others()
    {
        await using var scene = await OneBookAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        scene.Set("silver", "zed@example.com");
        await scene.RunAsync();
        scene.Remove("gold");
        scene.Set("vip", "ann@example.com", "bob@example.com");
        scene.Mapping = $"[{{silver: \"{scene.Gold}\"}}, {{vip: \"{scene.Gold}\"}}]";
        var renamed = (await scene.RunAsync()).Audiences.Single(a => a.Id == "vip");
        Assert.Equal((0L, 2L), (renamed.Updated, renamed.Unchanged));

        scene.Set("vip", "ann@example.com");
        var result = await scene.RunAsync();

        Assert.Equal(["ann@example.com", "zed@example.com"], scene.In(scene.Gold));
        Assert.DoesNotContain(result.Notices, n => n.Contains("no longer mapped", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_person_who_is_updated_while_another_audience_takes_them_over_is_named_after_that_one_too()
    {
        await using var scene = await OneBookAsync();
        scene.Set("gold", "bob@example.com,Bob,1");
        scene.Set("silver", "bob@example.com,Bob,1", "zed@example.com");
        await scene.RunAsync();
        scene.Set("gold", "ann@example.com");
        scene.Set("silver", "bob@example.com,Bobby,2", "zed@example.com");
        Assert.Equal(1, (await scene.RunAsync()).Audiences[1].Updated);

        Drop(scene, "gold", "silver");
        scene.Set("silver", "zed@example.com");
        await scene.RunAsync();

        Assert.Equal(["ann@example.com", "zed@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task An_audience_that_still_wants_a_person_keeps_its_name_on_them_and_nothing_is_recorded()
    {
        await using var scene = await OneBookAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        scene.Set("silver", "bob@example.com", "cyd@example.com");
        await scene.RunAsync();
        var before = Generations(scene);

        var result = await scene.RunAsync();

        Assert.Equal((2L, 2L), (result.Audiences[0].Unchanged, result.Audiences[1].Unchanged));
        Assert.Equal(before, Generations(scene));
    }

    [Fact]
    public async Task Handing_people_over_costs_no_call_that_changes_anything()
    {
        await using var scene = await OneBookAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        scene.Set("silver", "bob@example.com");
        await scene.RunAsync();
        var writes = scene.Writes;
        scene.Set("gold", "ann@example.com");

        await scene.RunAsync();

        Assert.Equal(writes, scene.Writes);
    }

    private static string[] Generations(ExportScene scene) => Directory.GetDirectories(Path.Combine(scene.DataFolder, "ledger", "scene"));

    private static void Drop(ExportScene scene, string audience, string stays)
    {
        scene.Remove(audience);
        scene.Mapping = $"[{{{stays}: \"{scene.Gold}\"}}]";
    }

    /// <summary>Gold and silver both go into the book Gold.</summary>
    private static async Task<ExportScene> OneBookAsync()
    {
        var scene = await ExportScene.StartAsync();
        scene.Mapping = $"[{{gold: \"{scene.Gold}\"}}, {{silver: \"{scene.Gold}\"}}]";
        return scene;
    }
}
