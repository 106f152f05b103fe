using System.Text.Json;
using Rollcall.Simulators.State;

namespace Rollcall.Simulators.V2;

/// <summary>The v2 framework's shapes, as its specification names and spells them.</summary>
internal static class V2Wire
{
    public static void Write(Utf8JsonWriter json, Book book)
    {
        json.WriteStartObject();
        json.WriteNumber("id", book.Id);
        json.WriteString("name", book.Name);
        json.WriteString("visibility", book.Visibility);
        json.WriteNumber("contacts", book.Members);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, DataField field)
    {
        json.WriteStartObject();
        json.WriteString("name", field.Name);
        json.WriteString("type", field.Type.ToString());
        json.WriteString("visibility", field.Visibility);
        json.WritePropertyName("defaultValue");
        if (field.DefaultValue is { } value)
        {
            value.WriteTo(json);
        }
        else
        {
            json.WriteNullValue();
        }

        json.WriteEndObject();
    }

    /// <summary>A contact; with null <paramref name="fields"/> its data fields are null, as in lists and feeds.</summary>
    public static void Write(Utf8JsonWriter json, Contact contact, IEnumerable<DataField>? fields)
    {
        json.WriteStartObject();
        json.WriteNumber("id", contact.Id);
        json.WriteString("email", contact.Email);
        json.WriteString("optInType", Spelling.Of(contact.OptInType));
        json.WriteString("emailType", Spelling.Of(contact.EmailType));
        if (fields is null)
        {
            json.WriteNull("dataFields");
        }
        else
        {
            WriteFields(json, contact, fields);
        }

        json.WriteString("status", Spelling.V2(contact.Status));
        json.WriteEndObject();
    }

    public static void WriteSuppression(Utf8JsonWriter json, Contact contact, string removed, ContactStatus reason)
    {
        json.WriteStartObject();
        json.WritePropertyName("suppressedContact");
        Write(json, contact, null);
        json.WriteString("dateRemoved", removed);
        json.WriteString("reason", Spelling.V2(reason));
        json.WriteEndObject();
    }

    public static void WriteDeletion(Utf8JsonWriter json, Guid id, string status)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("status", status);
        json.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter json, Contact contact, IEnumerable<DataField> fields)
    {
        json.WriteStartArray("dataFields");
        foreach (var field in fields)
        {
            if (contact.Value(field.Ordinal) is { } value)
            {
                json.WriteStartObject();
                json.WriteString("key", field.Name);
                json.WriteString("value", value);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }
}
