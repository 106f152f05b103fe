using Rollcall.Model;
using Rollcall.Work;

namespace Rollcall.Comparing;

/// <summary>
/// Whose audience a ledger row names: the one that wants the person now. What becomes of people when they leave, or when an audience is taken out of
/// the job, depends on it.
/// </summary>
internal static class AudienceNames
{
    /// <summary>
    /// From <c>verdict</c> into <c>renamed</c>: who stays, and is wanted by another audience than the ledger names. People who enter bring the name along.
    /// </summary>
    public const string Keep = $"""
        INSERT INTO renamed
        SELECT kh, member_key, book_id, wanted_by_id FROM verdict
        WHERE wanted AND state <> 'left' AND NOT known_wants AND known_by IS DISTINCT FROM wanted_by_id
            AND action NOT IN ('{ChangeAction.Enter}', '{ChangeAction.Resubscribe}');
        """;

    /// <summary>
    /// Makes <c>renamed</c>, empty, and <c>named</c>: the names in the ledger that may be out of date, because the book lost an audience or has several.
    /// </summary>
    /// <returns>Whether there are any.</returns>
    public static bool Find(RunDatabase db, ComparisonInput input)
    {
        db.Execute($"""
            CREATE OR REPLACE TABLE renamed(kh UBIGINT, member_key VARCHAR, book_id BIGINT, audience VARCHAR);
            CREATE OR REPLACE TABLE named AS
            SELECT b.book_no, b.book_id, l.audience AS name, m.audience
            FROM (SELECT DISTINCT book_id, audience FROM {input.Ledger}) l JOIN book b ON b.book_id = l.book_id
            LEFT JOIN mapping m ON m.book_no = b.book_no AND m.audience_id = l.audience
            WHERE m.audience IS NULL OR b.book_no IN (SELECT book_no FROM mapping GROUP BY 1 HAVING count(*) > 1);
            """);
        return db.Number("SELECT count(*) FROM named") > 0;
    }

    /// <summary>The key hashes of members that are no longer in the audience that the ledger names: by numbers, as far as names may be out of date.</summary>
    public static string Unlike(ComparisonInput input, KeySlice slice) => $"""
        SELECT k.kh
        FROM (
            SELECT l.kh, n.book_no, n.audience FROM {input.Ledger} l JOIN named n ON n.book_id = l.book_id AND n.name IS NOT DISTINCT FROM l.audience
            WHERE l.state = 'delivered' AND {slice.Where("l.kh")}) k
        ANTI JOIN (SELECT r.kh, m.book_no, r.audience FROM roll r JOIN mapping m ON m.audience = r.audience WHERE {slice.Where("r.kh")}) w
            ON w.kh = k.kh AND w.book_no = k.book_no AND w.audience = k.audience
        """;
}
