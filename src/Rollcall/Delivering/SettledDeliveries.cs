using System.Globalization;
using Rollcall.Dotdigital;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>
/// The deliveries settled in this run. Each has its outcomes put on the disk, what they tell of consent is kept, people whose end is not sure get on the
/// watch, and the journal ends it.
/// </summary>
internal sealed class SettledDeliveries(RunContext run)
{
    private readonly WatchEntries _watch = new(run);
    private readonly DeletedGuard _deletedGuard = new(run);
    private readonly Dictionary<long, IReadOnlyList<long>> _unread = [];

    /// <summary>In the order they were settled; emptied where no change of this run hangs on them.</summary>
    public List<Delivery> All { get; } = [];

    /// <summary>Whether opt-outs could not be read after a write: some may have been lifted by it unseen.</summary>
    public bool OptOutsUnread { get; private set; }

    /// <summary>Remembers the books whose opt-outs could not be read after a call.</summary>
    public void Unread(Delivery delivery, IEnumerable<long> feeds) => _unread[delivery.Id] = [.. feeds];

    /// <summary>Ends a delivery of which the ledger has nothing to learn.</summary>
    public void End(Delivery delivery, string reason) => All.Add(run.Journal.Settle(delivery, null, reason));

    /// <summary>Tries what could not be read after the call again.</summary>
    public async Task ReadOptOutsAgainAsync(Delivery delivery, CancellationToken cancellation)
    {
        if (_unread.GetValueOrDefault(delivery.Id) is { Count: > 0 } feeds)
        {
            _unread[delivery.Id] = [.. (await run.OptOuts.ReadAsync(run.Client, feeds, run.Progress, cancellation)).Keys];
        }
    }

    /// <summary>Puts on the disk what was learnt by reading or decided here, without a call; nothing when there is nothing.</summary>
    /// <param name="outcomes">The outcomes, in SQL.</param>
    /// <param name="began">The count of readings of opt-outs before Dotdigital was asked, where people had time to answer since they were asked back.</param>
    public void RecordLocal(string outcomes, long? began = null)
    {
        run.Db.Execute($"CREATE OR REPLACE TABLE local_outcome AS SELECT {OutcomeFiles.ColumnList} FROM ({outcomes})");
        if (run.Db.Number("SELECT count(*) FROM local_outcome") > 0)
        {
            var delivery = run.Journal.Prepare(run.RunId, DeliveryKind.Local, [], null, 0, 0);
            Record(delivery, "FROM local_outcome", began);
        }
    }

    /// <summary>Puts the outcomes of a delivery on the disk, and ends it.</summary>
    /// <param name="outcomes">The outcomes, in SQL.</param>
    /// <param name="ended">When all of it was surely done; null where unknown.</param>
    /// <param name="why">Why people are looked at again by later runs; null where the end of the delivery is known.</param>
    /// <param name="only">The condition, on a row of the outcomes, of those people.</param>
    public void Record(Delivery delivery, string outcomes, long? began = null, DateTimeOffset? ended = null, string? why = null, string only = "true")
    {
        var file = Publish(delivery, outcomes);
        file = _deletedGuard.Judge(run.Rows(file)) is { } held ? Publish(delivery, held) : file;
        SettledConsent.Keep(run, delivery, file, began);
        if (_unread.Remove(delivery.Id, out var feeds) && feeds.Count > 0)
        {
            OptOutsUnread = true;
            run.Report(Findings.OptOutsNotRead(feeds));
            (why, only) = (WatchReason.OptOutsUnread, "true");
        }

        All.Add(run.Journal.Settle(delivery, file, ended: ended, watch: _watch.Of(delivery, file, why, only, ended)));
    }

    /// <summary>Settles a delivery that Dotdigital refused: nothing happened, its members are not delivered.</summary>
    public void Refuse(Delivery delivery, DotdigitalException refusal)
    {
        var code = refusal.ErrorCode ?? "Refused";
        run.Report(Findings.DeliveryRefused(delivery.Records, refusal.Message));
        var outcomes = delivery.Kind == DeliveryKind.Removal
            ? RemovalOutcomes.Refused(run.Rows(delivery.Manifest!), code, refusal.Message, run.Now)
            : AskedOutcomes.OfImport(delivery, ImportOutcomes.AllFailed(run.Rows(delivery.Manifest!), code, refusal.Message, run.Now), maySent: false);
        var file = Publish(delivery, outcomes);
        SettledConsent.KeepAnswers(run, delivery, file, null);
        All.Add(run.Journal.Refuse(delivery, file, refusal.Message));
    }

    private string Publish(Delivery delivery, string outcomes) =>
        run.Publish(string.Create(CultureInfo.InvariantCulture, $"outcomes/{delivery.RunId}/{delivery.Id:D5}.parquet"),
            $"SELECT {OutcomeFiles.ColumnList} FROM ({outcomes})");
}
