using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Rollcall.Lytics;

/// <summary>A JSON string or property name in a form that DuckDB accepts: it does not accept halves of characters, invalid UTF-8 or NUL.</summary>
internal static class JsonText
{
    /// <summary>How answers are read: a value that is too deep only affects that value.</summary>
    public static readonly JsonReaderOptions Deep = new() { MaxDepth = int.MaxValue };

    /// <summary>Ensures that the current property name is valid text, because otherwise the meaning of its value is unknown.</summary>
    /// <exception cref="JsonException">It is not.</exception>
    public static void CheckName(ref Utf8JsonReader reader)
    {
        if ((reader.ValueIsEscaped || !Utf8.IsValid(reader.ValueSpan)) && Read(ref reader) is null)
        {
            throw new JsonException("A property name is not valid text.");
        }
    }

    /// <summary>The current text, with quotes; null when it is not valid.</summary>
    public static string? Read(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            // Unchanged: valid UTF-8, which the reader does not check itself.
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
