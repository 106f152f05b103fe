using Rollcall.Model;
using Rollcall.Running;

namespace Rollcall.Planning;

/// <summary>
/// Limits a run to some members: a pilot (<c>--only</c>, <c>--limit</c>), or what was not delivered (<c>retry</c>). The others' changes are held:
/// they go into <c>under_way</c> with a code of their own, and lose their records.
/// </summary>
internal static class Pilot
{
    private static readonly string Keyed = $"{MemberKeySql.Hash(MemberKeySql.Of("email"))} AS kh, {MemberKeySql.Of("email")} AS member_key";

    // What is known of people, and needs no call, is no change.
    private const string Changes =
        $"""
        action NOT IN ('{ChangeAction.Suppress}', '{ChangeAction.StillSuppressed}', '{ChangeAction.StillInvalid}', '{ChangeAction.StillPending}',
            '{ChangeAction.StillRemoved}', '{ChangeAction.LeaveRemoved}', '{ChangeAction.UnderRemoval}', '{ChangeAction.MovedAway}', '{ChangeAction.Leave}')
        """;

    /// <summary>Fills <c>pilot</c> from the comparison, and <c>no_longer</c>: what was to be tried again and is no longer wanted.</summary>
    public static void Choose(RunContext run, RunOptions options)
    {
        run.Db.Execute("""
            CREATE OR REPLACE TABLE pilot(kh UBIGINT, member_key VARCHAR);
            CREATE OR REPLACE TABLE no_longer(kh UBIGINT, member_key VARCHAR, email VARCHAR, audience VARCHAR, operation VARCHAR, book_no USMALLINT);
            """);
        if (!options.IsLimited)
        {
            return;
        }

        if (options.Undelivered)
        {
            ChooseUndelivered(run);
        }

        if (options.IsPilot)
        {
            ChooseMembers(run, options);
        }

        run.Db.Execute($"""
            INSERT INTO under_way
            SELECT DISTINCT c.kh, c.member_key, '{ReasonCode.NotInPilot}' FROM change c
            WHERE {Changes} AND NOT EXISTS (SELECT 1 FROM pilot p WHERE p.kh = c.kh AND p.member_key = c.member_key)
              AND {Holds.NotUnderWay};
            DELETE FROM changed WHERE NOT EXISTS (SELECT 1 FROM pilot p WHERE p.kh = changed.kh AND p.member_key = changed.member_key);
            """);
    }

    /// <summary>What the guards judge of a book: only what the run is asked for.</summary>
    public static BookLoad Load(RunContext run, BookLoad whole) => run.Db.Query(
        $"""
        SELECT count(*) FILTER (c.action IN ('{ChangeAction.Enter}', '{ChangeAction.Resubscribe}')),
               count(*) FILTER (c.action = '{ChangeAction.Exit}' AND c.origin = 'ours'),
               count(*) FILTER (c.action <> '{ChangeAction.Exit}' AND c.code = 'RejectedByWatchdogAgain')
        FROM change c JOIN pilot p ON p.kh = c.kh AND p.member_key = c.member_key WHERE c.book_no = {whole.Book.No}
        """,
        r => whole with { Enters = r.GetInt64(0), Exits = Math.Min(whole.Exits, r.GetInt64(1)), TwiceRejected = r.GetInt64(2) })[0];

    /// <summary>Outcomes that end what was not delivered and is no longer wanted: or it would be listed for ever.</summary>
    public static string Ended(string ledger, long now) => $"""
        SELECT l.kh, l.member_key, l.book_id, 'retry' AS operation, l.email, NULL::VARCHAR AS profile_key, NULL::BIGINT AS contact_id, 'left' AS state,
               NULL::VARCHAR AS origin, NULL::VARCHAR AS audience, NULL::UBIGINT AS fields_hash, 'Omitted' AS outcome, '{ReasonCode.NoLongerMember}' AS code,
               'Was not delivered, and is in no audience of the book any more.' AS reason, {now} AS told_at, NULL::VARCHAR AS account_status,
               NULL::VARCHAR AS book_status
        FROM {ledger} l JOIN book b ON b.book_id = l.book_id JOIN no_longer n ON n.kh = l.kh AND n.member_key = l.member_key AND n.book_no = b.book_no
        WHERE l.state = 'failed'
        """;

    private static void ChooseMembers(RunContext run, RunOptions options)
    {
        var only = "true";
        if (options.Only.Count > 0)
        {
            run.Db.Execute("CREATE OR REPLACE TABLE asked_for(email VARCHAR, member_key VARCHAR)");
            using (var appender = run.Db.Connection.CreateAppender("asked_for"))
            {
                foreach (var email in options.Only)
                {
                    appender.CreateRow().AppendValue(email.Trim()).AppendValue(MemberKey.Of(email)).EndRow();
                }
            }

            only = "c.member_key IN (SELECT member_key FROM asked_for)";
            NameStrangers(run);
        }

        // What is tried again is limited further.
        run.Db.Execute($"""
            CREATE OR REPLACE TABLE undelivered_person AS FROM pilot;
            DELETE FROM pilot;
            INSERT INTO pilot
            SELECT DISTINCT c.kh, c.member_key FROM change c
            WHERE {Changes} AND c.action <> '{ChangeAction.Exit}' AND {only}
              AND {Holds.NotUnderWay}
              AND (NOT {options.Undelivered} OR EXISTS (SELECT 1 FROM undelivered_person u WHERE u.kh = c.kh AND u.member_key = c.member_key))
            ORDER BY 1, 2 {(options.Limit is { } limit ? $"LIMIT {limit}" : "")}
            """);
    }

    /// <summary>Names the addresses asked for that are in no audience.</summary>
    private static void NameStrangers(RunContext run)
    {
        var strangers = run.Db.Query(
            $"""
            SELECT a.email, any_value(l.audience), any_value(l.reason)
            FROM asked_for a LEFT JOIN roll_left_out l ON {MemberKeySql.Of("l.email")} = a.member_key
            WHERE a.member_key NOT IN (SELECT member_key FROM roll) GROUP BY 1 ORDER BY 1
            """,
            r => (Email: r.GetString(0), Audience: r.IsDBNull(1) ? (int?)null : r.GetFieldValue<ushort>(1), Reason: r.IsDBNull(2) ? null : r.GetString(2)));
        foreach (var (email, audience, reason) in strangers)
        {
            run.Report(audience is { } left ? Findings.AddressLeftOut(email, run.Job.Config.SegmentIds[left], reason!) : Findings.AddressInNoAudience(email));
        }
    }

    /// <summary>
    /// People that the last run with failures did not deliver, unless something was delivered to them since, and whose last outcome in the ledger is a
    /// failure.
    /// </summary>
    private static void ChooseUndelivered(RunContext run)
    {
        var ledger = run.LedgerRelation;
        run.Db.Execute($"""
            CREATE OR REPLACE TABLE undelivered AS
            SELECT kh, member_key, book_id, CASE state WHEN 'failed' THEN 'enter' ELSE 'update' END AS operation, audience, email
            FROM {ledger} WHERE state = 'failed' OR outcome = 'Failed'
            """);
        string? beside = null;
        run.Store.Runs.Failures(run.Job.Tag, kept =>
        {
            var failures = run.Folder.Full(kept.Failures);
            if (kept.Finished is null || !File.Exists(failures))
            {
                return false;
            }

            var failed = $"(SELECT {Keyed}, * FROM read_parquet({SqlText.Literal(failures)}) WHERE outcome = 'Failed' AND email <> '' AND book_id IS NOT NULL)";
            // The ledger does not say whether these were delivered since: only those of the last run are retried.
            beside ??= $"""
                (SELECT DISTINCT {Keyed} FROM read_parquet({SqlText.Literal(failures)})
                WHERE outcome = 'Failed' AND operation IN ('recommend', 'insight'))
                """;
            if (run.Db.Number($"SELECT count(*) FROM {failed}") == 0)
            {
                return false;
            }

            run.Db.Execute($"""
                INSERT INTO undelivered
                SELECT f.kh, f.member_key, f.book_id, f.operation, f.audience, f.email FROM {failed} f
                LEFT JOIN {ledger} l ON l.kh = f.kh AND l.member_key = f.member_key AND l.book_id = f.book_id
                WHERE NOT coalesce(l.outcome <> 'Failed' AND l.outcome_at > {(kept.Ended ?? kept.Finished.Value).ToUnixTimeMilliseconds()}, false)
                """);
            return true;
        });

        run.Db.Execute($"""
            INSERT INTO pilot SELECT kh, member_key FROM undelivered UNION SELECT kh, member_key
            FROM {beside ?? "(SELECT NULL::UBIGINT AS kh, NULL::VARCHAR AS member_key WHERE false)"};
            INSERT INTO no_longer
            SELECT u.kh, u.member_key, any_value(u.email), coalesce(any_value(u.audience), ''), any_value(u.operation), b.book_no
            FROM undelivered u JOIN book b ON b.book_id = u.book_id
            WHERE u.operation <> 'exit'
              AND NOT EXISTS (SELECT 1 FROM roll r JOIN mapping m ON m.audience = r.audience WHERE r.kh = u.kh AND r.member_key = u.member_key
                  AND m.book_no = b.book_no)
              AND NOT EXISTS (SELECT 1 FROM change c WHERE c.kh = u.kh AND c.member_key = u.member_key AND c.book_no = b.book_no
                  AND c.action = '{ChangeAction.Exit}')
            GROUP BY u.kh, u.member_key, b.book_no;
            """);
        if (run.Db.Number("SELECT count(*) FROM pilot") == 0)
        {
            run.Report(Findings.NothingToRetry());
        }
    }
}
