using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Work;

namespace Rollcall.Comparing;

/// <summary>
/// Finds changed addresses: somebody who enters with a key (<c>key_field</c>) that the ledger ties to another address, whose contact this job
/// delivered and which no audience wants any more. Such a contact is moved, not left behind and created again.
/// </summary>
internal static class Moves
{
    /// <summary>Makes the tables of a job without <c>key_field</c>: empty.</summary>
    public static void None(RunDatabase db) => db.Execute("""
        CREATE OR REPLACE TABLE key_of(kh UBIGINT, member_key VARCHAR, profile_key VARCHAR);
        CREATE OR REPLACE TABLE move(n BIGINT, kh UBIGINT, member_key VARCHAR, email VARCHAR, profile_key VARCHAR, old_kh UBIGINT, old_key VARCHAR,
            old_email VARCHAR, contact_id BIGINT);
        """);

    /// <summary>
    /// Fills <c>move(n, kh, member_key, email, profile_key, old_kh, old_key, old_email, contact_id)</c>, and turns the changes of both addresses into
    /// <see cref="ChangeAction.Move"/>, <see cref="ChangeAction.MovedAway"/> or <see cref="ChangeAction.MoveUnclear"/>.
    /// </summary>
    /// <param name="ledger">The relation of the whole ledger.</param>
    /// <param name="wanted">The relation of everyone wanted: <c>member_key, profile_key</c>.</param>
    /// <param name="complete">Whether all audiences were read completely: who is missing from the roll may be wanted otherwise.</param>
    public static void Find(RunDatabase db, string ledger, string wanted, ComparisonCounts counts, bool complete)
    {
        db.Execute($"""
            CREATE OR REPLACE TABLE suspect AS
            WITH
            known AS (SELECT DISTINCT e.kh, e.member_key FROM entering e JOIN {ledger} k ON k.kh = e.kh AND k.member_key = e.member_key
                WHERE k.state IN ('delivered', 'pending')),
            former AS (
                SELECT kh, member_key, old_kh, old_key, any_value(old_email) AS old_email, min(contact_id) AS contact_id,
                       count(DISTINCT contact_id) AS contacts, bool_or(contact_id IS NULL) AS unknown
                FROM namesake n WHERE state = 'delivered' AND NOT EXISTS (SELECT 1 FROM known k WHERE k.kh = n.kh AND k.member_key = n.member_key)
                GROUP BY kh, member_key, old_kh, old_key),
            tied AS (SELECT contact_id, count(DISTINCT member_key) AS members FROM {ledger} WHERE state IN ('delivered', 'pending')
                AND contact_id IN (SELECT contact_id FROM former) GROUP BY 1),
            keys AS (SELECT k.kh, k.member_key, count(DISTINCT {ProfileKeySql.Of("k.profile_key")}) AS keys FROM {ledger} k
                WHERE k.state IN ('delivered', 'pending') AND k.member_key IN (SELECT old_key FROM former) GROUP BY 1, 2),
            holders AS (SELECT profile_key, count(DISTINCT member_key) AS members FROM {wanted} WHERE profile_key IN (SELECT profile_key FROM entering)
                GROUP BY 1),
            present AS (SELECT DISTINCT member_key FROM {wanted} WHERE member_key IN (SELECT old_key FROM former))
            SELECT f.kh, f.member_key, e.email, e.profile_key, f.old_kh, f.old_key, f.old_email, f.contact_id,
                   CASE WHEN count(*) OVER (PARTITION BY f.kh, f.member_key) > 1 THEN 'Several addresses in the books have the profile''s key.'
                        WHEN h.members > 1 THEN 'Several addresses in the audiences have the profile''s key.'
                        WHEN p.member_key IS NOT NULL THEN 'The former address is still in the audiences.'
                        WHEN f.contacts <> 1 OR f.unknown THEN 'The contact of the former address is not known.'
                        WHEN t.members > 1 OR y.keys > 1 THEN 'The contact of the former address had other keys or addresses.'
                        WHEN NOT {complete} THEN 'The audiences were not read completely.' END AS why
            FROM former f
            JOIN entering e ON e.kh = f.kh AND e.member_key = f.member_key
            LEFT JOIN tied t ON t.contact_id = f.contact_id
            LEFT JOIN keys y ON y.kh = f.old_kh AND y.member_key = f.old_key
            LEFT JOIN holders h ON h.profile_key = e.profile_key
            LEFT JOIN present p ON p.member_key = f.old_key;

            CREATE OR REPLACE TABLE move AS
            SELECT row_number() OVER (ORDER BY kh, member_key) AS n, * EXCLUDE why FROM suspect WHERE why IS NULL;
            """);
        if (db.Number("SELECT count(*) FROM suspect") == 0)
        {
            return;
        }

        const string Touched = "SELECT kh, member_key FROM suspect UNION SELECT old_kh, old_key FROM suspect";
        counts.Recount(db, Touched, -1);
        db.Execute($"""
            UPDATE change SET action = '{ChangeAction.MoveUnclear}', reason = s.why
            FROM (SELECT kh, member_key, min(why) AS why FROM suspect WHERE why IS NOT NULL GROUP BY 1, 2) s
            WHERE s.kh = change.kh AND s.member_key = change.member_key AND change.action = '{ChangeAction.Enter}';

            UPDATE change SET action = '{ChangeAction.MovedAway}'
            FROM (SELECT DISTINCT old_kh, old_key FROM suspect WHERE why IS NOT NULL) s
            WHERE s.old_kh = change.kh AND s.old_key = change.member_key AND change.action = '{ChangeAction.Exit}';

            -- In the books that both addresses are about, the contact stays; in the others, the new one enters and the former one leaves.
            CREATE OR REPLACE TABLE moved_pair AS
            SELECT m.kh, m.member_key, m.old_kh, m.old_key, b.book_no
            FROM move m JOIN (SELECT DISTINCT old_kh, old_key, book_id FROM namesake WHERE state IN ('delivered', 'pending')) k ON k.old_kh = m.old_kh
                AND k.old_key = m.old_key
            JOIN book b ON b.book_id = k.book_id
            JOIN change c ON c.kh = m.kh AND c.member_key = m.member_key AND c.book_no = b.book_no AND c.action = '{ChangeAction.Enter}';
            UPDATE change SET action = '{ChangeAction.Move}' FROM moved_pair p WHERE p.kh = change.kh AND p.member_key = change.member_key
                AND p.book_no = change.book_no;
            UPDATE change SET action = '{ChangeAction.MovedAway}' FROM moved_pair p WHERE p.old_kh = change.kh AND p.old_key = change.member_key
                AND p.book_no = change.book_no AND change.action = '{ChangeAction.Exit}';
            UPDATE changed SET contact_id = m.contact_id FROM move m WHERE m.kh = changed.kh AND m.member_key = changed.member_key;
            UPDATE change SET contact_id = m.contact_id FROM move m WHERE m.kh = change.kh AND m.member_key = change.member_key
                AND change.action IN ('{ChangeAction.Enter}', '{ChangeAction.Move}');
            """);
        counts.Recount(db, Touched, 1);
        ChangeTable.DeleteIdle(db, "changed", ChangeAction.Enter, ChangeAction.Resubscribe, ChangeAction.Update, ChangeAction.Move);
    }
}
