using Rollcall.Simulators;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>Records of which Dotdigital refuses a value and carries out the rest: the person is in the book, and not as the job wants them.</summary>
public sealed class WrittenInPartTests
{
    private const string Refused = "refused";

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    public async Task Somebody_who_entered_without_their_values_leaves_with_the_audience(int? omits)
    {
        await using var scene = await ExportScene.StartAsync(o => o with
        {
            BadFieldInImport = BadFieldInImport.LeftOut, RefusedValues = [Refused], ReportOmitsEvery = omits,
        });
        scene.Set("gold", "bob@example.com", $"ann@example.com,{Refused},1");
        await scene.RunAsync();
        Assert.Contains("ann@example.com", scene.In(scene.Gold));

        scene.Set("gold", "bob@example.com");
        await scene.RunAsync();

        Assert.Equal(["bob@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task Somebody_who_joined_by_themselves_after_a_refused_entry_stays()
    {
        await using var scene = await ExportScene.StartAsync(o => o with { RefusedValues = [Refused] });
        scene.Set("gold", "bob@example.com", "ann@example.com");
        await scene.RunAsync();
        scene.Set("gold", "bob@example.com");
        await scene.RunAsync();
        scene.Set("gold", "bob@example.com", $"ann@example.com,{Refused},1");
        await scene.RunAsync();
        scene.Account.Subscribe("ann@example.com", scene.Gold);

        scene.Set("gold", "bob@example.com");
        await scene.RunAsync();

        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
    }
}
