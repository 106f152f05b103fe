using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Runs.ConsentScene;

namespace Rollcall.Tests.Runs;

/// <summary><c>join_existing: false</c>: the first run, in which nobody joins, lasts until its members were all read and sent.</summary>
public sealed class FirstRunTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_that_could_not_read_or_send_everyone_does_not_end_the_first(bool feedFails)
    {
        await using var scene = await ExportScene.StartAsync();
        (scene.Config, scene.More) = ("  trigger_join: true\n  exit_action: remove", "join_existing: false");
        scene.Remove("silver");
        if (feedFails)
        {
            scene.Set("gold", Ann);
            scene.Account.AddFaults(new Fault { Operation = "getUnsubscribedInAddressBook", Kind = FaultKind.Refuse, Status = 400, Message = "No." });
        }
        else
        {
            // A row that breaks off: the audience is not read completely.
            scene.Set("gold", "cyd@example.com", "ann@example.com,\"An");
        }

        scene.Mapping = $"[{{gold: \"{scene.Gold}\"}}]";
        await scene.RunAsync();
        scene.Set("gold", Ann);
        await scene.RunAsync();
        scene.Set("gold", Ann, Bob);
        await scene.RunAsync();

        Assert.Equal([Ann, Bob], scene.In(scene.Gold));
        Assert.Equal((0, 1), (scene.Account.Joins(Ann, scene.Gold), scene.Account.Joins(Bob, scene.Gold)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_empty_run_is_not_the_first(bool anonymous)
    {
        await using var scene = await ExportScene.StartAsync();
        (scene.Config, scene.More) = ("  trigger_join: true\n  exit_action: remove", "join_existing: false");
        scene.Remove("silver");
        scene.Mapping = $"[{{gold: \"{scene.Gold}\"}}]";
        scene.Set("gold", anonymous ? [",Nobody,1"] : Array.Empty<string>());
        await scene.RunAsync();
        scene.Set("gold", Ann);
        await scene.RunAsync();
        scene.Set("gold", Ann, Bob);
        await scene.RunAsync();

        Assert.Equal([Ann, Bob], scene.In(scene.Gold));
        Assert.Equal((0, 1), (scene.Account.Joins(Ann, scene.Gold), scene.Account.Joins(Bob, scene.Gold)));
    }

    [Fact]
    public async Task A_job_that_exports_once_has_not_done_so_while_its_audiences_are_empty()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Config = "  exit_action: ignore\n  backfill_only: true";
        await scene.RunAsync();
        scene.Set("gold", Ann);
        await scene.RunAsync();
        scene.Set("gold", Ann, Bob);
        await scene.RunAsync();

        Assert.Equal([Ann], scene.In(scene.Gold));
    }
}
