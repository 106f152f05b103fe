using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Xunit;
using static Rollcall.Tests.Lytics.Importing.LyticsJobs;

namespace Rollcall.Tests.Lytics.Importing;

public class ImportLyticsProperties
{
    private static readonly string[] KnownKeys =
    [
        "segment_ids", "seg_mappings", "mappings", "email_field", "id_field", "email_type", "opt_in_type", "exit_action", "backfill_only",
        "field_changes", "trigger_join", "resubscribe", "resubscribe_no_challenge", "sync_status", "collection_id", "recommender_mappings",
        "insight_fields", "insight_recommendations",
    ];

    private static readonly string[] JobKeys =
    [
        "id", "name", "description", "tag", "auth_ids", "verbose_logging", "quiet_time_of_day", "quiet_timezone", "quiet_period", "sleep_until", "state",
        "status",
    ];

    private static readonly string[] AllKeys = [.. KnownKeys, .. JobKeys, "unknown"];

    /// <summary>Text of the characters that have a meaning in YAML, JSON and job files, without line ends and halves of characters.</summary>
    private static readonly Gen<string> Text = Gen.Char["ab1 :#-'\"{}[]$,&*!|>%@`\\~?.é李\u2028\uFEFF\u00A0"].Array[0, 12].Select(signs => new string(signs));

    private static readonly Gen<string> Word = Gen.Char['a', 'z'].Array[3, 8].Select(letters => new string(letters));

    private static readonly Gen<JsonNode?> Odd = ValueOf(Text);

    private static readonly Gen<JsonNode?> Plain = ValueOf(Word);

    [Fact]
    public void A_job_with_any_text_becomes_a_file_that_check_accepts() =>
        Gen.Select(Text, Text, Text, Text, Odd).Sample((name, description, key, value, odd) =>
        {
            var job = Least(job =>
            {
                (job["name"], job["description"], job["x" + key]) = (name, description, odd?.DeepClone());
                job["config"]!["x" + key] = value;
            });
            var read = Read(Import(job).JobFile);
            Assert.Equal(name.Trim().Length == 0 ? read.Tag : name.Trim(), read.Label);
            Assert.Equal(description.Trim().Length == 0 ? null : description.Trim(), read.Description);
        });

    [Fact]
    public void No_key_is_lost_silently_with_any_value() =>
        Gen.Select(Gen.Int[0, AllKeys.Length - 1].Select(at => AllKeys[at]), Plain).Sample((key, value) =>
        {
            var top = JobKeys.Contains(key);
            var job = Least(job => (top ? job : job["config"]!)[key] = value?.DeepClone());
            var (jobFile, notes) = Import(job);

            var said = jobFile + string.Concat(notes);
            Assert.All(Texts(value), text => Assert.Contains(text, said, StringComparison.Ordinal));
        });

    private static Gen<JsonNode?> ValueOf(Gen<string> text)
    {
        var scalar = Gen.OneOf(
            text.Select(one => (JsonNode?)one),
            Gen.Int.Select(number => (JsonNode?)number),
            Gen.Bool.Select(flag => (JsonNode?)flag),
            Gen.Const((JsonNode?)null));
        return Gen.OneOf(
            scalar,
            scalar.Array[0, 3].Select(items => (JsonNode?)new JsonArray([.. items.Select(item => item?.DeepClone())])),
            Gen.Select(text, scalar).Array[0, 3]
                .Select(pairs => (JsonNode?)new JsonArray([.. pairs.Select(pair => (JsonNode)new JsonObject { [pair.Item1] = pair.Item2?.DeepClone() })])));
    }

    private static IEnumerable<string> Texts(JsonNode? value) => value switch
    {
        JsonArray list => list.SelectMany(Texts),
        JsonObject map => map.SelectMany(pair => Texts(pair.Value)),
        JsonValue scalar when scalar.GetValueKind() == JsonValueKind.String => [scalar.GetValue<string>()],
        _ => [],
    };
}
