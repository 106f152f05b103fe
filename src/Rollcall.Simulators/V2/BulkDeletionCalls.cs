using System.Text.Json;
using Rollcall.Simulators.Http;
using Rollcall.Simulators.State;

namespace Rollcall.Simulators.V2;

/// <summary>Bulk removal from a book: accepted, applied later; its status does not include single contacts.</summary>
internal sealed class BulkDeletionCalls(Simulation simulation) : IDisposable
{
    private readonly Dictionary<Guid, Deletion> _deletions = [];
    private int _accepted;

    public IEnumerable<Operation> Operations =>
    [
        new("deleteContactsFromAddressBook", "POST", "/v2/address-books/{id}/contacts/delete", Framework.V2, Tier.Low, Start),
        new("getContactDeletion", "GET", "/v2/contacts/deletion/{id}", Framework.V2, Tier.Unlimited, Read),
    ];

    public void Dispose()
    {
        foreach (var deletion in _deletions.Values)
        {
            deletion.Timer?.Dispose();
        }
    }

    private Reply Start(Call call)
    {
        var book = AddressBookCalls.Known(simulation.State, call.PathInt(0));
        using var body = call.Json();
        var ids = Ids(body.RootElement);
        if (ids.Length > simulation.Options.BulkDeletionLimit)
        {
            throw Refuse.V2(400, "ERROR_PARAMETER_INVALID", "Too many contacts in one request.");
        }

        var id = Guid.NewGuid();
        var options = simulation.Options;
        var deletion = new Deletion(++_accepted, book.Id, ids) { IsForgotten = options.ForgottenDeletion == _accepted };
        _deletions.Add(id, deletion);
        var latency = options.DeletionLatency + (deletion.IsForgotten ? options.LateForgotten : TimeSpan.Zero);
        deletion.Timer = simulation.Clock.CreateTimer(_ => CarryOut(deletion), null, latency, Timeout.InfiniteTimeSpan);
        return Reply.Json(202, json => V2Wire.WriteDeletion(json, id, "Started"));
    }

    private static long[] Ids(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Array || body.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out _)))
        {
            throw Refuse.V2(400, "ERROR_PARAMETER_INVALID", "A list of contact ids is expected.");
        }

        return body.GetArrayLength() == 0
            ? throw Refuse.V2(400, "ERROR_CONTACTS_ARE_NOT_SPECIFIED", "The list of contact ids is empty.")
            : [.. body.EnumerateArray().Select(item => item.GetInt64())];
    }

    private void CarryOut(Deletion deletion)
    {
        var options = simulation.Options;
        var fails = options.FailedDeletion == deletion.Number;
        lock (simulation.State.Gate)
        {
            var isThere = simulation.State.Book(deletion.Book) is not null;
            TakeOut(deletion, fails ? deletion.Ids.Take(options.AppliedBeforeRejection) : deletion.Ids);
            deletion.Status = isThere && !fails ? "Completed" : "Failed";
        }

        if (fails && options.LateRejected > TimeSpan.Zero)
        {
            simulation.Late.After(options.LateRejected, () => TakeOut(deletion, deletion.Ids.Skip(options.AppliedBeforeRejection)));
        }
    }

    private void TakeOut(Deletion deletion, IEnumerable<long> ids)
    {
        lock (simulation.State.Gate)
        {
            foreach (var contact in ids.Select(simulation.State.Contacts.ById).OfType<Contact>())
            {
                simulation.State.Remove(contact, deletion.Book, simulation.Options.RemovalTakesOptOut, simulation.Now);
            }
        }
    }

    private Reply Read(Call call) =>
        Guid.TryParse(call.Path[0], out var id) && _deletions.TryGetValue(id, out var deletion) && !deletion.IsForgotten
            ? Reply.Json(200, json => V2Wire.WriteDeletion(json, id, deletion.Status))
            : throw Refuse.V2(404, "ERROR_PARAMETER_INVALID", "No such deletion is known.");

    private sealed class Deletion(int number, int book, long[] ids)
    {
        public int Number => number;

        /// <summary>Whether its status is 404 although it is applied.</summary>
        public bool IsForgotten { get; init; }

        public int Book => book;

        public long[] Ids => ids;

        public string Status { get; set; } = "Started";

        public ITimer? Timer { get; set; }
    }
}
