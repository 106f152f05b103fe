using Xunit;

namespace Rollcall.Tests.Runs;

public sealed class TwoJobsTests
{
    [Fact]
    public async Task Whom_another_job_wants_in_the_book_stays_until_that_job_lets_them_go_too()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com", "bob@example.com");
        await scene.RunAsync();
        await RunOtherAsync(scene);

        scene.Set("gold", "ann@example.com");
        var plan = await scene.PlanAsync();
        var held = await scene.RunAsync();
        Assert.Equal(["ann@example.com", "bob@example.com"], scene.In(scene.Gold));
        Assert.Equal((0L, 0L, 0L), (plan.Audiences[0].Exited, plan.Plan!.Removals, held.Audiences[0].Exited));
        Assert.Equal("ClaimedByAnotherJob", Assert.Single(held.Failures).Code);
        Assert.Equal(ExitCode.Done, held.ExitCode);
        Assert.Contains("another job", (await scene.ExplainAsync("bob@example.com")).Next[0], StringComparison.Ordinal);

        await RunOtherAsync(scene);
        await scene.RunAsync();
        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task Two_jobs_that_both_put_someone_into_a_book_and_both_let_them_go_do_not_wait_for_each_other()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "zed@example.com");
        await scene.RunAsync();
        await RunOtherAsync(scene);
        scene.Set("gold", "zed@example.com", "bob@example.com");
        await scene.RunAsync();
        await RunOtherAsync(scene);

        scene.Set("gold", "zed@example.com");
        await scene.RunAsync();
        Assert.Equal(["bob@example.com", "zed@example.com"], scene.In(scene.Gold));

        // Wanted again, the first job claims them again.
        scene.Set("gold", "zed@example.com", "bob@example.com");
        await scene.RunAsync();
        scene.Set("gold", "zed@example.com");
        await RunOtherAsync(scene);
        Assert.Equal(["bob@example.com", "zed@example.com"], scene.In(scene.Gold));

        await scene.RunAsync();
        await RunOtherAsync(scene);
        Assert.Equal(["zed@example.com"], scene.In(scene.Gold));
    }

    private static Task<RunResult> RunOtherAsync(ExportScene scene) =>
        ExportRun.ExecuteAsync(scene.Job() with { Tag = "other" }, new RunOptions(), scene.Workplace(), TestContext.Current.CancellationToken);
}
