using Rollcall.Model;
using Rollcall.Simulators;
using Xunit;

namespace Rollcall.Tests.Runs;

public sealed class RetryTests
{
    private static readonly RunOptions Retry = new() { Undelivered = true };

    [Fact]
    public async Task What_failed_is_sent_again_and_nothing_else()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        await FailAsync(scene, "importContacts");
        scene.Set("gold", "ann@example.com", "bob@example.com");

        var result = await scene.RunAsync(Retry);

        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
        Assert.Equal((1L, 1L, ExitCode.Done), (result.Audiences[0].Entered, result.Audiences[0].Held, result.ExitCode));
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task A_retry_may_be_limited_further()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await FailAsync(scene, "importContacts");
        scene.Set("gold", "ann@example.com", "bob@example.com", "cy@example.com");

        await scene.RunAsync(Retry with { Only = ["bob@example.com", "cy@example.com"] });
        Assert.Equal(["bob@example.com"], scene.In(scene.Gold));

        var stop = await Assert.ThrowsAsync<RollcallException>(() => scene.RunAsync(Retry with { Release = ["gold"] }));
        Assert.Equal(ExitCode.BadJob, stop.ExitCode);
    }

    [Fact]
    public async Task The_roll_is_read_again_and_people_who_are_no_longer_members_are_listed()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com,Ann,1", "bob@example.com,Bob,1");
        await FailAsync(scene, "importContacts");
        scene.Set("gold", "ann@example.com,Anna,2");

        var result = await scene.RunAsync(Retry);

        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
        Assert.Equal("Anna", scene.Account.Contact("ann@example.com")!.DataFields["FIRSTNAME"]);
        var gone = Assert.Single(result.Failures);
        Assert.Equal(("bob@example.com", "Omitted", "NoLongerMember", "no longer a member"), (gone.Email, gone.Outcome, gone.Code, gone.Reason));
        Assert.Equal((1L, ExitCode.Done), (result.Outcomes.Omitted, result.ExitCode));
        ExportScene.AddsUp(result);

        Assert.Empty((await scene.RunAsync(Retry)).Failures);
    }

    [Fact]
    public async Task Opt_outs_are_read_again()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Account.AddContact("ann@example.com");
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await FailAsync(scene, "importContacts");
        scene.Account.Unsubscribe("ann@example.com");

        var result = await scene.RunAsync(Retry);

        Assert.Equal(["bob@example.com"], scene.In(scene.Gold));
        Assert.Equal((1L, 1L), (result.Audiences[0].Entered, result.Audiences[0].Suppressed));
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task An_exit_that_failed_is_tried_again_and_no_other()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com", "cy@example.com");
        await scene.RunAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await FailAsync(scene, "deleteContactsFromAddressBook");
        scene.Set("gold", "ann@example.com");

        var result = await scene.RunAsync(Retry);

        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
        Assert.Equal(1, result.Audiences[0].Exited);
        ExportScene.AddsUp(result);
    }

    [Fact]
    public async Task An_update_that_failed_is_tried_again()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com,Ann,1", "bob@example.com,Bob,1");
        await scene.RunAsync();
        scene.Set("gold", "ann@example.com,Anna,2", "bob@example.com,Bob,1");
        await FailAsync(scene, "importContacts");

        var result = await scene.RunAsync(Retry);

        Assert.Equal("Anna", scene.Account.Contact("ann@example.com")!.DataFields["FIRSTNAME"]);
        Assert.Equal(1, result.Audiences[0].Updated);
    }

    [Fact]
    public async Task A_run_without_failures_in_between_does_not_hide_what_failed_before()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await FailAsync(scene, "importContacts");
        scene.Set("silver", "cy@example.com");
        await scene.RunAsync(new RunOptions { Only = ["cy@example.com"] });

        await scene.RunAsync(Retry);

        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task With_nothing_undelivered_it_says_so_and_sends_nothing()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        await scene.RunAsync();
        var writes = scene.Writes;
        scene.Set("gold", "ann@example.com", "bob@example.com");

        var result = await scene.RunAsync(Retry);

        Assert.Equal(writes, scene.Writes);
        Assert.Contains(result.Notices, n => n.Contains("nothing to try again", StringComparison.Ordinal));
    }

    private static async Task FailAsync(ExportScene scene, string operation)
    {
        scene.Account.AddFaults(new Fault { Operation = operation, Kind = FaultKind.Refuse, Status = 404, Message = "ERROR_ADDRESSBOOK_NOT_FOUND" });
        Assert.Equal(ExitCode.SomeNotDelivered, (await scene.RunAsync()).ExitCode);
    }
}
