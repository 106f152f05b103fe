using Rollcall.Model;
using Rollcall.Running;

namespace Rollcall.Delivering;

/// <summary>
/// What became of moved addresses, in SQL. Each contact is read back by its id, whatever Dotdigital's report says: it has the new address, or it
/// has not. The former address leaves the ledger, the new one takes its place, with its origin.
/// </summary>
internal static class MoveOutcomes
{
    // No values hash to it, as far as anyone will see: the next comparison sends the fields.
    private const string UnknownFields = "0::UBIGINT";

    /// <summary>Reads the contacts of a manifest into <c>moved_contact(contact_id, email_key)</c>.</summary>
    public static async Task ReadAsync(RunContext run, string manifest, CancellationToken cancellation)
    {
        run.Db.Execute("CREATE OR REPLACE TABLE moved_contact(contact_id BIGINT, email_key VARCHAR)");
        foreach (var id in run.Db.Query($"SELECT DISTINCT contact_id FROM {manifest}", r => r.GetInt64(0)))
        {
            var contact = await run.Client.Contacts.FindByIdAsync(id, cancellation);
            run.Db.Execute($"INSERT INTO moved_contact VALUES ({id}, {SqlText.Literal(contact?.Email is { } email ? MemberKey.Of(email) : null)})");
        }
    }

    /// <summary>From <c>moved_contact</c>, and from <c>report</c> why not.</summary>
    public static string Settled(string manifest, long now) => Rows(
        $"""
        (SELECT m.*, coalesce(c.email_key = m.member_key, false) AS moved, coalesce(fi.code, fe.code) AS failed,
            coalesce(fi.reason, fe.reason) AS failed_reason, d.contact_id IS NOT NULL AS written
         FROM {manifest} m
         LEFT JOIN moved_contact c ON c.contact_id = m.contact_id
         LEFT JOIN (SELECT contact_id, min(code) AS code, any_value(reason) AS reason FROM report WHERE kind = 'failed' AND contact_id IS NOT NULL
             GROUP BY 1) fi ON fi.contact_id = m.contact_id
         LEFT JOIN (SELECT email_key, min(code) AS code, any_value(reason) AS reason FROM report WHERE kind = 'failed' AND email_key IS NOT NULL
             GROUP BY 1) fe ON fe.email_key = m.member_key
         LEFT JOIN (SELECT DISTINCT contact_id FROM report WHERE kind = 'done') d ON d.contact_id = m.contact_id)
        """,
        now);

    /// <summary>The contacts have their new addresses already.</summary>
    public static string Moved(string manifest, long now) =>
        Rows($"(SELECT m.*, true AS moved, NULL::VARCHAR AS failed, NULL::VARCHAR AS failed_reason, false AS written FROM ({manifest}) m)", now);

    private static string Rows(string judged, long now) => $"""
        SELECT kh, member_key, book_id, operation, email, profile_key, contact_id, CASE WHEN moved THEN state END AS state, origin, audience,
               CASE WHEN moved THEN CASE WHEN written AND failed IS NULL THEN fields_hash ELSE {UnknownFields} END END AS fields_hash,
               CASE WHEN moved THEN 'Delivered' WHEN lower(failed) IN {ImportOutcomes.InvalidCodes} THEN 'Invalid'
                   WHEN lower(failed) = 'duplicate' THEN 'Omitted' ELSE 'Failed' END AS outcome,
               CASE WHEN moved THEN coalesce(known_code, '{ReasonCode.Moved}') WHEN lower(failed) = 'duplicate' THEN '{ReasonCode.MoveUnclear}'
                   ELSE coalesce(failed, 'NotMoved') END AS code,
               CASE WHEN moved THEN 'The profile has a new address; the contact was moved to it.'
                    WHEN lower(failed) = 'duplicate' THEN 'Another contact at Dotdigital has the new address.'
                    ELSE coalesce(failed_reason, failed, 'Dotdigital still shows the contact under the former address.') END AS reason,
               {now} AS told_at, CASE WHEN moved AND state = 'delivered' THEN 'Subscribed' END AS account_status, CASE WHEN moved
                   AND state = 'delivered' THEN 'Subscribed' END AS book_status
        FROM {judged}
        UNION ALL
        SELECT old_kh, old_key, book_id, '{ChangeAction.MovedAway}', old_email, profile_key, contact_id, 'left', NULL, NULL, NULL, 'Delivered',
               '{ReasonCode.Moved}',
               'The profile has another address now; the contact was moved to it.', {now}, NULL, NULL
        FROM {judged} WHERE moved
        """;
}
