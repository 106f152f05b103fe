using System.Numerics;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Recording;

/// <summary>
/// Counts what became of each member and lists what was not delivered: from the comparison, the guards and the outcomes. Totals add up:
/// members = entered + updated + unchanged + suppressed + invalid + omitted + held.
/// </summary>
internal sealed class RunReport(RunContext run, ComparisonCounts counts, IReadOnlyList<(int Audience, int Book)> mapping)
{
    private const string Columns = "email, audience, operation, code, reason, outcome, book_id, row, file";

    /// <summary>Failures a result lists; the file has all.</summary>
    public const int ListedFailures = 100;

    private readonly Dictionary<(int Book, string Action, string Outcome), Dictionary<BigInteger, long>> _fates = [];
    private readonly Dictionary<(int Book, string KnownBy), long> _exited = [];

    /// <summary>Joins the changes with what became of them; said again, later, it starts over.</summary>
    /// <param name="outcomes">The relation of this run's outcomes; null in a plan, where every change that no guard holds counts as done.</param>
    public void Judge(string? outcomes)
    {
        _fates.Clear();
        _exited.Clear();

        // As Deliveries records it: in a plan, nothing is recorded.
        var (staying, stays, because) = run.Job.Config.ExitAction == Jobs.ExitAction.Ignore
            ? ("true", ReasonCode.ExitIgnored, ExitReason.Ignored)
            : ("c.origin <> 'ours'", ReasonCode.AlreadyThere, ExitReason.AlreadyThere);
        run.Db.Execute(
            """
            CREATE OR REPLACE TABLE fate(kh UBIGINT, member_key VARCHAR, book_no USMALLINT, action VARCHAR, audiences UHUGEINT, audience VARCHAR,
                email VARCHAR, outcome VARCHAR, code VARCHAR, reason VARCHAR)
            """);
        var known = outcomes ?? $"(SELECT *, 0 AS seq FROM {LedgerFiles.Empty(OutcomeFiles.Columns)})";
        var otherwise = outcomes is null ? $"CASE c.action WHEN '{ChangeAction.Resubscribe}' THEN 'Pending' ELSE 'Delivered' END" : "'Failed'";
        foreach (var slice in KeySlice.For(run.Db.Number("SELECT count(*) FROM change")))
        {
            run.Db.Execute($"""
                INSERT INTO fate
                WITH o AS (
                    SELECT * EXCLUDE book_id, coalesce(book_id, -1) AS book
                    FROM {OutcomeFiles.Latest(known, slice, "book_id, operation", ["outcome", "code", "reason"])}),
                c AS (SELECT c.*, CASE c.action WHEN 'update' THEN -1 ELSE b.book_id END AS book FROM change c JOIN book b USING (book_no)
                    WHERE {slice.Where("c.kh")} AND c.action NOT IN ('{ChangeAction.MovedAway}', '{ChangeAction.Leave}'))
                SELECT c.kh, c.member_key, c.book_no, c.action, c.audiences, c.audience, c.email,
                    CASE WHEN c.action IN ('{ChangeAction.Suppress}', '{ChangeAction.StillSuppressed}') THEN 'Suppressed'
                         WHEN c.action = '{ChangeAction.StillInvalid}' THEN 'Invalid'
                         WHEN c.action = '{ChangeAction.StillPending}' THEN 'Pending'
                         WHEN c.action IN ('{ChangeAction.StillRemoved}', '{ChangeAction.LeaveRemoved}') THEN 'Omitted'
                         WHEN h.book_no IS NOT NULL THEN 'Held'
                         WHEN u.kh IS NOT NULL OR c.action = '{ChangeAction.MoveHeld}' THEN 'Held'
                         WHEN c.action = '{ChangeAction.UnderRemoval}' THEN 'Pending'
                         WHEN c.action = '{ChangeAction.MoveUnclear}' THEN 'Omitted'
                         WHEN l.kh IS NOT NULL AND NOT (c.action = '{ChangeAction.Resubscribe}' AND o.outcome IS NOT NULL) THEN 'Suppressed'
                         WHEN c.action = '{ChangeAction.Await}' THEN coalesce(o.outcome, '{(outcomes is null ? "Pending" : "Held")}')
                         WHEN c.action IN ('{ChangeAction.Enter}', '{ChangeAction.Resubscribe}') AND x.book_no IS NOT NULL AND o.outcome IS NULL THEN 'Held'
                         WHEN c.action = '{ChangeAction.Exit}' AND e.book_no IS NOT NULL AND o.outcome IS NULL THEN 'Held'
                         WHEN c.action = '{ChangeAction.Exit}' AND {staying} THEN 'Omitted'
                         ELSE coalesce(o.outcome, {otherwise}) END,
                    CASE WHEN c.action = '{ChangeAction.Suppress}' THEN c.status WHEN c.action = '{ChangeAction.StillPending}' THEN c.code
                        WHEN c.action IN ('{ChangeAction.StillSuppressed}', '{ChangeAction.StillInvalid}', '{ChangeAction.StillRemoved}',
                        '{ChangeAction.LeaveRemoved}') THEN coalesce(c.status, c.code)
                         WHEN h.book_no IS NOT NULL THEN 'Held' WHEN u.kh IS NOT NULL THEN u.code WHEN c.action = '{ChangeAction.MoveHeld}' THEN 'Held'
                             WHEN c.action = '{ChangeAction.UnderRemoval}' THEN '{ReasonCode.UnderRemoval}'
                             WHEN c.action = '{ChangeAction.MoveUnclear}' THEN '{ReasonCode.MoveUnclear}' WHEN l.kh IS NOT NULL
                             AND NOT (c.action = '{ChangeAction.Resubscribe}' AND o.outcome IS NOT NULL) THEN l.status
                         WHEN c.action = '{ChangeAction.Await}' THEN '{ReasonCode.AwaitsAnswer}'
                         WHEN c.action IN ('{ChangeAction.Enter}', '{ChangeAction.Resubscribe}') AND x.book_no IS NOT NULL
                             AND o.outcome IS NULL THEN 'OptOutsUnread'
                         WHEN c.action = '{ChangeAction.Exit}' AND e.book_no IS NOT NULL AND o.outcome IS NULL THEN e.code
                         WHEN c.action = '{ChangeAction.Exit}' AND c.origin = '{Claims.Claimed}' THEN '{ReasonCode.ClaimedByAnotherJob}'
                         WHEN c.action = '{ChangeAction.Exit}' AND {staying} AND o.outcome IS NULL THEN '{stays}'
                         ELSE coalesce(o.code, 'NotSent') END,
                    CASE WHEN c.action IN ('{ChangeAction.Suppress}', '{ChangeAction.StillSuppressed}') AND c.status IS NOT NULL
                              THEN {OptOutWords.Sql}
                         WHEN c.action IN ('{ChangeAction.StillSuppressed}', '{ChangeAction.StillInvalid}', '{ChangeAction.StillPending}',
                             '{ChangeAction.StillRemoved}', '{ChangeAction.LeaveRemoved}') THEN c.reason
                         WHEN h.book_no IS NOT NULL THEN 'A guard holds the book.'
                         WHEN u.kh IS NOT NULL THEN CASE u.code WHEN '{ReasonCode.NotInPilot}' THEN 'The run was limited to other members.'
                             WHEN '{ReasonCode.ContactIdInDoubt}'
                                 THEN 'Another address claims the person''s contact id, and Dotdigital does not show whose it is.'
                             WHEN '{ReasonCode.OptOutsHeld}' THEN 'A guard holds people who are to be unsubscribed again.'
                             ELSE 'Dotdigital has not finished an earlier import or removal of the person.' END
                         WHEN c.action IN ('{ChangeAction.MoveHeld}', '{ChangeAction.MoveUnclear}', '{ChangeAction.UnderRemoval}') THEN c.reason
                         WHEN l.kh IS NOT NULL AND NOT (c.action = '{ChangeAction.Resubscribe}'
                             AND o.outcome IS NOT NULL) THEN l.status || ' while the run was under way.'
                         WHEN c.action = '{ChangeAction.Await}' THEN coalesce(o.reason, 'Is asked through another book of the job, and was not yet.')
                         WHEN c.action IN ('{ChangeAction.Enter}', '{ChangeAction.Resubscribe}') AND x.book_no IS NOT NULL
                             AND o.outcome IS NULL THEN 'Who opted out of the book could not be read to the end.'
                         WHEN c.action = '{ChangeAction.Exit}' AND e.book_no IS NOT NULL AND o.outcome IS NULL THEN e.reason
                         WHEN c.action = '{ChangeAction.Exit}' AND c.origin = '{Claims.Claimed}' THEN '{Claims.Reason}'
                         WHEN c.action = '{ChangeAction.Exit}' AND {staying} AND o.outcome IS NULL THEN '{because}'
                         ELSE coalesce(o.reason, 'The run ended before it was sent.') END
                FROM c
                LEFT JOIN o ON o.kh = c.kh AND o.member_key = c.member_key AND o.operation = c.action AND o.book = c.book
                LEFT JOIN (SELECT DISTINCT book_no FROM held_book) h ON h.book_no = c.book_no
                LEFT JOIN (SELECT DISTINCT book_no FROM closed_book) x ON x.book_no = c.book_no
                LEFT JOIN (SELECT book_no, min(code) AS code, min(reason) AS reason FROM exits_held GROUP BY 1) e ON e.book_no = c.book_no
                LEFT JOIN (SELECT kh, member_key, max(code) AS code FROM under_way GROUP BY 1, 2) u ON u.kh = c.kh AND u.member_key = c.member_key
                LEFT JOIN late_opt_out l ON l.kh = c.kh AND l.member_key = c.member_key AND l.book_no = c.book_no
                """);
        }

        foreach (var (book, action, outcome, audiences, audience, members) in run.Db.Query(
            "SELECT book_no, action, outcome, audiences, CASE WHEN action = 'exit' THEN audience ELSE '' END, count(*) FROM fate GROUP BY 1, 2, 3, 4, 5",
            r => (r.GetFieldValue<ushort>(0), r.GetString(1), r.GetString(2), r.GetFieldValue<BigInteger>(3), r.GetString(4), r.GetInt64(5))))
        {
            var key = (book, action, outcome);
            _fates.TryAdd(key, []);
            _fates[key][audiences] = _fates[key].GetValueOrDefault(audiences) + members;
            if (action == ChangeAction.Exit && outcome == "Delivered")
            {
                _exited[(book, audience)] = _exited.GetValueOrDefault((book, audience)) + members;
            }
        }
    }

    public IReadOnlyList<AudienceResult> Audiences(IReadOnlyList<string> ids)
    {
        var leftOut = LeftOut();
        List<AudienceResult> results = [.. mapping.OrderBy(m => m.Audience).ThenBy(m => m.Book).Select(m =>
        {
            var book = run.Books[m.Book];
            var entered = Of(m, ChangeAction.Enter, "Delivered", "Pending") + Of(m, ChangeAction.Resubscribe, "Delivered", "Pending")
                + Of(m, ChangeAction.Await, "Pending");
            var updated = Of(m, ChangeAction.Update, "Delivered", "Pending") + Of(m, ChangeAction.Move, "Delivered", "Pending");
            var suppressed = Of(m, null, "Suppressed");
            var invalid =
                Of(m, null, "Invalid") + leftOut.GetValueOrDefault((m.Audience, "Invalid")) - counts.Kept.GetValueOrDefault((m.Book, m.Audience, "Invalid"));
            var unchanged = counts.Unchanged(m.Book, m.Audience) + Of(m, ChangeAction.StillPending, "Pending");
            var omitted = leftOut.GetValueOrDefault((m.Audience, "Omitted")) - counts.Kept.GetValueOrDefault((m.Book, m.Audience, "Omitted"))
                + Of(m, ChangeAction.StillRemoved, "Omitted");
            var rows =
                counts.Rows.GetValueOrDefault(m.Audience) + leftOut.GetValueOrDefault((m.Audience, "Invalid"))
                    + leftOut.GetValueOrDefault((m.Audience, "Omitted")) - counts.Duplicates.GetValueOrDefault(m.Audience);
            return new AudienceResult
            {
                Id = ids[m.Audience],
                AddressBookId = book.Id,
                AddressBook = book.Name,
                Members = rows,
                Entered = entered,
                Updated = updated,
                Exited = _exited.GetValueOrDefault((m.Book, ids[m.Audience])),
                Unchanged = unchanged,
                Suppressed = suppressed,
                Invalid = invalid,
                Omitted = omitted + Of(m, ChangeAction.MoveUnclear, "Omitted") + Of(m, ChangeAction.Move, "Omitted"),
                Held = Of(m, ChangeAction.Enter, "Held", "Failed", "Omitted") + Of(m, ChangeAction.Resubscribe, "Held", "Failed", "Omitted")
                    + Of(m, ChangeAction.Await, "Held") + Of(m, ChangeAction.Update, "Held", "Failed", "Omitted")
                    + Of(m, ChangeAction.Move, "Held", "Failed") + Of(m, ChangeAction.UnderRemoval, "Held", "Pending")
                        + Of(m, ChangeAction.MoveHeld, "Held") + Of(m, ChangeAction.MoveUnclear, "Held"),
            };
        })];

        // Books and audiences that were taken out of the job and released.
        results.AddRange(_exited.Where(e => !mapping.Any(m => m.Book == e.Key.Book && ids[m.Audience] == e.Key.KnownBy)).OrderBy(e => e.Key).Select(e =>
            new AudienceResult { Id = e.Key.KnownBy, AddressBookId = run.Books[e.Key.Book].Id, AddressBook = run.Books[e.Key.Book].Name, Exited = e.Value }));
        return results;
    }

    public OutcomeCounts Outcomes()
    {
        var perRow = mapping.GroupBy(m => m.Audience).ToDictionary(g => g.Key, g => g.Count());
        var leftOut = LeftOut();
        long Rows(string outcome) =>
            leftOut.Where(l => l.Key.Outcome == outcome)
                .Sum(l => l.Value * perRow.GetValueOrDefault(l.Key.Audience)) - counts.Kept.Where(k => k.Key.Outcome == outcome).Sum(k => k.Value);
        long Fates(string outcome) => _fates.Where(f => f.Key.Outcome == outcome && f.Key.Action != ChangeAction.LeaveRemoved).Sum(f => f.Value.Values.Sum());
        return new OutcomeCounts
        {
            Delivered = Fates("Delivered"),
            Pending = Fates("Pending"),
            Suppressed = Fates("Suppressed"),
            Invalid = Fates("Invalid") + Rows("Invalid"),
            Failed = Fates("Failed"),
            Omitted = Fates("Omitted") + Rows("Omitted") + run.Db.Number("SELECT count(*) FROM no_longer"),
        };
    }

    /// <summary>Writes everything that was not delivered to a durable file; returns its name.</summary>
    public string PublishFailures() => run.Publish($"failures/{run.RunId}.parquet", FailureRows());

    public IReadOnlyList<Failure> First() => Read(run.Db, $"({FailureRows()} LIMIT {ListedFailures})");

    /// <summary>All failures, counted by reason; a row that could not be used counts for each book of its audience, as it does in the totals.</summary>
    /// <param name="ids">The audiences.</param>
    public IReadOnlyList<FailureReason> Reasons(IReadOnlyList<string> ids)
    {
        var several = mapping.GroupBy(m => m.Audience).Where(g => g.Count() > 1).Select(g => $" WHEN {SqlText.Literal(ids[g.Key])} THEN {g.Count()}").ToList();
        var books = several.Count == 0 ? "1" : $"CASE WHEN operation <> 'read' THEN 1 ELSE CASE audience{string.Concat(several)} ELSE 1 END END";
        return run.Db.Query(FailureReasons.Query($"({FailureRows()})", books), FailureReasons.Of);
    }

    /// <summary>Reads failures from a relation that <see cref="FailureRows"/> made.</summary>
    public static IReadOnlyList<Failure> Read(RunDatabase db, string relation) => db.Query($"SELECT {Columns} FROM {relation}", From);

    public static Failure From(DuckDB.NET.Data.DuckDBDataReader row) =>
        new(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4))
    {
        Outcome = row.GetString(5),
        AddressBookId = row.IsDBNull(6) ? null : row.GetInt64(6),
        Row = row.IsDBNull(7) ? null : row.GetInt64(7),
        File = row.IsDBNull(8) ? null : row.GetString(8),
    };

    /// <summary>A relation of failures from a file of them, also one of a version that had fewer columns.</summary>
    public static string Rows(string file) =>
        $"(SELECT {Columns} FROM (SELECT NULL::VARCHAR AS file WHERE false UNION ALL BY NAME SELECT * FROM read_parquet({SqlText.Literal(file)})))";

    private string FailureRows() => $"""
        SELECT coalesce(f.email, f.member_key) AS email, f.audience, CASE WHEN f.audiences = 0 THEN 'exit' ELSE CASE f.action WHEN 'update' THEN 'update'
            WHEN '{ChangeAction.Move}' THEN 'move' WHEN '{ChangeAction.MoveUnclear}' THEN 'move' WHEN '{ChangeAction.MoveHeld}' THEN 'move'
            ELSE 'enter' END END AS operation,
               coalesce(f.code, f.outcome) AS code, coalesce(f.reason, f.outcome) AS reason, f.outcome, b.book_id, NULL::BIGINT AS row, 1 AS kind,
               NULL::VARCHAR AS file
        FROM fate f JOIN book b USING (book_no) WHERE f.outcome <> 'Delivered' AND f.code IS DISTINCT FROM '{ReasonCode.NotInPilot}'
            AND f.action <> '{ChangeAction.LeaveRemoved}'
        UNION ALL
        SELECT n.email, n.audience, n.operation, '{ReasonCode.NoLongerMember}', 'no longer a member', 'Omitted', b.book_id, NULL, 1, NULL FROM no_longer n
        JOIN book b USING (book_no)
        UNION ALL
        SELECT coalesce(l.email, ''), n.id, 'read', l.code, l.reason, l.outcome, NULL, l.row, 2, l.file FROM roll_left_out l JOIN {run.Audiences} AS n
            ON n.audience = l.audience
        WHERE l.code <> '{ReasonCode.KnownByKey}'
        UNION ALL
        SELECT v.email, n.id, 'field', 'ValueLeftOut', v.data_field || ' (from ' || v.field || '): ' || v.reason, 'Omitted', NULL, v.row, 3, NULL
        FROM value_left_out v JOIN {run.Audiences} AS n ON n.audience = v.audience
        UNION ALL
        SELECT f.email, f.audience, 'recommend', '{ReasonCode.NotRecommended}', f.reason, 'Failed', NULL, NULL, 4, NULL FROM recommend_failed f
        UNION ALL
        SELECT f.email, f.audience, 'insight', f.code, f.reason, f.outcome, NULL, NULL, 5, NULL FROM insight_failed f
        UNION ALL
        SELECT s.email, '', 'status', '{ReasonCode.StatusRefused}', 'The status ' || s.status || ' is set aside. ' || s.reason, 'Omitted',
               s.address_book_id, NULL, 6, NULL FROM status_refused s
        ORDER BY kind, email, audience
        """;

    private long Of((int Audience, int Book) pair, string? action, params ReadOnlySpan<string> outcomes)
    {
        var sum = 0L;
        foreach (var ((book, found, outcome), members) in _fates)
        {
            if (book == pair.Book && (action is null || found == action) && outcomes.Contains(outcome))
            {
                sum += members.Where(m => !(m.Key >> pair.Audience).IsEven).Sum(m => m.Value);
            }
        }

        return sum;
    }

    private Dictionary<(int Audience, string Outcome), long> LeftOut() =>
        run.Db.Query("SELECT audience, outcome, count(*) FROM roll_left_out GROUP BY 1, 2",
            r => ((int)r.GetFieldValue<ushort>(0), r.GetString(1), r.GetInt64(2)))
            .ToDictionary(r => (r.Item1, r.Item2), r => r.Item3);

    /// <summary>Whether something that was wanted is not done and may be later.</summary>
    public bool AnyFailed => run.SomethingLeft || _fates.Any(f => f.Key.Outcome == "Failed");
}
