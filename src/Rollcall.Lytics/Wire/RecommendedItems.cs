using System.Text;
using System.Text.Json;

namespace Rollcall.Lytics;

/// <summary>The answer of a call for recommendations: <c>{"data": [{"url", "title", ...}, ...]}</c>, the best first.</summary>
internal static class RecommendedItems
{
    /// <summary>The first recommendations as a JSON array of objects, each complete; <c>[]</c> for none.</summary>
    /// <exception cref="JsonException">It is not such an answer.</exception>
    public static string Parse(ReadOnlySpan<byte> body, int most)
    {
        string? items = null;
        var reader = new Utf8JsonReader(body, JsonText.Deep);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("The answer is not an object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            JsonText.CheckName(ref reader);
            var isData = reader.ValueTextEquals("data"u8);
            reader.Read();
            if (isData)
            {
                items = Items(ref reader, most);
            }
            else
            {
                reader.Skip();
            }
        }

        // The text after the object is read as well: an answer must be complete.
        if (reader.TokenType != JsonTokenType.EndObject || reader.Read())
        {
            throw new JsonException("The answer does not end where its object does.");
        }

        return items ?? throw new JsonException("The answer has no data.");
    }

    private static string Items(ref Utf8JsonReader reader, int most)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return "[]";
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("data is not a list.");
        }

        var (items, count) = (new StringBuilder("["), 0);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new JsonException("A recommendation is not an object.");
            }

            if (++count > most)
            {
                reader.Skip();
                continue;
            }

            items.Append(count == 1 ? "" : ",");
            WholeValue.CopyMap(ref reader, items);
        }

        return items.Append(']').ToString();
    }
}
