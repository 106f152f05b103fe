using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Rollcall.Lytics;

/// <summary>
/// A profile's value as JSON that DuckDB accepts and returns as the same text: DuckDB reads numbers as 64-bit integers or doubles,
/// and rejects halves of characters.
/// </summary>
internal static class ProfileValue
{
    /// <summary>Replaces an invalid text: no data field accepts an array, so it is left out and listed.</summary>
    public const string NoText = "[]";

    private const int ExactDigits = 15;

    /// <summary>The current value; afterwards the reader is at its end. Null when there is none.</summary>
    public static string? Read(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.True:
                return "true";
            case JsonTokenType.False:
                return "false";
            case JsonTokenType.Number:
                return Number(Encoding.UTF8.GetString(reader.ValueSpan));
            case JsonTokenType.String:
                return JsonText.Read(ref reader) ?? NoText;
            default:
                return Group(ref reader);
        }
    }

    /// <summary>
    /// A number, in quotes if DuckDB would change it. One with a point or an exponent has neither an exponent nor more than nine digits after the point.
    /// </summary>
    private static string Number(string written)
    {
        if (written.Length > ExactDigits || written.AsSpan().ContainsAny('e', 'E'))
        {
            written = written.AsSpan().ContainsAny('.', 'e', 'E') && decimal.TryParse(written, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                ? Math.Round(number, 9, MidpointRounding.AwayFromZero).ToString("0.#########", CultureInfo.InvariantCulture)
                : written;
        }

        return written.Length <= ExactDigits && !written.AsSpan().ContainsAny('e', 'E') ? written : $"\"{written}\"";
    }

    /// <summary>An array or a map: only its scalars by name are used, such as a contact's ids by account.</summary>
    private static string Group(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return NoText;
        }

        var map = new StringBuilder("{");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonText.Read(ref reader);
            reader.Read();
            var value = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray ? Nested(ref reader) : Read(ref reader);
            if (name is not null && value is not null)
            {
                map.Append(map.Length == 1 ? "" : ",").Append(name).Append(':').Append(value);
            }
        }

        return map.Append('}').ToString();
    }

    private static string Nested(ref Utf8JsonReader reader)
    {
        reader.Skip();
        return NoText;
    }
}
