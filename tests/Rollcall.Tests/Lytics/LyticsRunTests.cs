using Rollcall.Dotdigital;
using Rollcall.Lytics;
using Rollcall.Model;
using Rollcall.Operations;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.Tests.Lytics;

public sealed class LyticsRunTests
{
    [Fact]
    public async Task A_first_run_an_update_an_entry_and_an_exit()
    {
        await using var scene = await LyticsScene.StartAsync();
        scene.Set(LyticsScene.People(300));
        var first = await scene.RunAsync();
        scene.Set([.. LyticsScene.People(300).Skip(2), LyticsScene.Person("p1", "New"), LyticsScene.Person("late")]);
        scene.Lytics.Audiences["gold"].RemoveAll(profile => profile.Contains("\"p7@", StringComparison.Ordinal));

        var second = await scene.RunAsync();
        var third = await scene.RunAsync();

        Assert.Equal((300L, 0L, 0L), Counts(first));
        Assert.Equal((1L, 1L, 2L), Counts(second));
        Assert.Equal((0L, 0L, 0L), Counts(third));
        Assert.All([first, second, third], run => Assert.Equal(ExitCode.Done, run.ExitCode));
        Assert.Equal(299, scene.Members().Count);
        Assert.DoesNotContain("p0", scene.Members());
        Assert.DoesNotContain("p7", scene.Members());
        Assert.Contains("late", scene.Members());
    }

    [Fact]
    public async Task A_person_who_is_missing_from_one_scan_and_there_in_the_next_stays()
    {
        await using var scene = await LyticsScene.StartAsync();
        scene.Set(LyticsScene.People(50));
        await scene.RunAsync();
        scene.Set(LyticsScene.People(49));
        scene.Lytics.Total = _ => 49;
        var scans = 0;
        scene.Lytics.Instead = call =>
        {
            if (call.Contains("/scan?", StringComparison.Ordinal) && ++scans == 2)
            {
                scene.Set([.. LyticsScene.People(50), LyticsScene.Person("late")]);
            }

            return null;
        };

        var second = await scene.RunAsync();

        Assert.Equal(2, scans);
        Assert.Equal((1L, 0L, 0L), Counts(second));
        Assert.Equal(51, second.Audiences[0].Members);
        Assert.Equal(51, scene.Members().Count);
    }

    [Fact]
    public async Task Nobody_missing_is_one_scan()
    {
        await using var scene = await LyticsScene.StartAsync();
        scene.Set(LyticsScene.People(50));
        await scene.RunAsync();

        await scene.RunAsync();

        Assert.Equal(2, scene.Lytics.Scans.Count());
    }

    [Fact]
    public async Task A_job_that_brings_people_back_looks_again_though_nobody_exits()
    {
        // A person missed by a scan would seem to enter by the next one, and so to have opted out before.
        await using var scene = await LyticsScene.StartAsync();
        (scene.ExitAction, scene.Config) = ("ignore", "  resubscribe_no_challenge: true");
        scene.Set(LyticsScene.People(50));
        await scene.RunAsync();
        scene.Set(LyticsScene.People(49));

        await scene.RunAsync();

        Assert.Equal(3, scene.Lytics.Scans.Count());
    }

    [Fact]
    public async Task A_person_missed_by_the_scan_of_an_adopting_run_stays()
    {
        await using var scene = await LyticsScene.StartAsync();
        for (var i = 0; i < 50; i++)
        {
            scene.Simulator.Account.AddContact($"p{i}@example.com", scene.Gold);
        }

        scene.Set(LyticsScene.People(49));
        var scans = 0;
        scene.Lytics.Instead = call =>
        {
            if (call.Contains("/scan?", StringComparison.Ordinal) && ++scans == 2)
            {
                scene.Set(LyticsScene.People(50));
            }

            return null;
        };

        await ExportRun.ExecuteAsync(scene.Job(), new RunOptions { Adopt = AdoptAs.Own }, scene.Workplace(), TestContext.Current.CancellationToken);

        Assert.Equal((2, 50), (scans, scene.Members().Count));
    }

    [Theory]
    [InlineData(100_000, 0, false)]
    [InlineData(5, 0, false)]
    [InlineData(100_000, 85_000, false)]
    [InlineData(100_000, 99_500, true)]
    [InlineData(50, 45, true)]
    public void An_audience_that_collapses_while_it_is_read_was_not_read_completely(long before, long after, bool complete) =>
        Assert.Equal(complete, new ScannedAudience([new ScannedPart(1, 1, before, true)], before, after).Incomplete() is null);

    [Theory]
    [InlineData(500)]
    [InlineData(0)]
    public async Task A_second_scan_that_fails_or_falls_short_holds_exits(int status)
    {
        await using var scene = await LyticsScene.StartAsync();
        scene.Set(LyticsScene.People(50));
        await scene.RunAsync();
        scene.Set([.. LyticsScene.People(48), LyticsScene.Person("late")]);
        var scans = 0;
        scene.Lytics.Instead = call =>
        {
            if (!call.Contains("/scan?", StringComparison.Ordinal) || ++scans < 2)
            {
                return null;
            }

            scene.Lytics.Total = size => size + 5;
            return status == 0 ? null : ScriptedLytics.Refuse(status);
        };

        var second = await scene.RunAsync();

        Assert.Equal((1L, 0L, 0L), Counts(second));
        Assert.Equal(ExitCode.SomeNotDelivered, second.ExitCode);
        Assert.Contains(second.Notices, notice => notice.Contains("the second reading that looks for them was not complete", StringComparison.Ordinal));
        Assert.Equal(51, scene.Members().Count);
    }

    [Fact]
    public async Task Rows_that_are_there_again_in_the_place_of_missing_ones_make_nobody_exit()
    {
        await using var scene = await LyticsScene.StartAsync();
        scene.Set(LyticsScene.People(300));
        await scene.RunAsync();
        scene.Set([.. LyticsScene.People(290), .. LyticsScene.People(10)]);

        var second = await scene.RunAsync();

        Assert.Equal((0L, 0L, 0L), Counts(second));
        Assert.Contains(second.Notices, notice => notice.Contains("10 of the scan's 300 profiles are duplicates", StringComparison.Ordinal));
        Assert.Equal(300, scene.Members().Count);
    }

    [Fact]
    public async Task A_short_scan_enters_and_updates_and_holds_exits()
    {
        await using var scene = await LyticsScene.StartAsync();
        scene.Set(LyticsScene.People(50));
        await scene.RunAsync();
        scene.Set([.. LyticsScene.People(40, "New"), LyticsScene.Person("late")]);
        scene.Lytics.Total = _ => 51;

        var second = await scene.RunAsync();

        Assert.Equal((1L, 40L, 0L), Counts(second));
        Assert.Contains(second.Notices, notice => notice.Contains("The scan returned 41 of 51 profiles.", StringComparison.Ordinal));
        Assert.Equal(51, scene.Members().Count);
    }

    [Fact]
    public async Task Lytics_down_stops_with_exit_3_and_nobody_exits()
    {
        await using var scene = await LyticsScene.StartAsync();
        scene.Set(LyticsScene.People(50));
        await scene.RunAsync();
        scene.Set(LyticsScene.People(3));
        scene.Lytics.Instead = _ => throw new HttpRequestException("connection refused");

        var stop = await Assert.ThrowsAsync<RollcallException>(scene.RunAsync);

        Assert.Equal(ExitCode.Source, stop.ExitCode);
        Assert.Equal(50, scene.Members().Count);
    }

    [Fact]
    public async Task A_member_that_two_profiles_share_is_one_member()
    {
        await using var scene = await LyticsScene.StartAsync();
        scene.Set([LyticsScene.Person("p1", "A"), LyticsScene.Person("P1", "B"), LyticsScene.Person("p2")]);

        var first = await scene.RunAsync();
        var second = await scene.RunAsync();

        Assert.Equal((2L, 0L, 0L), Counts(first));
        Assert.Equal((3L, 1L), (first.Audiences[0].Members, first.Audiences[0].Omitted));
        Assert.Equal((0L, 0L, 0L), Counts(second));
    }

    [Fact]
    public async Task A_data_field_that_is_created_has_the_type_of_the_values()
    {
        await using var scene = await LyticsScene.StartAsync();
        scene.More = "create_missing_fields: true";
        scene.Mappings = "[{n: N}, {b: B}, {s: S}, {none: NONE}]";
        scene.Set(
            """{"email":"a@example.com","n":1,"b":true,"s":"x"}""",
            """{"email":"b@example.com","n":2.5,"b":false,"s":7}""",
            """{"email":"c@example.com","n":null}""");

        await scene.RunAsync();

        using var client = await DotdigitalClient.ConnectAsync(
            new DotdigitalOptions { Username = Some.Username, Password = Some.Password, Endpoint = scene.Simulator.Url },
            TestContext.Current.CancellationToken);
        var fields = (await client.DataFields.ListAsync(TestContext.Current.CancellationToken)).ToDictionary(field => field.Name, field => field.Type);
        Assert.Equal(
            (DataFieldType.Numeric, DataFieldType.Boolean, DataFieldType.String, DataFieldType.String),
            (fields["N"], fields["B"], fields["S"], fields["NONE"]));
    }

    [Fact]
    public async Task A_value_of_many_is_left_out_and_listed_and_the_member_delivered()
    {
        await using var scene = await LyticsScene.StartAsync();
        scene.Set("""{"email":"a@example.com","first_name":["A","B"]}""");

        var first = await scene.RunAsync();

        Assert.Equal((1L, 1L), (first.Audiences[0].Entered, first.ValuesLeftOut));
        Assert.Equal(("field", "a@example.com"), (first.Failures[0].Operation, first.Failures[0].Email));
    }

    [Fact]
    public async Task Check_reports_the_size_and_explain_and_plan_read_the_audience()
    {
        await using var scene = await LyticsScene.StartAsync();
        scene.Set(LyticsScene.People(3));
        var cancellation = TestContext.Current.CancellationToken;

        var problems = await JobCheck.RunAsync(scene.Job(), scene.Workplace(), cancellation);
        var plan = await ExportRun.PlanAsync(scene.Job(), new RunOptions(), scene.Workplace(), cancellation);
        var explanation = await Explain.RunAsync(scene.Job(), "p1@example.com", scene.Workplace(), cancellation);

        Assert.Contains(problems, problem => problem is { Severity: Severity.Note, Message: "3 profiles." });
        Assert.DoesNotContain(problems, problem => problem.Severity == Severity.Error);
        Assert.Equal(3, plan.Audiences[0].Entered);
        Assert.True(explanation.Audiences[0].In);
    }

    [Fact]
    public async Task A_program_without_Lytics_says_so()
    {
        await using var scene = await LyticsScene.StartAsync();

        var stop = await Assert.ThrowsAsync<RollcallException>(() =>
            JobCheck.RunAsync(scene.Job(), scene.Workplace() with { Platform = null }, TestContext.Current.CancellationToken));

        Assert.Equal(ExitCode.BadJob, stop.ExitCode);
    }

    private static (long Entered, long Updated, long Exited) Counts(RunResult run) =>
        (run.Audiences[0].Entered, run.Audiences[0].Updated, run.Audiences[0].Exited);
}
