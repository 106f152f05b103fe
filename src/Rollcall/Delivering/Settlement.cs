using Rollcall.Dotdigital;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>
/// Brings what was sent to its end: polls imports and removals with growing pauses, streams reports and reads back the people in no report.
/// What an earlier run left behind is settled the same way, before anything new is planned.
/// </summary>
internal sealed class Settlement(RunContext run, ReadBack readBack, SettledDeliveries settled)
{
    /// <summary>How long a run waits for Dotdigital to finish what it accepted; the next run goes on waiting.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromHours(2);

    private readonly List<Delivery> _active = [];
    private readonly WatchEntries _watch = new(run);
    private readonly GrowingPause _pause = new(run.Clock);
    private readonly RemovalSettlement _removals = new(run, settled);

    /// <summary>Books whose id an import did not know: their other lists are sent again without them.</summary>
    public bool BooksVanished { get; private set; }

    /// <param name="feedsUnread">Books whose opt-outs could not be read after the call: they are tried again until it ends.</param>
    public void Await(Delivery delivery, IEnumerable<long>? feedsUnread = null)
    {
        _active.Add(delivery);
        settled.Unread(delivery, feedsUnread ?? []);
    }

    /// <summary>Settles what an earlier run sent or may have sent.</summary>
    /// <param name="unsettled">Its deliveries.</param>
    /// <param name="waits">Whether those that Dotdigital has not finished are waited for; otherwise they stay accepted.</param>
    public async Task SettleEarlierAsync(IReadOnlyList<Delivery> unsettled, CancellationToken cancellation, bool waits = true)
    {
        var books = unsettled.Where(d => d.Writes).SelectMany(d => d.Books).ToList();
        HashSet<long> feeds = [];
        if (books.Count > 0)
        {
            // People who opted out since, and are put back when Dotdigital applies the import, are in the feeds only until then.
            feeds = (await run.OptOuts.ReadAsync(run.Client, books.Prepend(OptOuts.WholeAccount), run.Progress, cancellation)).Keys.ToHashSet();
        }

        foreach (var delivery in unsettled)
        {
            if (delivery.State == DeliveryState.Accepted)
            {
                Await(delivery, delivery.Writes ? delivery.Books.Where(b => feeds.Contains(b) || feeds.Contains(OptOuts.WholeAccount)) : []);
            }
            else
            {
                await SettleUnansweredAsync(delivery, cancellation);
            }
        }

        if (waits)
        {
            await SettleAllAsync(cancellation);
        }
        else
        {
            await PollAsync(cancellation);
            _active.Clear();
        }
    }

    /// <summary>Waits until fewer than <paramref name="limit"/> are under way.</summary>
    public async Task MakeRoomAsync(int limit, CancellationToken cancellation)
    {
        var began = run.Clock.GetTimestamp();
        while (_active.Count >= limit)
        {
            await PollAsync(cancellation);
            if (_active.Count >= limit)
            {
                if (run.Clock.GetElapsedTime(began) > Patience)
                {
                    throw new RollcallException(ExitCode.SomeNotDelivered,
                        $"Dotdigital finished none of {_active.Count} imports in {Patience.TotalHours:0} hours.", null,
                        "Ask Dotdigital's support why, and run again: what was sent is settled first.");
                }

                await _pause.WaitAsync(cancellation);
            }
        }
    }

    /// <summary>Waits for all that is under way; what outlasts the patience stays accepted, for the next run.</summary>
    public async Task SettleAllAsync(CancellationToken cancellation)
    {
        var began = run.Clock.GetTimestamp();
        var total = _active.Count;
        while (_active.Count > 0)
        {
            await PollAsync(cancellation);
            if (_active.Count == 0)
            {
                break;
            }

            if (run.Clock.GetElapsedTime(began) > Patience)
            {
                run.Report(Findings.DeliveriesNotFinished(_active.Count, (long)Patience.TotalHours));
                _active.Where(d => d.Kind == DeliveryKind.Removal).ToList().ForEach(_watch.NotFinished);
                _active.Clear();
                return;
            }

            run.Progress?.Report(new RunProgress("wait for Dotdigital", total - _active.Count, total, "deliveries"));
            await _pause.WaitAsync(cancellation);
        }
    }

    /// <summary>Settles a delivery whose call was never answered, by reading its people back.</summary>
    public async Task SettleUnansweredAsync(Delivery delivery, CancellationToken cancellation)
    {
        if (delivery.Kind == DeliveryKind.Removal)
        {
            await _removals.SettleAsync([(delivery, WatchReason.Unanswered)], cancellation);
            return;
        }

        if (delivery.Kind is DeliveryKind.Add or DeliveryKind.Unsubscribe or DeliveryKind.Resubscribe && delivery.Manifest is not null)
        {
            await SettleDirectAsync(delivery, cancellation);
            return;
        }

        if (delivery.Kind == DeliveryKind.Move)
        {
            ReportTable.Create(run);
            await SettleMoveAsync(delivery, WatchReason.Unanswered, cancellation);
            return;
        }

        if (delivery.Kind is DeliveryKind.Unsubscribe or DeliveryKind.Local)
        {
            // What it was about is found again: by the opt-outs read since, or by the next comparison. Nothing of the ledger hangs on it.
            settled.End(delivery, "cut short");
            return;
        }

        await ReadBackImportAsync(delivery, delivery.CausesMail ? ReasonCode.UnansweredMail : ReasonCode.Unanswered,
            "The call was not answered, and the person is not in the book.", cancellation);
    }

    /// <summary>Settles single calls: who was answered by the answer, who was not by looking them up; who was never sent is planned again.</summary>
    public async Task SettleDirectAsync(Delivery delivery, CancellationToken cancellation)
    {
        DirectRows.Copy(run, delivery);
        if (run.Db.Number("SELECT count(*) FROM direct_row") == 0)
        {
            settled.End(delivery, "nothing was sent");
            return;
        }

        var unanswered = run.Db.Number("SELECT count(*) FROM direct_row WHERE NOT answered");
        if (unanswered > 0)
        {
            run.Report(Findings.SingleCallsUnanswered(unanswered));
        }

        await readBack.ReadAsync(
            $"""
            (SELECT m.kh, m.member_key, m.email, m.contact_id, m.book_id FROM {Manifest(delivery)} m JOIN direct_row d ON d.member_key = m.member_key
                WHERE NOT d.answered OR d.read_status)
            """,
            delivery.PreparedAt, cancellation);
        settled.Record(delivery, DirectOutcomes.Settled(delivery.Kind, Manifest(delivery), run.Now),
            ended: unanswered == 0 ? run.ServerClock.GetUtcNow() : null, why: WatchReason.Unanswered,
            only: "member_key IN (SELECT member_key FROM direct_row WHERE NOT answered)");
        SeenOptOuts.Keep(run,
            $"""
            (SELECT member_key, contact_id, book_id, coalesce(account_status, 'Subscribed') AS account_status, CASE book_status
                WHEN 'Unsubscribed' THEN 'Suppressed' END AS list_status, false AS named FROM {run.Rows(settled.All[^1].Outcomes!)}
            WHERE outcome = 'Suppressed')
            """);
    }

    /// <summary>Asks once after what is under way.</summary>
    public async Task PollAsync(CancellationToken cancellation)
    {
        foreach (var delivery in _active.ToList())
        {
            if (!_active.Contains(delivery))
            {
                // Settled together with another.
                continue;
            }

            try
            {
                await settled.ReadOptOutsAgainAsync(delivery, cancellation);
                if (await TrySettleAsync(delivery, cancellation))
                {
                    _active.Remove(delivery);
                    _pause.Reset();
                }
            }
            catch (DotdigitalException e) when (e.Kind is FailureKind.Transient or FailureKind.Ambiguous)
            {
                // A failed poll says nothing of the import: ask again.
                run.Log.Log(Microsoft.Extensions.Logging.LogLevel.Warning, 0, e.Message, null, (m, _) => "Polling goes on: " + m);
            }
        }
    }

    private Task<bool> TrySettleAsync(Delivery delivery, CancellationToken cancellation) =>
        delivery.Kind switch
        {
            DeliveryKind.Removal => TrySettleRemovalsAsync(delivery, cancellation),
            DeliveryKind.Move => TrySettleMoveAsync(delivery, cancellation),
            _ => TrySettleImportAsync(delivery, cancellation),
        };

    private async Task<bool> TrySettleRemovalsAsync(Delivery delivery, CancellationToken cancellation)
    {
        var together = await _removals.TrySettleAsync(delivery, _active, cancellation);
        _active.RemoveAll(together.Contains);
        return together.Count > 0;
    }

    private async Task<bool> TrySettleMoveAsync(Delivery delivery, CancellationToken cancellation)
    {
        var report = await ReportTable.ReadAsync(run, delivery, cancellation);
        if (report is not (null
            or { Status: ImportStatus.Finished or ImportStatus.Failed or ImportStatus.RejectedByWatchdog or ImportStatus.ExceedsAllowedContactLimit }))
        {
            return false;
        }

        await SettleMoveAsync(delivery, null, cancellation);
        return true;
    }

    /// <summary>However the import ended, or whether it was ever answered: the contacts show whether they moved.</summary>
    private async Task SettleMoveAsync(Delivery delivery, string? why, CancellationToken cancellation)
    {
        await MoveOutcomes.ReadAsync(run, Manifest(delivery), cancellation);
        settled.Record(delivery, MoveOutcomes.Settled(Manifest(delivery), run.Now), why: why);
    }

    private async Task<bool> TrySettleImportAsync(Delivery delivery, CancellationToken cancellation)
    {
        var report = await ReportTable.ReadAsync(run, delivery, cancellation);
        switch (report)
        {
            case null:
                await ReadBackImportAsync(delivery, ReasonCode.ReportGone,
                    "Dotdigital no longer has the import's report, and the person is not in the book.", cancellation);
                return true;
            case { Status: ImportStatus.Finished }:
                var ended = run.ServerClock.GetUtcNow();
                var reported = ImportOutcomes.Reported(Manifest(delivery), run.Now);
                var told = await new GoneContacts(run).JudgeAsync(reported, Manifest(delivery), settled, cancellation);
                settled.Record(delivery, AskedOutcomes.OfImport(delivery, told, maySent: false), ended: ended, why: WatchReason.NotReported,
                    only: "code = 'NotReported'");
                BooksVanished |= run.Db.Number("SELECT count(*) FROM report WHERE lower(code) = 'invalidaddressbookids'") > 0;
                return true;
            case { Status: ImportStatus.RejectedByWatchdog }:
                run.Report(Findings.ImportRejectedByWatchdog(delivery.Records));
                await ReadBackImportAsync(delivery, "RejectedByWatchdog", "Dotdigital's watchdog rejected the import.", cancellation);
                return true;
            case { Status: ImportStatus.ExceedsAllowedContactLimit }:
                run.Report(Findings.ContactLimitReached());
                await ReadBackImportAsync(delivery, "ExceedsAllowedContactLimit", "The account may hold no more contacts.", cancellation);
                return true;
            case { Status: ImportStatus.Failed }:
                await ReadBackImportAsync(delivery, "ImportFailed", "Dotdigital says that the import failed.", cancellation);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Settles an import from what Dotdigital shows of its people now: it may have been applied wholly, in part, or not at all.</summary>
    private async Task ReadBackImportAsync(Delivery delivery, string code, string reason, CancellationToken cancellation)
    {
        var people = $"(SELECT kh, member_key, email, contact_id, book_id FROM {Manifest(delivery)} WHERE book_id IS NOT NULL)";
        await readBack.ReadAsync(people, delivery.PreparedAt, cancellation);
        var seen = ImportOutcomes.ReadBack(Manifest(delivery), code, reason, run.Now);
        settled.Record(delivery, AskedOutcomes.OfImport(delivery, seen, maySent: true), why: code);
        run.SomethingLeft = true;
    }

    private string Manifest(Delivery delivery) => run.Rows(delivery.Manifest!);
}
