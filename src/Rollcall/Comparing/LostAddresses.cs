using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Work;

namespace Rollcall.Comparing;

/// <summary>
/// Rows of an audience that have no usable address. A profile's own key (<c>key_field</c>) may still say who they are: a person that the ledger knows by it
/// is a member, and stays as they are. Of the others it is unknown whether people of the ledger are behind them.
/// </summary>
internal static class LostAddresses
{
    /// <summary>
    /// The relation of everyone wanted, <c>member_key, profile_key</c>: those who are wanted under an address that their row lost among them.
    /// </summary>
    public const string Wanted = "(SELECT member_key, profile_key FROM roll UNION ALL SELECT member_key, NULL FROM kept)";

    /// <summary>
    /// Fills <c>kept(audience, row, outcome, kh, member_key, book_no)</c>, takes back what the comparison made of these people's absence, and gives
    /// the counts with how many rows are theirs.
    /// </summary>
    /// <param name="ledger">The relation of the ledger.</param>
    public static IReadOnlyList<AudienceCount> Find(RunContext run, IReadOnlyList<AudienceCount> audiences, string ledger, ComparisonCounts counts)
    {
        var db = run.Db;
        db.Execute("CREATE OR REPLACE TABLE kept(audience USMALLINT, row BIGINT, outcome VARCHAR, kh UBIGINT, member_key VARCHAR, book_no USMALLINT)");
        if (run.Job.Config.KeyField is not { } field || db.Number("SELECT count(*) FROM lost_row") == 0)
        {
            return audiences;
        }

        db.Execute($"""
            CREATE OR REPLACE TABLE lost_known AS
            SELECT r.audience, r.row, r.outcome, k.kh, k.member_key, k.book_id, k.state, k.code FROM lost_row r JOIN {ledger} k
                ON {ProfileKeySql.Of("k.profile_key")} = r.profile_key;
            INSERT INTO kept
            SELECT DISTINCT l.audience, l.row, l.outcome, l.kh, l.member_key, b.book_no
            FROM lost_known l JOIN mapping m ON m.audience = l.audience JOIN book b ON b.book_no = m.book_no AND b.book_id = l.book_id
            WHERE l.state <> 'left' OR l.code = '{ReasonCode.RemovedAtDotdigital}';
            """);
        TakeBack(db, counts);
        audiences = CountRows(run, audiences, ledger);
        foreach (var (audience, book, outcome, rows) in db.Query(
            "SELECT audience, book_no, outcome, count(DISTINCT row) FROM kept GROUP BY 1, 2, 3",
            r => ((int)r.GetFieldValue<ushort>(0), (int)r.GetFieldValue<ushort>(1), r.GetString(2), r.GetInt64(3))))
        {
            counts.Kept[(book, audience, outcome)] = rows;
        }

        foreach (var (audience, count) in audiences.Index().Where(c => c.Item.KnownByKey > 0))
        {
            run.Report(Findings.RowsKnownByKey(count.KnownByKey, run.Job.Config.SegmentIds[audience], field));
        }

        return audiences;
    }

    /// <summary>Nobody leaves whose row is there.</summary>
    private static void TakeBack(RunDatabase db, ComparisonCounts counts)
    {
        const string Touched = "SELECT kh, member_key FROM kept";
        counts.Recount(db, Touched, -1);
        db.Execute($"""
            DELETE FROM change USING kept k
            WHERE k.kh = change.kh AND k.member_key = change.member_key AND k.book_no = change.book_no
                AND change.action IN ('{ChangeAction.Exit}', '{ChangeAction.Leave}', '{ChangeAction.LeaveRemoved}');
            UPDATE roll_left_out SET code = '{ReasonCode.KnownByKey}'
            FROM (SELECT audience, row FROM kept GROUP BY audience, row
                HAVING count(DISTINCT book_no) = (SELECT count(*) FROM mapping m WHERE m.audience = kept.audience)) k
            WHERE k.audience = roll_left_out.audience AND k.row = roll_left_out.row AND roll_left_out.code IN ('NoEmail', 'InvalidEmail');
            """);
        counts.Recount(db, Touched, 1);
    }

    private static List<AudienceCount> CountRows(RunContext run, IReadOnlyList<AudienceCount> audiences, string ledger)
    {
        List<AudienceCount> counted = [.. audiences];
        // A key that the ledger does not have may be that of somebody recorded without one.
        var all =
            run.Db.Number(
                $"""
                SELECT count(*) FROM {ledger} k
                JOIN book b ON b.book_id = k.book_id
                WHERE coalesce(k.profile_key, '') = '' AND k.state IN ('delivered', 'pending')
                """) == 0;
        foreach (var (audience, noEmail, invalid, known) in run.Db.Query(
            $"""
            SELECT r.audience, count(*) FILTER (r.outcome = 'Omitted' AND ({all} OR l.row IS NOT NULL)),
                   count(*) FILTER (r.outcome = 'Invalid' AND ({all} OR l.row IS NOT NULL)), count(k.row)
            FROM lost_row r
            LEFT JOIN (SELECT DISTINCT audience, row FROM lost_known) l ON l.audience = r.audience AND l.row = r.row
            LEFT JOIN (SELECT DISTINCT audience, row FROM kept) k ON k.audience = r.audience AND k.row = r.row
            GROUP BY 1
            """,
            r => ((int)r.GetFieldValue<ushort>(0), r.GetInt64(1), r.GetInt64(2), r.GetInt64(3))))
        {
            counted[audience] = counted[audience] with { KeyedNoEmail = noEmail, KeyedInvalid = invalid, KnownByKey = known };
        }

        return counted;
    }
}
