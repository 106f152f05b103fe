using System.Text.Json;
using System.Text.Unicode;
using Rollcall.Simulators.Http;

namespace Rollcall.Simulators.V3;

/// <summary>A received contact import: validated as a whole, with records kept as bytes until they are processed.</summary>
internal sealed record ImportBody(ReadOnlyMemory<byte> Contacts, int Count, MergeOption Merge)
{
    public static ImportBody Read(byte[] body)
    {
        if (!Utf8.IsValid(body))
        {
            throw BadJson();
        }

        try
        {
            return Scan(body);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            // The latter is thrown for a name or a value with half a surrogate pair.
            throw BadJson();
        }
    }

    private static ImportBody Scan(byte[] body)
    {
        var reader = new Utf8JsonReader(body);
        var merge = MergeOption.Overwrite;
        ReadOnlyMemory<byte>? contacts = null;
        var count = 0;
        Require(reader.Read() && reader.TokenType == JsonTokenType.StartObject, "The request must be an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "mergeOption":
                    merge = Merging(ref reader);
                    break;
                case "contacts":
                    Require(reader.TokenType == JsonTokenType.StartArray, "'contacts' must be a list");
                    var start = (int)reader.TokenStartIndex;
                    count = CountRecords(ref reader);
                    contacts = body.AsMemory(start, (int)reader.BytesConsumed - start);
                    break;
                default:
                    // The specification leaves the request open.
                    reader.Skip();
                    break;
            }
        }

        Require(!reader.Read(), "Nothing may follow the request");
        Require(contacts is not null, "'contacts' is required");
        return count > 0
            ? new ImportBody(contacts!.Value, count, merge)
            : throw Refuse.Contacts(400, "noContactsSpecified", "You must specify 1 or more contacts to be imported!");
    }

    private static int CountRecords(ref Utf8JsonReader reader)
    {
        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            reader.Skip();
            count++;
        }

        return count;
    }

    private static MergeOption Merging(ref Utf8JsonReader reader) =>
        (reader.TokenType == JsonTokenType.String ? reader.GetString() : null) switch
        {
            "overwrite" => MergeOption.Overwrite,
            "overwriteIfNotEmpty" => MergeOption.OverwriteIfNotEmpty,
            "overwriteIfEmpty" => MergeOption.OverwriteIfEmpty,
            _ => throw Invalid("'mergeOption' must be overwrite, overwriteIfNotEmpty or overwriteIfEmpty"),
        };

    private static void Require(bool fits, string otherwise)
    {
        if (!fits)
        {
            throw Invalid(otherwise);
        }
    }

    private static RefusalException BadJson() => Refuse.Contacts(400, "badJson", "The request JSON is badly formed");

    private static RefusalException Invalid(string why) => Refuse.Contacts(400, "invalidRequest", why);
}
