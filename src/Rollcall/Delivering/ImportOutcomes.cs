using Rollcall.Model;

namespace Rollcall.Delivering;

/// <summary>
/// What became of an import's members, in SQL from its manifest and its report, or from reading the people back. Failures win over successes;
/// who stands in neither is not delivered. <c>created</c> and <c>updated</c> prove that the contact was written, never that it is subscribed.
/// </summary>
internal static class ImportOutcomes
{
    /// <summary>Codes of what is no address. Dotdigital spells codes in two cases (v3 contacts API, import status): compared in lower case.</summary>
    public const string InvalidCodes = "('invalidemail', 'invaliddomain', 'novalididentifiers')";

    // A contact may be told of as written and as failed: it then is in the book, unless the book was what was wrong.
    private const string WrittenInPart = "(judgement = 'Failed' AND (told OR lower(failed) LIKE '%notapplied') AND lower(failed) <> 'invalidaddressbookids')";
    private const string BarredCodes = "('globallysuppressed', 'suppressedbydomain', 'blocker')";

    public static string Reported(string manifest, long now) => $"""
        WITH f AS (SELECT contact_id, email_key, min(code) AS code, any_value(reason) AS reason FROM report WHERE kind = 'failed' GROUP BY 1, 2),
        s AS (SELECT contact_id, email_key FROM report WHERE kind = 'done'),
        told AS (
            SELECT m.*, coalesce(m.code, fe.code) AS failed, coalesce(m.reason, fe.reason) AS failed_reason, m.si_id IS NOT NULL
                OR se.email_key IS NOT NULL AS told, se.contact_id AS told_id
            FROM (
                -- Whose id the report does not have is told of by address: two contacts may be one by now.
                SELECT n.*, fi.code, fi.reason, si.contact_id AS si_id, CASE WHEN fi.contact_id IS NULL
                    AND si.contact_id IS NULL THEN member_key END AS by_email
                FROM {manifest} n
                LEFT JOIN (SELECT contact_id, min(code) AS code, any_value(reason) AS reason FROM f WHERE contact_id IS NOT NULL GROUP BY 1) fi
                    ON fi.contact_id = n.contact_id
                LEFT JOIN (SELECT DISTINCT contact_id FROM s WHERE contact_id IS NOT NULL) si ON si.contact_id = n.contact_id) m
            LEFT JOIN (SELECT email_key, min(code) AS code, any_value(reason) AS reason FROM f WHERE email_key IS NOT NULL GROUP BY 1) fe
                ON fe.email_key = m.by_email
            -- Of one address with two ids, neither is known to be its own.
            LEFT JOIN (SELECT email_key, CASE WHEN count(DISTINCT contact_id) = 1 THEN max(contact_id) END AS contact_id FROM s WHERE email_key IS NOT NULL
                GROUP BY 1) se ON se.email_key = m.by_email),
        judged AS (
            SELECT *, CASE
                WHEN lower(failed) IN {InvalidCodes} THEN 'Invalid'
                WHEN lower(failed) IN {BarredCodes} THEN 'Suppressed'
                WHEN failed IS NOT NULL OR NOT told THEN 'Failed'
                ELSE 'Delivered' END AS judgement
            FROM told)
        SELECT kh, member_key, book_id, operation, email, profile_key, coalesce(contact_id, told_id) AS contact_id,
               {State("judgement")} AS state, origin, audience,
               CASE WHEN judgement = 'Delivered' THEN fields_hash END AS fields_hash, judgement AS outcome,
               CASE WHEN judgement = 'Delivered' THEN 'Reported'
                    WHEN failed IS NULL THEN 'NotReported' ELSE failed END AS code,
               CASE WHEN judgement = 'Delivered' THEN 'Dotdigital reported the contact as written.'
                    WHEN failed IS NULL THEN 'The report does not mention the contact.' ELSE coalesce(failed_reason, failed) END AS reason,
               {now} AS told_at,
               CASE WHEN judgement = 'Delivered' AND operation = 'enter' THEN 'Subscribed'
                    WHEN lower(failed) = 'globallysuppressed' THEN 'Suppressed' WHEN lower(failed) = 'suppressedbydomain' THEN 'DomainSuppression'
                    WHEN lower(failed) = 'blocker' THEN 'NotAllowed' END AS account_status,
               CASE WHEN (operation = 'enter' AND judgement = 'Delivered') OR (operation IN ('enter', 'resubscribe') AND {WrittenInPart}) THEN 'Subscribed'
                    WHEN lower(failed) = 'globallysuppressed' THEN 'Suppressed' WHEN lower(failed) = 'suppressedbydomain' THEN 'DomainSuppression'
                    WHEN lower(failed) = 'blocker' THEN 'NotAllowed' END AS book_status
        FROM judged
        """;

    /// <summary>Outcomes from <c>seen</c>, where Dotdigital's word on the import is missing. That someone is in the book does not prove that this import put
    /// them there, or wrote their fields: the next comparison sends the fields again.</summary>
    public static string ReadBack(string manifest, string code, string reason, long now)
    {
        // An update has no book of its own, so nothing that was seen is paired with it.
        var mail = code == ReasonCode.UnansweredMail;
        var rejectedAgain = code == "RejectedByWatchdog"
            ? "CASE WHEN m.known_code IN ('RejectedByWatchdog', 'RejectedByWatchdogAgain') THEN 'RejectedByWatchdogAgain' ELSE 'RejectedByWatchdog' END"
            : SqlText.Literal(code);
        return $"""
            SELECT m.kh, m.member_key, m.book_id, m.operation, m.email, m.profile_key, coalesce(s.contact_id, m.contact_id) AS contact_id,
                   CASE WHEN m.operation <> 'update' THEN {Delivering.ReadBack.State(mail ? "pending" : "failed")} END AS state,
                   m.origin, m.audience, NULL::UBIGINT AS fields_hash,
                   CASE WHEN m.operation = 'update' THEN 'Failed' ELSE {Delivering.ReadBack.Outcome(mail ? "Pending" : "Failed")} END AS outcome,
                   {Delivering.ReadBack.Code(rejectedAgain)} AS code, {Delivering.ReadBack.Reason(SqlText.Literal(reason))} AS reason,
                   {now} AS told_at, s.account_status, s.book_status
            FROM {manifest} m LEFT JOIN seen s ON s.kh = m.kh AND s.member_key = m.member_key AND s.book_id = m.book_id
            """;
    }

    /// <summary>Nothing happened.</summary>
    public static string AllFailed(string manifest, string code, string reason, long now) => $"""
        SELECT kh, member_key, book_id, operation, email, profile_key, contact_id, CASE WHEN operation <> 'update' THEN 'failed' END AS state, origin, audience,
               NULL::UBIGINT AS fields_hash, 'Failed' AS outcome, {SqlText.Literal(code)} AS code, {SqlText.Literal(reason)} AS reason, {now} AS told_at,
               NULL::VARCHAR AS account_status, NULL::VARCHAR AS book_status
        FROM {manifest}
        """;

    // An update that failed leaves people where they are; only those barred change state.
    private static string State(string judgement) => $"""
        CASE {judgement} WHEN 'Delivered' THEN CASE WHEN operation <> 'update' THEN 'delivered' END
             WHEN 'Suppressed' THEN 'suppressed'
             WHEN 'Invalid' THEN CASE WHEN operation <> 'update' THEN 'invalid' END
             ELSE CASE WHEN operation <> 'update' THEN 'failed' END END
        """;
}

/// <summary>What became of a removal's members. Dotdigital tells nothing of each.</summary>
internal static class RemovalOutcomes
{
    /// <summary>From <c>left_seen</c>: who is still in the book, maybe under another contact id, was not removed.</summary>
    public static string ReadBack(string manifest, long now) => Removed(
        $"""
        (SELECT m.* REPLACE (coalesce(s.contact_id, m.contact_id) AS contact_id), s.verdict, s.listed FROM {manifest} m LEFT JOIN left_seen s
            ON s.kh = m.kh AND s.member_key = m.member_key AND s.book_id = m.book_id)
        """,
        "coalesce(verdict IN ('absent', 'out') OR (verdict = 'pending' AND NOT listed), false)",
        now);

    /// <summary>Nothing happened: they are still in the book.</summary>
    public static string Refused(string manifest, string code, string reason, long now) =>
        $"SELECT * REPLACE ({SqlText.Literal(code)} AS code, {SqlText.Literal(reason)} AS reason) FROM ({Removed(manifest, "false", now)})";

    public static string Removed(string people, string gone, long now) => $"""
        SELECT kh, member_key, book_id, 'exit' AS operation, email, NULL::VARCHAR AS profile_key, contact_id, CASE WHEN {gone} THEN 'left' END AS state,
               NULL::VARCHAR AS origin, NULL::VARCHAR AS audience, NULL::UBIGINT AS fields_hash,
               CASE WHEN {gone} THEN 'Delivered' ELSE 'Failed' END AS outcome, CASE WHEN {gone} THEN 'Removed' ELSE 'NotRemoved' END AS code,
               CASE WHEN {gone} THEN 'Left the audience and was removed from the book.' ELSE 'Dotdigital still shows the person in the book.' END AS reason,
               {now} AS told_at, NULL::VARCHAR AS account_status, CASE WHEN {gone} THEN 'Removed' END AS book_status
        FROM {people}
        """;
}
