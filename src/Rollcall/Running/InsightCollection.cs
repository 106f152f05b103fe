namespace Rollcall.Running;

/// <summary>The collections of insight data that Rollcall fills, by the names that Lytics' job gives them.</summary>
internal static class InsightCollection
{
    /// <summary>A record a person: the job's <c>insight_fields</c>.</summary>
    public const string Fields = "lytics_fields";

    /// <summary>A record a person and recommendation.</summary>
    public const string Recommendations = "lytics_recommendations";
}
