using Rollcall.Model;
using Rollcall.Simulators;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>Insight data of audiences and recommendations in tables.</summary>
public sealed class InsightDataTests
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.com";

    [Fact]
    public async Task Fields_become_a_record_a_person_with_arrays_and_maps_kept()
    {
        await using var scene = await StartAsync();
        People(scene, $$$"""{"email": "{{{Ann}}}", "likes": ["a \"quoted\" [x", "é"], "sizes": {"shoe": 42, "hat": {"eu": [1, 2]}}, "points": 12345678901234567, "vip": true, "since": "2026-01-31", "none": null}""");
        scene.Config += "\n  insight_fields: [likes, sizes, points, vip, since, none]";

        var result = await scene.RunAsync();

        Assert.Equal((ExitCode.Done, 0L), (result.ExitCode, result.ValuesLeftOut));
        Assert.Equal("""{"likes":["a \"quoted\" [x","é"],"sizes":{"shoe":42,"hat":{"eu":[1,2]}},"points":12345678901234567,"vip":true,"since":"2026-01-31"}""", Plain(Fields(scene, Ann)));
    }

    [Fact]
    public async Task Only_changed_records_are_sent_again()
    {
        await using var scene = await StartAsync();
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
    public async Task Whoever_is_added_by_a_single_call_gets_a_record_also_where_the_answer_writes_the_address_in_its_own_way(string api)
    {
        await using var scene = await StartAsync();
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
        await using var scene = await StartAsync();
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
        await using var scene = await StartAsync();
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
        await using var scene = await StartAsync();
        People(scene, $$"""{"email": "{{Ann}}", "likes": {"deep": [{"er": ["x"]}]}, "points": 1}""", Person(Bob, "[\"[[\", \"a\"]"));
        scene.Config += "\n  insight_fields: [likes, points]";

        var result = await scene.RunAsync();

        Assert.Equal((1L, ExitCode.Done), (result.ValuesLeftOut, result.ExitCode));
        Assert.Equal((Ann, "field", "lytics_fields (from likes): an array in an array, or no valid JSON, which Dotdigital does not take"), (result.Failures[0].Email, result.Failures[0].Operation, result.Failures[0].Reason));
        Assert.Equal("""{"points":1}""", Plain(Fields(scene, Ann)));
        Assert.Equal("""{"likes":["[[","a"]}""", Plain(Fields(scene, Bob)));
    }

    [Fact]
    public async Task Recommendations_become_a_record_each_and_go_when_they_are_recommended_no_more()
    {
        await using var scene = await StartAsync();
        People(scene, Person(Ann, "[]"), Person(Bob, "[]"));
        Recommend(scene, Pick(Ann, 1, "First"), Pick(Ann, 2, "Second"), Pick(Bob, 1, "Only"));
        await scene.RunAsync();
        Assert.Equal(["First", "Second"], Titles(scene, Ann));

        Recommend(scene, Pick(Ann, 1, "Second"), Pick(Bob, 1, "Only"));
        await scene.RunAsync();

        Assert.Equal(["Second"], Titles(scene, Ann));
        Assert.Equal(["Only"], Titles(scene, Bob));
        Assert.Contains("\"topics\":[\"a\",\"b\"]", Plain(Records(scene, "lytics_recommendations", Ann).Single().Json), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("keep", 1)]
    [InlineData("remove", 0)]
    public async Task Records_stay_or_go_when_their_person_leaves(string choice, int left)
    {
        await using var scene = await StartAsync();
        People(scene, Person(Ann, "[1]"), Person(Bob, "[2]"));
        scene.Config = "  exit_action: remove\n  insight_fields: [likes]";
        scene.More = $"insight_on_exit: {choice}";
        await scene.RunAsync();
        People(scene, Person(Ann, "[1]"));

        var result = await scene.RunAsync();

        Assert.Equal((ExitCode.Done, 1L), (result.ExitCode, result.Audiences[0].Exited));
        Assert.Equal(left, Records(scene, "lytics_fields", Bob).Count);
        Assert.Single(Records(scene, "lytics_fields", Ann));
    }

    [Fact]
    public async Task The_exits_guard_applies_to_records_removed_without_an_exit()
    {
        await using var scene = await StartAsync();
        var people = Enumerable.Range(0, 40).Select(i => Person($"p{i}@example.com", "[1]")).ToArray();
        People(scene, people);
        scene.Config = "  insight_fields: [likes]";
        scene.More = "insight_on_exit: remove";
        await scene.RunAsync();
        People(scene, people[..10]);

        var held = await scene.RunAsync();
        Assert.Equal((ExitCode.Guard, 40), (held.ExitCode, scene.Account.InsightRecords("lytics_fields").Count));

        var allowed = await scene.RunAsync("exits");
        Assert.Equal((ExitCode.Done, 10), (allowed.ExitCode, scene.Account.InsightRecords("lytics_fields").Count));
        Assert.Equal(40, scene.In(scene.Gold).Count);
    }

    [Fact]
    public async Task A_value_that_is_no_valid_JSON_is_left_out_and_listed()
    {
        await using var scene = await StartAsync();
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
        await using var scene = await StartAsync();
        People(scene, Person(Ann, """{"shoe": 42}"""), Person(Bob, """{"hat": 58}"""));
        scene.Config = "  insight_fields: [likes]";

        await scene.RunAsync();

        Assert.Equal(("""{"likes":{"shoe":42}}""", """{"likes":{"hat":58}}"""), (Plain(Fields(scene, Ann)), Plain(Fields(scene, Bob))));
    }

    [Fact]
    public async Task A_truncated_table_of_recommendations_removes_no_record()
    {
        await using var scene = await StartAsync();
        People(scene, Person(Ann, "[]"), Person(Bob, "[]"));
        Recommend(scene, Pick(Ann, 1, "First"), Pick(Ann, 2, "Second"), Pick(Bob, 1, "Only"));
        await scene.RunAsync();
        File.WriteAllText(Path.Combine(scene.Folder, "picks.jsonl"), Pick(Ann, 1, "First") + "\n" + Pick(Ann, 2, "Second")[..20]);

        var result = await scene.RunAsync();

        Assert.Equal(ExitCode.SomeNotDelivered, result.ExitCode);
        Assert.Equal(["First", "Second"], Titles(scene, Ann));
        Assert.Equal(["Only"], Titles(scene, Bob));
    }

    [Fact]
    public async Task Records_of_another_job_stay_when_this_jobs_go()
    {
        await using var scene = await StartAsync();
        scene.Config = "  insight_fields: [likes]";
        scene.More = "insight_on_exit: remove";
        People(scene, Person(Ann, "[1]"), Person(Bob, "[2]"));
        await scene.RunAsync();
        await ExportRun.ExecuteAsync(scene.Job() with { Tag = "other" }, new RunOptions(), scene.Workplace(), TestContext.Current.CancellationToken);
        People(scene, Person(Ann, "[1]"));

        await scene.RunAsync();

        Assert.Equal(["other"], Records(scene, "lytics_fields", Bob).Select(r => r.Key));
    }

    [Fact]
    public async Task Where_one_record_after_another_is_refused_it_is_not_the_records_and_all_wait_for_the_next_run()
    {
        await using var scene = await StartAsync(o => o with { Faults = [new Fault { Operation = "importInsightData", Kind = FaultKind.Refuse, Status = 400, Times = 500 }] });
        People(scene, [.. Enumerable.Range(0, 100).Select(i => Person($"p{i}@example.com", "[1]"))]);
        scene.Config = "  insight_fields: [likes]";

        var result = await scene.RunAsync();

        Assert.Equal(ExitCode.SomeNotDelivered, result.ExitCode);
        Assert.InRange(Imports(scene), 20, 60);
        scene.Account.ClearFaults();
        await scene.RunAsync();
        Assert.Equal(100, scene.Account.InsightRecords("lytics_fields").Count);
    }

    [Fact]
    public async Task A_removal_that_failed_is_made_by_the_next_run()
    {
        await using var scene = await StartAsync(o => o with { Faults = [new Fault { Operation = "delContactInsightDataRecords", Kind = FaultKind.Refuse, Status = 400 }] });
        People(scene, Person(Ann, "[]"));
        Recommend(scene, Pick(Ann, 1, "First"), Pick(Ann, 2, "Second"));
        await scene.RunAsync();
        Recommend(scene, Pick(Ann, 1, "First"));

        var failed = await scene.RunAsync();
        Assert.Equal((ExitCode.SomeNotDelivered, "insight"), (failed.ExitCode, Assert.Single(failed.Failures).Operation));
        var again = await scene.RunAsync();

        Assert.Equal(ExitCode.Done, again.ExitCode);
        Assert.Equal(["First"], Titles(scene, Ann));
    }

    [Fact]
    public async Task A_person_who_is_left_out_of_every_book_gets_no_record()
    {
        await using var scene = await StartAsync();
        scene.Account.AddContact(Bob, scene.Silver);
        scene.Account.Unsubscribe(Bob);
        People(scene, Person(Ann, "[1]"), Person(Bob, "[2]"));
        scene.Config += "\n  insight_fields: [likes]";

        await scene.RunAsync();

        Assert.Empty(Records(scene, "lytics_fields", Bob));
        Assert.Single(Records(scene, "lytics_fields", Ann));
    }

    [Fact]
    public async Task One_record_that_is_refused_keeps_no_other_out_and_is_sent_again_once_it_is_another()
    {
        // The batch of both is refused, and then its first half.
        await using var scene = await StartAsync(o => o with { Faults = [new Fault { Operation = "importInsightData", Kind = FaultKind.Refuse, Status = 400, Times = 2 }] });
        People(scene, Person(Ann, "[1]"), Person(Bob, "[2]"));
        scene.Config = "  insight_fields: [likes]";

        var first = await scene.RunAsync();
        var failure = Assert.Single(first.Failures);
        Assert.Equal(("insight", "Invalid", ExitCode.Done), (failure.Operation, failure.Outcome, first.ExitCode));
        var (out_, other) = failure.Email == Ann ? (Ann, Bob) : (Bob, Ann);
        Assert.Equal((0, 1), (Records(scene, "lytics_fields", out_).Count, Records(scene, "lytics_fields", other).Count));

        var imports = Imports(scene);
        await scene.RunAsync();
        Assert.Equal(imports, Imports(scene));

        People(scene, Person(Ann, "[3]"), Person(Bob, "[4]"));
        await scene.RunAsync();
        Assert.Equal((1, 1), (Records(scene, "lytics_fields", Ann).Count, Records(scene, "lytics_fields", Bob).Count));
    }

    [Fact]
    public async Task A_run_killed_at_any_moment_leaves_nothing_unsent_and_nothing_behind()
    {
        for (var step = 1; ; step += 5)
        {
            await using var scene = await StartAsync();
            scene.Config = "  exit_action: remove\n  insight_fields: [likes]";
            scene.More = "insight_on_exit: remove\nguards: {max_exit_percent: none, empty_audience: allow}";
            People(scene, Person(Ann, "[1]"), Person(Bob, "[2]"));
            var left = step;
            scene.Checkpoint = _ => { if (--left == 0) { throw new KilledException(); } };
            var killed = false;
            try
            {
                await scene.RunAsync();
            }
            catch (KilledException)
            {
                killed = true;
            }

            scene.Checkpoint = null;
            People(scene, Person(Ann, "[1]"));
            await scene.RunAsync();
            Assert.Equal("""{"likes":[1]}""", Plain(Fields(scene, Ann)));
            Assert.Empty(Records(scene, "lytics_fields", Bob));
            if (!killed)
            {
                return;
            }
        }
    }

    private static string Person(string email, string likes) => $$"""{"email": "{{email}}", "likes": {{likes}}}""";

    private static string Pick(string email, int rank, string title) => $$"""{"email": "{{email}}", "rank": {{rank}}, "title": "{{title}}", "topics": ["a", "b"]}""";

    private static void People(ExportScene scene, params string[] people) => scene.Write("people.jsonl", people);

    private static void Recommend(ExportScene scene, params string[] picks)
    {
        scene.Files = "people: people.jsonl, picks: picks.jsonl";
        scene.Tables = "    recommendations: {picks: {from: picks}}";
        scene.Config = "  collection_id: picks\n  insight_recommendations: true";
        scene.Write("picks.jsonl", picks);
    }

    private static int Imports(ExportScene scene) => scene.Account.Calls.GetValueOrDefault("importInsightData");

    private static IReadOnlyList<(string Key, string Json)> Records(ExportScene scene, string collection, string email) => scene.Account.Contact(email) is { } contact
        ? [.. scene.Account.InsightRecords(collection).Where(r => r.Key.ContactId == contact.Id).OrderBy(r => r.Key.Key, StringComparer.Ordinal).Select(r => (r.Key.Key, r.Value))]
        : [];

    private static string Fields(ExportScene scene, string email) => Assert.Single(Records(scene, "lytics_fields", email)).Json;

    private static IEnumerable<string> Titles(ExportScene scene, string email) =>
        Records(scene, "lytics_recommendations", email).Select(r => System.Text.Json.JsonDocument.Parse(r.Json).RootElement.GetProperty("title").GetString()!);

    private static string Plain(string json) => json.Replace("\": ", "\":", StringComparison.Ordinal).Replace(", \"", ",\"", StringComparison.Ordinal).Replace(", ", ",", StringComparison.Ordinal);

    private static async Task<ExportScene> StartAsync(Func<SimulatorOptions, SimulatorOptions>? options = null)
    {
        var scene = await ExportScene.StartAsync(options);
        scene.Files = "people: people.jsonl";
        scene.Queries["gold"] = "\"SELECT *, 'x' AS name, 1 AS spend FROM people\"";
        scene.Config = "";
        scene.Remove("silver");
        scene.Mapping = $"[{{gold: \"{scene.Gold}\"}}]";
        return scene;
    }

    private sealed class KilledException : Exception;
}
