using System.Text;
using System.Text.Json;

namespace Rollcall.Lytics;

/// <summary>
/// A value whole, arrays and maps too, as JSON that DuckDB takes. Numbers stand as they were written; DuckDB keeps that text for as long as it is
/// not taken apart. A text that is none is left out, alone: its element, or its property.
/// </summary>
internal static class WholeValue
{
    /// <summary>Stands for a value of too many levels: no insight record takes an array in an array, so it is left out and listed.</summary>
    private const string TooDeep = "[[]]";

    private const int Levels = 64;

    /// <summary>The value the reader is at, which it is at the end of afterwards; null where there is none.</summary>
    public static string? Read(ref Utf8JsonReader reader)
    {
        if (IsTooDeep(reader))
        {
            reader.Skip();
            return TooDeep;
        }

        var json = new StringBuilder();
        return reader.TokenType != JsonTokenType.Null && Copy(ref reader, json) ? json.ToString() : null;
    }

    /// <summary>Copies the map the reader is at, which it is at the end of afterwards, without the properties that have too many levels.</summary>
    public static void CopyMap(ref Utf8JsonReader reader, StringBuilder json) => Map(ref reader, json, IsTooDeep(reader));

    /// <summary>Copies the value the reader is at, which it is at the end of afterwards; writes nothing and says no where it is a text that is none.</summary>
    private static bool Copy(ref Utf8JsonReader reader, StringBuilder json)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                Map(ref reader, json, leavesOut: false);
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

    /// <summary>Whether the value the reader is at has too many levels. The reader is a copy.</summary>
    private static bool IsTooDeep(Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return false;
        }

        var outside = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > outside)
        {
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && reader.CurrentDepth >= outside + Levels)
            {
                return true;
            }
        }

        return false;
    }

    private static void Map(ref Utf8JsonReader reader, StringBuilder json, bool leavesOut)
    {
        json.Append('{');
        var first = json.Length;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (before, name) = (json.Length, JsonText.Read(ref reader));
            reader.Read();
            if (name is null || (leavesOut && IsTooDeep(reader)))
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
