using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.Simulators;
using Rollcall.Tests.Runs;
using Xunit;

namespace Rollcall.Tests.Promises;

/// <summary>The identity of a person under any address, and after erasure.</summary>
public sealed class IdentityPromises
{
    [Fact]
    public async Task A_changed_address_moves_the_contact()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Config = "  exit_action: remove\n  key_field: name";
        scene.Set("gold", "old@example.com,key-1,1", "bob@example.com,key-2,1");
        await scene.RunAsync();
        var contact = scene.Account.Contact("old@example.com")!.Id;

        scene.Set("gold", "new@example.com,key-1,2", "bob@example.com,key-2,1");
        var result = await scene.RunAsync();

        Assert.Equal((contact, "2"), (scene.Account.Contact("new@example.com")!.Id, scene.Account.Contact("new@example.com")!.DataFields["SPEND"]));
        Assert.Null(scene.Account.Contact("old@example.com"));
        Assert.Equal(["bob@example.com", "new@example.com"], scene.In(scene.Gold));
        Assert.Equal((2, ExitCode.Done), (scene.Account.ContactCount, result.ExitCode));
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task A_person_can_be_erased_from_the_tools_own_data()
    {
        await using var scene = await ExportScene.StartAsync(o => o with { ListSuppression = ListSuppression.Clears });
        scene.Account.AddContact("ann@example.com", scene.Gold);
        scene.Account.Unsubscribe("ann@example.com", scene.Gold);
        scene.Set("gold", "ann@example.com", "bob@example.com");
        scene.Set("silver", "ann@example.com");
        await scene.RunAsync();

        var result = Forget.Run("Ann@Example.com", scene.DataFolder, _ => null, cancellation: TestContext.Current.CancellationToken);

        Assert.NotEmpty(result.Erased);
        Assert.NotEmpty(result.Remains);
        Assert.All(
            Directory.GetFiles(scene.DataFolder, "*", SearchOption.AllDirectories),
            file => Assert.DoesNotContain(
                "ann@example.com", System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file)), StringComparison.OrdinalIgnoreCase));

        // She is erased, but her opt-out is kept: its keyed hash is honoured.
        await scene.RunAsync();
        Assert.Equal(["bob@example.com"], scene.In(scene.Gold));
    }
}
