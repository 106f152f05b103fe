using Rollcall.Simulators.Http;
using Rollcall.Simulators.State;

namespace Rollcall.Simulators.V2;

/// <summary>
/// People who unsubscribed, and people who must not be mailed. A book's feed omits people who left the account; people who came
/// back is in no feed; rows may be late or lost (see <see cref="SimulatorOptions.FeedDelay"/>).
/// </summary>
internal sealed class FeedCalls(Simulation simulation)
{
    private static readonly string[] Page = ["select", "skip"];

    public IEnumerable<Operation> Operations =>
    [
        new("getUnsubscribedInAddressBook", "GET", "/v2/address-books/{id}/contacts/unsubscribed-since/{date}", Framework.V2, Tier.Low, OfBook)
        {
            Query = Page,
        },
        new("getUnsubscribedContacts", "GET", "/v2/contacts/unsubscribed-since/{date}", Framework.V2, Tier.Low, call =>
            OfAccount(call, ContactStatus.Unsubscribed))
        {
            Query = Page,
        },
        new("getSuppressedContacts", "GET", "/v2/contacts/suppressed-since/{date}", Framework.V2, Tier.Low, call => OfAccount(call, null)) { Query = Page },
    ];

    private Reply OfBook(Call call)
    {
        var book = AddressBookCalls.Known(simulation.State, call.PathInt(0));
        return Feed(call, call.Path[1],
        contact => {
            foreach (var membership in contact.Memberships)
            {
                if (membership.Book == book.Id && membership.Status is BookStatus.Unsubscribed or BookStatus.Challenged)
                {
                    return new Row(contact, membership.Since, ContactStatus.Unsubscribed, book.Id);
                }
            }

            return null;
        });
    }

    private Reply OfAccount(Call call, ContactStatus? only) => Feed(call, call.Path[0], contact =>
        contact.IsSuppressed && contact.Status != ContactStatus.Deleted && (only ?? contact.Status) == contact.Status
            ? new Row(contact, contact.StatusSince, contact.Status, 0)
            : null);

    private Reply Feed(Call call, string since, Func<Contact, Row?> row)
    {
        var (select, skip) = call.Page();
        var options = simulation.Options;
        var from = IsoDate.Read(since) ?? throw Refuse.V2(400, "ERROR_PARAMETER_INVALID", $"'{since}' is no ISO 8601 date.");
        from = options.FeedInDays ? from.Date : from;
        var latest = simulation.Now - options.FeedDelay;
        var rows = simulation.State.Contacts.InOrder
            .Where(contact => contact.HasEmail)
            .Select(row)
            .OfType<Row>()
            .Where(it => it.Since >= from && it.Since <= latest && !IsLost(it, options))
            .OrderBy(it => options.FeedUnordered ? Spread((ulong)it.Contact.Id) : 0)
            .Skip(skip)
            .Take(select);
        return Reply.Json(200,
        json => {
            json.WriteStartArray();
            foreach (var it in rows)
            {
                V2Wire.WriteSuppression(json, it.Contact, Date(it.Since, options), it.Reason);
            }

            json.WriteEndArray();
        });
    }

    private static string Date(DateTime since, SimulatorOptions options)
    {
        var shown = since + (options.FeedDatesWithoutOffset ? options.FeedDateShift : TimeSpan.Zero);
        shown = options.FeedInDays ? shown.Date : shown;
        return options.FeedDatesWithoutOffset ? IsoDate.TextWithoutOffset(shown) : IsoDate.Text(shown);
    }

    private static bool IsLost(Row row, SimulatorOptions options) =>
        options.FeedLoss > 0
        && Spread((ulong)row.Contact.Id * 31 + (ulong)row.Book + ((ulong)options.FeedSeed << 40)) < options.FeedLoss;

    /// <summary>Maps a number to 0 ≤ x &lt; 1, the same on every machine, near numbers far apart (splitmix64).</summary>
    private static double Spread(ulong number)
    {
        unchecked
        {
            number += 0x9E3779B97F4A7C15;
            number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9;
            number = (number ^ (number >> 27)) * 0x94D049BB133111EB;
            return ((number ^ (number >> 31)) >> 11) * (1.0 / (1UL << 53));
        }
    }

    private sealed record Row(Contact Contact, DateTime Since, ContactStatus Reason, int Book);
}
