using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Rollcall.Simulators.Http;
using Rollcall.Simulators.State;

namespace Rollcall.Simulators.Lytics;

/// <summary>Events as JSON: read strictly, so that accepted events can be returned unchanged.</summary>
internal static class EventJson
{
    // Larger numbers are milliseconds, and so large ones no time at all.
    private const double MostSeconds = 50_000_000_000;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <returns>The document; null, with the problem, when it is invalid.</returns>
    public static JsonDocument? Parse(byte[] body, out string wrong)
    {
        wrong = "a text is not Unicode";
        if (!Utf8.IsValid(body))
        {
            return null;
        }

        try
        {
            var document = JsonDocument.Parse(body, Strict);
            if (Unicode.IsWhole(body))
            {
                return document;
            }

            document.Dispose();
        }
        catch (JsonException broken)
        {
            wrong = broken.Message;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair in a name, as the message already says.
        }

        return null;
    }

    public static JsonObject? Event(JsonElement element) => element.ValueKind == JsonValueKind.Object ? JsonObject.Create(element.Clone()) : null;

    /// <summary>When an event happened, by a field of it: a date, or seconds or milliseconds since 1970; null when missing.</summary>
    public static DateTime? Time(JsonObject one, string? field)
    {
        if (field is null || one[field] is not JsonValue value)
        {
            return null;
        }

        var text = value.ToString();
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            return IsoDate.Read(text);
        }

        var seconds = Math.Abs(number) < MostSeconds ? number : number / 1000;
        return Math.Abs(seconds) < MostSeconds ? DateTime.UnixEpoch.AddSeconds(seconds) : null;
    }
}
