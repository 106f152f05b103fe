using Rollcall.Model;
using Rollcall.Running;

namespace Rollcall.Delivering;

/// <summary>
/// Keeps a removal from taking out a contact that is in the book under another address: somebody changed the address at Dotdigital, and the
/// audience has the new one. The call goes by contact id and would remove the person who has it now.
/// </summary>
internal static class SameContact
{
    /// <summary>The outcome's reason.</summary>
    public const string Reason = "Left the audience under this address; the contact has another address now, under which it stays in the book.";

    public static async Task KeepAsync(RunContext run, Settlement settlement, SettledDeliveries settled, CancellationToken cancellation)
    {
        if (run.Db.Number("SELECT count(*) FROM removal") == 0)
        {
            return;
        }

        // Only the reports say which contact an address belongs to.
        await settlement.SettleAllAsync(cancellation);
        run.Db.Execute($"""
            CREATE OR REPLACE TABLE same_contact AS
            SELECT DISTINCT r.kh, r.member_key, r.email, r.contact_id, r.book_id
            FROM removal r
            JOIN (SELECT contact_id, book_id, member_key FROM {OutcomeFiles.Relation(run.Folder, settled.All)} WHERE state IN ('delivered', 'pending')
                  UNION ALL
                  SELECT contact_id, book_id, member_key FROM {run.LedgerRelation} WHERE state IN ('delivered', 'pending')
                      AND contact_id IN (SELECT contact_id FROM removal)) o
              ON o.contact_id = r.contact_id AND o.book_id = r.book_id
            WHERE o.member_key <> r.member_key AND NOT EXISTS (SELECT 1 FROM removal x WHERE x.member_key = o.member_key AND x.book_id = o.book_id);
            DELETE FROM removal WHERE EXISTS (SELECT 1 FROM same_contact s WHERE s.kh = removal.kh AND s.member_key = removal.member_key
                AND s.book_id = removal.book_id);
            """);
        settled.RecordLocal($"""
            SELECT kh, member_key, book_id, 'exit' AS operation, email, NULL::VARCHAR AS profile_key, contact_id, 'left' AS state, NULL::VARCHAR AS origin,
                   NULL::VARCHAR AS audience,
                   NULL::UBIGINT AS fields_hash, 'Omitted' AS outcome, '{ReasonCode.SameContact}' AS code, '{Reason}' AS reason,
                   {run.Now} AS told_at, NULL::VARCHAR AS account_status, NULL::VARCHAR AS book_status
            FROM same_contact
            """);
    }
}
