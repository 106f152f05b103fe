using System.Text.Json;
using Rollcall.Simulators;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>A job whose people and recommendations are JSON files, so that they may have arrays and maps, and what arrives as insight data.</summary>
internal static class InsightScene
{
    public const string Ann = "ann@example.com";
    public const string Bob = "bob@example.com";

    public static async Task<ExportScene> StartAsync(Func<SimulatorOptions, SimulatorOptions>? options = null)
    {
        var scene = await ExportScene.StartAsync(options);
        scene.Files = "people: people.jsonl";
        scene.Queries["gold"] = "\"SELECT *, 'x' AS name, 1 AS spend FROM people\"";
        scene.Config = "";
        scene.Remove("silver");
        scene.Mapping = $"[{{gold: \"{scene.Gold}\"}}]";
        return scene;
    }

    /// <summary>A scene whose Dotdigital refuses some calls of an operation.</summary>
    public static Task<ExportScene> StartRefusingAsync(string operation, int times = 1) =>
        StartAsync(o => o with { Faults = [new Fault { Operation = operation, Kind = FaultKind.Refuse, Status = 400, Times = times }] });

    /// <summary>A row of a person who likes something, as JSON.</summary>
    public static string Person(string email, string likes) => $$"""{"email": "{{email}}", "likes": {{likes}}}""";

    /// <summary>A row of a recommendation.</summary>
    public static string Pick(string email, int rank, string title) =>
        $$"""{"email": "{{email}}", "rank": {{rank}}, "title": "{{title}}", "topics": ["a", "b"]}""";

    public static void People(ExportScene scene, params string[] people) => scene.Write("people.jsonl", people);

    public static void Recommend(ExportScene scene, params string[] picks)
    {
        scene.Files = "people: people.jsonl, picks: picks.jsonl";
        scene.Tables = "    recommendations: {picks: {from: picks}}";
        scene.Config = "  collection_id: picks\n  insight_recommendations: true";
        scene.Write("picks.jsonl", picks);
    }

    /// <summary>Imports of insight data, so far.</summary>
    public static int Imports(ExportScene scene) => scene.Account.Calls.GetValueOrDefault("importInsightData");

    /// <summary>A person's records of a collection, sorted by key.</summary>
    public static IReadOnlyList<(string Key, string Json)> Records(ExportScene scene, string collection, string email) =>
        scene.Account.Contact(email) is not { } contact
            ? []
            : [.. scene.Account.InsightRecords(collection)
                .Where(r => r.Key.ContactId == contact.Id)
                .OrderBy(r => r.Key.Key, StringComparer.Ordinal)
                .Select(r => (r.Key.Key, r.Value))];

    /// <summary>The only record of a person's fields.</summary>
    public static string Fields(ExportScene scene, string email) => Assert.Single(Records(scene, "lytics_fields", email)).Json;

    /// <summary>The titles of what is recommended to a person.</summary>
    public static IEnumerable<string> Titles(ExportScene scene, string email) =>
        Records(scene, "lytics_recommendations", email).Select(r => JsonDocument.Parse(r.Json).RootElement.GetProperty("title").GetString()!);

    /// <summary>JSON without the blanks between its parts.</summary>
    public static string Plain(string json) => json
        .Replace("\": ", "\":", StringComparison.Ordinal)
        .Replace(", \"", ",\"", StringComparison.Ordinal)
        .Replace(", ", ",", StringComparison.Ordinal);
}
