using System.Buffers;
using System.Text.Json;

namespace Rollcall.Dotdigital;

/// <summary>A person to add to a book in a separate call.</summary>
/// <param name="Email">The address.</param>
public sealed record ContactToAdd(string Email)
{
    /// <summary>The data fields as the text of a JSON object, each value of its field's type; empty or null for none.</summary>
    public string? DataFields { get; init; }

    /// <summary>The email type as v2 spells it, <c>Html</c> or <c>PlainText</c>; null leaves it to Dotdigital. Overwrites what the person chose.</summary>
    public string? EmailType { get; init; }

    /// <summary>
    /// The opt-in type as v2 spells it, such as <c>VerifiedDouble</c>, which sends the person an email; null leaves it to Dotdigital. Overwrites what the
    /// person chose.
    /// </summary>
    public string? OptInType { get; init; }
}

/// <summary>The answer of v2 for a person who was added.</summary>
/// <param name="Id">The contact's id.</param>
/// <param name="Email">The contact's address, which may be spelled differently from the one sent, or be another one; null when the answer shows none.</param>
/// <param name="Status">The account status: <see cref="ContactStatus.PendingOptIn"/> when Dotdigital asked the person to confirm.</param>
public sealed record AddedContact(long Id, string? Email, ContactStatus Status);

/// <content>Adding people to a book one by one: unlike a bulk import, this fires join actions.</content>
public sealed partial class Contacts
{
    /// <summary>
    /// Adds a person to a book (<c>POST /v2/address-books/{id}/contacts</c>), creating the contact if there is none. Fires the book's join actions,
    /// and asks for confirmation if the account is configured so. Sent once.
    /// </summary>
    /// <exception cref="DotdigitalException">
    /// <c>ERROR_CONTACT_SUPPRESSED</c>, <c>ERROR_CONTACT_SUPPRESSEDFORADDRESSBOOK</c>: opted out or blocked, and not added. <c>ERROR_INVALID_EMAIL</c>.
    /// <c>ERROR_ADDRESSBOOK_NOTWRITABLE</c>, <c>ERROR_ADDRESSBOOK_NOT_FOUND</c>: nobody can be added. Ambiguous: look the person up before adding them again.
    /// </exception>
    public async Task<AddedContact> AddToBookAsync(long bookId, ContactToAdd person, CancellationToken cancellation = default)
    {
        var request = DotdigitalRequest.Write("contacts.addToBook", CallTier.Medium, HttpMethod.Post, $"v2/address-books/{bookId}/contacts", AddBody(person));
        var wire = await _transport.SendAsync(request, DotdigitalWire.Default.WireAddedContact, cancellation).ConfigureAwait(false);
        return wire.Id <= 0
            ? throw _transport.Unreadable(request)
            : new AddedContact(wire.Id, wire.Email, ContactStatuses.Parse(wire.Status));
    }

    /// <summary>
    /// Writes a person and adds them to a book (<c>PATCH /contacts/v3/email/{email}</c>), creating the contact if there is none and restoring it from the
    /// recycle bin. Whether this fires join actions is not documented. Sent once.
    /// </summary>
    /// <param name="mergeOption">v3's word in a query: <c>overwrite</c>, <c>overwrite-if-not-empty</c>, <c>overwrite-if-empty</c>.</param>
    /// <exception cref="DotdigitalException"><c>contacts:invalidContacts</c> with the invalid item. Ambiguous: look the person up before writing them
    /// again.</exception>
    public async Task<Contact> PatchIntoBookAsync(long bookId, ContactToAdd person, string mergeOption, CancellationToken cancellation = default)
    {
        var path = $"contacts/v3/email/{Uri.EscapeDataString(person.Email)}?merge-option={Uri.EscapeDataString(mergeOption)}";
        var request = DotdigitalRequest.Write("contacts.patch", CallTier.Medium, HttpMethod.Patch, path, PatchBody(bookId, person));
        return Of(await _transport.SendAsync(request, DotdigitalWire.Default.WireContact, cancellation).ConfigureAwait(false), request);
    }

    private static byte[] AddBody(ContactToAdd person) => Json(json =>
    {
        json.WriteString("email", person.Email);
        if (person.OptInType is { } optIn)
        {
            json.WriteString("optInType", optIn);
        }

        if (person.EmailType is { } type)
        {
            json.WriteString("emailType", type);
        }

        if (!string.IsNullOrEmpty(person.DataFields))
        {
            using var fields = JsonDocument.Parse(person.DataFields);
            json.WriteStartArray("dataFields");
            foreach (var field in fields.RootElement.EnumerateObject())
            {
                json.WriteStartObject();
                json.WriteString("key", field.Name);
                json.WritePropertyName("value");
                field.Value.WriteTo(json);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }
    });

    private static byte[] PatchBody(long bookId, ContactToAdd person) => Json(json =>
    {
        if (person.OptInType is not null || person.EmailType is not null)
        {
            json.WriteStartObject("channelProperties");
            json.WriteStartObject("email");
            if (person.OptInType is { } optIn)
            {
                json.WriteString("optInType", JsonNamingPolicy.CamelCase.ConvertName(optIn));
            }

            if (person.EmailType is { } type)
            {
                json.WriteString("emailType", JsonNamingPolicy.CamelCase.ConvertName(type));
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        if (!string.IsNullOrEmpty(person.DataFields))
        {
            json.WritePropertyName("dataFields");
            json.WriteRawValue(person.DataFields);
        }

        json.WriteStartArray("lists");
        json.WriteNumberValue(bookId);
        json.WriteEndArray();
    });

    private static byte[] Json(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        members(json);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
