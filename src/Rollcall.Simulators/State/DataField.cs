using System.Globalization;
using System.Text.Json;

namespace Rollcall.Simulators.State;

internal enum DataFieldType
{
    String,
    Numeric,
    Date,
    Boolean,
}

/// <summary>A data field's definition; contacts keep its values at its ordinal, as canonical text.</summary>
internal sealed record DataField(int Ordinal, string Name, DataFieldType Type, string Visibility, JsonElement? DefaultValue)
{
    private const int DigitsBeforePoint = 18;
    private const int DigitsAfterPoint = 9;

    /// <summary>Names no data field may have: what a contact has anyway.</summary>
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "email", "emailtype", "optintype", "id", "contactid", "notes", "status", "unsubscribed", "mobilenumber", "contact",
    };

    public static bool IsValidName(string name) =>
        name.Length is >= 1 and <= 20
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')
        && !Reserved.Contains(name);

    /// <summary>
    /// Turns a JSON value into what a contact keeps. Null, and empty text, clear the field.
    /// Numbers, dates and booleans may come as text.
    /// </summary>
    /// <returns>Null when the value fits; else what is wrong with it.</returns>
    public string? Read(JsonElement value, int textLimit, out string? kept)
    {
        kept = null;
        if (value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            var text = value.GetString()!;
            return text.Length == 0 ? null : ReadText(text, textLimit, out kept);
        }

        switch (Type, value.ValueKind)
        {
            case (DataFieldType.Numeric, JsonValueKind.Number):
                return ReadNumber(value.GetRawText(), out kept);
            case (DataFieldType.Boolean, JsonValueKind.True):
                kept = "true";
                return null;
            case (DataFieldType.Boolean, JsonValueKind.False):
                kept = "false";
                return null;
            default:
                return $"'{Name}' takes a {Type} value";
        }
    }

    /// <summary>Reads a value as <see cref="Read(JsonElement, int, out string?)"/> does, under the account's own limits.</summary>
    public string? Read(JsonElement value, SimulatorOptions options, out string? kept)
    {
        var wrong = Read(value, options.TextLimit, out kept);
        return wrong is null && kept is not null && options.RefusedValues.Contains(kept) ? $"'{Name}' does not take this value" : wrong;
    }

    /// <summary>Writes a kept value as the JSON type of its field.</summary>
    public void Write(Utf8JsonWriter json, string? kept)
    {
        if (kept is null)
        {
            json.WriteNullValue();
        }
        else if (Type is DataFieldType.Numeric or DataFieldType.Boolean)
        {
            json.WriteRawValue(kept);
        }
        else
        {
            json.WriteStringValue(kept);
        }
    }

    private string? ReadText(string text, int textLimit, out string? kept)
    {
        kept = text;
        switch (Type)
        {
            case DataFieldType.String:
                return text.Length <= textLimit ? null : $"'{Name}' takes at most {textLimit} characters";
            case DataFieldType.Date:
                kept = IsoDate.Normal(text);
                return kept is null ? $"'{Name}' takes an ISO 8601 date" : null;
            case DataFieldType.Numeric:
                return ReadNumber(text, out kept);
            case DataFieldType.Boolean when bool.TryParse(text, out var truth):
                kept = truth ? "true" : "false";
                return null;
            default:
                return $"'{Name}' takes a {Type} value";
        }
    }

    private string? ReadNumber(string text, out string? kept)
    {
        kept = null;
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            return $"'{Name}' takes a Numeric value";
        }

        kept = number.ToString("0.############################", CultureInfo.InvariantCulture);
        var point = kept.IndexOf('.', StringComparison.Ordinal);
        var before = (point < 0 ? kept.Length : point) - (kept[0] == '-' ? 1 : 0);
        var after = point < 0 ? 0 : kept.Length - point - 1;
        return before <= DigitsBeforePoint && after <= DigitsAfterPoint
            ? null
            : $"'{Name}' takes at most {DigitsBeforePoint} digits before the point and {DigitsAfterPoint} after";
    }
}
