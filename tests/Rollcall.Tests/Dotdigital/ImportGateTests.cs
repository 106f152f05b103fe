using Rollcall.Dotdigital;
using Xunit;

namespace Rollcall.Tests.Dotdigital;

/// <summary>At most 25 imports of an account are active, as far as this process knows.</summary>
public sealed class ImportGateTests
{
    private const string Home = Connected.Home;
    private const string Import = $"PUT {Home}contacts/v3/import";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_26th_import_waits_until_one_is_seen_over()
    {
        var clock = Connected.NewClock();
        var waits = new CollectedWaits();
        var script = Connected.Script();
        for (var i = 0; i < 25; i++)
        {
            script.On(Import, 202, $$"""{"importId":"{{i}}"}""");
        }

        using var client = await Connected.ToAsync(script, clock, waits);
        for (var i = 0; i < 25; i++)
        {
            Assert.True(client.Imports.HasRoom);
            await client.Imports.StartAsync("{}"u8.ToArray(), Cancellation);
        }

        Assert.False(client.Imports.HasRoom);
        var waiting = client.Imports.StartAsync("{}"u8.ToArray(), Cancellation);
        Assert.Equal(26, script.Calls.Count);
        Assert.Contains("25 imports", Assert.Single(waits.All).Reason, StringComparison.Ordinal);
        script.On($"GET {Home}contacts/v3/import/3", 200, """{"importId":"3","status":"NotFinished"}""")
            .On($"GET {Home}contacts/v3/import/3", 200, """{"importId":"3","status":"Failed"}""")
            .On(Import, 202, """{"importId":"25"}""");
        await client.Imports.ReadAsync("3", cancellation: Cancellation);
        Assert.False(waiting.IsCompleted);
        await client.Imports.ReadAsync("3", cancellation: Cancellation);
        Assert.Equal("25", await waiting);
        Assert.Equal(25, client.Governor.Imports.Active);
    }

    [Fact]
    public async Task What_is_not_known_to_be_over_only_delays_the_next_start()
    {
        var clock = Connected.NewClock();
        var script = Connected.Script();
        for (var i = 0; i < 26; i++)
        {
            script.On(Import, 202, $$"""{"importId":"{{i}}"}""");
        }

        using var client = await Connected.ToAsync(script, clock);
        for (var i = 0; i < 25; i++)
        {
            await client.Imports.StartAsync("{}"u8.ToArray(), Cancellation);
        }

        var starting = client.Imports.StartAsync("{}"u8.ToArray(), Cancellation);
        await clock.PassAsync(30);
        Assert.Equal("25", await starting);
        script.AssertScriptUsedUp();
    }

    [Fact]
    public async Task A_start_that_fails_leaves_no_import_behind()
    {
        var script = Connected.Script().On(Import, 400, """{"errorCode":"contacts:badJson","description":"x"}""");
        using var client = await Connected.ToAsync(script);
        await Assert.ThrowsAsync<DotdigitalException>(() => client.Imports.StartAsync("{}"u8.ToArray(), Cancellation));
        Assert.Equal(0, client.Governor.Imports.Active);
    }

    [Fact]
    public async Task An_import_of_an_earlier_process_counts_from_its_first_report()
    {
        var script = Connected.Script()
            .On($"GET {Home}contacts/v3/import/old", 200, """{"importId":"old","status":"NotFinished"}""")
            .On($"GET {Home}contacts/v3/import/old", 404, """{"errorCode":"contacts:importNotFound","description":"x"}""");
        using var client = await Connected.ToAsync(script);
        await client.Imports.ReadAsync("old", cancellation: Cancellation);
        Assert.Equal(1, client.Governor.Imports.Active);
        Assert.Null(await client.Imports.ReadAsync("old", cancellation: Cancellation));
        Assert.Equal(0, client.Governor.Imports.Active);
    }
}
