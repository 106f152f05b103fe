using Rollcall.Model;
using Xunit;
using static Rollcall.Tests.Runs.InsightScene;

namespace Rollcall.Tests.Runs;

/// <summary>Records that go, and records that stay: of recommendations, and of people who leave.</summary>
public sealed class InsightRemovalTests
{
    [Fact]
    public async Task Recommendations_become_a_record_each_and_go_when_they_are_no_longer_recommended()
    {
        await using var scene = await InsightScene.StartAsync();
        People(scene, Person(Ann, "[]"), Person(Bob, "[]"));
        Recommend(scene, Pick(Ann, 1, "First"), Pick(Ann, 2, "Second"), Pick(Bob, 1, "Only"));
        await scene.RunAsync();
        Assert.Equal(["First", "Second"], Titles(scene, Ann));

        Recommend(scene, Pick(Ann, 1, "Second"), Pick(Bob, 1, "Only"));
        await scene.RunAsync();

        Assert.Equal(["Second"], Titles(scene, Ann));
        Assert.Equal(["Only"], Titles(scene, Bob));
        Assert.Contains("\"topics\":[\"a\",\"b\"]", Plain(Records(scene, "lytics_recommendations", Ann).Single().Json), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("keep", 1)]
    [InlineData("remove", 0)]
    public async Task Records_stay_or_go_when_their_person_leaves(string choice, int left)
    {
        await using var scene = await InsightScene.StartAsync();
        People(scene, Person(Ann, "[1]"), Person(Bob, "[2]"));
        scene.Config = "  exit_action: remove\n  insight_fields: [likes]";
        scene.More = $"insight_on_exit: {choice}";
        await scene.RunAsync();
        People(scene, Person(Ann, "[1]"));

        var result = await scene.RunAsync();

        Assert.Equal((ExitCode.Done, 1L), (result.ExitCode, result.Audiences[0].Exited));
        Assert.Equal(left, Records(scene, "lytics_fields", Bob).Count);
        Assert.Single(Records(scene, "lytics_fields", Ann));
    }

    [Fact]
    public async Task The_exits_guard_applies_to_records_removed_without_an_exit()
    {
        await using var scene = await InsightScene.StartAsync();
        var people = Enumerable.Range(0, 40).Select(i => Person($"p{i}@example.com", "[1]")).ToArray();
        People(scene, people);
        scene.Config = "  insight_fields: [likes]";
        scene.More = "insight_on_exit: remove";
        await scene.RunAsync();
        People(scene, people[..10]);

        var held = await scene.RunAsync();
        Assert.Equal((ExitCode.Guard, 40), (held.ExitCode, scene.Account.InsightRecords("lytics_fields").Count));

        var allowed = await scene.RunAsync("exits");
        Assert.Equal((ExitCode.Done, 10), (allowed.ExitCode, scene.Account.InsightRecords("lytics_fields").Count));
        Assert.Equal(40, scene.In(scene.Gold).Count);
    }

    [Fact]
    public async Task A_truncated_table_of_recommendations_removes_no_record()
    {
        await using var scene = await InsightScene.StartAsync();
        People(scene, Person(Ann, "[]"), Person(Bob, "[]"));
        Recommend(scene, Pick(Ann, 1, "First"), Pick(Ann, 2, "Second"), Pick(Bob, 1, "Only"));
        await scene.RunAsync();
        File.WriteAllText(Path.Combine(scene.Folder, "picks.jsonl"), Pick(Ann, 1, "First") + "\n" + Pick(Ann, 2, "Second")[..20]);

        var result = await scene.RunAsync();

        Assert.Equal(ExitCode.SomeNotDelivered, result.ExitCode);
        Assert.Equal(["First", "Second"], Titles(scene, Ann));
        Assert.Equal(["Only"], Titles(scene, Bob));
    }

    [Fact]
    public async Task Records_of_another_job_stay_when_this_jobs_go()
    {
        await using var scene = await InsightScene.StartAsync();
        scene.Config = "  insight_fields: [likes]";
        scene.More = "insight_on_exit: remove";
        People(scene, Person(Ann, "[1]"), Person(Bob, "[2]"));
        await scene.RunAsync();
        await scene.RunOtherAsync();
        People(scene, Person(Ann, "[1]"));

        await scene.RunAsync();

        Assert.Equal(["other"], Records(scene, "lytics_fields", Bob).Select(r => r.Key));
    }

    [Fact]
    public async Task A_removal_that_failed_is_made_by_the_next_run()
    {
        await using var scene = await StartRefusingAsync("delContactInsightDataRecords");
        People(scene, Person(Ann, "[]"));
        Recommend(scene, Pick(Ann, 1, "First"), Pick(Ann, 2, "Second"));
        await scene.RunAsync();
        Recommend(scene, Pick(Ann, 1, "First"));

        var failed = await scene.RunAsync();
        Assert.Equal((ExitCode.SomeNotDelivered, "insight"), (failed.ExitCode, Assert.Single(failed.Failures).Operation));
        var again = await scene.RunAsync();

        Assert.Equal(ExitCode.Done, again.ExitCode);
        Assert.Equal(["First"], Titles(scene, Ann));
    }
}
