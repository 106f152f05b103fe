using System.Text.Json.Nodes;

namespace Rollcall.Simulators.Lytics;

/// <summary>A content collection and its documents, the most popular first.</summary>
internal sealed class Collection(SeedContent about)
{
    private static readonly string[] Topics = ["Books", "Films", "Gardening", "Music", "Sport", "Travel"];

    public string Id => about.Id;

    public string Slug => about.Slug ?? about.Id;

    public string Name => about.Name ?? Slug;

    public IReadOnlyList<JsonObject> Items { get; } = [.. about.Items, .. Enumerable.Range(1, about.Generate).Select(number => Generated(about.Id, number))];

    private static JsonObject Generated(string collection, int number)
    {
        var topic = Topics[number % Topics.Length];
        return new JsonObject
        {
            ["id"] = $"{collection}-{number}",
            ["url"] = $"https://content.example.com/{Uri.EscapeDataString(collection)}/{number}",
            ["title"] = $"{topic}, part {number}: naïve & “quoted”",
            ["description"] = $"What to know about {topic}.",
            ["topics"] = new JsonArray(topic, "All"),
            ["topic_relevances"] = new JsonObject { [topic] = 0.9, ["All"] = 0.1 },
            ["primary_image"] = $"https://content.example.com/images/{number}.jpg",
            ["author"] = $"Author {number % 7}",
            ["created"] = new DateTime(2025, 1, 1, 8, 0, 0, DateTimeKind.Utc).AddDays(number % 365),
        };
    }
}
