using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Recording;

/// <summary>
/// Outcomes -> ledger: writes the next generation from the current one and every settled delivery, then, in one transaction, names it, marks the
/// deliveries as recorded and puts the status events into the outbox. A kill before the transaction leaves only litter.
/// </summary>
/// <param name="outcomesOf">The outcomes of deliveries as one relation, without ids of contacts that are somebody else's; given the relation of the
/// ledger.</param>
internal sealed class LedgerFold(RunContext run, Func<IReadOnlyList<Delivery>, string, CancellationToken, Task<string>> outcomesOf)
{
    // What fails later does not answer a call that Dotdigital may yet carry out: it is looked up before it is repeated, and leaves like a member.
    private const string StillUnanswered =
        $"(l.state = 'failed' AND l.code IN {ReasonCode.MayBeApplied} AND coalesce(b.state, 'failed') = 'failed' "
        + "AND b.outcome = 'Failed' AND b.code NOT LIKE 'RejectedByWatchdog%')";

    // How somebody came to be in the book says more than that their values were written since.
    private const string KeepsCode = $"(u_outcome = 'Delivered' AND coalesce(code, '') IN {ReasonCode.NotOurEntry})";

    // People who were found in the book and were in no audience; only members are updated.
    private const string EntersAudience = $"(u_outcome = 'Delivered' AND code IN ('{ReasonCode.Adopted}', '{ReasonCode.FoundThere}'))";

    /// <summary>Folds what is settled; does nothing where nothing is.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var settled = run.Journal.Settled();
        if (settled.Count == 0)
        {
            return;
        }

        var current = run.Ledger;
        if (settled.All(d => d.Outcomes is null))
        {
            run.Journal.Record(settled);
            return;
        }

        var next = $"ledger/{run.Job.Tag}/{current.Generation + 1:D8}";
        var ledger = LedgerFiles.Relation(run.Folder, current.Folder);
        var outcomes = await outcomesOf(settled, ledger, cancellation);
        var writes = settled.Where(d => d.Writes).ToList();
        run.Db.Execute(
            """
            CREATE OR REPLACE TABLE status_event(event_id VARCHAR, email VARCHAR, account_id BIGINT, account_status VARCHAR, address_book_id BIGINT,
                address_book_status VARCHAR, contact_id BIGINT)
            """);
        DeleteLitter(next);
        FindMoved(ledger, outcomes);
        var slices = KeySlice.For(current.Rows + run.Db.Number($"SELECT count(*) FROM {outcomes}"));
        var books = new Dictionary<long, BookRows>();
        for (var i = 0; i < slices.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            Fold(ledger, outcomes, writes, slices[i], $"{next}/{i:D4}.parquet", current.Generation + 1, books);
            run.Progress?.Report(new RunProgress("record", i + 1, slices.Count, "slices"));
        }

        var events = run.Db.Number("SELECT count(*) FROM status_event") == 0
            ? null
            : run.Publish($"events/{run.RunId}-{current.Generation + 1:D8}.parquet", "SELECT * FROM status_event ORDER BY event_id");
        run.Store.Ledgers.Name(new NewGeneration(run.Job.Tag, next, current.Generation + 1, run.RunId, settled, books.Values, events));
        StoreLoss.Mark(run.Folder, next);
        DeleteOld(next, current.Folder);
    }

    private void Fold(string ledger, string outcomes, IReadOnlyList<Delivery> writes, KeySlice slice, string name, long generation,
        Dictionary<long, BookRows> books)
    {
        var latest =
            OutcomeFiles.Latest(outcomes, slice, "book_id", [.. OutcomeFiles.Columns.Select(c => c.Name).Except(["kh", "member_key", "book_id", "operation"])]);
        run.Db.Execute($"""
            CREATE OR REPLACE TEMP TABLE folded AS
            WITH o AS {latest},
            b AS (SELECT * FROM o WHERE book_id IS NOT NULL),
            u AS (SELECT * FROM o WHERE book_id IS NULL),
            l AS (SELECT * FROM {ledger} WHERE {slice.Where()}),
            j AS (
                SELECT coalesce(l.kh, b.kh) AS kh, coalesce(l.member_key, b.member_key) AS member_key, coalesce(l.book_id, b.book_id) AS book_id,
                       l.state IN ('delivered', 'pending') AS there, l.state AS old_state, l.since AS old_since, l.entered_at AS old_entered_at,
                       l.code AS old_code, l.account_status AS old_account_status, l.book_status AS old_book_status,
                       coalesce(b.email, l.email) AS email, coalesce(b.profile_key, l.profile_key) AS profile_key,
                       coalesce(b.contact_id, l.contact_id) AS contact_id,
                       b.state AS b_state, CASE WHEN b.code IN ('{ReasonCode.Adopted}', '{ReasonCode.FoundThere}',
                           '{ReasonCode.CameBack}') THEN coalesce(b.origin, l.origin)
                           ELSE coalesce(l.origin, b.origin) END AS origin, coalesce(b.audience, l.audience) AS audience,
                       b.fields_hash AS b_hash, l.fields_hash AS l_hash, b.told_at AS b_at,
                       coalesce(b.outcome, l.outcome) AS outcome, CASE WHEN b.outcome IS NULL OR {StillUnanswered} THEN l.code
                           ELSE b.code END AS code, CASE WHEN b.outcome IS NULL THEN l.reason ELSE b.reason END AS reason,
                       coalesce(b.told_at, l.outcome_at) AS outcome_at, coalesce(b.account_status, l.account_status) AS account_status,
                       coalesce(b.book_status, CASE WHEN b.kh IS NULL OR l.state <> 'left' THEN l.book_status END) AS book_status
                FROM l FULL OUTER JOIN b ON b.kh = l.kh AND b.member_key = l.member_key AND b.book_id = l.book_id),
            n AS (
                SELECT j.*, coalesce(j.b_state, CASE WHEN j.there THEN u.state END, j.old_state) AS state, j.there AND u.kh IS NOT NULL
                    AND j.b_at IS NULL AS by_update,
                       u.told_at AS u_at, u.fields_hash AS u_hash, u.contact_id AS u_contact_id, u.profile_key AS u_profile_key,
                       u.outcome AS u_outcome, u.code AS u_code, u.reason AS u_reason,
                       u.account_status AS u_account_status, u.book_status AS u_book_status
                FROM j LEFT JOIN u ON u.kh = j.kh AND u.member_key = j.member_key),
            m AS (SELECT * FROM moved_entry WHERE {slice.Where()}),
            unsure AS ({Unsure(writes, slice)})
            SELECT n.kh, n.member_key, n.book_id, email, coalesce(u_profile_key, profile_key) AS profile_key,
                   coalesce(u_contact_id, contact_id) AS contact_id, state,
                   CASE WHEN state IS DISTINCT FROM old_state THEN coalesce(b_at, u_at) ELSE old_since END AS since, origin, audience,
                   CASE WHEN unsure.kh IS NULL THEN coalesce(b_hash, u_hash, l_hash) END AS fields_hash,
                   CASE WHEN by_update THEN u_outcome ELSE outcome END AS outcome, CASE WHEN by_update AND NOT {KeepsCode} THEN u_code
                       ELSE code END AS code, CASE WHEN by_update AND NOT {KeepsCode} THEN u_reason ELSE reason END AS reason,
                   CASE WHEN by_update THEN u_at ELSE outcome_at END AS outcome_at,
                   CASE WHEN by_update THEN coalesce(u_account_status, account_status) ELSE account_status END AS account_status,
                   CASE WHEN by_update THEN coalesce(u_book_status, book_status, CASE WHEN {EntersAudience} THEN 'Subscribed' END)
                       ELSE book_status END AS book_status,
                   CASE WHEN old_state IS NULL OR (old_state = 'left' AND old_code IS DISTINCT FROM '{ReasonCode.RemovedAtDotdigital}')
                       THEN least(coalesce(m.entered_at, b_at, u_at), {run.Now}, {run.EnteringSince})
                       ELSE old_entered_at END AS entered_at, old_account_status, old_book_status
            FROM n LEFT JOIN m ON m.kh = n.kh AND m.member_key = n.member_key AND m.book_id = n.book_id LEFT JOIN unsure ON unsure.kh = n.kh
                AND unsure.member_key = n.member_key
            WHERE state IS NOT NULL;
            """);
        if (run.Job.Config.SyncStatus)
        {
            run.Db.Execute($"""
                INSERT INTO status_event
                SELECT md5(concat_ws('|', {SqlText.Literal(run.Job.Tag)}, {generation}, book_id, member_key)), email, {run.Client.Account.Id},
                       coalesce(account_status, 'Subscribed'), book_id, book_status, contact_id
                FROM folded WHERE book_status IS NOT NULL
                    AND (book_status IS DISTINCT FROM old_book_status
                    OR coalesce(account_status, 'Subscribed') <> coalesce(old_account_status, 'Subscribed'))
                """);
        }

        run.Publish(name, $"SELECT {string.Join(", ", LedgerFiles.Columns.Select(c => c.Name))} FROM folded ORDER BY kh, member_key, book_id");
        foreach (var book in run.Db.Query(BookRows.Query("folded"), BookRows.Of))
        {
            books[book.Book] = books.TryGetValue(book.Book, out var had) ? had + book : book;
        }
    }

    /// <summary>
    /// Members of writes whose end does not say which values they have: a contact's are the same in all its books, so what any of them was last sent is not
    /// known to be there any more.
    /// </summary>
    private string Unsure(IReadOnlyList<Delivery> writes, KeySlice slice) =>
        $"SELECT kh, member_key FROM {OutcomeFiles.Relation(run.Folder, writes)} WHERE {slice.Where()} GROUP BY ALL HAVING count(fields_hash) = 0";

    /// <summary>Fills <c>moved_entry</c>: a person who goes on under another address entered when they entered under the former one.</summary>
    private void FindMoved(string ledger, string outcomes)
    {
        run.Db.Execute(
            $"""
            CREATE OR REPLACE TABLE moved_away AS
            SELECT DISTINCT kh, member_key, book_id, contact_id
            FROM {outcomes} WHERE operation = '{ChangeAction.MovedAway}' AND contact_id IS NOT NULL
            """);
        run.Db.Execute(run.Db.Number("SELECT count(*) FROM moved_away") == 0
            ? "CREATE OR REPLACE TABLE moved_entry(kh UBIGINT, member_key VARCHAR, book_id BIGINT, entered_at BIGINT)"
            : $"""
              CREATE OR REPLACE TABLE moved_entry AS
              SELECT n.kh, n.member_key, n.book_id, min(k.entered_at) AS entered_at
              FROM {outcomes} n JOIN moved_away o ON o.contact_id = n.contact_id AND o.book_id = n.book_id
              JOIN {ledger} k ON k.kh = o.kh AND k.member_key = o.member_key AND k.book_id = o.book_id
              WHERE n.operation = '{ChangeAction.Move}' GROUP BY 1, 2, 3
              """);
    }

    /// <summary>Deletes older generations that nobody reads, also those that a killed process left. The one before stays.</summary>
    private void DeleteOld(string next, string? before)
    {
        foreach (var folder in Directory.GetDirectories(run.Folder.Full($"ledger/{run.Job.Tag}")).Select(f => $"ledger/{run.Job.Tag}/{Path.GetFileName(f)}")
            .Where(f => f != next && f != before))
        {
            run.Store.Ledgers.Delete(folder);
        }
    }

    private void DeleteLitter(string generation)
    {
        if (Directory.Exists(run.Folder.Full(generation)))
        {
            Directory.Delete(run.Folder.Full(generation), recursive: true);
        }
    }
}
