using System.Text;
using System.Text.Json;

namespace Rollcall.Lytics;

/// <summary>
/// A complete value, including arrays and maps, as JSON that DuckDB accepts. Numbers stay as they were written; DuckDB keeps that text as long as it is
/// not split. Only the element or property of an invalid text is left out.
/// </summary>
internal static class WholeValue
{
    /// <summary>Replaces a value with too many levels: insight records do not accept nested arrays, so it is left out and listed.</summary>
    private const string TooDeep = "[[]]";

    private const int Levels = 64;

    /// <summary>The current value; afterwards the reader is at its end. Null when there is none.</summary>
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

    /// <summary>Copies the current map without the properties that have too many levels; afterwards the reader is at its end.</summary>
    public static void CopyMap(ref Utf8JsonReader reader, StringBuilder json) => Map(ref reader, json, IsTooDeep(reader));

    /// <summary>Copies the current value; afterwards the reader is at its end. For an invalid text, writes nothing and returns false.</summary>
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

    /// <summary>Whether the current value has too many levels. The reader is a copy.</summary>
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
