using System.Text.Json.Nodes;

namespace Rollcall.Simulators.Lytics;

/// <summary>
/// The initial content of a simulated Lytics account. As a file it is JSON with these names in camel case:
/// <code>
/// {
///   "profiles": [{"_id": "ada", "email": "ada@example.com", "first_name": "Ada", "dm_contact_id": {"1001": "42"}}],
///   "audiences": [
///     {"id": "a01", "slug": "big_spenders", "name": "Big spenders", "profiles": ["ada"]},
///     {"id": "a02", "slug": "everyone", "name": "Everyone", "generate": 100000, "from": 1}
///   ],
///   "collections": [
///     {"id": "c01", "slug": "articles", "name": "Articles", "items": [{"url": "https://example.com/1", "title": "One"}]},
///     {"id": "c02", "slug": "products", "name": "Products", "generate": 50}
///   ]
/// }
/// </code>
/// Generated people are numbered: two audiences that share a number share the person, <c>person7</c> with the address
/// <c>person7@example.com</c> and always the same fields: <c>first_name, last_name, city, country</c> (text),
/// <c>nickname</c> (text, or null), <c>total_spend, visits</c> (numbers), <c>vip</c> (true or false),
/// <c>joined, last_visit</c> (dates), <c>interests</c> (an array) and <c>scores</c> (a map).
/// </summary>
public sealed record LyticsSeed
{
    /// <summary>Explicit profiles; each has an <c>_id</c> and any other fields.</summary>
    public IReadOnlyList<JsonObject> Profiles { get; init; } = [];

    /// <summary>Audiences.</summary>
    public IReadOnlyList<SeedAudience> Audiences { get; init; } = [];

    /// <summary>Content collections.</summary>
    public IReadOnlyList<SeedContent> Collections { get; init; } = [];
}

/// <summary>An initial audience.</summary>
public sealed record SeedAudience
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Its slug; the id when left out.</summary>
    public string? Slug { get; init; }

    /// <summary>Its name; the slug when left out.</summary>
    public string? Name { get; init; }

    /// <summary>Whether it is invalid: listed only without <c>valid=true</c>, and not to be scanned.</summary>
    public bool Invalid { get; init; }

    /// <summary>Its definition.</summary>
    public string SegmentQl { get; init; } = "";

    /// <summary>Its tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Ids of profiles in it.</summary>
    public IReadOnlyList<string> Profiles { get; init; } = [];

    /// <summary>How many generated people are in it.</summary>
    public int Generate { get; init; }

    /// <summary>The number of the first of them.</summary>
    public int From { get; init; } = 1;
}

/// <summary>An initial content collection.</summary>
public sealed record SeedContent
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Its slug; the id when left out.</summary>
    public string? Slug { get; init; }

    /// <summary>Its name; the slug when left out.</summary>
    public string? Name { get; init; }

    /// <summary>Its documents, the most popular first; each has a <c>url</c> and any other fields.</summary>
    public IReadOnlyList<JsonObject> Items { get; init; } = [];

    /// <summary>How many documents are generated after these.</summary>
    public int Generate { get; init; }
}
