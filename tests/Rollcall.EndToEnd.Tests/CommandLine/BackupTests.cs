using Rollcall.Model;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.EndToEnd.Tests.CommandLine;

/// <summary>A backup that another process makes during a run, restored elsewhere.</summary>
public sealed class BackupTests
{
    [Fact]
    public async Task A_backup_during_a_run_is_restored_elsewhere_and_the_next_run_there_is_exact()
    {
        await using var shop = await SmallShop.StartAsync(3);
        await shop.RunAsync();
        shop.People(Enumerable.Range(2, 4).Select(Some.Email));
        await shop.Simulator.ActAsync("options", new { importLatency = 12 });
        await using var run = shop.Begin("run", "job.yaml");
        await shop.CalledAsync("getImportStatus", 2);

        (await shop.RollcallAsync("backup", "backup.tar.gz")).Expect(ExitCode.Done);
        run.Kill();
        await run.ExitAsync();
        (await shop.RollcallAsync("restore", "backup.tar.gz", "--data", "restored")).Expect(ExitCode.Done);
        await shop.RunAsync(ExitCode.Done, "--data", "restored");

        await shop.ExpectMembersAsync(Enumerable.Range(2, 4).Select(Some.Email));
        Assert.Equal(2, shop.Simulator.Calls.Count(call => call.Operation == "importContacts"));
    }
}
