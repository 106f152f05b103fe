using System.Text.Json;
using Rollcall.Simulators.Http;
using Rollcall.Simulators.State;

namespace Rollcall.Simulators.V2;

/// <summary>Reads v2 request bodies as strictly as the specification is written: no property it does not name. Names match without case.</summary>
internal static class V2Body
{
    public static void Only(JsonElement element, string error, params ReadOnlySpan<string> names)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Refuse.V2(400, error, "An object is expected.");
        }

        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var property in element.EnumerateObject())
        {
            if (!names.Contains(property.Name, StringComparer.OrdinalIgnoreCase) || !seen.Add(property.Name))
            {
                throw Refuse.V2(400, error, $"'{property.Name}' is not a known property, or there twice.");
            }
        }
    }

    /// <summary>A property's value, undefined when missing; its name is case-insensitive.</summary>
    public static JsonElement Value(JsonElement element, string name) =>
        element.EnumerateObject().FirstOrDefault(property => string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>A text; null when missing, or when it is null and nullable.</summary>
    public static string? Text(JsonElement element, string name, string error, bool nullable = false) => Value(element, name) switch
    {
        { ValueKind: JsonValueKind.Undefined } => null,
        { ValueKind: JsonValueKind.Null } when nullable => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        _ => throw Refuse.V2(400, error, $"'{name}' must be text."),
    };

    /// <summary>Checks a number that only answers mean anything by.</summary>
    public static void Int(JsonElement element, string name, string error)
    {
        var value = Value(element, name);
        if (value.ValueKind != JsonValueKind.Undefined && !(value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _)))
        {
            throw Refuse.V2(400, error, $"'{name}' must be a whole number.");
        }
    }

    public static T? Word<T>(JsonElement element, string name, string error, bool nullable = false)
        where T : struct, Enum
    {
        if (Text(element, name, error, nullable) is not { } text)
        {
            return null;
        }

        return Enum.GetNames<T>().Contains(text)
            ? Enum.Parse<T>(text)
            : throw Refuse.V2(400, error, $"'{text}' is no {name}.");
    }

    /// <summary>Reads an <c>ApiContact</c>.</summary>
    public static ContactBody Contact(JsonElement element, string error)
    {
        Only(element, error, "id", "email", "optInType", "emailType", "dataFields", "status");
        Int(element, "id", error);
        var email = Text(element, "email", error);
        if (string.IsNullOrEmpty(email))
        {
            throw Refuse.V2(400, error, "'email' must be given.");
        }

        Word<ContactStatus>(element, "status", error);
        var fields = Value(element, "dataFields");
        return new ContactBody(
            email,
            Word<OptInType>(element, "optInType", error, nullable: true),
            Word<EmailType>(element, "emailType", error, nullable: true),
            fields.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? [] : Fields(fields, error));
    }

    private static List<(string Key, JsonElement Value)> Fields(JsonElement element, string error)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            throw Refuse.V2(400, error, "'dataFields' must be a list.");
        }

        var fields = new List<(string, JsonElement)>();
        foreach (var item in element.EnumerateArray())
        {
            Only(item, error, "key", "value");
            var key = Text(item, "key", error, nullable: true) ?? throw Refuse.V2(400, error, "A data field has no 'key'.");
            fields.Add((key, Value(item, "value")));
        }

        return fields;
    }
}

/// <summary>The contact data of a v2 request.</summary>
internal sealed record ContactBody(
    string Email, OptInType? OptInType, EmailType? EmailType, IReadOnlyList<(string Key, JsonElement Value)> Fields)
{
    /// <summary>The values to keep, by field; unknown fields and values that do not fit are refused.</summary>
    public IReadOnlyList<(DataField Field, string? Value)> Values(AccountState state, SimulatorOptions options)
    {
        var values = new List<(DataField, string?)>();
        foreach (var (key, value) in Fields)
        {
            var field = state.Field(key)
                ?? throw Refuse.V2(400, "ERROR_DATAFIELD_NOTFOUND", $"The data field '{key}' does not exist.");
            string? kept = null;
            if (value.ValueKind != JsonValueKind.Undefined && field.Read(value, options, out kept) is { } wrong)
            {
                throw Refuse.V2(
                    400, wrong.Contains("at most", StringComparison.Ordinal) ? "ERROR_DATAFIELD_VALUE_OVERFLOW" : "ERROR_DATAFIELD_INVALID", wrong + ".");
            }

            values.Add((field, kept));
        }

        return values;
    }
}
