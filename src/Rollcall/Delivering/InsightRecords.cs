using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Delivering;

/// <summary>
/// Keeps insight records in step: after everything else of a run, when the contacts are there and the ledger knows their ids. Only records that differ from
/// what Dotdigital was last sent are sent. A record may be sent twice, which changes nothing: so a run that is cut off here leaves only a note that
/// it is unknown whether Dotdigital has it.
/// </summary>
internal sealed class InsightRecords(RunContext run, PlannedWork work)
{
    /// <summary>Makes the table of what failed, empty.</summary>
    public const string Create =
        """
        CREATE OR REPLACE TABLE insight_failed(contact_id BIGINT, record USMALLINT, email VARCHAR, audience VARCHAR, outcome VARCHAR, code VARCHAR,
            reason VARCHAR)
        """;

    private const int SlicesAtOnce = 8;

    private readonly KeptTable _sent = InsightTables.Sent(run);
    // Records of an import whose end is not known go again for so long.
    private const long AnHour = 3_600_000;

    private readonly KeptTable _owed = InsightTables.Owed(run);

    /// <summary>Whether the job has any.</summary>
    public static bool Has(ExportConfig config) => config.InsightFields.Count > 0 || config.InsightRecommendations;

    /// <summary>Sends what differs, and removes what no longer exists.</summary>
    /// <param name="limited">Whether the run is asked for some members only.</param>
    public async Task SendAsync(bool limited, CancellationToken cancellation)
    {
        // A job that has stopped sending it still removes what it sent; one that a guard holds back does nothing.
        if ((!Has(run.Job.Config) && _sent.IsEmpty) || work.Verdict.Run)
        {
            return;
        }

        Gather(limited);
        var due = run.Db.Number("SELECT count(*) FROM insight_due");
        if (due > 0)
        {
            // First it is noted that Dotdigital may have them: people who leave after a run that was cut off are not forgotten.
            _sent.Replace(
                $"""
                SELECT * FROM {_sent.Relation} s
                ANTI JOIN insight_due d ON d.contact_id = s.contact_id AND d.record = s.record
                UNION ALL SELECT contact_id, record, NULL, kh, member_key
                FROM insight_due
                """);
            await SendAsync(new InsightImports(run, due), KeySlice.For(due), cancellation);
        }

        if (!limited)
        {
            new Watch(run).Leave(run.Db.Query($"SELECT member_key, book_id FROM watched WHERE kind = '{WatchKind.Insight}' AND until < {run.Now}",
                r => new PersonInBook(r.GetString(0), r.GetInt64(1))), WatchKind.Insight);
        }

        await new InsightRemovals(run, _sent).SendAsync(cancellation);
        KeepOwed();
        SayFailed();
    }

    private async Task SendAsync(InsightImports imports, IReadOnlyList<KeySlice> slices, CancellationToken cancellation)
    {
        // What is kept is rewritten each time: not after every slice.
        foreach (var some in slices.Chunk(SlicesAtOnce))
        {
            foreach (var slice in some)
            {
                if (!await imports.SendAsync(slice, cancellation))
                {
                    return;
                }
            }

            Record(new KeySlice(some[0].First, some[^1].Last));
        }
    }

    /// <summary>Fills <c>insight_due</c>, the records to send, and <c>insight_gone</c>, those to remove.</summary>
    private void Gather(bool limited)
    {
        var ledger = run.LedgerRelation;
        run.Db.Execute("""
            CREATE OR REPLACE TABLE insight_person(kh UBIGINT, member_key VARCHAR, contact_id BIGINT, email VARCHAR, audience VARCHAR, fields VARCHAR);
            CREATE OR REPLACE TABLE insight_due(kh UBIGINT, member_key VARCHAR, contact_id BIGINT, email VARCHAR, audience VARCHAR, record USMALLINT,
                json VARCHAR, hash UBIGINT);
            CREATE OR REPLACE TABLE insight_gone(contact_id BIGINT, record USMALLINT, email VARCHAR, audience VARCHAR);
            CREATE OR REPLACE TABLE insight_item(kh UBIGINT, member_key VARCHAR, record USMALLINT, json VARCHAR);
            """);
        foreach (var slice in KeySlice.For(run.Db.Number("SELECT count(*) FROM roll")))
        {
            GatherPeople(ledger, limited, slice);
        }

        GatherDue(known: GatherItems());

        if (!limited && run.Job.InsightOnExit == InsightOnExit.Remove && !_sent.IsEmpty)
        {
            // People that this job had put into a book, and who have left all its books.
            run.Db.Execute($"""
                INSERT INTO insight_gone
                SELECT s.contact_id, s.record, l.email, l.audience FROM {_sent.Relation} s
                JOIN (SELECT contact_id, any_value(email) AS email, coalesce(any_value(audience), '') AS audience FROM {ledger}
                    WHERE contact_id IS NOT NULL GROUP BY 1 HAVING bool_and(state = 'left') AND bool_or(origin = 'ours')) l USING (contact_id)
                ANTI JOIN insight_person p USING (contact_id)
                """);
        }
    }

    /// <summary>People who are in a book, as far as the ledger knows, and what the roll has of them: of several rows the one whose values are used.</summary>
    private void GatherPeople(string ledger, bool limited, KeySlice slice) => run.Db.Execute($"""
        INSERT INTO insight_person
        SELECT w.kh, w.member_key, l.contact_id, w.email, n.id, w.insight
        FROM (
            SELECT kh, member_key, email, audience, insight FROM roll
            WHERE {slice.Where()} AND audience IN (SELECT audience FROM mapping WHERE book_no NOT IN (SELECT book_no FROM held_book))
            QUALIFY row_number() OVER (PARTITION BY kh, member_key ORDER BY audience, profile_key NULLS LAST, row_hash, insight) = 1) w
        JOIN (SELECT kh, member_key, max(contact_id) AS contact_id FROM {ledger} WHERE {slice.Where()} AND state = 'delivered' GROUP BY 1, 2
            HAVING max(contact_id) IS NOT NULL) l ON l.kh = w.kh AND l.member_key = w.member_key
        JOIN {run.Audiences} AS n ON n.audience = w.audience
        {(limited ? "SEMI JOIN pilot o ON o.kh = w.kh AND o.member_key = w.member_key" : "")}
        """);

    /// <summary>
    /// Fills <c>insight_item</c>, a row a person and recommendation; gives the condition, on a row <c>p</c> of the people, that all of theirs are known.
    /// </summary>
    private string GatherItems()
    {
        if (!run.Job.Config.InsightRecommendations)
        {
            return "false";
        }

        var asked = run.Job.AsksForRecommendations;
        var source = asked ? _owed.Relation : "recommended";
        foreach (var slice in KeySlice.For(run.Db.Number($"SELECT count(*) FROM {source}")))
        {
            run.Db.Execute($"""
                INSERT INTO insight_item
                SELECT kh, member_key, n, json FROM (
                    SELECT kh, member_key, generate_subscripts(items, 1) AS n, unnest(items) AS json
                    FROM (SELECT kh, member_key, list_slice(from_json(items, '["JSON"]'), 1, {InsightTables.Recommendations})::VARCHAR[] AS items
                        FROM {source} WHERE {slice.Where()}))
                """);
        }

        return asked
            ? $"EXISTS (SELECT 1 FROM {source} r WHERE r.kh = p.kh AND r.member_key = p.member_key)"
            : work.Read.RecommendationsMissing ? "false" : "true";
    }

    private void GatherDue(string known)
    {
        run.Db.Execute($"""
            INSERT INTO insight_failed
            SELECT p.contact_id, i.record, p.email, p.audience, 'Invalid', 'JsonContainsNestedArray',
                   'Recommendation ' || i.record || ' holds an array in an array, which Dotdigital does not take.'
            FROM insight_item i JOIN insight_person p ON p.kh = i.kh AND p.member_key = i.member_key WHERE {InsightSql.IsNested("i.json")};
            DELETE FROM insight_item WHERE {InsightSql.IsNested("json")};

            INSERT INTO insight_due
            SELECT kh, member_key, contact_id, email, audience, record, json, md5_number_lower(json) FROM (
                SELECT kh, member_key, contact_id, email, audience, 0::USMALLINT AS record, fields AS json FROM insight_person WHERE fields IS NOT NULL
                UNION ALL
                SELECT p.kh, p.member_key, p.contact_id, p.email, p.audience, i.record, i.json FROM insight_item i JOIN insight_person p ON p.kh = i.kh
                    AND p.member_key = i.member_key)
            QUALIFY row_number() OVER (PARTITION BY contact_id, record ORDER BY kh, member_key) = 1;

            -- Somebody without any value has a record to empty only if there was one.
            DELETE FROM insight_due WHERE json = '{"{}"}'
                AND NOT EXISTS (SELECT 1 FROM {_sent.Relation} s WHERE s.contact_id = insight_due.contact_id AND s.record = insight_due.record);
            DELETE FROM insight_due USING {_sent.Relation} s
            WHERE s.contact_id = insight_due.contact_id AND s.record = insight_due.record AND s.hash = insight_due.hash
                AND s.member_key = insight_due.member_key
              AND NOT EXISTS (SELECT 1 FROM watched w WHERE w.kind = '{WatchKind.Insight}' AND w.kh = insight_due.kh
                  AND w.member_key = insight_due.member_key AND (w.since > {run.Now - AnHour} OR w.until < {run.Now}));

            INSERT INTO insight_gone
            SELECT s.contact_id, s.record, p.email, p.audience FROM {_sent.Relation} s JOIN insight_person p USING (contact_id)
            WHERE s.record > 0 AND {known} AND NOT EXISTS (SELECT 1 FROM insight_item i WHERE i.kh = p.kh AND i.member_key = p.member_key
                AND i.record = s.record);
            """);
    }

    /// <summary>Notes what Dotdigital has now. What it will never take is noted too, or it would be sent each time.</summary>
    private void Record(KeySlice slice) => _sent.Replace($"""
        SELECT s.contact_id, s.record, CASE WHEN d.contact_id IS NOT NULL AND f.outcome IS DISTINCT FROM 'Failed' THEN d.hash
            ELSE s.hash END AS hash, s.kh, s.member_key
        FROM {_sent.Relation} s
        LEFT JOIN (SELECT contact_id, record, hash FROM insight_due WHERE {slice.Where()}) d ON d.contact_id = s.contact_id AND d.record = s.record
        LEFT JOIN (SELECT contact_id, record, min(outcome) AS outcome FROM insight_failed GROUP BY 1, 2) f ON f.contact_id = s.contact_id
            AND f.record = s.record
        """);

    /// <summary>What a platform recommended stays owed until the person has it, or has left.</summary>
    private void KeepOwed()
    {
        if (_owed.IsEmpty)
        {
            return;
        }

        _owed.Replace($"""
            SELECT o.kh, o.member_key, o.items FROM {_owed.Relation} o
            LEFT JOIN insight_person p ON p.kh = o.kh AND p.member_key = o.member_key
            LEFT JOIN (
                SELECT d.contact_id FROM insight_due d LEFT JOIN {_sent.Relation} s ON s.contact_id = d.contact_id AND s.record = d.record
                WHERE d.record > 0 AND s.hash IS DISTINCT FROM d.hash
                UNION
                SELECT g.contact_id FROM insight_gone g JOIN {_sent.Relation} s ON s.contact_id = g.contact_id AND s.record = g.record
                WHERE g.record > 0) u ON u.contact_id = p.contact_id
            WHERE u.contact_id IS NOT NULL OR (p.kh IS NULL AND (
                EXISTS (SELECT 1 FROM roll r WHERE r.kh = o.kh AND r.member_key = o.member_key)
                OR EXISTS (SELECT 1 FROM {run.LedgerRelation} l WHERE l.kh = o.kh AND l.member_key = o.member_key AND l.state <> 'left')))
            """);
    }

    private void SayFailed()
    {
        foreach (var (outcome, records, reason) in run.Db.Query("SELECT outcome, count(*), mode(reason) FROM insight_failed GROUP BY 1 ORDER BY 1",
            r => (r.GetString(0), r.GetInt64(1), r.GetString(2))))
        {
            run.Report(outcome == "Failed" ? Findings.InsightNotDelivered(records, reason) : Findings.InsightLeftOut(records, reason));
        }
    }
}
