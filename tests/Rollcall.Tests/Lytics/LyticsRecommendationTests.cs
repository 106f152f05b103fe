using System.Text.Json.Nodes;
using Rollcall.Model;
using Rollcall.Simulators.Lytics;
using Xunit;
using static Rollcall.Tests.Lytics.ConfigurationScene;

namespace Rollcall.Tests.Lytics;

/// <summary>Recommendations that Lytics is asked for, from the run's point of view.</summary>
public sealed class LyticsRecommendationTests
{
    [Fact]
    public async Task Only_people_who_enter_or_change_are_requested()
    {
        await using var scene = await SceneAsync();
        await scene.RunAsync();
        Assert.Equal(3, Asked(scene));

        await scene.RunAsync();
        Assert.Equal(3, Asked(scene));

        scene.Put("ann", spend: 20);
        await scene.RunAsync();
        Assert.Equal(4, Asked(scene));
    }

    [Fact]
    public async Task A_person_without_an_answer_is_delivered_without_recommendations_counted_and_requested_again()
    {
        await using var scene = await SceneAsync();
        scene.LyticsServer.Account.Options = scene.LyticsServer.Account.Options with { RecommendFailures = 1 };

        var first = await scene.RunAsync();

        Assert.Equal([Ann, Bob], scene.In(scene.Gold));
        Assert.Equal("10", scene.Account.Contact(Ann)!.DataFields["SPEND"]);
        Assert.Equal((ExitCode.SomeNotDelivered, 3), (first.ExitCode, first.Failures.Count(f => f is { Operation: "recommend", Outcome: "Failed" })));

        scene.LyticsServer.Account.Options = scene.LyticsServer.Account.Options with { RecommendFailures = 0 };
        var second = await scene.RunAsync();

        Assert.Equal(ExitCode.Done, second.ExitCode);
        Assert.Equal("First", scene.Account.Contact(Ann)!.DataFields["REC_TITLE"]);
        var calls = scene.Account.Calls["importContacts"];
        await scene.RunAsync();
        Assert.Equal(calls, scene.Account.Calls["importContacts"]);
    }

    [Fact]
    public async Task A_collection_that_is_gone_keeps_nobody_out_and_is_named()
    {
        await using var scene = await SceneAsync();
        scene.Lytics.RemoveCollection("c1");

        var result = await scene.RunAsync();

        Assert.Equal([Ann, Bob], scene.In(scene.Gold));
        Assert.Equal((ExitCode.SomeNotDelivered, 0), (result.ExitCode, Asked(scene)));
        Assert.Contains(result.Notices, notice => notice.Contains("collection", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Recommendations_that_do_not_fit_are_left_out_and_listed()
    {
        await using var scene = await SceneAsync();
        scene.Lytics.Recommend("ann", """{"url": "u1", "title": ["no", "text"]}""");

        var result = await scene.RunAsync();

        Assert.Equal(1, result.ValuesLeftOut);
        Assert.Contains(
            result.Failures, f => f is { Email: Ann, Operation: "field" } && f.Reason.StartsWith("REC_TITLE (from title)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Recommendations_for_insight_data_survive_a_run_that_is_killed_after_its_people_were_delivered()
    {
        await using var scene = await SceneAsync();
        scene.Config += "\n  insight_recommendations: true";
        scene.Account.AddFaults(new Rollcall.Simulators.Fault
        {
            Operation = "importInsightData",
            Kind = Rollcall.Simulators.FaultKind.Refuse,
            Status = 403,
            Times = 1,
        });

        var first = await scene.RunAsync();
        Assert.Equal((ExitCode.SomeNotDelivered, 0), (first.ExitCode, scene.Account.InsightRecords("lytics_recommendations").Count));
        Assert.Equal([Ann, Bob], scene.In(scene.Gold));

        var asked = Asked(scene);
        var second = await scene.RunAsync();

        Assert.Equal((ExitCode.Done, asked), (second.ExitCode, Asked(scene)));
        Assert.Equal(
            "First",
            JsonNode.Parse(
                scene.Account.InsightRecords("lytics_recommendations")[(scene.Account.Contact(Ann)!.Id, "configuration-1")])!["title"]!.GetValue<string>());
    }

    [Fact]
    public async Task Fields_of_a_recommendation_that_differ_in_letter_case_are_two()
    {
        await using var scene = await SceneAsync();
        scene.Account.AddDataField("REC_OTHER", "String");
        scene.Config = "  collection_id: articles\n  recommender_mappings: [{title: REC_TITLE}, {Title: REC_OTHER}]";
        scene.Lytics.Recommend("ann", """{"url": "u1", "title": "First", "Title": "Other"}""");

        await scene.RunAsync();

        var fields = scene.Account.Contact(Ann)!.DataFields;
        Assert.Equal(("First", "Other"), (fields["REC_TITLE"], fields["REC_OTHER"]));
    }

    [Fact]
    public async Task Retry_requests_again_the_people_without_an_answer()
    {
        await using var scene = await SceneAsync();
        scene.LyticsServer.Account.Options = scene.LyticsServer.Account.Options with { RecommendFailures = 1 };
        await scene.RunAsync();
        scene.LyticsServer.Account.Options = scene.LyticsServer.Account.Options with { RecommendFailures = 0 };

        var result = await scene.RetryAsync();

        Assert.Equal((ExitCode.Done, "First"), (result.ExitCode, scene.Account.Contact(Ann)!.DataFields["REC_TITLE"]));
    }

    [Fact]
    public async Task A_recommendation_that_is_no_longer_one_goes_even_where_its_removal_failed_at_first()
    {
        await using var scene = await SceneAsync();
        scene.Config += "\n  insight_recommendations: true";
        scene.Lytics.Recommend("ann", """{"url": "u1", "title": "First"}""", """{"url": "u2", "title": "Second"}""");
        await scene.RunAsync();
        scene.Lytics.Recommend("ann", """{"url": "u1", "title": "First"}""");
        scene.Put("ann", spend: 20);
        scene.Account.AddFaults(new Rollcall.Simulators.Fault
        {
            Operation = "delContactInsightDataRecords",
            Kind = Rollcall.Simulators.FaultKind.Refuse,
            Status = 400,
        });

        await scene.RunAsync();
        Assert.Equal(2, Records(scene));
        await scene.RunAsync();

        Assert.Equal(1, Records(scene));

        static int Records(ConfigurationScene scene)
        {
            var ann = scene.Account.Contact(Ann)!.Id;
            return scene.Account.InsightRecords("lytics_recommendations").Keys.Count(key => key.ContactId == ann);
        }
    }

    private static int Asked(ConfigurationScene scene) => scene.Lytics.Calls.GetValueOrDefault("recommend");

    private static async Task<ConfigurationScene> SceneAsync()
    {
        var scene = await StartAsync();
        scene.Account.AddDataField("REC_TITLE", "String");
        scene.Lytics.Plant(new LyticsSeed { Collections = [new SeedContent { Id = "c1", Slug = "articles", Generate = 3 }] });
        scene.Lytics.Recommend("ann", """{"url": "u1", "title": "First"}""");
        scene.Config = "  collection_id: articles\n  recommender_mappings: [{title: REC_TITLE}]";
        return scene;
    }
}
