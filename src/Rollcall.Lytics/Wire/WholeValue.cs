using System.Text;
using System.Text.Json;

namespace Rollcall.Lytics;

/// <summary>
/// A value whole, arrays and maps too, as JSON that DuckDB takes. Numbers stand as they were written; DuckDB keeps that text for as long as it is
/// not taken apart. A text that is none is left out, alone: its element, or its property.
/// </summary>
internal static class WholeValue
{
    /// <summary>The value the reader is at, which it is at the end of afterwards; null where there is none.</summary>
    public static string? Read(ref Utf8JsonReader reader)
    {
        var json = new StringBuilder();
        return reader.TokenType != JsonTokenType.Null && Copy(ref reader, json) ? json.ToString() : null;
    }

    /// <summary>Copies the value the reader is at, which it is at the end of afterwards; writes nothing and says no where it is a text that is none.</summary>
    public static bool Copy(ref Utf8JsonReader reader, StringBuilder json)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                Map(ref reader, json);
                return true;
            case JsonTokenType.StartArray:
                List(ref reader, json);
                return true;
            case JsonTokenType.String:
                var text = JsonText.Read(ref reader);
                json.Append(text);
                return text is not null;
            default:
                json.Append(Encoding.UTF8.GetString(reader.ValueSpan));
                return true;
        }
    }

    private static void Map(ref Utf8JsonReader reader, StringBuilder json)
    {
        json.Append('{');
        var first = json.Length;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (before, name) = (json.Length, JsonText.Read(ref reader));
            reader.Read();
            if (name is null)
            {
                reader.Skip();
                continue;
            }

            json.Append(before == first ? "" : ",").Append(name).Append(':');
            if (!Copy(ref reader, json))
            {
                json.Length = before;
            }
        }

        json.Append('}');
    }

    private static void List(ref Utf8JsonReader reader, StringBuilder json)
    {
        json.Append('[');
        var first = json.Length;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var before = json.Length;
            json.Append(before == first ? "" : ",");
            if (!Copy(ref reader, json))
            {
                json.Length = before;
            }
        }

        json.Append(']');
    }
}
