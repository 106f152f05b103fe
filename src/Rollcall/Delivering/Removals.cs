using Microsoft.Extensions.Logging;
using Rollcall.Dotdigital;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>
/// Takes people out of a book in bulk, by contact id: POST /v2/address-books/{id}/contacts/delete. The contact, its other books and its
/// subscription stay. Only people that this job put there come here.
/// </summary>
internal sealed class Removals(RunContext run, Settlement settlement, SettledDeliveries settled)
{
    /// <summary>Sends the removals of <c>removal(kh, member_key, email, contact_id, book_id)</c>.</summary>
    public async Task SendAsync(CancellationToken cancellation)
    {
        await FindMissingIdsAsync(cancellation);
        var total = run.Db.Number("SELECT count(*) FROM removal");
        var sent = 0L;
        foreach (var book in run.Db.Query("SELECT DISTINCT book_id FROM removal ORDER BY 1", r => r.GetInt64(0)))
        {
            run.Db.Execute(
                $"CREATE OR REPLACE TABLE leaving AS SELECT *, row_number() OVER (ORDER BY kh, member_key) - 1 AS n FROM removal WHERE book_id = {book}");
            var count = run.Db.Number("SELECT count(*) FROM leaving");
            var batch = DotdigitalLimits.RemovalBatch;
            for (var from = 0L; from < count && await LookFirstAsync(book, cancellation);)
            {
                var size = (int)Math.Min(batch, count - from);
                if (await SendBatchAsync(book, from, size, cancellation))
                {
                    from += size;
                    sent += size;
                    run.Progress?.Report(new RunProgress("remove", sent, total, "members"));
                }
                else
                {
                    // No limit is documented; this one was too large.
                    batch = Math.Max(1, size / 2);
                }
            }
        }
    }

    private async Task<bool> SendBatchAsync(long book, long from, int size, CancellationToken cancellation)
    {
        var rows = $"SELECT kh, member_key, email, contact_id, book_id FROM leaving WHERE n >= {from} AND n < {from + size}";
        var ids = run.Db.Query($"SELECT contact_id FROM ({rows})", r => r.GetInt64(0)).ToArray();
        if (ids.Length == 0)
        {
            return true;
        }

        var delivery = run.Journal.Prepare(run.RunId, DeliveryKind.Removal, [book], run.PublishManifest(rows), ids.Length, 0);
        try
        {
            var deletion = await run.Client.Contacts.RemoveFromBookAsync(book, ids, cancellation);
            settlement.Await(run.Journal.Accept(delivery, deletion.Value));
            return true;
        }
        catch (DotdigitalException e) when (e.Kind == FailureKind.Permanent && e.Status is 400 or 413 && e.ErrorCode is null && size > 1)
        {
            run.Journal.Refuse(delivery, null, e.Message);
            run.Log.LogInformation("Dotdigital refused to remove {Size} contacts at once; trying half.", size);
            return false;
        }
        catch (DotdigitalException e) when (e.Kind == FailureKind.Ambiguous)
        {
            run.Report(Findings.RemovalUnanswered(size, e.Message));
            await settlement.SettleUnansweredAsync(delivery, cancellation);
            return true;
        }
        catch (DotdigitalException e) when (e.Kind is FailureKind.Permanent or FailureKind.Transient)
        {
            settled.Refuse(delivery, e);
            return true;
        }
        catch (DotdigitalException e) when (e.Kind is not FailureKind.Boundless)
        {
            settled.Refuse(delivery, e);
            throw;
        }
    }

    /// <summary>
    /// Reads, right before a batch, who opted out: a removal takes the membership, and maybe the opt-out with it, so people who opted out are not removed, and
    /// nobody is where that could not be read.
    /// </summary>
    /// <returns>Whether people may be removed.</returns>
    private async Task<bool> LookFirstAsync(long book, CancellationToken cancellation)
    {
        var unread = await run.OptOuts.ReadAsync(run.Client, [OptOuts.WholeAccount, book], run.Progress, cancellation);
        if (LateOptOuts.Close(run, unread))
        {
            return false;
        }

        run.OptOuts.CopySeenSince(run.Db, run.OptOuts.CopiedNo);
        run.Db.Execute($"""
            CREATE OR REPLACE TABLE left_opted_out AS
            SELECT l.kh, l.member_key, l.email, l.contact_id, l.book_id, any_value(s.status) AS status, min(s.book_id) AS out_of
            FROM leaving l JOIN seen_opt_out s ON (s.email_key = l.member_key OR s.contact_id = l.contact_id) AND s.book_id IN (0, l.book_id)
                AND s.cause <> 'deleted' GROUP BY l.kh, l.member_key, l.email, l.contact_id, l.book_id;
            DELETE FROM leaving WHERE EXISTS (SELECT 1 FROM left_opted_out o WHERE o.kh = leaving.kh AND o.member_key = leaving.member_key);
            """);

        // The opt-out may be older than our entry, which then put them back: the next run looks, and undoes it.
        new Watch(run).Enter(
            $"""
            SELECT member_key, book_id, '{WatchKind.Entry}' AS kind, '{WatchReason.OptedOutNearWrite}' AS why, email, contact_id
            FROM left_opted_out WHERE out_of <> {OptOuts.WholeAccount}
            """,
            run.Now);
        settled.RecordLocal($"""
            SELECT kh, member_key, book_id, 'exit' AS operation, email, NULL::VARCHAR AS profile_key, contact_id, 'left' AS state, NULL::VARCHAR AS origin,
                   NULL::VARCHAR AS audience,
                   NULL::UBIGINT AS fields_hash, 'Omitted' AS outcome, 'LeftOptedOut' AS code,
                   'Left the audience; had opted out (' || status || '), and is kept as that.' AS reason,
                   {run.Now} AS told_at, NULL::VARCHAR AS account_status, NULL::VARCHAR AS book_status
            FROM left_opted_out
            """);
        return true;
    }

    /// <summary>
    /// Looks up whose contact id the ledger lacks; who is not at Dotdigital has left already, and whose contact was in the book before the job stays.
    /// </summary>
    private async Task FindMissingIdsAsync(CancellationToken cancellation)
    {
        var mayStay = run.Job.ExitExisting
            ? "false"
            : "EXISTS (SELECT 1 FROM there_sorted t WHERE t.contact_id = removal.contact_id AND t.book_id = removal.book_id)";
        run.Db.Execute("CREATE OR REPLACE TABLE stays AS SELECT * FROM removal WHERE false");
        foreach (var (key, email) in run.Db.Query("SELECT member_key, any_value(email) FROM removal WHERE contact_id IS NULL GROUP BY 1",
            r => (r.GetString(0), r.GetString(1))))
        {
            var contact = await run.Client.Contacts.FindByEmailAsync(email, cancellation);
            if (contact is { Status: not ContactStatus.Deleted } && ProvenIds.Of(contact, key, null) is null)
            {
                // Taking that contact out would take out somebody else.
                run.Db.Execute($"DELETE FROM removal WHERE member_key = {SqlText.Literal(key)}");
                run.SomethingLeft = true;
                continue;
            }

            run.Db.Execute(contact is null or { Status: ContactStatus.Deleted }
                ? $"""
                    INSERT INTO gone SELECT *
                    FROM removal WHERE member_key = {SqlText.Literal(key)};
                    DELETE FROM removal WHERE member_key = {SqlText.Literal(key)}
                    """
                : $"""
                    UPDATE removal SET contact_id = {contact.Id}
                    WHERE member_key = {SqlText.Literal(key)};
                    INSERT INTO stays SELECT *
                    FROM removal WHERE member_key = {SqlText.Literal(key)} AND {mayStay}
                    """);
        }

        run.Db.Execute(
            """
            DELETE FROM removal WHERE EXISTS (SELECT 1 FROM stays s WHERE s.kh = removal.kh AND s.member_key = removal.member_key
                AND s.book_id = removal.book_id)
            """);
        settled.RecordLocal($"""
            SELECT kh, member_key, book_id, 'exit' AS operation, email, NULL::VARCHAR AS profile_key, contact_id, 'left' AS state, NULL::VARCHAR AS origin,
                   NULL::VARCHAR AS audience,
                   NULL::UBIGINT AS fields_hash, 'Omitted' AS outcome, '{ReasonCode.AlreadyThere}' AS code, '{ExitReason.AlreadyThere}' AS reason,
                   {run.Now} AS told_at,
                   NULL::VARCHAR AS account_status, NULL::VARCHAR AS book_status
            FROM stays
            """);
    }
}
