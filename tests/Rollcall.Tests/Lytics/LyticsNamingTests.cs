using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Lytics;

/// <summary>What a job calls audiences and fields.</summary>
public sealed class LyticsNamingTests
{
    private static readonly string Sink = $$"""status_sink: { lytics: { token: "${TOKEN}", url: "{{ScriptedLytics.Access.Url}}" } }""";

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
        Assert.Contains(
            unchanged.Notices, notice => notice.Contains($"The audience {after} is the one that this job called {before} before", StringComparison.Ordinal));
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
    [InlineData("[{__row: FIRSTNAME}]", "", "config.mappings[0].__row", "is a name that Rollcall reserves")]
    [InlineData("[{__PART: FIRSTNAME}]", "", "config.mappings[0].__PART", "is a name that Rollcall reserves")]
    [InlineData("[{name: FIRSTNAME}]", "  insight_fields: [__whole_0]", "config.insight_fields[0]", "is a name that Rollcall reserves")]
    [InlineData("[{name: FIRSTNAME}]", "  id_field: __uid", "config.id_field", "is a name that Rollcall reserves")]
    public async Task Fields_that_no_two_columns_can_have_are_found_before_anything_is_read(string mappings, string config, string where, string why)
    {
        await using var scene = await LyticsScene.StartAsync();
        (scene.Mappings, scene.Config) = (mappings, config);

        var stop = Assert.Throws<RollcallException>(() => scene.Job());

        Assert.Equal(ExitCode.BadJob, stop.ExitCode);
        Assert.Contains(
            stop.Problems, problem => problem.Where!.Contains(where, StringComparison.Ordinal) && problem.Message.Contains(why, StringComparison.Ordinal));
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

    private static (long Entered, long Updated, long Exited) Counts(RunResult run) =>
        (run.Audiences[0].Entered, run.Audiences[0].Updated, run.Audiences[0].Exited);
}
