using Rollcall.Model;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.EndToEnd.Tests.CommandLine;

/// <summary>A run that stops in the middle is taken up by the next one, which sends nothing twice.</summary>
public sealed class InterruptionTests
{
    // Long enough for the signal to arrive on a busy machine before the import has ended.
    private const string Slow = "12";

    [Fact]
    public async Task Ctrl_C_ends_with_130_says_how_to_continue_and_the_next_run_does()
    {
        await using var shop = await SmallShop.StartAsync(3, "--import-latency", Slow);
        await using var run = shop.Begin("run", "job.yaml");
        await shop.CalledAsync("getImportStatus");

        run.Interrupt();
        var interrupted = (await run.ExitAsync()).Expect(ExitCode.Interrupted);

        Assert.Contains("run the same command again to continue", interrupted.Errors, StringComparison.Ordinal);
        await ExpectTakenUpAsync(shop);
    }

    [Fact]
    public async Task Kill_9_loses_nothing_and_nothing_is_sent_twice()
    {
        await using var shop = await SmallShop.StartAsync(3, "--import-latency", Slow);
        await using var run = shop.Begin("run", "job.yaml");
        await shop.CalledAsync("getImportStatus");

        run.Kill();
        Assert.Equal(137, (await run.ExitAsync()).ExitCode);

        await ExpectTakenUpAsync(shop);
    }

    [Fact]
    public async Task An_import_that_was_never_answered_is_read_back_before_anything_is_sent_again()
    {
        await using var shop = await SmallShop.StartAsync(3, "--fault", "importContacts:1:drop-after");

        await shop.RollcallAsync("run", "job.yaml", "--json");
        await shop.RunAsync();

        await shop.ExpectMembersAsync(Enumerable.Range(1, 3).Select(Some.Email));
        Assert.Equal(0, (await shop.Simulator.CountersAsync()).GetProperty("contactsDeleted").GetInt32());
    }

    private static async Task ExpectTakenUpAsync(SmallShop shop)
    {
        await shop.RunAsync();

        Assert.Single(shop.Simulator.Calls, call => call.Operation == "importContacts");
        await shop.ExpectMembersAsync(Enumerable.Range(1, 3).Select(Some.Email));
    }
}
