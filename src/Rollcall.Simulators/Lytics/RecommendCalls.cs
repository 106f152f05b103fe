using System.Text.Json.Nodes;
using Rollcall.Simulators.Http;

namespace Rollcall.Simulators.Lytics;

/// <summary>Recommendations of a content collection for one person, always the same for the same person and collection.</summary>
internal sealed class RecommendCalls(LyticsState state)
{
    private const int DefaultLimit = 10;

    public IReadOnlyList<LyticsOperation> Operations =>
    [
        new("recommend", "GET", "/api/content/recommend/user/{field}/{value}", Recommend)
        {
            Query = ["contentsegment", "limit", "rank", "visited", "topics", "shuffle", "wait", "email", "url"],
            Lists = ["topics"],
            Latency = options => options.RecommendLatency,
        },
    ];

    private Reply Recommend(LyticsCall call)
    {
        var (field, value) = (call.Path[0], call.Path[1]);
        var limit = call.Number("limit", DefaultLimit, 1, 1000);
        var rank = call.Word("rank", "popular", "recent", "affinity") ?? "affinity";
        var hidesVisited = call.Text("visited") is not null && !call.Truth("visited");
        var topics = call.List("topics");
        _ = call.Truth("wait");
        var shuffled = call.Truth("shuffle");
        if (call.Text("url") is not null)
        {
            throw call.Refuse(501, "this simulator does not support recommendations by a url");
        }

        IEnumerable<JsonObject> items = call.Text("contentsegment") is { } name
            ? (state.Collections.Find(collection => collection.Id == name || collection.Slug == name)
                ?? throw call.Refuse(404, $"content collection '{name}' not found")).Items
            : state.Collections.SelectMany(collection => collection.Items);
        var person = state.People.FindBy(field, value) ?? throw call.Refuse(404, $"no user has this {field}");
        var mixed = Mix.Of((ulong)person);
        if (Mix.Within(Mix.Of(mixed), state.Options.RecommendFailures))
        {
            throw call.Refuse(500, "recommendations failed");
        }

        var recommended = state.Recommendations.TryGetValue(person, out var said)
            ? said
            : Ranked(items.Select(item => Ranked(item, mixed)).Where(IsWanted), rank);
        recommended = shuffled ? recommended.OrderBy(item => Mix.Of(item["url"]?.ToString() ?? "")) : recommended;
        return call.Data(json =>
        {
            json.WriteStartArray();
            foreach (var item in recommended.Take(limit))
            {
                item.WriteTo(json);
            }

            json.WriteEndArray();
        });

        bool IsWanted(JsonObject item) => !(hidesVisited && Visited(item)) && IsAbout(item, topics);
    }

    /// <summary>A document with what it is to a person.</summary>
    private static JsonObject Ranked(JsonObject item, ulong person)
    {
        var copy = (JsonObject)item.DeepClone();
        var affinity = Mix.Of(person ^ Mix.Of(copy["url"]?.ToString() ?? ""));
        copy["confidence"] = (affinity % 10_000) / 10_000.0;
        copy["visited"] = affinity % 5 == 0;
        return copy;
    }

    private static IEnumerable<JsonObject> Ranked(IEnumerable<JsonObject> items, string rank) => rank switch
    {
        "popular" => items,
        "recent" => items.OrderByDescending(item => item["created"]?.ToString() ?? "", StringComparer.Ordinal),
        _ => items.OrderByDescending(item => item["confidence"]!.GetValue<double>()),
    };

    private static bool IsAbout(JsonObject item, string[]? topics) =>
        topics is null || (item["topics"] is JsonArray all && all.Any(topic => topics.Contains(topic?.ToString(), StringComparer.OrdinalIgnoreCase)));

    private static bool Visited(JsonObject item) => item["visited"]!.GetValue<bool>();
}
