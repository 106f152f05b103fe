using Rollcall.Dotdigital;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>
/// Looks at people who are known to have opted out and may be subscribed all the same. Where a write of ours that named the book (or the account's
/// status) came after the opt-out, or may have come, it is undone at once, at the level of the opt-out: POST /v2/address-books/{id}/contacts/unsubscribe or
/// /v2/contacts/unsubscribe. People brought back on request stay, unless they opted out again since. Where surely no write of ours came after it,
/// they came back on their own: <see cref="CameBack"/>.
/// </summary>
internal sealed class PuttingRight(RunContext run, ReadBack readBack, SettledDeliveries settled, IReadOnlySet<string> allow)
{
    /// <summary>The guard that holds when many are to be unsubscribed again at once.</summary>
    public const string Guard = "optouts";

    private const int MostAtOnce = 100;
    private const double MostPercent = 1;

    // A clock is read some seconds off.
    private const long Minute = 60_000;

    private readonly Watch _watch = new(run);

    /// <summary>How many opt-outs were restored.</summary>
    public int Restored { get; private set; }

    /// <summary>Whether Dotdigital refused to put someone right.</summary>
    public bool Refused { get; private set; }

    /// <summary>
    /// Looks, before the comparison, at everybody who is in a book according to the ledger and whose opt-out is known, and at those on the watch: feeds
    /// tell late.
    /// </summary>
    /// <param name="ledger">The relation of the ledger.</param>
    /// <param name="onlyWatched">Whether only those on the watch are looked at, in the book that they are on it for.</param>
    public async Task LookAtKnownAsync(string ledger, CancellationToken cancellation, bool onlyWatched = false)
    {
        run.Db.Execute($"""
            CREATE OR REPLACE TABLE put_back AS
            WITH
            here AS (
                SELECT kh, member_key, email, contact_id, book_id, CASE WHEN code IN {ReasonCode.NotOurEntry} THEN NULL ELSE since END AS written
                FROM {ledger} WHERE state = 'delivered' AND code IS DISTINCT FROM '{ReasonCode.CameBack}'),
            open AS (
                SELECT kh, member_key, any_value(email) AS email, max(contact_id) AS contact_id, book_id, bool_or(kind = '{WatchKind.Entry}') AS entry,
                    bool_or(kind = '{WatchKind.Status}') AS status
                FROM watched WHERE kind IN ('{WatchKind.Entry}', '{WatchKind.Status}') AND book_id <> 0 GROUP BY kh, member_key, book_id),
            pair AS (
                SELECT coalesce(h.kh, o.kh) AS kh, coalesce(h.member_key, o.member_key) AS member_key, coalesce(h.email, o.email) AS email,
                    coalesce(h.contact_id, o.contact_id) AS contact_id,
                       coalesce(h.book_id, o.book_id) AS book_id, h.written, coalesce(o.entry, false) AS entry, coalesce(o.status, false) AS status
                FROM here h {(onlyWatched ? "RIGHT" : "FULL OUTER")} JOIN open o ON o.kh = h.kh AND o.member_key = h.member_key AND o.book_id = h.book_id),
            told AS (
                SELECT b.*, o.status AS how, o.since - o.margin AS earliest, o.book_id = {OptOuts.WholeAccount} AS of_account
                FROM pair b JOIN opt_out o ON o.kh = b.kh AND o.email_key = b.member_key WHERE o.book_id IN (0, b.book_id) AND o.cause <> 'deleted'
                    AND o.status <> 'Deleted' AND o.back_since IS NULL
                UNION ALL
                SELECT b.*, o.status, o.since - o.margin, o.book_id = {OptOuts.WholeAccount}
                FROM pair b JOIN opt_out o ON o.contact_id = b.contact_id WHERE o.book_id IN (0, b.book_id) AND o.email_key <> b.member_key
                    AND o.cause <> 'deleted' AND o.status <> 'Deleted' AND o.back_since IS NULL)
            SELECT kh, member_key, any_value(email) AS email, max(contact_id) AS contact_id, book_id, false AS on_request, any_value(how) AS status,
                bool_or(of_account) AS of_account, bool_or(entry) AS watched,
                   bool_or(CASE WHEN of_account THEN status ELSE entry OR coalesce(written >= coalesce(earliest, 0) - {Minute}, false) END) AS undone
            FROM told GROUP BY kh, member_key, book_id
            """);
        if (run.Db.Number("SELECT count(*) FROM put_back") == 0)
        {
            return;
        }

        await readBack.ReadAsync("put_back", null, cancellation);

        // What pages show may be older than the opt-out: these get on the watch, once. Its time runs from the write, not from the last look.
        _watch.Enter(
            $"""
            SELECT p.member_key, p.book_id, '{WatchKind.Entry}' AS kind, '{WatchReason.OptedOutNearWrite}' AS why, p.email, p.contact_id
            FROM put_back p WHERE undone AND NOT of_account AND NOT watched
            """,
            run.Now);
        await UndoAsync(cancellation);
        new CameBack(run, settled).FirstLook();
    }

    /// <summary>Looks at everyone in imports that are settled and not yet in the ledger: some opted out while an import was under way.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var imports = run.Journal.Settled().Where(d => d.Writes && d.Books.Count > 0).ToList();
        if (imports.Count == 0 || run.OptOuts.CopySeenSince(run.Db, imports.Min(d => d.SeenNo)) == 0)
        {
            return;
        }

        run.Db.Execute($"""
            CREATE OR REPLACE TABLE put_back AS
            WITH ends(id, ended) AS (VALUES {string.Join(", ", imports.Select(d => $"({d.Id}, {Ended(d)}::BIGINT)"))}),
            entered AS (
                SELECT kh, member_key, email, contact_id, book_id, bool_or(operation = 'resubscribe') AS on_request,
                    CASE WHEN count(ended) = count(*) THEN max(ended) END AS ended
                FROM {OutcomeFiles.Relation(run.Folder, imports)} JOIN ends ON id = seq WHERE operation IN ('enter', 'resubscribe') GROUP BY ALL),
            late AS (SELECT *, status = 'Unsubscribed' AND since IS NOT DISTINCT FROM asked_since AS was_answered FROM seen_opt_out WHERE cause <> 'deleted')
            SELECT kh, member_key, email, contact_id, book_id, bool_or(on_request) AS on_request, any_value(status) AS status,
                bool_or(out_of = 0) AS of_account,
                   bool_or(coalesce(since - margin <= ended + {Minute}, true) AND (out_of <> 0 OR on_request)) AS undone
            FROM (
                SELECT e.*, s.status, s.since, s.margin, s.book_id AS out_of, s.was_answered FROM entered e JOIN late s ON s.email_key = e.member_key
                    AND s.book_id IN (0, e.book_id)
                UNION ALL
                SELECT e.*, s.status, s.since, s.margin, s.book_id AS out_of, s.was_answered FROM entered e JOIN late s ON s.contact_id = e.contact_id
                    AND s.book_id IN (0, e.book_id))
            WHERE NOT (on_request AND was_answered)
            GROUP BY kh, member_key, email, contact_id, book_id
            """);
        if (run.Db.Number("SELECT count(*) FROM put_back") == 0)
        {
            return;
        }

        await readBack.ReadAsync("put_back", null, cancellation);

        // Who was asked and has not come back is where they were; that a feed dates the question as a new opt-out changes nothing.
        run.Db.Execute("""
            DELETE FROM put_back USING seen s
            WHERE put_back.on_request AND s.kh = put_back.kh AND s.member_key = put_back.member_key AND s.book_id = put_back.book_id
                AND (s.verdict IN ('pending', 'absent') OR s.book_status = 'Unsubscribed')
            """);
        await UndoAsync(cancellation);
        settled.RecordLocal(
            $"""
            SELECT kh, member_key, book_id, 'enter' AS operation, email, NULL::VARCHAR AS profile_key, contact_id, 'suppressed' AS state,
                NULL::VARCHAR AS origin, NULL::VARCHAR AS audience,
                   NULL::UBIGINT AS fields_hash, 'Suppressed' AS outcome, status AS code, 'Opted out while the run was under way.' AS reason,
                       {run.Now} AS told_at,
                   CASE WHEN of_account THEN status END AS account_status, status AS book_status
            FROM put_back c WHERE {Holds.OptOutNotHeld}
            """);
    }

    /// <summary>Unsubscribes those of <c>put_back</c> who may have been put back by a write of ours and are subscribed according to <c>seen</c>.</summary>
    private async Task UndoAsync(CancellationToken cancellation)
    {
        run.Db.Execute("""
            CREATE OR REPLACE TABLE undoing AS
            SELECT p.kh, p.member_key, p.email, p.contact_id, p.book_id, p.of_account
            FROM put_back p JOIN seen s ON s.kh = p.kh AND s.member_key = p.member_key AND s.book_id = p.book_id
            WHERE p.undone AND (s.verdict = 'in' OR (p.of_account AND s.account_status = 'Subscribed'))
            """);
        HoldMany();
        var accountsDone = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, email, book, ofAccount, id) in run.Db.Query(
            "SELECT member_key, email, book_id, of_account, contact_id FROM undoing ORDER BY kh, book_id",
            r => (r.GetString(0), r.GetString(1), r.GetInt64(2), r.GetBoolean(3), r.IsDBNull(4) ? (long?)null : r.GetInt64(4))))
        {
            if (!ofAccount || accountsDone.Add(key))
            {
                await UndoAsync(key, id, email, book, ofAccount, cancellation);
            }
        }
    }

    private async Task UndoAsync(string key, long? id, string email, long book, bool ofAccount, CancellationToken cancellation)
    {
        var delivery = run.Journal.Prepare(run.RunId, DeliveryKind.Unsubscribe, [book], null, 1, 0);
        long? from = ofAccount ? null : book;
        try
        {
            try
            {
                await UnsubscribeAsync(email);
            }
            catch (DotdigitalException e) when (e.ErrorCode == Unsubscribes.NotFound && id is not null)
            {
                await UnsubscribeAsync(await LookUps.SpelledAsync(run, key, id.Value, email, cancellation));
            }
        }
        catch (DotdigitalException e) when (e.Kind == FailureKind.Permanent)
        {
            // One person that Dotdigital refuses must not stop this run and every later one.
            run.Journal.Refuse(delivery, null, e.Message);
            run.Report(Findings.OptOutNotRestored(Masked(email), from, e.Message));
            Refused = true;
            return;
        }

        Task<OptedOut> UnsubscribeAsync(string address) => ofAccount
            ? run.Client.Contacts.UnsubscribeFromAccountAsync(address, cancellation)
            : run.Client.Contacts.UnsubscribeAsync(book, address, cancellation);

        run.Journal.Refuse(delivery, null, "unsubscribed again");
        Restored++;
        run.Report(Findings.OptOutRestored(Masked(email), from));
    }

    /// <summary>So many at once may be a mistake: nothing is sent about them until the guard is let pass.</summary>
    private void HoldMany()
    {
        foreach (var (book, people) in allow.Contains(Guard)
            ? []
            : run.Db.Query("SELECT book_id, count(*) FROM undoing GROUP BY 1 HAVING count(*) > 100 ORDER BY 1", r => (r.GetInt64(0), r.GetInt64(1))))
        {
            var size = run.Store.Books.Of(run.Job.Tag).FirstOrDefault(b => b.BookId == book)?.Delivered ?? 0;
            if (people <= MostAtOnce || people * 100.0 <= MostPercent * size)
            {
                continue;
            }

            run.HeldPeople.RemoveAll(h => h.AddressBookId == book);
            run.HeldPeople.Add(new GuardHeld(Guard, null, book,
                $"{MostAtOnce} people and {MostPercent:0} % of {Counted.Of(size, "member")} unsubscribed again at once", people));
            _watch.Enter(
                $"""
                SELECT member_key, book_id, CASE WHEN of_account THEN '{WatchKind.Status}'
                    ELSE '{WatchKind.Entry}' END AS kind, '{WatchReason.Held}' AS why, email, contact_id
                FROM undoing WHERE book_id = {book}
                """,
                run.Now);
            run.Db.Execute($"""
                INSERT INTO under_way SELECT DISTINCT kh, member_key, '{ReasonCode.OptOutsHeld}' FROM undoing WHERE book_id = {book};
                DELETE FROM undoing WHERE book_id = {book};
                """);
        }
    }

    private static string Ended(Delivery delivery) =>
        delivery.Ended is { } ended ? ended.ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture) : "NULL";

    private string Masked(string email) => run.Workplace.ShowEmails ? email : EmailMask.Mask(email);
}
