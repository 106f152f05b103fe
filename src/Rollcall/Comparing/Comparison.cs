using System.Numerics;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Work;

namespace Rollcall.Comparing;

/// <summary>
/// Roll + ledger -> changes. A book wants the union of the audiences mapped to it; what differs from the ledger is a change. Goes slice by
/// slice through both, which are ordered by key hash, so that memory does not grow with the audience.
/// </summary>
internal sealed class Comparison(RunDatabase db)
{
    private bool _renames;

    /// <summary>
    /// Fills <c>change</c> (a row a member and book with something to do or to say), <c>changed</c> (the values of each member who enters or is
    /// updated), <c>renamed</c> (who is wanted by another audience than the ledger names, and stays) and the duplicates in <c>roll_left_out</c>,
    /// and counts everything.
    /// </summary>
    public ComparisonCounts Run(ComparisonInput input, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        CreateTables(input);
        var counts = new ComparisonCounts();
        var rolled = db.Number("SELECT count(*) FROM roll");
        var slices = KeySlice.For(Math.Max(rolled, input.LedgerRows));
        var (looked, first) = (0L, 0UL);
        for (var i = 0; i < slices.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            looked += Settle(input, slices[i]);

            // What is left of a slice is often little: the joins of strings wait until they are worth their start.
            if (looked >= KeySlice.Members / 2 || i + 1 == slices.Count)
            {
                var slice = new KeySlice(first, slices[i].Last);
                EnterNew(input, slice, counts);
                Gather(input, slice, counts);
                Decide(input, slice);
                Keep(input, counts);
                (looked, first) = (0, slice.Last + 1);
            }

            progress?.Report(new RunProgress("compare", i + 1, slices.Count, "slices"));
        }

        foreach (var (book, members) in db.Query(
            $"""
            SELECT b.book_no, count(*)
            FROM {input.Ledger} k
            JOIN book b ON b.book_id = k.book_id
            WHERE k.state = 'delivered' AND {Whose.MayLeave(input, "k.origin")}
            GROUP BY 1
            """,
            r => (r.GetFieldValue<ushort>(0), r.GetInt64(1))))
        {
            counts.Delivered[book] = members;
        }

        foreach (var (audience, count) in db.Query("SELECT audience, count(*) FROM roll GROUP BY 1", r => (r.GetFieldValue<ushort>(0), r.GetInt64(1))))
        {
            counts.Rows[audience] = count;
        }

        return counts;
    }

    private void CreateTables(ComparisonInput input)
    {
        ChangeTable.Create(db, input.Books);
        db.Execute("""
            CREATE OR REPLACE TABLE mapping(audience USMALLINT, book_no USMALLINT, audience_id VARCHAR, bit UHUGEINT);
            CREATE OR REPLACE TEMP TABLE many(kh UBIGINT);
            CREATE OR REPLACE TEMP TABLE look(kh UBIGINT);
            """);
        foreach (var (audience, book) in input.Mapping)
        {
            db.Execute(
                $"INSERT INTO mapping VALUES ({audience}, {book}, {SqlText.Literal(input.AudienceIds[audience])}, {BigInteger.One << audience}::UHUGEINT)");
        }

        _renames = AudienceNames.Find(db, input);

        // Opt-outs that name a contact follow the contact to another address; they are joined by id, not by slice.
        db.Execute($"""
            CREATE OR REPLACE TABLE opt_out_contact AS
            SELECT contact_id, book_id, any_value(status) AS status, any_value(since) AS since, any_value(cause) AS cause,
                   bool_or(back_since IS NOT NULL) AS back, count(*) AS addresses
            FROM {input.OptOuts} WHERE contact_id IS NOT NULL GROUP BY 1, 2;
            """);
    }

    /// <summary>
    /// Joins who is wanted with who is known, by numbers only, and leaves in <c>look</c> the key hashes that need a closer look: everybody who differs
    /// anyhow, has rows that disagree, or has an opt-out of any kind. The others, most members of most runs, have nothing to do. The hash of a
    /// member's values is seeded with the member's key: two members under one key hash never pass for one another.
    /// </summary>
    /// <returns>How many key hashes need it.</returns>
    private int Settle(ComparisonInput input, KeySlice slice)
    {
        db.Execute($"INSERT INTO many SELECT kh FROM roll WHERE {slice.Where()} GROUP BY kh HAVING count(*) > 1");
        return db.Execute($"""
            INSERT INTO look
            WITH
            wants AS (SELECT r.kh, m.book_no, r.fields_hash FROM roll r JOIN mapping m ON m.audience = r.audience WHERE {slice.Where("r.kh")}),
            known AS (
                SELECT k.kh, b.book_no, k.fields_hash, k.state = 'delivered' AND k.code IS DISTINCT FROM '{ReasonCode.ClaimedByAnotherJob}' AS there
                FROM {input.Ledger} k JOIN book b ON b.book_id = k.book_id WHERE {slice.Where("k.kh")})
            SELECT coalesce(w.kh, k.kh) AS kh
            FROM wants w FULL OUTER JOIN known k ON k.kh = w.kh AND k.book_no = w.book_no AND k.fields_hash = w.fields_hash
            WHERE w.kh IS NULL OR k.there IS DISTINCT FROM true
            UNION
            SELECT kh FROM roll WHERE {slice.Where()} AND kh IN (SELECT kh FROM many)
            GROUP BY kh HAVING min(fields_hash) IS DISTINCT FROM max(fields_hash) OR count(DISTINCT audience) < count(*)
            UNION
            SELECT kh FROM {input.OptOuts} WHERE {slice.Where()}
            UNION
            SELECT kh FROM {input.Ledger} WHERE {slice.Where()} AND contact_id IN (SELECT contact_id FROM opt_out_contact)
            {(_renames ? $"UNION {AudienceNames.Unlike(input, slice)}" : "")};
            """);
    }

    /// <summary>
    /// Enters the members of one row of the roll of which nothing else is known, by key hash: no ledger, no opt-out, no book that had them already. That
    /// is most of a first run; the others are left in <c>look</c>.
    /// </summary>
    private void EnterNew(ComparisonInput input, KeySlice slice, ComparisonCounts counts)
    {
        var where = slice.Where();
        db.Execute($"""
            CREATE OR REPLACE TEMP TABLE fresh AS
            SELECT kh FROM look ANTI JOIN many USING (kh)
            ANTI JOIN (SELECT kh FROM {input.Ledger} WHERE {where}) USING (kh)
            ANTI JOIN (SELECT kh FROM {input.OptOuts} WHERE {where}) USING (kh)
            ANTI JOIN (SELECT kh FROM {input.AlreadyThere} WHERE {where}) USING (kh);

            INSERT INTO change
            SELECT r.kh, r.member_key, m.book_no, '{ChangeAction.Enter}', m.bit, m.audience_id, r.email, NULL, 'ours', NULL, NULL, NULL, NULL, false, NULL, NULL
            FROM roll r SEMI JOIN fresh USING (kh) JOIN mapping m ON m.audience = r.audience WHERE {slice.Where("r.kh")};

            INSERT INTO changed
            SELECT kh, member_key, email, profile_key, NULL, contact_id, fields, fields_hash
            FROM roll SEMI JOIN fresh USING (kh) SEMI JOIN mapping USING (audience) WHERE {where};

            DELETE FROM look WHERE kh IN (SELECT kh FROM fresh);
            """);
        counts.Add(db.Query(
            $"""
            SELECT m.book_no, m.bit, count(*)
            FROM roll r SEMI JOIN fresh USING (kh)
            JOIN mapping m ON m.audience = r.audience
            WHERE {slice.Where("r.kh")}
            GROUP BY 1, 2
            """,
            r => new VerdictCount(r.GetFieldValue<ushort>(0), ChangeAction.Enter, r.GetFieldValue<BigInteger>(1), "", r.GetInt64(2), r.GetInt64(2), 0)));
    }

    /// <summary>Collects what roll and ledger say of those who need a closer look.</summary>
    private void Gather(ComparisonInput input, KeySlice slice, ComparisonCounts counts)
    {
        // A member's values come from the first audience that has it, then the least key, then the least row hash: never from row order.
        db.Execute($"""
            CREATE OR REPLACE TEMP TABLE numbered AS
            SELECT kh, member_key, audience, row, 1 AS n, false AS duplicate, fields_hash
            FROM roll SEMI JOIN look USING (kh) ANTI JOIN many USING (kh) WHERE {slice.Where()}
            UNION ALL
            SELECT kh, member_key, audience, row, row_number() OVER w, lag(audience) OVER w IS NOT DISTINCT FROM audience, first_value(fields_hash) OVER w
            FROM roll SEMI JOIN look USING (kh) SEMI JOIN many USING (kh) WHERE {slice.Where()}
            WINDOW w AS (PARTITION BY kh, member_key ORDER BY audience, profile_key NULLS LAST, row_hash, row);

            CREATE OR REPLACE TEMP TABLE winner AS
            SELECT r.kh, r.member_key, r.email, r.profile_key, r.contact_id, r.fields, r.fields_hash
            FROM numbered n JOIN roll r ON r.kh = n.kh AND r.audience = n.audience AND r.row = n.row AND r.member_key = n.member_key
            WHERE n.n = 1 AND {slice.Where("r.kh")};

            CREATE OR REPLACE TEMP TABLE known AS
            SELECT kh, member_key, k.book_id, book_no, email, contact_id, state, origin, audience, fields_hash, code, reason, entered_at,
                   book_status AS known_status
            FROM {input.Ledger} k SEMI JOIN look USING (kh) LEFT JOIN book b ON b.book_id = k.book_id WHERE {slice.Where()};
            """);
        counts.AddDuplicates(db.Query("SELECT audience, count(*) FROM numbered WHERE duplicate GROUP BY 1",
            r => ((int)r.GetFieldValue<ushort>(0), r.GetInt64(1))));
        db.Execute($"""
            INSERT INTO roll_left_out BY NAME
            SELECT r.audience, r.row, r.email, 'Omitted' AS outcome, 'Duplicate' AS code,
                   'The audience has this address in another row, whose values are used.' AS reason
            FROM numbered n JOIN roll r ON r.kh = n.kh AND r.member_key = n.member_key AND r.audience = n.audience AND r.row = n.row
            WHERE n.duplicate AND {slice.Where("r.kh")};
            """);
    }

    /// <summary>Says what is to be done with each member and book that need a closer look, with all that a delivery or an explanation needs.</summary>
    private void Decide(ComparisonInput input, KeySlice slice)
    {
        var where = slice.Where();
        db.Execute($"""
            CREATE OR REPLACE TEMP TABLE verdict AS
            WITH
            wants AS (
                SELECT n.kh, n.member_key, m.book_no, bit_or(m.bit) AS audiences, min(n.audience) AS wanted_by, any_value(n.fields_hash) AS fields_hash
                FROM numbered n JOIN mapping m ON m.audience = n.audience WHERE NOT n.duplicate GROUP BY n.kh, n.member_key, m.book_no),
            pair AS (
                SELECT coalesce(w.kh, k.kh) AS kh, coalesce(w.member_key, k.member_key) AS member_key, coalesce(w.book_no, k.book_no) AS book_no,
                       w.kh IS NOT NULL AS wanted, coalesce(w.audiences, 0) AS audiences, w.wanted_by, w.fields_hash,
                       k.audience AS known_by, k.state, k.origin, k.code, k.reason, k.email AS known_email, k.fields_hash AS known_hash,
                       k.entered_at, k.known_status
                FROM wants w FULL OUTER JOIN (SELECT * FROM known WHERE book_no IS NOT NULL) k ON k.kh = w.kh AND k.member_key = w.member_key
                    AND k.book_no = w.book_no),
            contact AS (SELECT kh, member_key, max(contact_id) FILTER (state <> 'left'
                OR coalesce(code, '') NOT IN ('{ReasonCode.Moved}', '{ReasonCode.SameContact}')) AS contact_id,
                min(entered_at) FILTER (state <> 'left' OR code = '{ReasonCode.RemovedAtDotdigital}') AS member_since FROM known GROUP BY kh, member_key),
            out AS (SELECT kh, email_key, book_id, contact_id, status, since, margin, cause, asked_since, asked_at, back_since IS NOT NULL AS back
                FROM {input.OptOuts} WHERE {where}),
            there AS (SELECT kh, member_key, book_id, contact_id FROM {input.AlreadyThere} WHERE {where}),
            joined AS (
                SELECT p.*, mw.audience_id AS wanted_by_id, b.book_id, v.email, c.member_since,
                       CASE WHEN NOT {Whose.Recreated(input)} THEN nullif(coalesce(c.contact_id, t.contact_id), {Whose.DeletedId}) END AS contact_id,
                       {Whose.Recreated(input)} AS recreated, mk.book_no IS NOT NULL OR b.released OR {Whose.Released(input)} AS still_mapped,
                       p.audiences IS NOT NULL AND mk.bit IS NOT NULL AND (p.audiences & mk.bit) <> 0 AS known_wants,
                       coalesce(p.origin, CASE WHEN t.kh IS NULL THEN 'ours' ELSE 'there' END) AS any_origin,
                       {Whose.Holding(input, "coalesce(oa.status, ca.status)", "coalesce(oa.back, ca.back)")} AS account_out,
                       coalesce(oa.since, ca.since) AS account_since,
                       {Whose.Holding(input, "coalesce(ob.status, cb.status)", "coalesce(ob.back, cb.back)")} AS book_out,
                       coalesce(ob.since, cb.since) AS book_since,
                       coalesce(oa.status, 'Unsubscribed') = 'Unsubscribed' AND coalesce(ob.status, 'Unsubscribed') = 'Unsubscribed' AS only_unsubscribed,
                       (oa.kh IS NULL AND ca.contact_id IS NOT NULL) OR (ob.kh IS NULL AND cb.contact_id IS NOT NULL) OR coalesce(ca.addresses, 1) > 1
                           OR coalesce(cb.addresses, 1) > 1 AS by_contact_only,
                       (oa.kh IS NULL OR oa.since IS NOT NULL) AND (ob.kh IS NULL OR ob.since IS NOT NULL) AS dated,
                       coalesce(oa.cause = '{ForgottenOptOuts.Cause}', false) OR coalesce(ob.cause = '{ForgottenOptOuts.Cause}', false) AS forgotten,
                       greatest(oa.since, ob.since) AS out_since,
                       greatest(oa.since + coalesce(oa.margin, 0), ob.since + coalesce(ob.margin, 0)) AS out_latest,
                       greatest(oa.asked_since, ob.asked_since) AS asked_since, greatest(oa.asked_at, ob.asked_at) AS asked_at,
                       coalesce(oa.contact_id, ob.contact_id) AS out_contact_id
                FROM pair p
                JOIN book b ON b.book_no = p.book_no
                LEFT JOIN mapping mw ON mw.book_no = p.book_no AND mw.audience = p.wanted_by
                LEFT JOIN mapping mk ON mk.book_no = p.book_no AND mk.audience_id = p.known_by
                LEFT JOIN winner v ON v.kh = p.kh AND v.member_key = p.member_key
                LEFT JOIN contact c ON c.kh = p.kh AND c.member_key = p.member_key
                LEFT JOIN there t ON t.kh = p.kh AND t.member_key = p.member_key AND t.book_id = b.book_id
                LEFT JOIN out oa ON oa.kh = p.kh AND oa.email_key = p.member_key AND oa.book_id = 0
                LEFT JOIN out ob ON ob.kh = p.kh AND ob.email_key = p.member_key AND ob.book_id = b.book_id
                LEFT JOIN opt_out_contact ca ON ca.contact_id = c.contact_id AND ca.book_id = 0
                LEFT JOIN opt_out_contact cb ON cb.contact_id = c.contact_id AND cb.book_id = b.book_id),
            judged AS (SELECT *, account_out IS NOT NULL OR book_out IS NOT NULL AS opted_out, {Consent.WhyNot(input.Consent)} AS why_not FROM joined),
            asked AS (
                {Consent.Together(input.Consent)})
            SELECT * EXCLUDE (why_not), CASE WHEN another_speaks_against THEN coalesce(why_not,
                'The person opted out as a member of another of the job''s books.') ELSE why_not END AS why_not,
                {Decisions.Action(input)} AS action
            FROM asked;
            """);
    }

    private void Keep(ComparisonInput input, ComparisonCounts counts)
    {
        db.Execute($"""
            INSERT INTO change
            SELECT kh, member_key, book_no, action, audiences, coalesce(wanted_by_id, known_by), coalesce(email, known_email), contact_id,
                   {Whose.Origin(input)}, state, code, reason,
                   coalesce(account_out, book_out), account_out IS NOT NULL,
                   coalesce(CASE WHEN action = '{ChangeAction.Resubscribe}' THEN out_since END, account_since, book_since), why_not
            FROM verdict WHERE action NOT IN ('{ChangeAction.Unchanged}', '{ChangeAction.None}', '{ChangeAction.TakenOut}');

            {AudienceNames.Keep}

            INSERT INTO changed
            SELECT kh, member_key, v.email, v.profile_key, d.contact_id, v.contact_id, v.fields, v.fields_hash
            FROM winner v JOIN (
                SELECT kh, member_key, max(contact_id) AS contact_id FROM verdict
                WHERE action IN ('{ChangeAction.Enter}', '{ChangeAction.Update}', '{ChangeAction.Resubscribe}')
                GROUP BY kh, member_key) d USING (kh, member_key);
            """);
        counts.Add(db.Query(
            $$"""
            SELECT book_no, action, audiences, coalesce(known_by, ''), count(*), count(*) FILTER ({{Whose.MayLeave(input, "any_origin")}}),
                   count(*) FILTER (code = 'RejectedByWatchdogAgain')
            FROM (SELECT book_no, action, audiences, CASE WHEN action IN ('exit', 'taken_out') THEN known_by END AS known_by, any_origin, code
                FROM verdict) GROUP BY 1, 2, 3, 4
            """,
            r => new VerdictCount(r.GetFieldValue<ushort>(0), r.GetString(1), r.GetFieldValue<BigInteger>(2), r.GetString(3), r.GetInt64(4), r.GetInt64(5),
                r.GetInt64(6))));
        db.Execute("TRUNCATE many; TRUNCATE look");
    }
}
