using System.Globalization;
using Rollcall.Simulators.Http;
using Rollcall.Simulators.State;

namespace Rollcall.Simulators.V2;

/// <summary>One contact and one book, or one contact: added, read, removed, unsubscribed, resubscribed.</summary>
internal sealed class BookContactCalls(Simulation simulation)
{
    private const string Invalid = "ERROR_CONTACT_INVALID";
    private const string InvalidResubscription = "ERROR_CONTACT_RESUBSCRIPTION_INVALID";

    private AccountState State => simulation.State;

    public IEnumerable<Operation> Operations =>
    [
        new("addContactToAddressBook", "POST", "/v2/address-books/{id}/contacts", Framework.V2, Tier.Medium, Add),
        new("getContactsInAddressBook", "GET", "/v2/address-books/{id}/contacts", Framework.V2, Tier.Low, List) { Query = ["withFullData", "select", "skip"] },
        new("deleteContactFromAddressBook", "DELETE", "/v2/address-books/{id}/contacts/{contactId}", Framework.V2, Tier.Medium, Remove),
        new("unsubscribeFromAccount", "POST", "/v2/contacts/unsubscribe", Framework.V2, Tier.Medium, UnsubscribeFromAccount),
        new("unsubscribeFromAddressBook", "POST", "/v2/address-books/{id}/contacts/unsubscribe", Framework.V2, Tier.Medium, Unsubscribe),
        new("resubscribeToAddressBook", "POST", "/v2/address-books/{id}/contacts/resubscribe", Framework.V2, Tier.Medium, call =>
            Resubscribe(call, true, true)),
        new("resubscribeToAddressBookWithNoChallenge", "POST", "/v2/address-books/{id}/contacts/resubscribe-with-no-challenge", Framework.V2, Tier.Medium,
            call => Resubscribe(call, true, false)),
        new("resubscribeContact", "POST", "/v2/contacts/resubscribe", Framework.V2, Tier.Medium, call => Resubscribe(call, false, true)),
        new("resubscribeContactWithNoChallenge", "POST", "/v2/contacts/resubscribe-with-no-challenge", Framework.V2, Tier.Medium, call =>
            Resubscribe(call, false, false)),
        new("getContactByEmail", "GET", "/v2/contacts/{email}", Framework.V2, Tier.High, Read),
    ];

    private Reply Add(Call call)
    {
        var book = Writable(call.PathInt(0));
        using var body = call.Json();
        var given = V2Body.Contact(body.RootElement, Invalid);
        if (EmailAddress.Fault(given.Email) is not null)
        {
            throw Refuse.V2(400, "ERROR_INVALID_EMAIL", "The email address is invalid.");
        }

        var values = given.Values(State, simulation.Options);
        var known = State.Contacts.ByEmail(given.Email);
        if (State.BarredAs(given.Email) is not null || known is { IsSuppressed: true })
        {
            throw Refuse.V2(400, "ERROR_CONTACT_SUPPRESSED", "The contact is suppressed.");
        }

        if (known?.StatusIn(book.Id) is BookStatus.Unsubscribed or BookStatus.Challenged)
        {
            throw Refuse.V2(400, "ERROR_CONTACT_SUPPRESSEDFORADDRESSBOOK", "The contact is suppressed for this address book.");
        }

        if (known is null && State.Contacts.Count >= simulation.Options.MaxContacts)
        {
            throw Refuse.V2(400, "ERROR_CONTACT_TOOMANY", "The account has all the contacts it may have.");
        }

        var now = simulation.Now;
        var contact = known ?? simulation.Subscriptions.Create(given.Email, given.OptInType, given.EmailType, single: true, now);
        contact.OptInType = given.OptInType ?? contact.OptInType;
        contact.EmailType = given.EmailType ?? contact.EmailType;
        Keep(contact, values, now);
        simulation.Subscriptions.AddOne(contact, book.Id, known is null, now);
        return Reply.Json(200, json => V2Wire.Write(json, contact, State.Fields));
    }

    private Reply List(Call call)
    {
        var book = AddressBookCalls.Known(State, call.PathInt(0));
        var (select, skip) = call.Page();
        var full = call.QueryTruth("withFullData") ? State.Fields : null;
        var members = State.History.Shown(State.Contacts.InOrder)
            .Where(contact => contact.HasEmail && !contact.IsSuppressed && contact.StatusIn(book.Id) == BookStatus.Subscribed);
        return Reply.Json(200,
        json => {
            json.WriteStartArray();
            foreach (var contact in members.Skip(skip).Take(select))
            {
                V2Wire.Write(json, contact, full);
            }

            json.WriteEndArray();
        });
    }

    private Reply Read(Call call)
    {
        var key = call.Path[0];
        var contact = long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? State.Contacts.ById(id)
            : State.Contacts.ByEmail(key);
        return contact is { IsSuppressed: false, HasEmail: true }
            ? Reply.Json(200, json => V2Wire.Write(json, contact, State.Fields))
            : throw NotFound();
    }

    private Reply Remove(Call call)
    {
        var book = AddressBookCalls.Known(State, call.PathInt(0));
        var contact = State.Contacts.ById(call.PathInt(1)) ?? throw NotFound();
        State.Remove(contact, book.Id, simulation.Options.RemovalTakesOptOut, simulation.Now);
        return Reply.Empty(204);
    }

    private Reply Unsubscribe(Call call)
    {
        var book = AddressBookCalls.Known(State, call.PathInt(0));
        using var body = call.Json();
        var contact = State.Contacts.ByEmail(V2Body.Contact(body.RootElement, Invalid).Email) ?? throw NotFound();
        State.SetBookStatus(contact, book.Id, BookStatus.Unsubscribed, simulation.Now);
        var since = contact.Memberships.ToArray().First(membership => membership.Book == book.Id).Since;
        return Reply.Json(200, json => V2Wire.WriteSuppression(json, contact, IsoDate.Text(since), ContactStatus.Unsubscribed));
    }

    private Reply UnsubscribeFromAccount(Call call)
    {
        using var body = call.Json();
        var contact = State.Contacts.ByEmail(V2Body.Contact(body.RootElement, Invalid).Email) ?? throw NotFound();
        if (contact.Status is ContactStatus.Subscribed or ContactStatus.PendingOptIn)
        {
            State.SetStatus(contact, ContactStatus.Unsubscribed, simulation.Now);
        }

        return Reply.Json(200, json => V2Wire.WriteSuppression(json, contact, IsoDate.Text(simulation.Now), ContactStatus.Unsubscribed));
    }

    private Reply Resubscribe(Call call, bool toBook, bool challenge)
    {
        var book = toBook ? Writable(call.PathInt(0)) : null;
        using var body = call.Json();
        var root = body.RootElement;
        V2Body.Only(root, InvalidResubscription, "unsubscribedContact", "preferredLocale", "returnUrlToUseIfChallenged");
        V2Body.Text(root, "preferredLocale", InvalidResubscription, nullable: true);
        V2Body.Text(root, "returnUrlToUseIfChallenged", InvalidResubscription, nullable: true);
        var given = V2Body.Contact(V2Body.Value(root, "unsubscribedContact"), InvalidResubscription);
        var values = given.Values(State, simulation.Options);
        var contact = State.Contacts.ByEmail(given.Email) ?? throw NotFound();
        var now = simulation.Now;
        var status = simulation.Subscriptions.Resubscribe(contact, book?.Id, challenge, now);
        if (status == "ContactAdded")
        {
            Keep(contact, values, now);
        }

        return Reply.Json(200,
        json => {
            json.WriteStartObject();
            json.WritePropertyName("contact");
            V2Wire.Write(json, contact, null);
            json.WriteString("status", status);
            json.WriteEndObject();
        });
    }

    private Book Writable(int id)
    {
        var book = AddressBookCalls.Known(State, id);
        return book.Writable
            ? book
            : throw Refuse.V2(400, "ERROR_ADDRESSBOOK_NOTWRITABLE", "The address book cannot be written to.");
    }

    private static void Keep(Contact contact, IReadOnlyList<(DataField Field, string? Value)> values, DateTime now)
    {
        foreach (var (field, value) in values)
        {
            contact.SetValue(field.Ordinal, value);
        }

        contact.Updated = now;
    }

    private static RefusalException NotFound() => Refuse.V2(404, "ERROR_CONTACT_NOT_FOUND", "The contact does not exist.");
}
