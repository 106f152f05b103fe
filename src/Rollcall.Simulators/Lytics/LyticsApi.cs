namespace Rollcall.Simulators.Lytics;

/// <summary>The documented parts of the Lytics API that are not simulated, by the first two segments of the path.</summary>
internal static class LyticsApi
{
    private static readonly string[] Roots = ["api", "v2"];

    private static readonly HashSet<string> Resources = new(StringComparer.OrdinalIgnoreCase)
    {
        "account", "accountsetting", "auth", "catalog", "connection", "content", "entity", "experience", "flow", "job", "me", "metric", "ml",
        "personalize", "provider", "query", "report", "schema", "segment", "segmentcollection", "segmentml", "stream", "subscription",
        "systemevent", "template", "user", "work", "workflow",
    };

    /// <summary>Fixed segments in the position of a segment's id.</summary>
    private static readonly HashSet<string> NoSegments = new(StringComparer.OrdinalIgnoreCase) { "attribution", "scan", "size", "sizes", "validate" };

    /// <summary>Whether Lytics supports a path, with any method.</summary>
    public static bool Has(string[] path) => path switch
    {
        [var root, var resource, ..] when Roots.Contains(root, StringComparer.OrdinalIgnoreCase) => Resources.Contains(resource),
        ["collect", "json" or "bulk", ..] or ["c", _, ..] => true,
        _ => false,
    };

    /// <summary>Whether a path seems to name a segment and does not.</summary>
    public static bool IsNoSegment(string[] path) => path is ["api", "segment", var word] && NoSegments.Contains(word);
}
