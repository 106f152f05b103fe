using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Work;

namespace Rollcall.Comparing;

/// <summary>
/// Opt-outs follow a profile's key: somebody who left under one address is not entered under another that the same profile has now. What is wrong
/// with an address itself, such as a bounce, stays with the address.
/// </summary>
internal static class KeyOptOuts
{
    private const string OfTheAddress = "('SoftBounced', 'HardBounced', 'MailBlocked', 'NoMxRecord', 'DomainSuppression')";

    /// <summary>
    /// Turns entries of <c>change</c> into suppressions, and keeps the keys of all who are left alone in <c>key_of(kh, member_key, profile_key)</c>,
    /// so that the ledger knows them later.
    /// </summary>
    /// <param name="ledger">The relation of the whole ledger.</param>
    /// <param name="recreates">Whether people deleted at Dotdigital may be created again.</param>
    public static void Follow(RunDatabase db, string ledger, string optOuts, ComparisonCounts counts, bool recreates)
    {
        db.Execute($"""
            CREATE OR REPLACE TABLE key_of AS
            SELECT c.kh, c.member_key, min(r.profile_key) AS profile_key
            FROM (SELECT DISTINCT kh, member_key FROM change WHERE action IN ('{ChangeAction.Suppress}', '{ChangeAction.StillSuppressed}')) c
            JOIN roll r ON r.kh = c.kh AND r.member_key = c.member_key WHERE r.profile_key IS NOT NULL GROUP BY 1, 2;

            CREATE OR REPLACE TABLE entering AS
            SELECT DISTINCT c.kh, c.member_key, v.email, v.profile_key
            FROM change c JOIN changed v ON v.kh = c.kh AND v.member_key = c.member_key
            WHERE c.action IN ('{ChangeAction.Enter}', '{ChangeAction.Resubscribe}') AND v.profile_key IS NOT NULL;

            CREATE OR REPLACE TABLE namesake AS
            SELECT e.kh, e.member_key, k.kh AS old_kh, k.member_key AS old_key, k.email AS old_email, k.book_id, k.contact_id, k.state, k.code, k.account_status
            FROM {ledger} k JOIN entering e ON e.profile_key = {ProfileKeySql.Of("k.profile_key")} WHERE k.member_key <> e.member_key;
            """);
        var deleted = recreates ? "AND status NOT IN ('Deleted', 'DeletedAtDotdigital')" : "";
        db.Execute($"""
            CREATE OR REPLACE TABLE key_opt_out AS
            WITH
            former AS (SELECT DISTINCT kh, member_key, old_kh, old_key, contact_id FROM namesake),
            told AS (
                SELECT f.kh, f.member_key, o.book_id, o.status, o.since FROM former f JOIN {optOuts} o ON o.kh = f.old_kh AND o.email_key = f.old_key
                UNION ALL
                SELECT f.kh, f.member_key, o.book_id, o.status, o.since FROM former f JOIN {optOuts} o ON o.contact_id = f.contact_id
                UNION ALL
                SELECT kh, member_key, CASE WHEN coalesce(account_status, 'Subscribed') = 'Subscribed' THEN book_id ELSE 0 END, code, NULL FROM namesake
                WHERE state = 'suppressed'
                UNION ALL
                SELECT e.kh, e.member_key, CASE WHEN coalesce(c.status_of_account, false) THEN 0 ELSE b.book_id END, coalesce(c.status, c.code), c.status_since
                FROM entering e JOIN key_of o ON o.profile_key = e.profile_key AND o.member_key <> e.member_key
                JOIN change c ON c.kh = o.kh AND c.member_key = o.member_key AND c.action IN ('{ChangeAction.Suppress}', '{ChangeAction.StillSuppressed}')
                JOIN book b USING (book_no))
            SELECT t.kh, t.member_key, b.book_no, min(t.status) AS status, bool_or(t.book_id = 0) AS of_account, max(t.since) AS since
            FROM told t JOIN book b ON b.book_id = t.book_id OR t.book_id = 0
            WHERE t.status IS NOT NULL AND t.status NOT IN {OfTheAddress} {deleted}
            GROUP BY 1, 2, 3;
            """);
        if (db.Number("SELECT count(*) FROM key_opt_out") == 0)
        {
            // Only who enters may be moved.
            ChangeTable.DeleteIdle(db, "entering", ChangeAction.Enter);
            ChangeTable.DeleteIdle(db, "namesake", ChangeAction.Enter);
            return;
        }

        const string Touched = "SELECT kh, member_key FROM key_opt_out";
        counts.Recount(db, Touched, -1);
        db.Execute($"""
            UPDATE change SET action = '{ChangeAction.Suppress}', status = CASE k.status WHEN 'DeletedAtDotdigital' THEN 'Deleted'
                ELSE k.status END, status_of_account = k.of_account, status_since = k.since
            FROM key_opt_out k WHERE k.kh = change.kh AND k.member_key = change.member_key AND k.book_no = change.book_no
                AND change.action IN ('{ChangeAction.Enter}', '{ChangeAction.Resubscribe}');
            INSERT INTO key_of SELECT DISTINCT e.kh, e.member_key, e.profile_key FROM entering e JOIN key_opt_out k ON k.kh = e.kh
                AND k.member_key = e.member_key;
            """);
        counts.Recount(db, Touched, 1);
        ChangeTable.DeleteIdle(db, "entering", ChangeAction.Enter);
        ChangeTable.DeleteIdle(db, "namesake", ChangeAction.Enter);
        ChangeTable.DeleteIdle(db, "changed", ChangeAction.Enter, ChangeAction.Resubscribe, ChangeAction.Update, ChangeAction.Move);
    }
}
