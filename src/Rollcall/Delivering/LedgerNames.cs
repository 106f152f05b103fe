using Rollcall.Running;
using Rollcall.Work;

namespace Rollcall.Delivering;

/// <summary>
/// What the ledger calls people by, besides their address: the profile's own key, and the audience that wants them. Kept up to date without a call.
/// </summary>
internal static class LedgerNames
{
    public static void Record(RunContext run, SettledDeliveries settled)
    {
        RecordKeys(run, settled);
        RecordAudiences(settled);
    }

    // An opt-out under a key keeps it: it counts under every address of that key.
    private const string InTheBook = "state IN ('delivered', 'pending')";

    /// <summary>
    /// Keeps the ledger's keys those of <c>key_field</c>: of people recorded without one, because the job named the field after it delivered them, of
    /// people delivered under another, which would let a move take them for the person who has that key now, and of people whose key no longer names anybody.
    /// </summary>
    private static void RecordKeys(RunContext run, SettledDeliveries settled)
    {
        if (run.Job.Config.KeyField is null)
        {
            return;
        }

        // Numbers first: whose key is the same, nearly everyone, is not looked at closer.
        var (ledger, current) = (run.LedgerRelation, run.Ledger);
        run.Db.Execute("CREATE OR REPLACE TABLE rekeyed(kh UBIGINT)");
        foreach (var slice in KeySlice.For(Math.Max(current.Rows, run.Db.Number("SELECT count(*) FROM roll"))))
        {
            run.Db.Execute($"""
                INSERT INTO rekeyed
                SELECT DISTINCT r.kh FROM (SELECT kh, hash(profile_key) AS key FROM roll WHERE profile_key IS NOT NULL AND {slice.Where()}) r
                JOIN (SELECT kh, hash(profile_key) AS key FROM {ledger} WHERE (profile_key IS NULL OR {InTheBook}) AND {slice.Where()}) k ON k.kh = r.kh
                WHERE k.key IS DISTINCT FROM r.key
                """);
        }

        if (run.Db.Number("SELECT (SELECT count(*) FROM rekeyed) + (SELECT count(*) FROM shared_key_member)") == 0)
        {
            return;
        }

        // A key that is taken away is kept as an empty one, which nobody has.
        settled.RecordLocal($"""
            {KeyOutcome("r.profile_key")}
            FROM {ledger} k SEMI JOIN rekeyed USING (kh)
            JOIN (SELECT kh, member_key, min(profile_key) AS profile_key FROM roll SEMI JOIN rekeyed USING (kh)
                  WHERE profile_key IS NOT NULL GROUP BY 1, 2 HAVING count(DISTINCT profile_key) = 1) r ON r.kh = k.kh AND r.member_key = k.member_key
            WHERE k.profile_key IS NULL OR (k.profile_key <> r.profile_key AND k.{InTheBook})
            UNION ALL
            {KeyOutcome("''")}
            FROM {ledger} k JOIN shared_key_member s ON s.kh = k.kh AND s.member_key = k.member_key
            WHERE k.profile_key <> '' AND k.{InTheBook}
              AND NOT EXISTS (SELECT 1 FROM roll r WHERE r.kh = k.kh AND r.member_key = k.member_key AND r.profile_key IS NOT NULL)
            """);
    }

    private static string KeyOutcome(string key) => $"""
        SELECT k.kh, k.member_key, k.book_id, 'key' AS operation, NULL::VARCHAR AS email, {key} AS profile_key, NULL::BIGINT AS contact_id,
               NULL::VARCHAR AS state,
               NULL::VARCHAR AS origin, NULL::VARCHAR AS audience, NULL::UBIGINT AS fields_hash, NULL::VARCHAR AS outcome, NULL::VARCHAR AS code,
               NULL::VARCHAR AS reason,
               NULL::BIGINT AS told_at, NULL::VARCHAR AS account_status, NULL::VARCHAR AS book_status
        """;

    /// <summary>
    /// Keeps the ledger's audiences those that want people now: what becomes of them when they leave, or an audience is taken out of the job, hangs on it.
    /// </summary>
    private static void RecordAudiences(SettledDeliveries settled) => settled.RecordLocal("""
        SELECT kh, member_key, book_id, 'audience' AS operation, NULL::VARCHAR AS email, NULL::VARCHAR AS profile_key, NULL::BIGINT AS contact_id,
               NULL::VARCHAR AS state,
               NULL::VARCHAR AS origin, audience, NULL::UBIGINT AS fields_hash, NULL::VARCHAR AS outcome, NULL::VARCHAR AS code, NULL::VARCHAR AS reason,
               NULL::BIGINT AS told_at, NULL::VARCHAR AS account_status, NULL::VARCHAR AS book_status
        FROM renamed
        """);
}
