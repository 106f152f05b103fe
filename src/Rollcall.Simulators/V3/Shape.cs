using System.Text.Json;

namespace Rollcall.Simulators.V3;

/// <summary>Checks of JSON against the specification's shapes. An object is open, as in the specification, unless it is <see cref="Closed"/>.</summary>
internal static class Shape
{
    public static void Object(JsonElement element, string what)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Wrong($"'{what}' must be an object");
        }
    }

    /// <summary>An object with no property but those named.</summary>
    public static void Closed(JsonElement element, string what, params ReadOnlySpan<string> names)
    {
        Object(element, what);
        foreach (var property in element.EnumerateObject())
        {
            if (!names.Contains(property.Name))
            {
                throw Wrong($"'{property.Name}' is not a property of '{what}'");
            }
        }
    }

    public static string? Word(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? Text(value, name) : null;

    public static string Text(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong($"'{name}' must be text");

    public static bool Truth(JsonElement value, string name) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong($"'{name}' must be true or false");

    public static int Int(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw Wrong($"'{name}' must be a whole number");

    /// <summary>An absolute URI; a bare path is not one, although it names a file.</summary>
    public static void Url(string text, string name)
    {
        if (text.StartsWith('/') || !Uri.TryCreate(text, UriKind.Absolute, out _))
        {
            throw Wrong($"'{name}' must be a URI");
        }
    }

    public static ShapeException Missing(string name) => Wrong($"'{name}' is required");

    public static ShapeException Wrong(string description) => new("ApiSchemaViolation", description);
}

/// <summary>The problem of a record, as in the import report.</summary>
internal sealed class ShapeException(string code, string description) : Exception(description)
{
    public Failure Failure => new(code, Message);
}
