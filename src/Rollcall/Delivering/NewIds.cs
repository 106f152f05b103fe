using Rollcall.Running;

namespace Rollcall.Delivering;

/// <summary>Keeps the ledger's contact ids those of Dotdigital: where contacts were merged, a member goes on under another id, in every book.</summary>
internal static class NewIds
{
    /// <summary>Notes new ids; everything else about the members stays as it is.</summary>
    /// <param name="found">A query of <c>kh, member_key, old_id, contact_id</c>.</param>
    public static void Record(RunContext run, SettledDeliveries settled, string found) => settled.RecordLocal($"""
        SELECT k.kh, k.member_key, k.book_id, 'contact' AS operation, NULL::VARCHAR AS email, NULL::VARCHAR AS profile_key, n.contact_id,
               NULL::VARCHAR AS state, NULL::VARCHAR AS origin, NULL::VARCHAR AS audience, NULL::UBIGINT AS fields_hash,
               NULL::VARCHAR AS outcome, NULL::VARCHAR AS code, NULL::VARCHAR AS reason, NULL::BIGINT AS told_at,
               NULL::VARCHAR AS account_status, NULL::VARCHAR AS book_status
        FROM {run.LedgerRelation} k JOIN ({found}) n ON n.kh = k.kh AND n.member_key = k.member_key AND n.old_id = k.contact_id
        WHERE n.contact_id IS NOT NULL AND n.contact_id <> k.contact_id
        """);
}
