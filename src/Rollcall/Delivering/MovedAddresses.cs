using System.Globalization;
using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>
/// Moves contacts to their new addresses: a record matched by contact id that carries an address rewrites the contact with that id, so each contact is
/// read right before. It must still have the address the ledger ties it to, and nobody may have the new one; otherwise it is left alone.
/// </summary>
internal sealed class MovedAddresses(RunContext run, Settlement settlement, SettledDeliveries settled, LateOptOuts lateOptOuts)
{
    // Deliveries of one run go one after another, so this many records never come near the limit of a body.
    private readonly byte[] _head = new ImportRecords(run.Job).Head;
    private readonly byte[] _tail = new ImportRecords(run.Job).Tail;

    private enum Sight
    {
        Unclear,
        Former,
        Already,
    }

    /// <summary>
    /// Before the guards judge: where the new address is a contact already, nobody moves, one enters and one leaves. And when the ledger alone suggests more
    /// moves than they pass, looks which of them are certain. Reads only.
    /// </summary>
    public static async Task ConfirmAsync(RunContext run, ComparisonCounts counts, IReadOnlySet<string> allow, CancellationToken cancellation)
    {
        await PartAsync(run, counts, cancellation);
        var moves = Read(run);
        if (run.Job.Guards.MaxMoves is not { } most || moves.Count <= most || allow.Contains("moves"))
        {
            return;
        }

        var certain = 0L;
        foreach (var move in moves)
        {
            if (certain > most)
            {
                return;
            }

            var (sight, why, _) = await LookAsync(run, move, cancellation);
            if (sight == Sight.Unclear)
            {
                MoveTable.GiveUp(run.Db, move.N, why);
            }
            else
            {
                certain++;
            }
        }
    }

    /// <summary>Looks up every new address, a call each.</summary>
    private static async Task PartAsync(RunContext run, ComparisonCounts counts, CancellationToken cancellation)
    {
        var (moves, parted) = (Read(run).ToDictionary(m => m.NewKey), false);
        await foreach (var (key, contact) in LookUps.ManyAsync(run, [.. moves.Values.Select(m => (m.NewKey, m.Email, (long?)null))], "look up", cancellation))
        {
            if (contact is { Status: not (ContactStatus.Deleted or ContactStatus.Unknown) } && contact.Id != moves[key].ContactId)
            {
                var left = contact.Lists?.Where(l => l.Status == ListStatus.Suppressed).Select(l => (long)l.Id).ToList() ?? [];
                MoveTable.Part(run.Db, moves[key].N, contact.Id, contact.Status.ToString(), left, counts);
                parted = true;
            }
        }

        if (parted)
        {
            ChangeTable.DeleteIdle(run.Db, "changed", ChangeAction.Enter, ChangeAction.Resubscribe, ChangeAction.Update, ChangeAction.Move);
        }
    }

    /// <summary>Moves everyone of <c>move</c>, to the end; what is not certain becomes <see cref="ChangeAction.MoveUnclear"/>.</summary>
    public async Task SendAsync(CancellationToken cancellation)
    {
        Hold();
        StayWherePossible();
        var moves = Read(run);
        foreach (var some in moves.Chunk(ImportRecords.MovesAtOnce))
        {
            await lateOptOuts.LookAgainAsync(cancellation);
            List<long> former = [], already = [];
            foreach (var move in some)
            {
                var (sight, why, id) = await LookAsync(run, move, cancellation);
                if (sight == Sight.Unclear)
                {
                    if (id is { } other)
                    {
                        NewIds.Record(run, settled,
                            $"""
                            SELECT old_kh AS kh, old_key AS member_key, contact_id AS old_id, {other.ToString(CultureInfo.InvariantCulture)} AS contact_id
                            FROM move WHERE n = {move.N}
                            """);
                    }

                    MoveTable.GiveUp(run.Db, move.N, why);
                }
                else
                {
                    (sight == Sight.Former ? former : already).Add(move.N);
                }
            }

            if (already.Count > 0)
            {
                settled.RecordLocal(MoveOutcomes.Moved(Manifest(already), run.Now));
            }

            if (former.Count > 0)
            {
                await SendAsync(former, cancellation);
            }

            run.Progress?.Report(new RunProgress("move", some.Length, moves.Count, "contacts"));
        }

        await settlement.SettleAllAsync(cancellation);
        GiveUpUnmoved();
    }

    private static List<PlannedMove> Read(RunContext run) => run.Db.Query(
        "SELECT n, email, member_key, old_key, old_email, contact_id FROM move ORDER BY n",
        r => new PlannedMove(r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetString(3), r.IsDBNull(4) ? r.GetString(3) : r.GetString(4), r.GetInt64(5)));

    /// <summary>What Dotdigital shows of a contact and of the one with its new address.</summary>
    private static async Task<(Sight Sight, string Why, long? OtherId)> LookAsync(RunContext run, PlannedMove move, CancellationToken cancellation)
    {
        var contact = await LookUps.FindContactAsync(run, move.ContactId, move.OldEmail, cancellation);
        if (contact is null || contact.Status == ContactStatus.Deleted)
        {
            return (Sight.Unclear, "Dotdigital has no contact of the former address any more.", null);
        }

        if (contact.Id != move.ContactId)
        {
            return (Sight.Unclear, "Dotdigital has the former address under another contact id now; the next run goes by it.", contact.Id);
        }

        var key = contact.Email is { } email ? MemberKey.Of(email) : null;
        if (key == move.NewKey)
        {
            return (Sight.Already, "", null);
        }

        if (key != move.OldKey)
        {
            return (Sight.Unclear, "Somebody else changed the contact's address at Dotdigital.", null);
        }

        if (contact.Status is not (ContactStatus.Subscribed or ContactStatus.PendingOptIn))
        {
            return (Sight.Unclear, $"Dotdigital shows the contact as {contact.Status}.", null);
        }

        return await run.Client.Contacts.FindByEmailAsync(move.Email, cancellation) is null
            ? (Sight.Former, "", null)
            : (Sight.Unclear, "Another contact has got the new address while the run was under way; the next run enters it and lets the former address go.",
                null);
    }

    private async Task SendAsync(List<long> moves, CancellationToken cancellation)
    {
        var rows = Manifest(moves);
        var manifest = run.PublishManifest(rows);
        var records = run.Db.Query(
            $$"""
            SELECT '{"matchIdentifier":"contactId","identifiers":{"contactId":' || m.contact_id || ',"email":' || to_json(m.email)::VARCHAR || '}'
                || CASE WHEN v.fields = '' THEN '' ELSE ',"dataFields":{' || v.fields || '}' END || '}'
            FROM move m JOIN changed v ON v.kh = m.kh AND v.member_key = m.member_key WHERE m.n IN ({{List(moves)}}) ORDER BY m.n
            """,
            r => r.GetString(0));
        byte[] body = [.. _head, .. System.Text.Encoding.UTF8.GetBytes(string.Join(',', records)), .. _tail];
        var books = run.Db.Query($"SELECT DISTINCT book_id FROM {run.Rows(manifest)} ORDER BY 1", r => r.GetInt64(0));
        var delivery = run.Journal.Prepare(run.RunId, DeliveryKind.Move, books, manifest, moves.Count, body.Length, lateOptOuts.SeenNo);
        try
        {
            settlement.Await(run.Journal.Accept(delivery, await run.Client.Imports.StartAsync(body, cancellation)));
        }
        catch (DotdigitalException e) when (e.Kind == FailureKind.Ambiguous)
        {
            run.Report(Findings.MovesUnanswered(moves.Count, e.Message));
            await settlement.SettleUnansweredAsync(delivery, cancellation);
        }
        catch (DotdigitalException e) when (e.Kind is not FailureKind.Boundless)
        {
            settled.Refuse(delivery, e);
            if (e.Kind is not (FailureKind.Permanent or FailureKind.Transient))
            {
                throw;
            }
        }

        await settlement.SettleAllAsync(cancellation);
    }

    /// <summary>A row a moved contact and book: every ledger row of the former address, but those whose exit is sent.</summary>
    private string Manifest(List<long> moves) => $"""
        SELECT m.kh, m.member_key, k.book_id, '{ChangeAction.Move}' AS operation, m.email, m.profile_key, m.contact_id, k.state, k.origin,
               coalesce(c.audience, k.audience) AS audience,
               v.fields_hash, CASE WHEN k.state = 'pending' OR c.kh IS NULL THEN k.code END AS known_code, m.old_kh, m.old_key, m.old_email
        FROM move m
        JOIN changed v ON v.kh = m.kh AND v.member_key = m.member_key
        JOIN {run.LedgerRelation} k ON k.kh = m.old_kh AND k.member_key = m.old_key AND k.state IN ('delivered', 'pending')
        LEFT JOIN (SELECT c.kh, c.member_key, c.audience, b.book_id FROM change c JOIN book b USING (book_no) WHERE c.action = '{ChangeAction.Move}') c
            ON c.kh = m.kh AND c.member_key = m.member_key AND c.book_id = k.book_id
        LEFT JOIN (SELECT c.kh, c.member_key, b.book_id FROM change c JOIN book b USING (book_no) WHERE c.action = '{ChangeAction.Exit}') x
            ON x.kh = m.old_kh AND x.member_key = m.old_key AND x.book_id = k.book_id
        WHERE m.n IN ({List(moves)}) AND x.kh IS NULL
        """;

    private static string List(List<long> moves) => string.Join(", ", moves.Select(m => m.ToString(CultureInfo.InvariantCulture)));

    /// <summary>A book that a guard holds is left entirely as it is: the addresses in it, too. And nobody moves twice at once.</summary>
    private void Hold()
    {
        foreach (var n in run.Db.Query(
            """
            WITH held AS (SELECT DISTINCT kh, member_key FROM change WHERE book_no IN (SELECT book_no FROM held_book))
            SELECT m.n FROM move m JOIN held h ON h.kh = m.kh AND h.member_key = m.member_key
            UNION SELECT m.n FROM move m JOIN held h ON h.kh = m.old_kh AND h.member_key = m.old_key
            """,
            r => r.GetInt64(0)))
        {
            MoveTable.GiveUp(run.Db, n, "A guard holds a book of the person; the address is changed with it.", ChangeAction.MoveHeld);
        }

        foreach (var n in run.Db.Query(
            """
            SELECT m.n FROM move m JOIN under_way u ON u.kh = m.kh AND u.member_key = m.member_key
            UNION SELECT m.n FROM move m JOIN under_way u ON u.kh = m.old_kh AND u.member_key = m.old_key
            """,
            r => r.GetInt64(0)))
        {
            MoveTable.GiveUp(run.Db, n, "Dotdigital has not finished an earlier import or removal of the person.", ChangeAction.MoveHeld);
        }
    }

    /// <summary>A person who is not removed from a book under the former address, though not wanted there, goes on there under the new one.</summary>
    private void StayWherePossible()
    {
        var removable = run.Job.Config.ExitAction == ExitAction.Remove ? Holds.Removable : "false";
        run.Db.Execute($"""
            CREATE OR REPLACE TABLE staying_on AS SELECT c.kh, c.member_key, c.book_no FROM change c JOIN (SELECT DISTINCT old_kh, old_key FROM move) m
                ON m.old_kh = c.kh AND m.old_key = c.member_key
            WHERE c.action = '{ChangeAction.Exit}' AND NOT coalesce({removable}, false);
            UPDATE change SET action = '{ChangeAction.MovedAway}' FROM staying_on s WHERE s.kh = change.kh AND s.member_key = change.member_key
                AND s.book_no = change.book_no;
            """);
    }

    /// <summary>A person who was not moved after all is entered nowhere under the new address, and leaves nowhere under the former one.</summary>
    private void GiveUpUnmoved()
    {
        var outcomes = OutcomeFiles.Relation(run.Folder, settled.All);
        foreach (var n in run.Db.Query(
            $"""
            SELECT m.n FROM move m LEFT JOIN (SELECT DISTINCT kh, member_key FROM {outcomes} WHERE operation = '{ChangeAction.Move}'
                AND outcome = 'Delivered') o ON o.kh = m.kh AND o.member_key = m.member_key
            WHERE o.kh IS NULL ORDER BY 1
            """,
            r => r.GetInt64(0)))
        {
            run.Db.Execute($"""
                UPDATE change SET action = '{ChangeAction.MoveUnclear}', reason = 'The address was not moved.'
                FROM move m WHERE m.n = {n} AND m.kh = change.kh AND m.member_key = change.member_key AND change.action = '{ChangeAction.Enter}';
                UPDATE change SET action = '{ChangeAction.MovedAway}' FROM move m WHERE m.n = {n} AND m.old_kh = change.kh
                    AND m.old_key = change.member_key AND change.action = '{ChangeAction.Exit}';
                """);
        }
    }

    private sealed record PlannedMove(long N, string Email, string NewKey, string OldKey, string OldEmail, long ContactId);
}
