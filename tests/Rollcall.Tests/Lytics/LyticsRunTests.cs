using System.Text.Json;
using Rollcall.Dotdigital;
using Rollcall.Lytics;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.Tests.Lytics;

public sealed class LyticsRunTests
{
    private static readonly string Sink = $$"""status_sink: { lytics: { token: "${TOKEN}", url: "{{ScriptedLytics.Access.Url}}" } }""";

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
    public async Task Who_is_missing_from_one_scan_and_there_in_the_next_stays()
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
        // Who slips through a scan would seem to enter by the next one, and so to have opted out before.
        await using var scene = await LyticsScene.StartAsync();
        (scene.ExitAction, scene.Config) = ("ignore", "  resubscribe_no_challenge: true");
        scene.Set(LyticsScene.People(50));
        await scene.RunAsync();
        scene.Set(LyticsScene.People(49));

        await scene.RunAsync();

        Assert.Equal(3, scene.Lytics.Scans.Count());
    }

    [Fact]
    public async Task Whoever_slips_through_the_scan_of_an_adopting_run_stays()
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
        Assert.Contains(second.Notices, notice => notice.Contains("10 of the scan's 300 profiles are there again", StringComparison.Ordinal));
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
        Assert.Contains(second.Notices, notice => notice.Contains("The scan gave 41 of 51 profiles.", StringComparison.Ordinal));
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
        scene.Set("""{"email":"a@example.com","n":1,"b":true,"s":"x"}""", """{"email":"b@example.com","n":2.5,"b":false,"s":7}""", """{"email":"c@example.com","n":null}""");

        await scene.RunAsync();

        using var client = await DotdigitalClient.ConnectAsync(new DotdigitalOptions { Username = Some.Username, Password = Some.Password, Endpoint = scene.Simulator.Url }, TestContext.Current.CancellationToken);
        var fields = (await client.DataFields.ListAsync(TestContext.Current.CancellationToken)).ToDictionary(field => field.Name, field => field.Type);
        Assert.Equal((DataFieldType.Numeric, DataFieldType.Boolean, DataFieldType.String, DataFieldType.String), (fields["N"], fields["B"], fields["S"], fields["NONE"]));
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
    public async Task Statuses_go_back_once_and_only_when_they_change()
    {
        await using var scene = await LyticsScene.StartAsync();
        scene.More = $$"""status_sink: { lytics: { token: "${TOKEN}", url: "{{ScriptedLytics.Access.Url}}" } }""";
        scene.Set(LyticsScene.People(3));
        await scene.RunAsync();
        var first = scene.Lytics.Events.Count;
        await scene.RunAsync();
        scene.Set(LyticsScene.People(3, "New"));
        await scene.RunAsync();
        var unchanged = scene.Lytics.Events.Count;
        scene.Set(LyticsScene.People(2));
        await scene.RunAsync();

        Assert.Equal((3, 3), (first, unchanged));
        var last = JsonDocument.Parse(scene.Lytics.Events[^1]).RootElement;
        Assert.Equal(4, scene.Lytics.Events.Count);
        Assert.Equal(("p2@example.com", "Removed"), (last.GetProperty("email").GetString(), last.GetProperty("address_book_status").GetString()));
    }

    [Fact]
    public async Task Events_that_Lytics_does_not_take_wait_for_the_next_run()
    {
        await using var scene = await LyticsScene.StartAsync();
        scene.More = $$"""status_sink: { lytics: { token: "${TOKEN}", url: "{{ScriptedLytics.Access.Url}}" } }""";
        scene.Set(LyticsScene.People(3));
        scene.Lytics.Instead = call => call.StartsWith("/collect", StringComparison.Ordinal) ? ScriptedLytics.Refuse(503) : null;

        var first = await scene.RunAsync();
        scene.Lytics.Instead = null;
        await scene.RunAsync();
        await scene.RunAsync();

        Assert.Equal(ExitCode.SomeNotDelivered, first.ExitCode);
        Assert.Contains(first.Notices, notice => notice.Contains("Status events could not be delivered to the stream dotmailer_export_status", StringComparison.Ordinal));
        Assert.Equal(3, scene.Lytics.Events.Count);
    }

    [Fact]
    public async Task An_event_that_Lytics_refuses_is_listed_and_set_aside_and_keeps_nobody_waiting()
    {
        await using var scene = await LyticsScene.StartAsync();
        scene.More = Sink;
        scene.Set(LyticsScene.People(30));
        scene.Lytics.Refuses = body => body.Contains("p7@", StringComparison.Ordinal) ? ScriptedLytics.Refuse(400) : null;

        var first = await scene.RunAsync();
        scene.Set([.. LyticsScene.People(30), LyticsScene.Person("late")]);
        var second = await scene.RunAsync();

        Assert.Equal((ExitCode.Done, ExitCode.Done), (first.ExitCode, second.ExitCode));
        var failure = Assert.Single(first.Failures);
        Assert.Equal(("p7@example.com", "status", "StatusRefused"), (failure.Email, failure.Operation, failure.Code));
        Assert.Contains(first.Notices, notice => notice.Contains("1 status events are set aside", StringComparison.Ordinal) && !notice.Contains("p7@", StringComparison.Ordinal));
        Assert.Equal(30, scene.Lytics.Events.Count);
        Assert.Empty(second.Failures);
    }

    [Fact]
    public async Task A_lone_event_that_Lytics_refuses_twice_keeps_nobody_waiting()
    {
        await using var scene = await LyticsScene.StartAsync();
        scene.More = Sink;
        scene.Set(LyticsScene.People(1));
        scene.Lytics.Refuses = body => body.Contains("p0@", StringComparison.Ordinal) ? ScriptedLytics.Refuse(400) : null;
        await scene.RunAsync();
        scene.Set(LyticsScene.People(2));

        await scene.RunAsync();

        Assert.Contains("p1@", Assert.Single(scene.Lytics.Events), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_adopted_and_in_no_audience_has_no_status_event()
    {
        foreach (var adopt in (AdoptAs[])[AdoptAs.AlreadyThere, AdoptAs.Own])
        {
            await using var scene = await LyticsScene.StartAsync();
            (scene.More, scene.ExitAction) = (Sink, "ignore");
            foreach (var email in (string[])["p0@example.com", "p1@example.com", "stranger@example.com"])
            {
                scene.Simulator.Account.AddContact(email, scene.Gold);
            }

            scene.Set(LyticsScene.People(3));
            await ExportRun.ExecuteAsync(scene.Job(), new RunOptions { Adopt = adopt }, scene.Workplace(), TestContext.Current.CancellationToken);
            Assert.DoesNotContain(scene.Lytics.Events, one => one.Contains("stranger@", StringComparison.Ordinal));
            Assert.Equal(3, scene.Lytics.Events.Count);

            scene.Set([.. LyticsScene.People(3), LyticsScene.Person("stranger")]);
            await scene.RunAsync();

            Assert.Equal(4, scene.Lytics.Events.Count);
            Assert.Contains("stranger@", scene.Lytics.Events[^1], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Changes_among_people_who_are_out_are_events()
    {
        await using var scene = await LyticsScene.StartAsync();
        scene.More = Sink;
        scene.Set(LyticsScene.People(3));
        await scene.RunAsync();
        scene.Simulator.Account.Unsubscribe("p1@example.com");
        await scene.RunAsync();
        scene.Simulator.Account.SetStatus("p1@example.com", Rollcall.Simulators.ContactStatus.HardBounced);
        await scene.RunAsync();
        await scene.RunAsync();

        Assert.Equal(["Subscribed", "Unsubscribed", "HardBounced"], Statuses(scene));

        scene.Simulator.Account.SetStatus("p1@example.com", Rollcall.Simulators.ContactStatus.Subscribed);
        scene.Simulator.Account.Subscribe("p1@example.com", scene.Gold);
        await ExportRun.ExecuteAsync(scene.Job(), new RunOptions { Verify = true }, scene.Workplace(), TestContext.Current.CancellationToken);
        await scene.RunAsync();

        Assert.Equal(["Subscribed", "Unsubscribed", "HardBounced", "Subscribed"], Statuses(scene));

        static IEnumerable<string?> Statuses(LyticsScene scene) =>
            scene.Lytics.Events.Where(one => one.Contains("\"p1@", StringComparison.Ordinal)).Select(one => JsonDocument.Parse(one).RootElement.GetProperty("account_status").GetString());
    }

    [Fact]
    public async Task Check_tells_the_size_and_explain_and_plan_read_the_audience()
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

    [Theory]
    [InlineData("gold", "id-gold")]
    [InlineData("id-gold", "gold")]
    public async Task An_audience_is_the_same_by_its_id_and_by_its_slug(string before, string after)
    {
        await using var scene = await LyticsScene.StartAsync();
        (scene.More, scene.Names) = (Sink, [before]);
        scene.Set(LyticsScene.People(30));
        await scene.RunAsync();
        var events = scene.Lytics.Events.Count;
        scene.Names = [after];

        var unchanged = await scene.RunAsync();
        var eventsAfter = scene.Lytics.Events.Count;
        scene.Set(LyticsScene.People(29));
        var leaving = await scene.RunAsync();

        Assert.Equal(((0L, 0L, 0L), (0L, 0L, 1L)), (Counts(unchanged), Counts(leaving)));
        Assert.Equal(events, eventsAfter);
        Assert.Equal(29, scene.Members().Count);
        Assert.Contains(unchanged.Notices, notice => notice.Contains($"The audience {after} is the one that this job called {before} before", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_audience_that_is_named_by_its_id_and_by_its_slug_is_an_error_of_the_job()
    {
        await using var scene = await LyticsScene.StartAsync();
        scene.Names = ["gold", "id-gold"];
        scene.Set(LyticsScene.People(3));

        var stop = await Assert.ThrowsAsync<RollcallException>(scene.RunAsync);

        Assert.Equal((ExitCode.BadJob, "It is the same audience as gold."), (stop.ExitCode, stop.Problems[0].Message));
    }

    [Theory]
    [InlineData("[{first_name: FIRSTNAME}, {First_Name: OTHER}]", "", "config.mappings[1].First_Name", "differs from \"first_name\" in letter case only")]
    [InlineData("[{Email: FIRSTNAME}]", "", "config.mappings[0].Email", "differs from \"email\" in letter case only")]
    [InlineData("[{name: FIRSTNAME}]", "  insight_fields: [NAME]", "config.insight_fields[0]", "differs from \"name\" in letter case only")]
    [InlineData("[{name: FIRSTNAME}]", "  key_field: EMAIL", "config.key_field", "differs from \"email\" in letter case only")]
    [InlineData("[{__row: FIRSTNAME}]", "", "config.mappings[0].__row", "keeps for itself")]
    [InlineData("[{__PART: FIRSTNAME}]", "", "config.mappings[0].__PART", "keeps for itself")]
    [InlineData("[{name: FIRSTNAME}]", "  insight_fields: [__whole_0]", "config.insight_fields[0]", "keeps for itself")]
    [InlineData("[{name: FIRSTNAME}]", "  id_field: __uid", "config.id_field", "keeps for itself")]
    public async Task Fields_that_no_two_columns_can_have_are_found_before_anything_is_read(string mappings, string config, string where, string why)
    {
        await using var scene = await LyticsScene.StartAsync();
        (scene.Mappings, scene.Config) = (mappings, config);

        var stop = Assert.Throws<RollcallException>(() => scene.Job());

        Assert.Equal(ExitCode.BadJob, stop.ExitCode);
        Assert.Contains(stop.Problems, problem => problem.Where!.Contains(where, StringComparison.Ordinal) && problem.Message.Contains(why, StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_field_may_fill_several_data_fields()
    {
        await using var scene = await LyticsScene.StartAsync();
        scene.Simulator.Account.AddDataField("OTHER");
        (scene.Mappings, scene.Config) = ("[{first_name: FIRSTNAME}, {first_name: OTHER}]", "  insight_fields: [first_name]");
        scene.Set(LyticsScene.People(3));

        Assert.Equal(ExitCode.Done, (await scene.RunAsync()).ExitCode);
    }

    [Fact]
    public async Task A_program_without_Lytics_says_so()
    {
        await using var scene = await LyticsScene.StartAsync();

        var stop = await Assert.ThrowsAsync<RollcallException>(() => JobCheck.RunAsync(scene.Job(), scene.Workplace() with { Platform = null }, TestContext.Current.CancellationToken));

        Assert.Equal(ExitCode.BadJob, stop.ExitCode);
    }

    private static (long Entered, long Updated, long Exited) Counts(RunResult run) => (run.Audiences[0].Entered, run.Audiences[0].Updated, run.Audiences[0].Exited);
}
