using Rollcall.Model;
using Xunit;
using static Rollcall.Tests.Runs.InsightScene;

namespace Rollcall.Tests.Runs;

/// <summary>Records that are refused, and runs that are killed while they send records.</summary>
public sealed class InsightFaultTests
{
    [Fact]
    public async Task Where_one_record_after_another_is_refused_it_is_not_the_records_and_all_wait_for_the_next_run()
    {
        await using var scene = await StartRefusingAsync("importInsightData", times: 500);
        People(scene, [.. Enumerable.Range(0, 100).Select(i => Person($"p{i}@example.com", "[1]"))]);
        scene.Config = "  insight_fields: [likes]";

        var result = await scene.RunAsync();

        Assert.Equal(ExitCode.SomeNotDelivered, result.ExitCode);
        Assert.InRange(Imports(scene), 20, 60);
        scene.Account.ClearFaults();
        await scene.RunAsync();
        Assert.Equal(100, scene.Account.InsightRecords("lytics_fields").Count);
    }

    [Fact]
    public async Task One_record_that_is_refused_keeps_no_other_out_and_is_sent_again_once_it_is_another()
    {
        // The batch of both is refused, and then its first half.
        await using var scene = await StartRefusingAsync("importInsightData", times: 2);
        People(scene, Person(Ann, "[1]"), Person(Bob, "[2]"));
        scene.Config = "  insight_fields: [likes]";

        var first = await scene.RunAsync();
        var failure = Assert.Single(first.Failures);
        Assert.Equal(("insight", "Invalid", ExitCode.Done), (failure.Operation, failure.Outcome, first.ExitCode));
        var (out_, other) = failure.Email == Ann ? (Ann, Bob) : (Bob, Ann);
        Assert.Equal((0, 1), (Records(scene, "lytics_fields", out_).Count, Records(scene, "lytics_fields", other).Count));

        var imports = Imports(scene);
        await scene.RunAsync();
        Assert.Equal(imports, Imports(scene));

        People(scene, Person(Ann, "[3]"), Person(Bob, "[4]"));
        await scene.RunAsync();
        Assert.Equal((1, 1), (Records(scene, "lytics_fields", Ann).Count, Records(scene, "lytics_fields", Bob).Count));
    }

    [Fact]
    public async Task A_run_killed_at_any_moment_leaves_nothing_unsent_and_nothing_behind()
    {
        for (var step = 1; ; step += 5)
        {
            await using var scene = await InsightScene.StartAsync();
            scene.Config = "  exit_action: remove\n  insight_fields: [likes]";
            scene.More = "insight_on_exit: remove\nguards: {max_exit_percent: none, empty_audience: allow}";
            People(scene, Person(Ann, "[1]"), Person(Bob, "[2]"));
            var left = step;
            scene.Checkpoint = _ => { if (--left == 0) { throw new KilledException(); } };
            var killed = false;
            try
            {
                await scene.RunAsync();
            }
            catch (KilledException)
            {
                killed = true;
            }

            scene.Checkpoint = null;
            People(scene, Person(Ann, "[1]"));
            await scene.RunAsync();
            Assert.Equal("""{"likes":[1]}""", Plain(Fields(scene, Ann)));
            Assert.Empty(Records(scene, "lytics_fields", Bob));
            if (!killed)
            {
                return;
            }
        }
    }

    private sealed class KilledException : Exception;
}
