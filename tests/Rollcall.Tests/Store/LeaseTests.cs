using Rollcall.Model;
using Rollcall.Store;
using Rollcall.Tests.Runs;
using Xunit;

namespace Rollcall.Tests.Store;

/// <summary>A generation of a ledger is kept as long as a process reads it.</summary>
public sealed class LeaseTests
{
    [Fact]
    public async Task A_plan_keeps_the_generation_that_it_reads_while_runs_fold_several_times()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com,Ann,0");
        await scene.RunAsync();

        await RunSession.WithAsync(
            scene.Job(),
            scene.Workplace(),
            new RunOptions(),
            SessionKind.Plan,
            async (run, _) =>
            {
                var ledger = run.LedgerRelation;
                for (var spend = 1; spend <= 3; spend++)
                {
                    scene.Set("gold", $"ann@example.com,Ann,{spend}", $"bob{spend}@example.com");
                    await scene.RunAsync();
                }

                Assert.Equal(1, run.Db.Number($"SELECT count(*) FROM {ledger}"));
                Assert.Equal(ledger, run.LedgerRelation);
                Assert.Equal(["00000001", "00000003", "00000004"], Generations(scene));
                return new RunResult { Job = run.Job.Tag, RunId = run.RunId };
            },
            TestContext.Current.CancellationToken);

        scene.Set("gold", "ann@example.com,Ann,9");
        await scene.RunAsync();
        Assert.Equal(["00000004", "00000005"], Generations(scene));
    }

    [Fact]
    public async Task A_generation_that_is_replaced_before_it_is_leased_is_read_as_its_successor()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        await scene.RunAsync();
        using var store = Stores.Open(new DataFolder(scene.DataFolder));
        using var leases = new LedgerLeases(store.Ledgers);
        var reads = 0;

        var found = leases.Read(() => reads++ == 0 ? "ledger/scene/00000000" : store.Ledgers.Of("scene")!.Folder!, generation => [generation]);

        Assert.Equal(("ledger/scene/00000001", 2), (found, reads));
    }

    private static List<string?> Generations(ExportScene scene) =>
        [.. Directory.GetDirectories(Path.Combine(scene.DataFolder, "ledger", "scene")).Select(Path.GetFileName).Order(StringComparer.Ordinal)];
}
