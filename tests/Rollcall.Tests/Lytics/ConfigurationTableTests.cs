using System.Text.Json.Nodes;
using Rollcall.Model;
using Rollcall.Simulators;
using Rollcall.Simulators.Lytics;
using Xunit;
using static Rollcall.Tests.Lytics.ConfigurationScene;

namespace Rollcall.Tests.Lytics;

/// <summary>The configuration of Lytics' job, a test for each of its rows: what the key does, as the simulated Lytics and Dotdigital show it.</summary>
public sealed class ConfigurationTableTests
{
    [Fact]
    public async Task Username_and_password_are_of_the_Dotdigital_account()
    {
        await using var scene = await StartAsync();
        scene.Password = "wrong";

        var stop = await Assert.ThrowsAsync<RollcallException>(scene.RunAsync);

        Assert.Equal(ExitCode.Dotdigital, stop.ExitCode);
        Assert.Empty(scene.In(scene.Gold));
    }

    [Fact]
    public async Task Segment_ids_are_the_audiences_to_export()
    {
        await using var scene = await StartAsync();
        (scene.Segments, scene.SegmentMappings) = ("[silver]", $"[{{silver: \"{scene.Silver}\"}}]");

        await scene.RunAsync();

        Assert.Equal([], scene.In(scene.Gold));
        Assert.Equal([Bob, Cy], scene.In(scene.Silver));
    }

    [Fact]
    public async Task Seg_mappings_lead_each_audience_to_its_book()
    {
        await using var scene = await StartAsync();
        scene.SegmentMappings = $"[{{gold: \"{scene.Silver}\"}}, {{silver: \"{scene.Gold}\"}}]";

        await scene.RunAsync();

        Assert.Equal([Bob, Cy], scene.In(scene.Gold));
        Assert.Equal([Ann, Bob], scene.In(scene.Silver));
    }

    [Fact]
    public async Task Mappings_fill_data_fields_with_user_fields()
    {
        await using var scene = await StartAsync();
        scene.Put("ann", spend: 12.5m);

        await scene.RunAsync();

        var fields = scene.Account.Contact(Ann)!.DataFields;
        Assert.Equal(("ann", "12.5"), (fields["FIRSTNAME"], fields["SPEND"]));
    }

    [Fact]
    public async Task Email_field_contains_the_address()
    {
        await using var scene = await StartAsync();
        scene.Put("ann", """ "work_email": "ann@work.example" """);
        scene.EmailField = "work_email";

        var result = await scene.RunAsync();

        Assert.Equal(["ann@work.example"], scene.In(scene.Gold));
        Assert.Equal(1, result.Audiences[0].Omitted);
    }

    [Fact]
    public async Task Id_field_here_by_account_only_matches_and_puts_no_stranger_into_a_book()
    {
        await using var scene = await StartAsync();
        scene.Account.AddContact(Ann);
        scene.Account.AddContact("stranger@example.com");
        var account = new SimulatorOptions().AccountId;
        scene.Put("ann", $$""" "dm_contact_id": {"{{account}}": "{{scene.Account.Contact(Ann)!.Id}}", "999": "5"} """);
        scene.Put("bob", $$""" "dm_contact_id": {"{{account}}": "{{scene.Account.Contact("stranger@example.com")!.Id}}"} """);
        scene.Config = "  id_field: dm_contact_id";

        var result = await scene.RunAsync();

        Assert.Equal([Ann, Bob], scene.In(scene.Gold));
        Assert.Empty(scene.Account.Contact("stranger@example.com")!.Books);
        Assert.Contains(result.Notices, notice => notice.Contains("matched by address", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Html", EmailType.Html)]
    [InlineData("PlainText", EmailType.PlainText)]
    public async Task Email_type_is_what_new_contacts_get(string type, EmailType expected)
    {
        await using var scene = await StartAsync();
        scene.Config = $"  email_type: {type}";

        await scene.RunAsync();

        Assert.Equal(expected, scene.Account.Contact(Ann)!.EmailType);
    }

    [Theory]
    [InlineData("Unknown", OptInType.Unknown)]
    [InlineData("Single", OptInType.Single)]
    [InlineData("Double", OptInType.Double)]
    [InlineData("VerifiedDouble", OptInType.VerifiedDouble)]
    public async Task Opt_in_type_is_what_new_contacts_get(string type, OptInType expected)
    {
        await using var scene = await StartAsync();
        scene.Config = $"  opt_in_type: {type}";

        await scene.RunAsync();

        Assert.Equal(expected, scene.Account.Contact(Ann)!.OptInType);
    }

    [Theory]
    [InlineData("ignore", true, BookStatus.Subscribed)]
    [InlineData("remove", false, null)]
    [InlineData("unsubscribe", false, BookStatus.Unsubscribed)]
    public async Task Exit_action_is_what_happens_to_people_who_leave(string action, bool stays, BookStatus? status)
    {
        await using var scene = await StartAsync();
        scene.Config = $"  exit_action: {action}";
        await scene.RunAsync();
        scene.Lytics.Exit("gold", "ann");

        await scene.RunAsync();

        Assert.Equal(stays, scene.In(scene.Gold).Contains(Ann));
        var contact = scene.Account.Contact(Ann)!;
        Assert.Equal(status, contact.Books.TryGetValue(scene.Gold, out var inBook) ? inBook : null);
        Assert.Equal(ContactStatus.Subscribed, contact.Status);
    }

    [Fact]
    public async Task Backfill_only_exports_once()
    {
        await using var scene = await StartAsync();
        scene.Config = "  backfill_only: true";
        await scene.RunAsync();
        scene.Lytics.Enter("gold", "cy");

        await scene.RunAsync();

        Assert.Equal([Ann, Bob], scene.In(scene.Gold));
    }

    [Fact]
    public async Task Field_changes_say_which_fields_update_a_member()
    {
        await using var scene = await StartAsync();
        scene.Config = "  field_changes: [total_spend]";
        await scene.RunAsync();
        scene.Lytics.Set("ann", """{"first_name": "Anna"}""");
        scene.Lytics.Set("bob", """{"first_name": "Bobby", "total_spend": 11}""");

        var second = await scene.RunAsync();

        Assert.Equal("ann", scene.Account.Contact(Ann)!.DataFields["FIRSTNAME"]);
        Assert.Equal("Bobby", scene.Account.Contact(Bob)!.DataFields["FIRSTNAME"]);
        Assert.Equal(1, second.Audiences[0].Updated);
    }

    [Theory]
    [InlineData("false", 0)]
    [InlineData("true", 4)]
    public async Task Trigger_join_adds_people_one_by_one_so_that_join_actions_fire(string value, int joins)
    {
        await using var scene = await StartAsync();
        scene.Config = $"  trigger_join: {value}";

        await scene.RunAsync();

        Assert.Equal([Ann, Bob], scene.In(scene.Gold));
        Assert.Equal(joins, scene.Account.Counters.Joins);
    }

    [Fact]
    public async Task Resubscribe_asks_people_who_left_to_come_back()
    {
        await using var scene = await StartAsync();
        scene.LeftLongAgo(Ann);
        scene.Config = "  resubscribe: true";

        await scene.RunAsync();

        Assert.Equal(ContactStatus.Unsubscribed, scene.Account.Contact(Ann)!.Status);
        Assert.Equal(1, scene.Account.Challenges(Ann));
    }

    [Fact]
    public async Task Resubscribe_no_challenge_brings_back_people_who_left()
    {
        await using var scene = await StartAsync();
        scene.LeftLongAgo(Ann);
        scene.Config = "  resubscribe_no_challenge: true";

        await scene.RunAsync();

        Assert.Equal([Ann, Bob], scene.In(scene.Gold));
        Assert.Equal(ContactStatus.Subscribed, scene.Account.Contact(Ann)!.Status);
        Assert.Equal(0, scene.Account.Challenges(Ann));
    }

    [Fact]
    public async Task Sync_status_brings_statuses_back_into_the_stream()
    {
        await using var scene = await StartAsync();
        scene.Config = "  sync_status: true";
        scene.More = $$"""status_sink: { lytics: { token: simulated-token, url: "{{scene.LyticsServer.Url}}" } }""";

        await scene.RunAsync();

        Assert.Equal(4, scene.Lytics.Events().Count);
        Assert.Contains("\"Subscribed\"", scene.Lytics.Profile("ann"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Collection_id_is_where_recommendations_come_from()
    {
        await using var scene = await StartAsync();
        scene.Account.AddDataField("REC_URL", "String");
        scene.Lytics.Plant(new LyticsSeed
        {
            Collections = [new SeedContent { Id = "c1", Slug = "articles", Generate = 3 }, new SeedContent { Id = "c2", Slug = "products", Generate = 3 }],
        });
        scene.Config = "  collection_id: products\n  recommender_mappings: [{url: REC_URL}]";

        await scene.RunAsync();

        Assert.All(
            new[] { Ann, Bob, Cy },
            person => Assert.StartsWith("https://content.example.com/c2/", scene.Account.Contact(person)!.DataFields["REC_URL"], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Recommender_mappings_fill_data_fields_with_the_first_recommendation_or_the_one_they_number()
    {
        await using var scene = await StartAsync();
        scene.Account.AddDataField("REC_TITLE", "String");
        scene.Account.AddDataField("REC2_TITLE", "String");
        Recommend(scene);
        scene.Config = "  collection_id: articles\n  recommender_mappings: [{title: REC_TITLE}, {2.title: REC2_TITLE}]";

        await scene.RunAsync();

        var fields = scene.Account.Contact(Ann)!.DataFields;
        Assert.Equal(("First", "Second"), (fields["REC_TITLE"], fields["REC2_TITLE"]));
    }

    [Fact]
    public async Task Insight_fields_become_a_record_of_lytics_fields_with_arrays_and_maps()
    {
        await using var scene = await StartAsync();
        scene.Put("ann", """ "interests": ["tea", "jam"], "scores": {"tea": 0.5} """);
        scene.Config = "  insight_fields: [interests, scores, total_spend]";

        await scene.RunAsync();

        var record = scene.Account.InsightRecords("lytics_fields")[(scene.Account.Contact(Ann)!.Id, "configuration")];
        Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse("""{"interests":["tea","jam"],"scores":{"tea":0.5},"total_spend":10}"""), JsonNode.Parse(record)),
            record);
    }

    [Theory]
    [InlineData("false", 0)]
    [InlineData("true", 2)]
    public async Task Insight_recommendations_become_records_of_lytics_recommendations(string value, int records)
    {
        await using var scene = await StartAsync();
        scene.Account.AddDataField("REC_TITLE", "String");
        Recommend(scene);
        scene.Config = $"  collection_id: articles\n  recommender_mappings: [{{title: REC_TITLE}}]\n  insight_recommendations: {value}";

        await scene.RunAsync();

        var ann = scene.Account.Contact(Ann)!.Id;
        Assert.Equal(records, scene.Account.InsightRecords("lytics_recommendations").Count(record => record.Key.ContactId == ann));
        if (records > 0)
        {
            Assert.Equal(
                "Second", JsonNode.Parse(scene.Account.InsightRecords("lytics_recommendations")[(ann, "configuration-2")])!["title"]!.GetValue<string>());
        }
    }

    private static void Recommend(ConfigurationScene scene)
    {
        scene.Lytics.Plant(new LyticsSeed { Collections = [new SeedContent { Id = "c1", Slug = "articles", Generate = 3 }] });
        scene.Lytics.Recommend("ann", """{"url": "u1", "title": "First", "topics": ["a", "b"]}""", """{"url": "u2", "title": "Second"}""");
    }
}
