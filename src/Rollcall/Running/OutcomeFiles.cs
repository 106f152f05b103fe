using Rollcall.Model;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Running;

/// <summary>What became of changes: a row says what to make of a member's ledger row. A missing <c>book_id</c> means all the books the member is in.</summary>
internal static class OutcomeFiles
{
    public static readonly IReadOnlyList<(string Name, string Type)> Columns =
    [
        ("kh", "UBIGINT"), ("member_key", "VARCHAR"), ("book_id", "BIGINT"), ("operation", "VARCHAR"), ("email", "VARCHAR"),
        ("profile_key", "VARCHAR"), ("contact_id", "BIGINT"), ("state", "VARCHAR"), ("origin", "VARCHAR"), ("audience", "VARCHAR"),
        ("fields_hash", "UBIGINT"), ("outcome", "VARCHAR"), ("code", "VARCHAR"), ("reason", "VARCHAR"), ("told_at", "BIGINT"),
        ("account_status", "VARCHAR"), ("book_status", "VARCHAR"),
    ];

    public static string ColumnList { get; } = string.Join(", ", Columns.Select(c => c.Name));

    /// <summary>The outcomes of several deliveries as one relation, <c>seq</c> giving their order.</summary>
    public static string Relation(DataFolder folder, IReadOnlyList<Delivery> deliveries)
    {
        var files = deliveries.Where(d => d.Outcomes is not null).ToList();
        return files.Count == 0
            ? $"(SELECT *, 0::BIGINT AS seq FROM {LedgerFiles.Empty(Columns)})"
            : $"({string.Join(" UNION ALL ", files.Select(d => $"SELECT {ColumnList}, {d.Id}::BIGINT AS seq FROM {Parquet(folder, d)}"))})";
    }

    /// <summary>How many changes came to which outcome: member x book.</summary>
    public static OutcomeCounts Counts(RunContext run, IReadOnlyList<Delivery> deliveries)
    {
        var counts = run.Db.Query(
            $"""
            SELECT outcome, count(*)
            FROM (SELECT member_key, book_id, operation, arg_max(outcome, seq) AS outcome FROM {Relation(run.Folder, deliveries)} GROUP BY ALL)
            WHERE outcome IS NOT NULL GROUP BY 1
            """,
            r => (Outcome: r.GetString(0), Members: r.GetInt64(1))).ToDictionary(c => c.Outcome, c => c.Members);
        return new OutcomeCounts
        {
            Delivered = counts.GetValueOrDefault("Delivered"),
            Pending = counts.GetValueOrDefault("Pending"),
            Suppressed = counts.GetValueOrDefault("Suppressed"),
            Invalid = counts.GetValueOrDefault("Invalid"),
            Failed = counts.GetValueOrDefault("Failed"),
            Omitted = counts.GetValueOrDefault("Omitted"),
        };
    }

    /// <summary>
    /// Of several outcomes of one change, what the latest says, column by column: a read-back confirms, it does not erase. Most changes have one, and
    /// are not grouped: aggregates of texts are slow.
    /// </summary>
    /// <param name="keys">The columns that, with the member, tell changes apart.</param>
    /// <param name="values">The columns wanted.</param>
    public static string Latest(string outcomes, KeySlice slice, string keys, IReadOnlyList<string> values) => $"""
        (WITH
        told AS MATERIALIZED (SELECT * FROM {outcomes} WHERE {slice.Where()}),
        again AS (SELECT DISTINCT kh FROM (SELECT kh FROM told GROUP BY kh, {keys} HAVING count(*) > 1))
        SELECT kh, member_key, {keys}, {string.Join(", ", values)} FROM told ANTI JOIN again USING (kh)
        UNION ALL
        SELECT kh, member_key, {keys}, {string.Join(", ", values.Select(v => $"arg_max({v}, seq)"))}
        FROM told SEMI JOIN again USING (kh) GROUP BY kh, member_key, {keys})
        """;

    private static string Parquet(DataFolder folder, Delivery delivery) => $"read_parquet({SqlText.Literal(folder.Full(delivery.Outcomes!))})";
}
