using Rollcall.Simulators;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>Moves without an answer, and runs that are killed during one.</summary>
public sealed class InterruptedMoveTests
{
    [Theory]
    [InlineData(FaultKind.DropBefore)]
    [InlineData(FaultKind.DropAfter)]
    public async Task A_move_without_an_answer_ends_correctly(FaultKind kind)
    {
        await using var scene = await ExportScene.StartWithKeyFieldAsync();
        scene.Set("gold", "ann@old.example,k1,1", "x@example.com,x,1");
        await scene.RunAsync();
        var id = scene.Account.Contact("ann@old.example")!.Id;
        scene.Set("gold", "ann@new.example,k1,2", "x@example.com,x,1");
        scene.Account.AddFaults(new Fault { Operation = "importContacts", Kind = kind });

        var first = await scene.RunAsync();
        ExportScene.AddsUp(first);
        await scene.RunAsync();

        Assert.Equal(["ann@new.example", "x@example.com"], scene.In(scene.Gold));
        Assert.Equal(
            (id, "2", 1),
            (scene.Account.Contact("ann@new.example")!.Id, scene.Account.Contact("ann@new.example")!.DataFields["SPEND"],
                scene.Account.Counters.AddressesChanged));
        Assert.Equal(2, scene.Account.ContactCount);
    }

    [Fact]
    public async Task A_run_killed_anywhere_in_a_move_ends_correctly()
    {
        await using var scene = await ExportScene.StartWithKeyFieldAsync();
        var address = "ann@0.example";
        scene.Set("gold", $"{address},k1,1", "x@example.com,x,1");
        await scene.RunAsync();
        var id = scene.Account.Contact(address)!.Id;
        for (var killAt = 1; ; killAt++)
        {
            address = $"ann@{killAt}.example";
            scene.Set("gold", $"{address},k1,{killAt}", "x@example.com,x,1");
            var (steps, looking) = (0, false);
            scene.Before = request => looking |= request.StartsWith("GET /contacts/v3/contactId/", StringComparison.Ordinal);
            scene.Checkpoint = _ =>
            {
                // From the look-up of the contact on; nothing is sent before.
                if (looking && ++steps == killAt)
                {
                    throw new KilledException();
                }
            };
            var killed = true;
            try
            {
                await scene.RunAsync();
                killed = false;
            }
            catch (KilledException)
            {
            }

            (scene.Checkpoint, scene.Before) = (null, null);
            ExportScene.AddsUp(await scene.RunAsync());

            Assert.Equal([address, "x@example.com"], scene.In(scene.Gold));
            Assert.Equal(
                (id, killAt.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                (scene.Account.Contact(address)!.Id, scene.Account.Contact(address)!.DataFields["SPEND"]));
            Assert.Equal((2, killAt), (scene.Account.ContactCount, scene.Account.Counters.AddressesChanged));
            if (!killed)
            {
                break;
            }
        }
    }

    private sealed class KilledException : Exception;
}
