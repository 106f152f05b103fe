using Rollcall.Dotdigital;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;

namespace Rollcall.Delivering;

/// <summary>Brings removals to their end: whatever Dotdigital says of them, the book shows who left it.</summary>
internal sealed class RemovalSettlement(RunContext run, SettledDeliveries settled)
{
    private readonly Dictionary<long, string?> _ended = [];

    /// <summary>Settles the removals from a book once all of them have ended: the book is read once.</summary>
    /// <param name="delivery">One of them.</param>
    /// <param name="active">Everything that is under way.</param>
    /// <returns>What was settled.</returns>
    public async Task<IReadOnlyList<Delivery>> TrySettleAsync(Delivery delivery, IReadOnlyList<Delivery> active, CancellationToken cancellation)
    {
        if (!_ended.ContainsKey(delivery.Id))
        {
            var status = await run.Client.Contacts.DeletionAsync(new DeletionId(delivery.RemoteId!), cancellation);
            if (status is not (DeletionStatus.Completed or DeletionStatus.Failed or null))
            {
                return [];
            }

            _ended[delivery.Id] = status == DeletionStatus.Completed ? null : WatchReason.ReportGone;
        }

        var together = active.Where(d => d.Kind == DeliveryKind.Removal && d.Books[0] == delivery.Books[0]).ToList();
        if (together.Any(d => !_ended.ContainsKey(d.Id)))
        {
            return [];
        }

        await SettleAsync([.. together.Select(d => (d, _ended[d.Id]))], cancellation);
        return together;
    }

    /// <summary>Whatever Dotdigital says of removals from a book, who is seen out of it is out.</summary>
    public async Task SettleAsync(List<(Delivery Delivery, string? Why)> removals, CancellationToken cancellation)
    {
        var manifests = removals.Select(r => $"SELECT kh, member_key, email, contact_id, book_id FROM {run.Rows(r.Delivery.Manifest!)}");
        var people = $"({string.Join(" UNION ALL ", manifests)})";
        await new RemovedPeople(run).ReadAsync(people, removals[0].Delivery.Books[0], cancellation);
        NewIds.Record(run, settled,
            $"""
            SELECT m.kh, m.member_key, m.contact_id AS old_id, s.contact_id
            FROM {people} m JOIN left_seen s ON s.kh = m.kh AND s.member_key = m.member_key
            WHERE s.verdict = 'in'
            """);
        foreach (var (removal, why) in removals)
        {
            settled.Record(removal, RemovalOutcomes.ReadBack(run.Rows(removal.Manifest!), run.Now), why: why);
        }
    }
}
