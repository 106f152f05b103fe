using Rollcall.Model;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>
/// What became of people who were asked back, in SQL. Dotdigital's report says that a contact was written, never that a person came back: until a
/// reading shows them, they are pending. What may have been sent counts as sent.
/// </summary>
internal static class AskedOutcomes
{
    private const string Asked = "operation = 'resubscribe'";
    private const string StillOut = "(outcome = 'Suppressed' AND book_status IS NOT DISTINCT FROM 'Unsubscribed')";

    private const string AskedReason = "Dotdigital took the resubscription; the person is not back yet, and may have been asked by email.";
    private const string UnansweredReason = "The resubscription was sent and not answered. It counts as sent: only retry --challenge sends it again.";

    /// <summary>Turns the outcomes of an import into those of people asked back; other rows stay as they are.</summary>
    /// <param name="maySent">Whether those that failed may have been sent all the same.</param>
    public static string OfImport(Delivery delivery, string outcomes, bool maySent)
    {
        if (!delivery.CausesMail)
        {
            return outcomes;
        }

        var unanswered = $"({StillOut} OR (outcome = 'Failed' AND ({maySent} OR code = 'NotReported')) OR code = '{ReasonCode.UnansweredMail}')";

        // Written without a value that Dotdigital refused: they were asked, or are back.
        var told =
            $"""
            (outcome = 'Failed' AND book_status IS NOT DISTINCT FROM 'Subscribed') OR (outcome = 'Delivered' AND code <> 'Seen')
                OR (outcome = 'Pending' AND code IN ('AwaitsConfirmation', '{ReasonCode.WaitsToBeAdded}'))
            """;
        return $"""
            SELECT * REPLACE (
                CASE WHEN NOT {Asked} THEN state WHEN outcome = 'Delivered' AND code = 'Seen' THEN 'delivered' WHEN {unanswered} OR {told} THEN 'pending'
                    WHEN outcome = 'Failed' THEN 'suppressed' ELSE state END AS state,
                CASE WHEN {Asked} AND ({unanswered} OR {told}) THEN 'Pending' ELSE outcome END AS outcome,
                CASE WHEN NOT {Asked} THEN code WHEN outcome = 'Delivered' AND code = 'Seen' THEN '{ReasonCode.Resubscribed}'
                    WHEN {unanswered} THEN '{ReasonCode.UnansweredChallenge}' WHEN {told} THEN '{ReasonCode.Challenged}' ELSE code END AS code,
                CASE WHEN NOT {Asked} THEN reason WHEN outcome = 'Delivered' AND code = 'Seen' THEN 'Dotdigital shows the person back in the book.'
                    WHEN {unanswered} THEN {SqlText.Literal(UnansweredReason)} WHEN {told} THEN {SqlText.Literal(AskedReason)} ELSE reason END AS reason,
                CASE WHEN {Asked} AND outcome = 'Failed' AND book_status IS DISTINCT FROM 'Subscribed' THEN 'Unsubscribed' ELSE book_status END AS book_status)
            FROM ({outcomes})
            """;
    }

    /// <summary>
    /// What a reading, in <c>seen</c>, says of people who were asked: those back are delivered, those barred since are suppressed. All others go on
    /// waiting, whether Dotdigital shows them as pending or not: that they were not asked cannot be proved.
    /// </summary>
    /// <param name="people">Pending people, with the columns of an outcome.</param>
    public static string Read(string people, long now) => $"""
        SELECT p.kh, p.member_key, p.book_id, 'resubscribe' AS operation, p.email, p.profile_key, coalesce(s.contact_id, p.contact_id) AS contact_id,
               CASE WHEN s.verdict = 'in' THEN 'delivered' WHEN s.verdict = 'pending' THEN 'pending' WHEN s.verdict = 'absent' THEN 'failed'
                   ELSE 'suppressed' END AS state,
               NULL::VARCHAR AS origin, NULL::VARCHAR AS audience, NULL::UBIGINT AS fields_hash,
               CASE WHEN s.verdict = 'in' THEN 'Delivered' WHEN s.verdict = 'pending' THEN 'Pending' WHEN s.verdict = 'absent' THEN 'Omitted'
                   ELSE 'Suppressed' END AS outcome,
               CASE WHEN s.verdict = 'in' THEN '{ReasonCode.Resubscribed}' WHEN s.verdict = 'pending' THEN '{ReasonCode.Challenged}'
                   WHEN s.verdict = 'absent' THEN 'NowSubscribed' ELSE s.book_status END AS code,
               CASE WHEN s.verdict = 'in' THEN 'Dotdigital shows the person back in the book.'
                   WHEN s.verdict = 'pending' THEN 'Dotdigital asked the person by email whether to come back.'
                    WHEN s.verdict = 'absent' THEN 'The person is back in the account, and enters this book.'
                        ELSE 'Dotdigital shows the person as ' || s.book_status || '.' END AS reason,
               {now} AS told_at, s.account_status, CASE WHEN s.verdict <> 'absent' THEN s.book_status END AS book_status
        FROM {people} p JOIN seen s ON s.kh = p.kh AND s.member_key = p.member_key AND s.book_id = p.book_id
        WHERE (s.verdict = 'in' AND p.code IS DISTINCT FROM '{ReasonCode.Resubscribed}')
            OR (s.verdict = 'pending' AND p.code = '{ReasonCode.UnansweredChallenge}')
           OR (s.verdict = 'out' AND s.book_status <> 'Unsubscribed')
               OR (s.verdict = 'absent' AND s.account_status = 'Subscribed' AND p.code = '{ReasonCode.AwaitsAnswer}')
        """;
}
