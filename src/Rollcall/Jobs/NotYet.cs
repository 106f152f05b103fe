namespace Rollcall.Jobs;

/// <summary>What a job file may say and this version does not do. A version that does it deletes its line.</summary>
internal static class NotYet
{
    public static IReadOnlyList<Refusal> All { get; } =
    [
        new("config.collection_id", null, "sends no recommendations", "Leave it out."),
        new("config.recommender_mappings", null, "sends no recommendations", "Leave it out."),
        new("config.insight_fields", null, "sends no insight data", "Leave it out."),
        new("config.insight_recommendations", "true", "sends no insight data", "Leave it out."),
        new("insight_on_exit", "remove", "sends no insight data", "Leave it out."),
    ];

    public static void Check(JobMap root, JobProblems problems)
    {
        foreach (var refusal in All)
        {
            if (Find(root, refusal.Key) is { } node && (refusal.Value is null || node is JobScalar scalar && scalar.Value == refusal.Value))
            {
                problems.Error(refusal.Key, $"this version of Rollcall {refusal.Does}.", refusal.Todo);
            }
        }
    }

    private static JobNode? Find(JobMap root, string key) =>
        key.Split('.').Aggregate((JobNode?)root, (node, name) => (node as JobMap)?[name]);
}

/// <summary>A key, or one of its values, that this version refuses.</summary>
/// <param name="Key">The key's path.</param>
/// <param name="Value">The value; null for all.</param>
/// <param name="Does">What this version does instead.</param>
/// <param name="Todo">What to do.</param>
internal sealed record Refusal(string Key, string? Value, string Does, string Todo);
