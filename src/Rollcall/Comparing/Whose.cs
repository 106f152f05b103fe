using Rollcall.Model;
using Rollcall.Running;

namespace Rollcall.Comparing;

/// <summary>
/// Whose member someone is, as expressions of the comparison's SQL: who may exit, and what becomes of people deleted at Dotdigital.
/// </summary>
internal static class Whose
{
    private const string DeletedStatus = "'Deleted'";

    // From an import's report, and from a feed.
    private const string DeletedCodes = "('DeletedAtDotdigital', 'Deleted')";

    /// <summary>The contact that is deleted; no record may match it.</summary>
    public const string DeletedId =
        $"coalesce(CASE WHEN oa.status = {DeletedStatus} THEN oa.contact_id END, CASE WHEN ca.status = {DeletedStatus} THEN ca.contact_id END)";

    /// <summary>Whether someone's ledger row lets an exit act on them.</summary>
    public static string MayLeave(ComparisonInput input, string origin) => input.ExitExisting ? $"{origin} IS NOT NULL" : $"{origin} = 'ours'";

    /// <summary>Whether the audience that someone's ledger row names is no longer the job's.</summary>
    public static string Released(ComparisonInput input) =>
        input.ReleasedAudiences.Count == 0
            ? "false"
            : $"coalesce(p.known_by IN ({string.Join(", ", input.ReleasedAudiences.Select(a => SqlText.Literal(a)))}), false)";

    /// <summary>
    /// Marks the exits of contacts that were in the book before the job under another address: the address changed at Dotdigital since, and the people stay.
    /// People adopted as the job's own under that other address are the job's.
    /// </summary>
    /// <param name="there">The relation of people in the books before the job.</param>
    public static void KeepThere(RunContext run, string there, string ledger, ComparisonCounts counts)
    {
        if (run.Job.ExitExisting
            || run.Db.Number($"SELECT count(*) FROM change WHERE action = '{ChangeAction.Exit}' AND origin = 'ours' AND contact_id IS NOT NULL") == 0)
        {
            return;
        }

        run.Db.Execute($"""
            CREATE OR REPLACE TABLE there_before AS
            SELECT DISTINCT c.kh, c.member_key, c.book_no, t.kh AS there_kh, t.member_key AS there_key, b.book_id
            FROM change c JOIN book b USING (book_no) JOIN {there} t ON t.contact_id = c.contact_id AND t.book_id = b.book_id
            WHERE c.action = '{ChangeAction.Exit}' AND c.origin = 'ours' AND t.member_key <> c.member_key;
            DELETE FROM there_before t
            WHERE EXISTS (SELECT 1 FROM {ledger} k WHERE k.kh = t.there_kh AND k.member_key = t.there_key AND k.book_id = t.book_id AND k.origin = 'ours');
            """);
        if (run.Db.Number("SELECT count(*) FROM there_before") == 0)
        {
            return;
        }

        const string Touched = "SELECT kh, member_key FROM there_before";
        counts.Recount(run.Db, Touched, -1);
        run.Db.Execute($"""
            UPDATE change SET origin = 'there' FROM there_before t
            WHERE t.kh = change.kh AND t.member_key = change.member_key AND t.book_no = change.book_no AND change.action = '{ChangeAction.Exit}'
            """);
        counts.Recount(run.Db, Touched, 1);
    }

    /// <summary>The origin that a change carries: with <c>exit_existing</c>, exits treat everyone as put there by the job.</summary>
    public static string Origin(ComparisonInput input) =>
        input.ExitExisting ? $"CASE action WHEN '{ChangeAction.Exit}' THEN 'ours' ELSE any_origin END" : "any_origin";

    /// <summary>Whether someone that our ledger had, and calls deleted, is created again: by address, since the contact of that id is gone.</summary>
    public static string Recreated(ComparisonInput input) => input.RecreateDeleted
        ? $"coalesce(p.wanted AND p.state = 'suppressed' AND p.code IN {DeletedCodes} AND c.contact_id IS NOT NULL, false)"
        : "false";

    /// <summary>
    /// An opt-out's status, or NULL where it tells of a deletion that holds nobody: the person is another contact since, is to be created again,
    /// or waits for what an unanswered call to create them did.
    /// </summary>
    /// <param name="back">Whether Dotdigital shows the person as back on their own: no opt-out holds where the ledger says so, too.</param>
    public static string Holding(ComparisonInput input, string status, string back)
    {
        var again = input.RecreateDeleted
            ? $" OR {Recreated(input)} OR coalesce(p.state = 'pending' AND p.code = 'UnansweredMail', false)"
            : "";
        return $"""
            CASE WHEN p.state = 'delivered' AND p.code = '{ReasonCode.CameBack}' AND coalesce({back}, false) THEN NULL WHEN {status} = {DeletedStatus}
                AND (coalesce(p.state IN ('delivered', 'pending', 'failed') AND c.contact_id <> {DeletedId}, false){again}) THEN NULL ELSE {status} END
            """;
    }
}
