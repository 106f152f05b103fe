using Rollcall.Model;
using Rollcall.Simulators;
using Xunit;
using static Rollcall.Tests.Runs.InsightScene;

namespace Rollcall.Tests.Runs;

/// <summary>Fields that become insight data: one record per person.</summary>
public sealed class InsightDataTests
{
    [Fact]
    public async Task Fields_become_a_record_a_person_with_arrays_and_maps_kept()
    {
        await using var scene = await InsightScene.StartAsync();
        People(
            scene,
            $$$"""{"email": "{{{Ann}}}", "likes": ["a \"quoted\" [x", "é"], "sizes": {"shoe": 42, "hat": {"eu": [1, 2]}}"""
            + """, "points": 12345678901234567, "vip": true, "since": "2026-01-31", "none": null}""");
        scene.Config += "\n  insight_fields: [likes, sizes, points, vip, since, none]";

        var result = await scene.RunAsync();

        Assert.Equal((ExitCode.Done, 0L), (result.ExitCode, result.ValuesLeftOut));
        Assert.Equal(
            """{"likes":["a \"quoted\" [x","é"],"sizes":{"shoe":42,"hat":{"eu":[1,2]}},"points":12345678901234567,"vip":true,"since":"2026-01-31"}""",
            Plain(Fields(scene, Ann)));
    }

    [Fact]
    public async Task Only_changed_records_are_sent_again()
    {
        await using var scene = await InsightScene.StartAsync();
        People(scene, Person(Ann, "[1]"), Person(Bob, "[2]"));
        scene.Config += "\n  insight_fields: [likes]";
        await scene.RunAsync();
        var imports = Imports(scene);

        await scene.RunAsync();
        Assert.Equal(imports, Imports(scene));

        People(scene, Person(Ann, "[1]"), Person(Bob, "[2, 3]"));
        var result = await scene.RunAsync();

        Assert.Equal((imports + 1, 0L), (Imports(scene), result.Audiences[0].Updated));
        Assert.Equal(("""{"likes":[1]}""", """{"likes":[2,3]}"""), (Plain(Fields(scene, Ann)), Plain(Fields(scene, Bob))));
    }

    [Theory]
    [InlineData("v2")]
    [InlineData("v3")]
    public async Task A_person_added_by_a_single_call_gets_a_record_even_if_the_answer_writes_the_address_in_another_way(string api)
    {
        await using var scene = await InsightScene.StartAsync();
        scene.Account.Options = scene.Account.Options with { AddressMatching = AddressMatching.ShownNormalized };
        People(scene, Person("zoë@bücher.example", "[1]"));
        scene.More = $"direct_api: {api}";
        scene.Config += "\n  trigger_join: true\n  insight_fields: [likes]";

        await scene.RunAsync();

        Assert.Equal("""{"likes":[1]}""", Plain(Fields(scene, "zoë@xn--bcher-kva.example")));
    }

    [Fact]
    public async Task A_merged_contact_gets_its_record_under_the_new_id_and_a_deleted_one_is_not_looked_up_again()
    {
        await using var scene = await InsightScene.StartAsync();
        People(scene, Person(Ann, "[1]"), Person(Bob, "[2]"));
        scene.Config += "\n  insight_fields: [likes]";
        await scene.RunAsync();
        scene.Account.Merge(Ann);
        scene.Account.DeleteContact(Bob);
        People(scene, Person(Ann, "[1, 3]"), Person(Bob, "[2, 4]"));

        await scene.RunAsync();
        var result = await scene.RunAsync();

        Assert.Equal((ExitCode.Done, 1L), (result.ExitCode, result.Audiences[0].Suppressed));
        Assert.Equal("""{"likes":[1,3]}""", Plain(Fields(scene, Ann)));
    }

    [Fact]
    public async Task A_value_that_is_gone_is_gone_from_the_record()
    {
        await using var scene = await InsightScene.StartAsync();
        People(scene, Person(Ann, "[1]"));
        scene.Config += "\n  insight_fields: [likes]";
        await scene.RunAsync();
        People(scene, Person(Ann, "null"));

        await scene.RunAsync();

        Assert.Equal("{}", Plain(Fields(scene, Ann)));
    }

    [Fact]
    public async Task An_array_in_an_array_is_left_out_and_listed_and_the_other_fields_arrive()
    {
        await using var scene = await InsightScene.StartAsync();
        People(scene, $$"""{"email": "{{Ann}}", "likes": {"deep": [{"er": ["x"]}]}, "points": 1}""", Person(Bob, "[\"[[\", \"a\"]"));
        scene.Config += "\n  insight_fields: [likes, points]";

        var result = await scene.RunAsync();

        Assert.Equal((1L, ExitCode.Done), (result.ValuesLeftOut, result.ExitCode));
        Assert.Equal(
            (Ann, "field", "lytics_fields (from likes): an array in an array, or no valid JSON, which Dotdigital does not take"),
            (result.Failures[0].Email, result.Failures[0].Operation, result.Failures[0].Reason));
        Assert.Equal("""{"points":1}""", Plain(Fields(scene, Ann)));
        Assert.Equal("""{"likes":["[[","a"]}""", Plain(Fields(scene, Bob)));
    }

    [Fact]
    public async Task A_value_that_is_not_valid_JSON_is_left_out_and_listed()
    {
        await using var scene = await InsightScene.StartAsync();
        scene.Queries["gold"] = "\"SELECT *, 'x' AS name, 1 AS spend, CASE WHEN points > 1 THEN 'nan'::DOUBLE ELSE points END AS ratio FROM people\"";
        People(scene, $$"""{"email": "{{Ann}}", "points": 2, "odd": "[1,2,]"}""", $$"""{"email": "{{Bob}}", "points": 1, "odd": "[NaN, 1]"}""");
        scene.Config = "  insight_fields: [points, ratio, odd]";

        var result = await scene.RunAsync();

        Assert.Equal((3L, ExitCode.Done), (result.ValuesLeftOut, result.ExitCode));
        Assert.Equal(("""{"points":2}""", """{"points":1,"ratio":1.0}"""), (Plain(Fields(scene, Ann)), Plain(Fields(scene, Bob))));
    }

    [Fact]
    public async Task An_object_has_its_own_keys_and_not_those_of_others()
    {
        await using var scene = await InsightScene.StartAsync();
        People(scene, Person(Ann, """{"shoe": 42}"""), Person(Bob, """{"hat": 58}"""));
        scene.Config = "  insight_fields: [likes]";

        await scene.RunAsync();

        Assert.Equal(("""{"likes":{"shoe":42}}""", """{"likes":{"hat":58}}"""), (Plain(Fields(scene, Ann)), Plain(Fields(scene, Bob))));
    }

    [Fact]
    public async Task A_person_who_is_left_out_of_every_book_gets_no_record()
    {
        await using var scene = await InsightScene.StartAsync();
        scene.Account.AddContact(Bob, scene.Silver);
        scene.Account.Unsubscribe(Bob);
        People(scene, Person(Ann, "[1]"), Person(Bob, "[2]"));
        scene.Config += "\n  insight_fields: [likes]";

        await scene.RunAsync();

        Assert.Empty(Records(scene, "lytics_fields", Bob));
        Assert.Single(Records(scene, "lytics_fields", Ann));
    }
}
