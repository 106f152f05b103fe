using System.Runtime.InteropServices;
using System.Text.Json;
using Rollcall.Simulators.Http;

namespace Rollcall.Simulators.V3;

/// <summary>Reads <c>contactRequest</c> (imports) and <c>updateContactRequest</c> (patches), which are open: what they do not name is not looked at.</summary>
internal static class ContactRecordReader
{
    private const int MaxLists = 100;

    public static ContactRecord Read(JsonElement element, bool import)
    {
        var record = new ContactRecord();
        try
        {
            Shape.Object(element, "contact");
            record = Named(element);
            if (!Unicode.IsWhole(JsonMarshal.GetRawUtf8Value(element)))
            {
                throw Shape.Wrong("A text is not Unicode");
            }

            record = ReadIdentifiers(element, record, import);
            record = ReadRest(element, record);
            return import ? record with { Failure = MatchFault(element, record) } : record;
        }
        catch (ShapeException wrong)
        {
            return record with { Failure = wrong.Failure };
        }
    }

    /// <summary>The person in a record, even if the rest of the record is invalid.</summary>
    private static ContactRecord Named(JsonElement element)
    {
        var given = new List<KeyValuePair<string, string>>();
        long? id = null;
        if (element.TryGetProperty("identifiers", out var identifiers) && identifiers.ValueKind == JsonValueKind.Object
            && Unicode.IsWhole(JsonMarshal.GetRawUtf8Value(identifiers)))
        {
            foreach (var property in identifiers.EnumerateObject())
            {
                if (property.Name == "contactId")
                {
                    id = property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt64(out var number) && number >= 0 ? number : null;
                }
                else if (property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number)
                {
                    given.Add(new(property.Name, property.Value.ToString()));
                }
            }
        }

        var match = element.TryGetProperty("matchIdentifier", out var word) && word.ValueKind == JsonValueKind.String
            && Unicode.IsWhole(JsonMarshal.GetRawUtf8Value(word)) ? word.GetString() : null;
        return new ContactRecord { Match = match, ContactId = id, Given = [.. given.DistinctBy(one => one.Key)] };
    }

    private static ContactRecord ReadIdentifiers(JsonElement element, ContactRecord record, bool import)
    {
        if (import)
        {
            Shape.Text(element.TryGetProperty("matchIdentifier", out var match) ? match : throw Shape.Missing("matchIdentifier"), "matchIdentifier");
        }
        else
        {
            record = record with { Match = null };
        }

        if (!element.TryGetProperty("identifiers", out var identifiers))
        {
            return import ? throw Shape.Missing("identifiers") : record;
        }

        Shape.Object(identifiers, "identifiers");
        foreach (var property in identifiers.EnumerateObject())
        {
            record = property.Name switch
            {
                "email" => record with { Email = Identifier(property, "InvalidEmail") },
                "mobileNumber" => record with { Mobile = Identifier(property, "InvalidPhoneNumber") },
                "contactId" => record.ContactId is null ? throw new ShapeException("InvalidContactId", "Invalid value for 'contactId'") : record,
                _ => throw new ShapeException("InvalidContact", $"The identifier '{property.Name}' does not exist in the account"),
            };
        }

        return record;
    }

    private static string Identifier(JsonProperty property, string code) =>
        property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : throw new ShapeException(code, $"Invalid value for '{property.Name}'");

    private static Failure? MatchFault(JsonElement element, ContactRecord record) => record.Match switch
    {
        "email" => record.Email is null ? NoIdentifier() : null,
        "mobileNumber" => record.Mobile is null ? NoIdentifier() : null,
        "contactId" => record.ContactId is null ? NoIdentifier() : null,
        _ => new Failure("InvalidMatchIdentifier", $"The match identifier '{element.GetProperty("matchIdentifier")}' is not recognized"),
    };

    private static Failure NoIdentifier() => new("NoValidIdentifiers", "No valid identifiers were passed");

    private static ContactRecord ReadRest(JsonElement element, ContactRecord record)
    {
        if (element.TryGetProperty("dataFields", out var fields))
        {
            Shape.Object(fields, "dataFields");
            record = record with { DataFields = fields };
        }

        if (element.TryGetProperty("lists", out var lists))
        {
            record = record with { Lists = ReadLists(lists) };
        }

        if (element.TryGetProperty("channelProperties", out var channels))
        {
            record = Channels.Read(channels, record);
        }

        if (element.TryGetProperty("preferences", out var preferences))
        {
            Consents.CheckPreferences(preferences);
        }

        if (element.TryGetProperty("consentRecords", out var consents))
        {
            Consents.CheckRecords(consents);
        }

        return record;
    }

    private static int[] ReadLists(JsonElement lists)
    {
        if (lists.ValueKind != JsonValueKind.Array || lists.GetArrayLength() is < 1 or > MaxLists)
        {
            throw Shape.Wrong($"'lists' must have 1 to {MaxLists} list ids");
        }

        return [.. lists.EnumerateArray().Select(item => Shape.Int(item, "lists"))];
    }
}
