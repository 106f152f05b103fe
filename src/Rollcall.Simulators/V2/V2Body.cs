using System.Text.Json;
using Rollcall.Simulators.Http;
using Rollcall.Simulators.State;

namespace Rollcall.Simulators.V2;

/// <summary>Reads v2 request bodies as strictly as the specification is written: no property it does not name.</summary>
internal static class V2Body
{
    public static void Only(JsonElement element, string error, params ReadOnlySpan<string> names)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Refuse.V2(400, error, "An object is expected.");
        }

        foreach (var property in element.EnumerateObject())
        {
            if (!names.Contains(property.Name))
            {
                throw Refuse.V2(400, error, $"'{property.Name}' is not a known property.");
            }
        }
    }

    public static string? Text(JsonElement element, string name, string error)
    {
        if (!element.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : throw Refuse.V2(400, error, $"'{name}' must be text.");
    }

    public static T? Word<T>(JsonElement element, string name, string error)
        where T : struct, Enum
    {
        if (Text(element, name, error) is not { } text)
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
        if (element.TryGetProperty("id", out var id) && !(id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out _)))
        {
            throw Refuse.V2(400, error, "'id' must be a whole number.");
        }

        var email = Text(element, "email", error);
        if (string.IsNullOrEmpty(email))
        {
            throw Refuse.V2(400, error, "'email' must be given.");
        }

        Word<ContactStatus>(element, "status", error);
        return new ContactBody(
            email,
            Word<OptInType>(element, "optInType", error),
            Word<EmailType>(element, "emailType", error),
            element.TryGetProperty("dataFields", out var fields) && fields.ValueKind != JsonValueKind.Null ? Fields(fields, error) : []);
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
            var key = Text(item, "key", error) ?? throw Refuse.V2(400, error, "A data field has no 'key'.");
            fields.Add((key, item.TryGetProperty("value", out var value) ? value : default));
        }

        return fields;
    }
}

/// <summary>What a v2 caller says about a contact.</summary>
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
            if (value.ValueKind != JsonValueKind.Undefined && field.Read(value, options, loose: true, out kept) is { } wrong)
            {
                throw Refuse.V2(400, wrong.Contains("at most", StringComparison.Ordinal) ? "ERROR_DATAFIELD_VALUE_OVERFLOW" : "ERROR_DATAFIELD_INVALID", wrong + ".");
            }

            values.Add((field, kept));
        }

        return values;
    }
}
