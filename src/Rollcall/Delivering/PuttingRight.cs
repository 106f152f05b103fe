using Rollcall.Dotdigital;
using Rollcall.Ledger;

namespace Rollcall.Delivering;

/// <summary>
/// Unsubscribes again, at once, whoever opted out while an import of ours was under way and was put back by it: POST
/// /v2/address-books/{id}/contacts/unsubscribe. Whom the run brought back on request stays, unless they opted out anew since; and so does
/// whoever opted out after the import's end: it did not put them back, they came back by themselves.
/// </summary>
internal sealed class PuttingRight(RunContext run, ReadBack readBack, Settlement settlement)
{
    // An opt-out that is dated only to the day may be of any moment of it. And a clock is read some seconds off.
    private const long Day = 86_400_000;
    private const long Minute = 60_000;

    /// <summary>Whether Dotdigital refused to put someone right.</summary>
    public bool Refused { get; private set; }

    /// <summary>Looks at everyone in imports that are settled and not yet in the ledger.</summary>
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
                SELECT kh, member_key, email, contact_id, book_id, bool_or(operation = 'resubscribe') AS on_request, CASE WHEN count(ended) = count(*) THEN max(ended) END AS ended
                FROM {OutcomeFiles.Relation(run.Folder, imports)} JOIN ends ON id = seq WHERE operation IN ('enter', 'resubscribe') GROUP BY ALL),
            late AS (SELECT *, status = 'Unsubscribed' AND since IS NOT DISTINCT FROM asked_since AS was_answered FROM seen_opt_out WHERE cause <> 'deleted')
            SELECT kh, member_key, email, contact_id, book_id, bool_or(on_request) AS on_request, any_value(status) AS status, bool_or(out_of = 0) AS of_account,
                   bool_or(coalesce(since % {Day} = 0 OR since <= ended + {Minute}, true)) AS undone
            FROM (
                SELECT e.*, s.status, s.since, s.book_id AS out_of, s.was_answered FROM entered e JOIN late s ON s.email_key = e.member_key AND s.book_id IN (0, e.book_id)
                UNION ALL
                SELECT e.*, s.status, s.since, s.book_id AS out_of, s.was_answered FROM entered e JOIN late s ON s.contact_id = e.contact_id AND s.book_id IN (0, e.book_id))
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
            WHERE put_back.on_request AND s.kh = put_back.kh AND s.member_key = put_back.member_key AND s.book_id = put_back.book_id AND (s.verdict IN ('pending', 'absent') OR s.book_status = 'Unsubscribed')
            """);
        foreach (var (email, book) in run.Db.Query(
            "SELECT p.email, p.book_id FROM put_back p JOIN seen s ON s.kh = p.kh AND s.member_key = p.member_key AND s.book_id = p.book_id WHERE s.verdict = 'in' AND p.undone",
            r => (r.GetString(0), r.GetInt64(1))))
        {
            var delivery = run.Journal.Prepare(run.RunId, DeliveryKind.Unsubscribe, [book], null, 1, 0);
            try
            {
                await run.Client.Contacts.UnsubscribeAsync(book, email, cancellation);
            }
            catch (DotdigitalException e) when (e.Kind == FailureKind.Permanent)
            {
                // One whom Dotdigital refuses must not stop this run and every later one.
                run.Journal.Refuse(delivery, null, e.Message);
                run.Notice($"{Masked(email)} opted out of book {book} while this job's import was under way; the import put them back, and Dotdigital refused to unsubscribe them again. Unsubscribe them there. {e.Message}");
                run.SomethingLeft = Refused = true;
                continue;
            }

            run.Journal.Refuse(delivery, null, "unsubscribed again");
            run.Notice($"{Masked(email)} opted out of book {book} while this job's import was under way; the import put them back, and they were unsubscribed again at once.");
        }

        settlement.RecordLocal(
            $"""
            SELECT kh, member_key, book_id, 'enter' AS operation, email, NULL::VARCHAR AS profile_key, contact_id, 'suppressed' AS state, NULL::VARCHAR AS origin, NULL::VARCHAR AS audience,
                   NULL::UBIGINT AS fields_hash, 'Suppressed' AS outcome, status AS code, 'Opted out while the run was under way.' AS reason, {run.Now} AS told_at,
                   CASE WHEN of_account THEN status END AS account_status, status AS book_status
            FROM put_back
            """);
    }

    private static string Ended(Delivery delivery) => delivery.Ended is { } ended ? ended.ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture) : "NULL";

    private string Masked(string email) => run.Workplace.ShowEmails ? email : EmailMask.Mask(email);
}
