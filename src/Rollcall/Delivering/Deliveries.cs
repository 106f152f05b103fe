using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>Plan -> calls -> outcomes: creates what is missing, imports, removes, settles, reads back, and puts right.</summary>
internal sealed class Deliveries(RunContext run, PlannedWork work, Settlement settlement, SettledDeliveries settled, Verification verification,
    Resubscriptions resubscriptions, PuttingRight puttingRight, OtherRemovals otherRemovals)
{
    /// <returns>Whether nobody was left out: everyone wanted has a row in the ledger once the outcomes are in it.</returns>
    public async Task<bool> SendAsync(CancellationToken cancellation)
    {
        var lateOptOuts = new LateOptOuts(run);
        var exits = new Exits(run, settlement, settled);
        await new MovedAddresses(run, settlement, settled, lateOptOuts).SendAsync(cancellation);
        await resubscriptions.ConfirmAsync(cancellation);
        RecordLocal();
        LedgerNames.Record(run, settled);
        exits.Prepare();
        await new GivenIds(run).ConfirmAsync(cancellation);
        await new ProvenIds(run).ConfirmChangedAsync(run.LedgerRelation, cancellation);
        otherRemovals.Mark(work.Counts);
        var imports = new BulkImports(run, work.Records, settlement, settled, lateOptOuts, resubscriptions);
        if (work.Imported(run) is > 0 and var members)
        {
            await SendAsync(imports, "change", members, cancellation);
        }

        await exits.RemoveAsync(cancellation);
        var calls = new DirectCalls(run, settlement, settled, lateOptOuts);
        await new DirectAdds(run, work.Direct, calls, settled).SendAsync(() => otherRemovals.Mark(work.Counts), cancellation);
        await resubscriptions.SendSinglyAsync(calls, cancellation);
        await exits.UnsubscribeAsync(calls, cancellation);
        await settlement.SettleAllAsync(cancellation);
        await SendAgainWithoutVanishedBooksAsync(imports, cancellation);
        exits.RecordGone();

        await resubscriptions.ReadBackAsync(cancellation);
        RecordAwaiting();
        var read = await verification.VerifyEnteredAsync(cancellation);
        var entered =
            settled.All.Where(d => d.Kind is DeliveryKind.Add or DeliveryKind.Resubscribe || (!read && d.Kind == DeliveryKind.Import))
                .SelectMany(d => d.Books).Distinct().ToList();
        if (entered.Count > 0)
        {
            await run.OptOuts.ReadAsync(run.Client, entered.Prepend(OptOuts.WholeAccount), run.Progress, cancellation);
        }

        await puttingRight.RunAsync(cancellation);
        RecordLate();
        var leftNobody = EndFirstRun();
        run.SomethingLeft |= FieldsLeft() || run.Db.Number("SELECT count(*) FROM recommend_failed") > 0;
        return leftNobody;
    }

    /// <summary>Whether somebody was found in a book whose fields are not known to be written: the next run writes them.</summary>
    private bool FieldsLeft()
    {
        var adds = settled.All.Where(d => d is { Kind: DeliveryKind.Add, Outcomes: not null }).ToList();
        return adds.Count > 0
            && run.Db.Number($"SELECT count(*) FROM {OutcomeFiles.Relation(run.Folder, adds)} WHERE outcome = 'Delivered' AND fields_hash IS NULL") > 0;
    }

    /// <summary>A first run whose members were not all read and sent, or that had none, does not count as the first. Says whether everyone was sent.</summary>
    private bool EndFirstRun()
    {
        var sent = !run.SomethingLeft && work.Verdict.Held.Count == 0
            && run.Db.Number(
                $"""
                SELECT (SELECT count(*) FROM under_way) + (SELECT count(*) FROM closed_book) + (SELECT count(*) FROM change
                    WHERE action = '{ChangeAction.UnderRemoval}')
                """) == 0;
        if (sent && work.Read.Counts.All(c => c.Reading.HoldExits is null) && work.Read.Counts.Any(c => c.Members > 0))
        {
            DirectEntries.EndFirstRun(run);
        }

        return sent
            && run.Db.Number(
                $"SELECT count(*) FROM change WHERE action IN ('{ChangeAction.MoveUnclear}', '{ChangeAction.MoveHeld}', '{ChangeAction.Move}')") == 0;
    }

    /// <summary>What changes in the ledger without a call: new opt-outs, and exits that the job does not act on.</summary>
    private void RecordLocal()
    {
        var acts = run.Job.Config.ExitAction != ExitAction.Ignore;

        // Opt-outs learnt after the look at known ones: an entry of ours may have put these people back.
        new Watch(run).Enter(
            $"""
            SELECT c.member_key, b.book_id, '{WatchKind.Entry}' AS kind, '{WatchReason.OptedOutNearWrite}' AS why, any_value(c.email) AS email,
                   max(c.contact_id) AS contact_id
            FROM change c JOIN book b USING (book_no) ANTI JOIN put_back p ON p.kh = c.kh AND p.member_key = c.member_key AND p.book_id = b.book_id
            WHERE c.action = '{ChangeAction.Suppress}' AND c.state = 'delivered' AND NOT c.status_of_account AND {Holds.NotHeld} AND {Holds.OptOutNotHeld}
            GROUP BY ALL
            """,
            run.Now);
        settled.RecordLocal($"""
            SELECT c.kh, c.member_key, b.book_id, 'enter' AS operation, c.email, o.profile_key, c.contact_id, 'suppressed' AS state, c.origin, c.audience,
                   NULL::UBIGINT AS fields_hash, 'Suppressed' AS outcome, c.status AS code,
                   {OptOutWords.Sql} AS reason,
                   {run.Now} AS told_at, CASE WHEN c.status_of_account THEN c.status END AS account_status, c.status AS book_status
            FROM change c JOIN book b USING (book_no) LEFT JOIN key_of o ON o.kh = c.kh AND o.member_key = c.member_key
            WHERE c.action = '{ChangeAction.Suppress}' AND {Holds.NotHeld} AND {Holds.OptOutNotHeld}
            UNION ALL
            SELECT c.kh, c.member_key, b.book_id, 'exit', c.email, NULL, c.contact_id, 'left', NULL, NULL, NULL, 'Omitted', CASE c.state
                WHEN 'failed' THEN 'LeftUndelivered' ELSE 'LeftOptedOut' END,
                   CASE c.state WHEN 'failed' THEN 'Left the audience before they were delivered; nothing was sent.'
                       ELSE 'Left the audience; had opted out, and nothing was sent.' END, {run.Now}, NULL, NULL
            FROM change c JOIN book b USING (book_no)
            WHERE c.action = '{ChangeAction.Leave}' AND {Holds.MayExit}
            UNION ALL
            SELECT c.kh, c.member_key, b.book_id, 'exit', c.email, NULL, c.contact_id, 'left', NULL, NULL, NULL, 'Omitted',
                   '{(acts ? ReasonCode.AlreadyThere : ReasonCode.ExitIgnored)}', '{(acts ? ExitReason.AlreadyThere : ExitReason.Ignored)}',
                   {run.Now}, NULL, NULL
            FROM change c JOIN book b USING (book_no)
            WHERE c.action = '{ChangeAction.Exit}' {(acts ? "AND c.origin = 'there'" : "")} AND {Holds.MayExit}
              AND {Holds.NotUnderWay}
            UNION ALL
            SELECT c.kh, c.member_key, b.book_id, 'exit', c.email, NULL, c.contact_id, 'left', NULL, NULL, NULL, 'Omitted', 'LeftAfterRemoval',
                   'Left the audience; had been removed from the book manually, at Dotdigital.', {run.Now}, NULL, NULL
            FROM change c JOIN book b USING (book_no)
            WHERE c.action = '{ChangeAction.LeaveRemoved}' AND {Holds.MayExit}
            UNION ALL
            {(acts ? Exits.ClaimedOutcomes("", run.Now) : $"FROM {LedgerFiles.Empty(OutcomeFiles.Columns)}")}
            UNION ALL
            {(run.Job.Config.SyncStatus ? ChangedOptOuts() : $"FROM {LedgerFiles.Empty(OutcomeFiles.Columns)}")}
            """);
    }

    /// <summary>People who are out for another reason now: nothing is done about it, but the job reports statuses.</summary>
    private string ChangedOptOuts() => $"""
        SELECT c.kh, c.member_key, b.book_id, 'enter', c.email, NULL, c.contact_id, 'suppressed', c.origin, c.audience, NULL, 'Suppressed', c.status,
               {OptOutWords.Sql}, {run.Now}, CASE WHEN c.status_of_account THEN c.status END, c.status
        FROM change c JOIN book b USING (book_no)
        JOIN {run.LedgerRelation} k ON k.kh = c.kh AND k.member_key = c.member_key AND k.book_id = b.book_id
        WHERE c.action = '{ChangeAction.StillSuppressed}' AND c.status IS NOT NULL AND k.state = 'suppressed' AND k.book_status IS DISTINCT FROM c.status
            AND {Holds.NotHeld}
        """;

    /// <summary>People left out of their import because they opted out while the run was under way.</summary>
    private void RecordLate() => settled.RecordLocal($"""
        SELECT c.kh, c.member_key, b.book_id, c.action AS operation, c.email, NULL::VARCHAR AS profile_key, c.contact_id, 'suppressed' AS state, c.origin,
               c.audience,
               NULL::UBIGINT AS fields_hash, 'Suppressed' AS outcome, l.status AS code, coalesce(l.why, l.status || ' while the run was under way.') AS reason,
               {run.Now} AS told_at, CASE WHEN l.status_of_account THEN l.status END AS account_status, l.status AS book_status
        FROM late_opt_out l JOIN change c ON c.kh = l.kh AND c.member_key = l.member_key AND c.book_no = l.book_no AND c.action IN ('enter', 'resubscribe')
        JOIN book b ON b.book_no = l.book_no
        LEFT JOIN (SELECT DISTINCT kh, member_key, book_id FROM {OutcomeFiles.Relation(run.Folder, settled.All)} WHERE operation = 'resubscribe') o
            ON o.kh = c.kh AND o.member_key = c.member_key AND o.book_id = b.book_id
        WHERE {Holds.NotHeld} AND o.kh IS NULL
        """);

    /// <summary>Who was asked through another book waits for the same answer here.</summary>
    private void RecordAwaiting() => settled.RecordLocal($"""
        SELECT c.kh, c.member_key, b.book_id, '{ChangeAction.Await}' AS operation, c.email, NULL::VARCHAR AS profile_key, c.contact_id, 'pending' AS state,
               c.origin, c.audience,
               NULL::UBIGINT AS fields_hash, 'Pending' AS outcome, '{ReasonCode.AwaitsAnswer}' AS code,
               'Was asked through another book of the job; this one follows the answer.' AS reason,
               {run.Now} AS told_at, NULL::VARCHAR AS account_status, 'PendingOptIn' AS book_status
        FROM change c JOIN book b USING (book_no)
        JOIN (SELECT DISTINCT kh, member_key FROM {OutcomeFiles.Relation(run.Folder, settled.All)} WHERE operation = '{ChangeAction.Resubscribe}'
            AND outcome IN ('Delivered', 'Pending')) o ON o.kh = c.kh AND o.member_key = c.member_key
        WHERE c.action = '{ChangeAction.Await}' AND {Holds.MayEnter}
        """);

    /// <summary>One vanished list spoils every record that names it: it is named, and the records are sent again without it.</summary>
    private async Task SendAgainWithoutVanishedBooksAsync(BulkImports imports, CancellationToken cancellation)
    {
        if (!settlement.BooksVanished)
        {
            return;
        }

        var existing = new HashSet<long>();
        await foreach (var book in run.Client.AddressBooks.ListAsync(cancellation))
        {
            existing.Add(book.Id);
        }

        foreach (var book in run.Books.Where(b => b.Id is { } id && !existing.Contains(id)))
        {
            run.Report(Findings.BookVanishedMeanwhile(book.Name, book.Id!.Value));
            run.Db.Execute($"INSERT INTO closed_book VALUES ({book.No})");
        }

        run.SomethingLeft = true;
        var outcomes = OutcomeFiles.Relation(run.Folder, settled.All);
        run.Db.Execute($"""
            CREATE OR REPLACE TABLE again AS
            SELECT c.* FROM change c JOIN (SELECT DISTINCT kh, member_key FROM {outcomes} WHERE lower(code) = 'invalidaddressbookids') o ON o.kh = c.kh
                AND o.member_key = c.member_key
            WHERE c.action IN ('enter', 'update', 'resubscribe')
            """);
        await SendAsync(imports, "again", run.Db.Number("SELECT count(DISTINCT member_key) FROM again"), cancellation);
        await settlement.SettleAllAsync(cancellation);
    }

    /// <summary>Sends changes, at most 100 lists a member at a time.</summary>
    private async Task SendAsync(BulkImports imports, string changes, long total, CancellationToken cancellation)
    {
        var manyBooks = run.Books.Count > DotdigitalLimits.ListsPerRecord;
        for (var round = 0; round * DotdigitalLimits.ListsPerRecord < run.Books.Count; round++)
        {
            await imports.SendAsync(ImportRecords.Pairs(changes, manyBooks, round, work.Direct.NotImported), total, cancellation);
            if (manyBooks)
            {
                // A member is in one unsettled import at most.
                await settlement.SettleAllAsync(cancellation);
            }
        }
    }
}
