using Rollcall.Dotdigital;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>
/// Keeps the opt-outs that a reading shows: feeds are incomplete and late, and what a removal takes away no feed tells later. A single look-up is
/// current; pages may lag behind, so they do not bring back what was lifted since.
/// </summary>
internal static class SeenOptOuts
{
    // What is wrong for now, or says nothing of the person's will or of their address.
    private const string NoOptOuts = "('Subscribed', 'PendingOptIn', 'SoftBounced', 'Deleted', 'Unknown', 'NoSubscription')";

    /// <summary>What a contact shows: of the account, or of each of its lists, also of those that nobody asked about.</summary>
    /// <param name="named">Whether it was looked up alone.</param>
    public static IEnumerable<SeenOptOut> Of(string memberKey, Contact? contact, bool named)
    {
        if (contact is null || memberKey.Length == 0)
        {
            return [];
        }

        if (contact.Status == ContactStatus.Subscribed)
        {
            return (contact.Lists ?? []).Where(l => l.Status == ListStatus.Suppressed)
                .Select(l => new SeenOptOut(memberKey, l.Id, contact.Id, nameof(ContactStatus.Unsubscribed), named));
        }

        var status = contact.Status.ToString();
        return NoOptOuts.Contains($"'{status}'", StringComparison.Ordinal) ? [] : [new SeenOptOut(memberKey, OptOuts.WholeAccount, contact.Id, status, named)];
    }

    /// <param name="shown">A relation of <c>member_key, contact_id, book_id, account_status, list_status, named</c>.</param>
    public static void Keep(RunContext run, string shown)
    {
        var found = run.Db.Query(
            $"""
            SELECT member_key, CASE WHEN account_status = 'Subscribed' THEN book_id ELSE {OptOuts.WholeAccount} END AS level, max(contact_id),
                   any_value(CASE WHEN account_status = 'Subscribed' THEN 'Unsubscribed' ELSE account_status END), bool_or(named)
            FROM {shown}
            WHERE member_key <> '' AND account_status IS NOT NULL AND (account_status NOT IN {NoOptOuts} OR (account_status = 'Subscribed'
                AND list_status = 'Suppressed'))
            GROUP BY 1, 2
            """,
            r => new SeenOptOut(r.GetString(0), r.GetInt64(1), r.IsDBNull(2) ? null : r.GetInt64(2), r.GetString(3), r.GetBoolean(4)));
        run.OptOuts.KeepSeen(found);
    }
}
