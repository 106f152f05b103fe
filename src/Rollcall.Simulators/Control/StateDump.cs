using System.Text.Json;
using Rollcall.Simulators.Http;
using Rollcall.Simulators.State;

namespace Rollcall.Simulators.Control;

/// <summary>The account written out as JSON, a batch of contacts at a time so that calls come in between.</summary>
internal sealed class StateDump(Simulation simulation)
{
    private const int ContactsAtOnce = 500;

    private AccountState Account => simulation.State;

    public Reply State(int? book, string? email) => Reply.Streamed(200,
    async (json, cancellation) => {
        json.WriteStartObject();
        lock (Account.Gate)
        {
            WriteBooks(json, book);
            WriteFields(json);
            WriteStrings(json, "globallySuppressed", Account.GloballySuppressed);
            WriteStrings(json, "suppressedDomains", Account.SuppressedDomains);
        }

        json.WriteStartArray("contacts");
        var after = 0L;
        while (WriteBatch(json, book, email, ref after))
        {
            await json.FlushAsync(cancellation);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    public Reply Counters()
    {
        lock (Account.Gate)
        {
            var counters = Account.Counters;
            return Reply.Json(200,
            json => {
                json.WriteStartObject();
                json.WriteNumber("joins", counters.Joins.Values.Sum());
                json.WriteNumber("confirmations", counters.Confirmations.Values.Sum());
                json.WriteNumber("challenges", counters.Challenges.Values.Sum());
                json.WriteNumber("resubscriptions", counters.Resubscriptions);
                json.WriteNumber("listOptOutsLifted", counters.ListOptOutsLifted);
                json.WriteNumber("addressesChanged", counters.AddressesChanged);
                json.WriteNumber("contactsDeleted", counters.ContactsDeleted);
                json.WriteNumber("contacts", Account.Contacts.Count);
                ControlAnswers.WriteCounts(
                    json, "joinsByBook",
                    counters.Joins.GroupBy(join => join.Key.Book).Select(group => KeyValuePair.Create(group.Key.ToString(), group.Sum(join => join.Value))));
                ControlAnswers.WriteCounts(json, "confirmationsByContact", counters.Confirmations);
                ControlAnswers.WriteCounts(json, "challengesByContact", counters.Challenges);
                ControlAnswers.WriteCounts(json, "calls", simulation.Calls.Counts());
                json.WriteEndObject();
            });
        }
    }

    private bool WriteBatch(Utf8JsonWriter json, int? book, string? email, ref long after)
    {
        lock (Account.Gate)
        {
            var all = Account.Contacts.InOrder;
            var written = 0;
            for (var at = Account.Contacts.PositionAfter(after); at < all.Count; at++)
            {
                var contact = all[at];
                after = contact.Id;
                var shown = (book is null || contact.StatusIn(book.Value) is not null)
                    && (email is null || string.Equals(email, contact.Email, StringComparison.OrdinalIgnoreCase));
                if (shown)
                {
                    Write(json, contact);
                    if (++written == ContactsAtOnce)
                    {
                        return true;
                    }
                }
            }

            return false;
        }
    }

    private void Write(Utf8JsonWriter json, Contact contact)
    {
        json.WriteStartObject();
        json.WriteString("email", contact.Email);
        json.WriteNumber("id", contact.Id);
        if (contact.Mobile is not null)
        {
            json.WriteString("mobileNumber", contact.Mobile);
        }

        json.WriteString("status", Spelling.V2(contact.Status));
        json.WriteString("statusSince", IsoDate.Text(contact.StatusSince));
        json.WriteString("optInType", Spelling.Of(contact.OptInType));
        json.WriteString("emailType", Spelling.Of(contact.EmailType));
        json.WriteString("created", IsoDate.Text(contact.Created));
        json.WriteString("updated", IsoDate.Text(contact.Updated));
        json.WriteStartObject("dataFields");
        foreach (var field in Account.Fields)
        {
            if (contact.Value(field.Ordinal) is { } value)
            {
                json.WritePropertyName(field.Name);
                field.Write(json, value);
            }
        }

        json.WriteEndObject();
        json.WriteStartObject("books");
        foreach (var membership in contact.Memberships)
        {
            json.WriteString(membership.Book.ToString(), membership.Status.ToString());
        }

        json.WriteEndObject();
        json.WriteStartObject("insightData");
        foreach (var collection in Account.Insight.Of(contact.Id).GroupBy(record => record.Collection))
        {
            json.WriteStartObject(collection.Key);
            foreach (var record in collection)
            {
                json.WritePropertyName(record.Key);
                json.WriteRawValue(record.Json);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteBooks(Utf8JsonWriter json, int? only)
    {
        json.WriteStartArray("books");
        foreach (var book in Account.Books.Where(book => only is null || book.Id == only))
        {
            json.WriteStartObject();
            json.WriteNumber("id", book.Id);
            json.WriteString("name", book.Name);
            json.WriteString("visibility", book.Visibility);
            json.WriteBoolean("writable", book.Writable);
            json.WriteNumber("members", book.Members);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteFields(Utf8JsonWriter json)
    {
        json.WriteStartArray("dataFields");
        foreach (var field in Account.Fields)
        {
            json.WriteStartObject();
            json.WriteString("name", field.Name);
            json.WriteString("type", field.Type.ToString());
            json.WriteString("visibility", field.Visibility);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
