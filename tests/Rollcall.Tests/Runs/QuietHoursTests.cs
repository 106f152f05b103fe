using Microsoft.Extensions.Time.Testing;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Operations;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>A run that would begin in the job's quiet hours does not begin; plan and check say so.</summary>
public sealed class QuietHoursTests
{
    private const string Quiet = "schedule: {cron: \"0 * * * *\", timezone: Europe/London, quiet: {from: \"22:00\", hours: 8}}";

    [Theory]
    [InlineData("2026-01-10T21:59:59Z", null)]
    [InlineData("2026-01-10T22:00:00Z", "2026-01-11T06:00:00Z")]
    [InlineData("2026-01-11T05:59:59Z", "2026-01-11T06:00:00Z")]
    [InlineData("2026-01-11T06:00:00Z", null)]
    [InlineData("2026-07-10T21:00:00Z", "2026-07-11T05:00:00Z")]
    [InlineData("2026-03-29T05:30:00Z", "2026-03-29T06:00:00Z")]
    [InlineData("2026-10-25T05:30:00Z", null)]
    public void They_begin_by_the_clock_of_their_zone_and_last_as_long_as_they_say(string now, string? until)
    {
        var schedule = new ScheduleOptions(null, true, null, "Europe/London", new QuietHours(new TimeOnly(22, 0), 8));

        Assert.Equal(until is null ? null : Time(until), schedule.QuietUntil(Time(now)));
    }

    [Fact]
    public async Task A_run_does_not_begin_in_them_unless_it_is_insisted_on()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        scene.More = Quiet;
        scene.Clock = new FakeTimeProvider(Time("2026-01-10T23:00:00Z"));

        var held = await scene.RunAsync();

        Assert.Equal((ExitCode.Guard, RunState.Held, "quiet"), (held.ExitCode, held.State, Assert.Single(held.Guards).Guard));
        Assert.Contains("22:00 to 06:00 (Europe/London)", held.Guards[0].Limit, StringComparison.Ordinal);
        Assert.Empty(scene.Account.Calls);
        await scene.RunAsync(new RunOptions { Now = true });
        Assert.Equal(["ann@example.com"], scene.In(scene.Gold));
    }

    [Fact]
    public async Task A_plan_and_a_check_say_so()
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        scene.More = Quiet;
        scene.Clock = new FakeTimeProvider(Time("2026-01-10T23:00:00Z"));

        var plan = await scene.PlanAsync();
        var problems = await JobCheck.RunAsync(scene.Job(), scene.Workplace(), TestContext.Current.CancellationToken);

        Assert.Contains(plan.Notices, n => n.Contains("quiet hours", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.Severity == Severity.Warning && p.Message.Contains("quiet hours", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("0 * * *", "has 4 fields, and a cron line has five.")]
    [InlineData("0 0 * * * *", "has 6 fields, and a cron line has five.")]
    [InlineData("0 6 30 2 *", "never comes: there is no such day.")]
    public async Task A_cron_line_of_other_than_five_fields_or_that_never_comes_is_refused_in_words(string cron, string says)
    {
        await using var scene = await ExportScene.StartAsync();
        scene.Set("gold", "ann@example.com");
        scene.More = $"schedule: {{cron: \"{cron}\"}}";

        var wrong = Assert.Throws<RollcallException>(scene.Job);

        Assert.Contains(says, Assert.Single(wrong.Problems).Message, StringComparison.Ordinal);
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
