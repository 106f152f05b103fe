using Rollcall.Model;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>
/// What became of the people of single calls, in SQL from the manifest, the journal's <c>direct_row</c> and, of those without an answer, <c>seen</c>.
/// Who has no row was never sent and has no outcome: the next comparison plans them again.
/// </summary>
internal static class DirectOutcomes
{
    public static string Settled(DeliveryKind kind, string manifest, long now) => $"""
        SELECT m.kh, m.member_key, m.book_id, m.operation, m.email, m.profile_key, coalesce(d.contact_id, s.contact_id, m.contact_id) AS contact_id,
               CASE WHEN d.answered THEN d.state ELSE {State(kind)} END AS state, m.origin, m.audience,
               CASE WHEN d.answered AND d.fields_written THEN m.fields_hash END AS fields_hash,
               CASE WHEN d.answered THEN d.outcome ELSE {Outcome(kind)} END AS outcome,
               CASE WHEN d.read_status AND s.verdict = 'out' THEN s.book_status WHEN d.answered THEN d.code ELSE {Code(kind)} END AS code,
               CASE WHEN d.read_status AND s.verdict = 'out' THEN 'Dotdigital shows the person as ' || s.book_status || '.' WHEN d.answered THEN d.reason
                   ELSE {Reason(kind)} END AS reason,
               {now} AS told_at,
               CASE WHEN d.read_status AND s.verdict = 'out' THEN s.account_status WHEN d.answered THEN d.account_status
                   ELSE s.account_status END AS account_status,
               CASE WHEN d.read_status AND s.verdict = 'out' THEN s.book_status WHEN d.answered THEN d.book_status ELSE s.book_status END AS book_status
        FROM {manifest} m JOIN direct_row d ON d.member_key = m.member_key
        LEFT JOIN seen s ON s.kh = m.kh AND s.member_key = m.member_key AND s.book_id = m.book_id
        """;

    // All that a call to unsubscribe can do: people who are out in another way, or gone from the book, left in another way.
    private const string LeftBook = "(s.verdict = 'out' AND s.account_status = 'Subscribed')";

    private static string State(DeliveryKind kind) => kind switch
    {
        DeliveryKind.Unsubscribe => $"CASE WHEN {LeftBook} OR s.verdict = 'absent' THEN 'left' WHEN s.verdict = 'out' THEN 'suppressed' END",
        DeliveryKind.Resubscribe => "CASE s.verdict WHEN 'in' THEN 'delivered' ELSE 'pending' END",
        _ => ReadBack.State("failed"),
    };

    private static string Outcome(DeliveryKind kind) => kind switch
    {
        DeliveryKind.Unsubscribe =>
            $"CASE WHEN {LeftBook} THEN 'Delivered' WHEN s.verdict = 'absent' THEN 'Omitted' WHEN s.verdict = 'out' THEN 'Suppressed' ELSE 'Failed' END",
        DeliveryKind.Resubscribe => "CASE s.verdict WHEN 'in' THEN 'Delivered' ELSE 'Pending' END",
        _ => ReadBack.Outcome("Failed"),
    };

    private static string Code(DeliveryKind kind) => kind switch
    {
        DeliveryKind.Unsubscribe =>
            $"""
            CASE WHEN {LeftBook} THEN 'Unsubscribed' WHEN s.verdict = 'absent' THEN 'NotInBook' WHEN s.verdict = 'out' THEN s.book_status
                ELSE '{ReasonCode.Unanswered}' END
            """,
        DeliveryKind.Resubscribe => $"CASE s.verdict WHEN 'in' THEN '{ReasonCode.Resubscribed}' ELSE '{ReasonCode.UnansweredChallenge}' END",
        _ => ReadBack.Code($"'{ReasonCode.Unanswered}'"),
    };

    private static string Reason(DeliveryKind kind) => kind switch
    {
        DeliveryKind.Unsubscribe => $"""
            CASE WHEN {LeftBook} THEN 'Left the audience and was unsubscribed from the book.'
                WHEN s.verdict = 'absent' THEN 'Left the audience, and is not in the book any more.'
                 WHEN s.verdict = 'out' THEN 'Left the audience; Dotdigital shows the person as ' || s.book_status || '.'
                     ELSE 'The call was not answered, and the person is still in the book.' END
            """,
        DeliveryKind.Resubscribe =>
            "CASE s.verdict WHEN 'in' THEN 'Dotdigital shows the person in the book again.' "
            + "ELSE 'The call was not answered: Dotdigital may have asked the person whether to come back, so they are not asked again.' END",
        _ => ReadBack.Reason("'The call was not answered, and the person is not in the book.'"),
    };
}
