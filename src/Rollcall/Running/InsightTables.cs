using Rollcall.Store;

namespace Rollcall.Running;

/// <summary>What is kept of insight data between runs.</summary>
internal static class InsightTables
{
    /// <summary>Recommendations of a person that become insight records, at most.</summary>
    public const int Recommendations = 10;

    private static readonly IReadOnlyList<(string Name, string Type)> Items = [("kh", "UBIGINT"), ("member_key", "VARCHAR"), ("items", "VARCHAR")];

    /// <summary>
    /// The records that Dotdigital was sent: a row a contact and record. <c>record</c>: 0 for the insight fields, otherwise which recommendation.
    /// <c>hash</c>: of what it was sent; NULL while it is unknown whether it has it.
    /// </summary>
    public static KeptTable Sent(RunContext run) =>
        new(run, JobTable.Insight, [("contact_id", "BIGINT"), ("record", "USMALLINT"), ("hash", "UBIGINT"), ("kh", "UBIGINT"), ("member_key", "VARCHAR")]);

    /// <summary>What a table recommended to people when they were last seen in it.</summary>
    public static KeptTable Recommended(RunContext run) => new(run, JobTable.Recommended, Items);

    /// <summary>What a platform recommended to people and is not yet a record: kept until it is.</summary>
    public static KeptTable Owed(RunContext run) => new(run, JobTable.Owed, Items);
}
