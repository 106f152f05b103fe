using System.Text.Json;
using Rollcall.Simulators.State;

namespace Rollcall.Simulators.V3;

/// <summary>What of a contact is shown; null <see cref="Fields"/> leaves the data fields out.</summary>
internal sealed record ContactView(IReadOnlyList<DataField>? Fields, bool ChannelProperties, bool Lists, bool ConsentRecords)
{
    public static ContactView Full(AccountState state) => new([.. state.Fields], true, true, true);
}

/// <summary>The v3 framework's contact shapes.</summary>
internal static class ContactWire
{
    public static void Write(Utf8JsonWriter json, Contact contact, ContactView view, AccountState state)
    {
        json.WriteStartObject();
        json.WriteNumber("contactId", contact.Id);
        json.WriteString("status", Spelling.V3(contact.Status));
        json.WriteString("created", IsoDate.Text(contact.Created));
        json.WriteString("updated", IsoDate.Text(contact.Updated));
        json.WritePropertyName("identifiers");
        WriteIdentifiers(json, contact.Email, contact.Mobile);
        if (view.Fields is not null)
        {
            json.WriteStartObject("dataFields");
            foreach (var field in view.Fields)
            {
                json.WritePropertyName(field.Name);
                field.Write(json, contact.Value(field.Ordinal));
            }

            json.WriteEndObject();
        }

        if (view.ChannelProperties)
        {
            WriteChannel(json, contact);
        }

        if (view.Lists)
        {
            WriteLists(json, contact, state);
        }

        if (view.ConsentRecords)
        {
            json.WriteStartArray("consentRecords");
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    public static void WriteIdentifiers(Utf8JsonWriter json, string email, string? mobile)
    {
        json.WriteStartObject();
        if (email.Length > 0)
        {
            json.WriteString("email", email);
        }

        if (mobile is not null)
        {
            json.WriteString("mobileNumber", mobile);
        }

        json.WriteEndObject();
    }

    private static void WriteChannel(Utf8JsonWriter json, Contact contact)
    {
        json.WriteStartObject("channelProperties");
        if (contact.HasEmail)
        {
            json.WriteStartObject("email");
            json.WriteString("emailType", Spelling.Of(contact.EmailType));
            json.WriteString("optInType", Spelling.Of(contact.OptInType));
            json.WriteString("status", Spelling.V3Channel(contact.Status));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteLists(Utf8JsonWriter json, Contact contact, AccountState state)
    {
        json.WriteStartArray("lists");
        foreach (var membership in contact.Memberships)
        {
            if (state.Book(membership.Book) is { } book)
            {
                json.WriteStartObject();
                json.WriteNumber("id", book.Id);
                json.WriteString("name", book.Name);
                json.WriteString("status", Spelling.V3(membership.Status));
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }
}
