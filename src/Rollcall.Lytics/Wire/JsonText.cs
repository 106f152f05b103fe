using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Rollcall.Lytics;

/// <summary>A JSON string, or a property's name, made so that DuckDB takes it: it stops at halves of characters and at bytes that are no UTF-8, and keeps no NUL.</summary>
internal static class JsonText
{
    /// <summary>How answers are read: however deep a value is, it is a matter of that value.</summary>
    public static readonly JsonReaderOptions Deep = new() { MaxDepth = int.MaxValue };

    /// <summary>Makes sure that the property's name the reader is at is text: of a name that is not, nobody knows what follows it.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static void CheckName(ref Utf8JsonReader reader)
    {
        if ((reader.ValueIsEscaped || !Utf8.IsValid(reader.ValueSpan)) && Read(ref reader) is null)
        {
            throw new JsonException("A property's name is no text.");
        }
    }

    /// <summary>The text the reader is at, in its quotes; null where it is none.</summary>
    public static string? Read(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            // As it came: valid UTF-8, which the reader does not check itself.
            return Utf8.IsValid(reader.ValueSpan) ? $"\"{Encoding.UTF8.GetString(reader.ValueSpan)}\"" : null;
        }

        try
        {
            var text = reader.GetString()!;
            return text.Contains('\0', StringComparison.Ordinal) ? null : $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
        }
        catch (InvalidOperationException)
        {
            // Half a character, as "\ud83d" alone.
            return null;
        }
    }
}
