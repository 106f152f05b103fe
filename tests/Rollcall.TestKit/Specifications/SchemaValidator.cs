using System.Text.Json;

namespace Rollcall.TestKit.Specifications;

/// <summary>
/// Validates JSON against the schemas of one OpenAPI 3.0 document. Stricter than the standard in one way: a property
/// that no schema mentions is a violation, unless a schema says <c>additionalProperties</c> or lists none at all.
/// </summary>
internal sealed class SchemaValidator(JsonElement document)
{
    private static readonly HashSet<string> Checked =
    [
        "$ref", "type", "nullable", "enum", "allOf", "oneOf", "anyOf", "not", "properties", "required", "additionalProperties",
        "minProperties", "maxProperties", "items", "minItems", "maxItems", "uniqueItems", "minLength", "maxLength", "pattern",
        "format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    ];

    private static readonly HashSet<string> Annotations =
        ["title", "description", "example", "examples", "default", "deprecated", "readOnly", "writeOnly", "externalDocs", "xml"];

    /// <summary>Every way in which a value breaks a schema; empty when it keeps it.</summary>
    public IReadOnlyList<string> Validate(JsonElement schema, JsonElement value)
    {
        var violations = new List<string>();
        Check(schema, value, "$", violations);
        if (violations.Count == 0)
        {
            CheckUnknown([schema], value, "$", violations);
        }

        return violations;
    }

    /// <summary>The target of a reference; a schema that is not a reference is returned unchanged.</summary>
    public JsonElement Resolve(JsonElement schema)
    {
        while (schema.TryGetProperty("$ref", out var reference))
        {
            schema = JsonPointer.Get(document, reference.GetString()!.TrimStart('#'));
        }

        return schema;
    }

    private void Check(JsonElement schema, JsonElement value, string where, List<string> violations)
    {
        schema = Resolve(schema);
        foreach (var keyword in schema.EnumerateObject().Select(property => property.Name))
        {
            if (!Checked.Contains(keyword) && !Annotations.Contains(keyword) && !keyword.StartsWith("x-", StringComparison.Ordinal))
            {
                throw new NotSupportedException($"The specification uses the keyword '{keyword}', which the validator does not know.");
            }
        }

        if (value.ValueKind == JsonValueKind.Null && schema.TryGetProperty("nullable", out var nullable) && nullable.GetBoolean())
        {
            return;
        }

        ValueRules.Check(schema, value, where, violations);
        CheckComposed(schema, value, where, violations);
        CheckParts(schema, value, where, violations);
    }

    private void CheckComposed(JsonElement schema, JsonElement value, string where, List<string> violations)
    {
        if (schema.TryGetProperty("allOf", out var all))
        {
            foreach (var part in all.EnumerateArray())
            {
                Check(part, value, where, violations);
            }
        }

        if (schema.TryGetProperty("oneOf", out var one) && one.EnumerateArray().Count(part => Keeps(part, value)) is var matching and not 1)
        {
            violations.Add($"{where}: {ValueRules.Shown(value)} matches {matching} of the shapes of which it must match one");
        }

        if (schema.TryGetProperty("anyOf", out var any) && !any.EnumerateArray().Any(part => Keeps(part, value)))
        {
            violations.Add($"{where}: {ValueRules.Shown(value)} matches none of the shapes");
        }

        if (schema.TryGetProperty("not", out var not) && Keeps(not, value))
        {
            violations.Add($"{where}: {ValueRules.Shown(value)} has the shape it must not have");
        }
    }

    private bool Keeps(JsonElement schema, JsonElement value)
    {
        var violations = new List<string>();
        Check(schema, value, "$", violations);
        return violations.Count == 0;
    }

    private void CheckParts(JsonElement schema, JsonElement value, string where, List<string> violations)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            CheckObject(schema, value, where, violations);
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            ValueRules.Bounds(schema, "minItems", "maxItems", value.GetArrayLength(), "items", where, violations);
            var items = schema.TryGetProperty("items", out var ofItems) ? ofItems : default;
            foreach (var (item, index) in value.EnumerateArray().Select((item, index) => (item, index)))
            {
                if (items.ValueKind == JsonValueKind.Object)
                {
                    Check(items, item, $"{where}[{index}]", violations);
                }
            }

            if (schema.TryGetProperty("uniqueItems", out var unique) && unique.GetBoolean()
                && value.EnumerateArray().Select(item => item.GetRawText()).Distinct().Count() < value.GetArrayLength())
            {
                violations.Add($"{where}: an item stands in it twice");
            }
        }
    }

    private void CheckObject(JsonElement schema, JsonElement value, string where, List<string> violations)
    {
        ValueRules.Bounds(schema, "minProperties", "maxProperties", value.EnumerateObject().Count(), "properties", where, violations);
        if (schema.TryGetProperty("required", out var required))
        {
            violations.AddRange(required.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _))
                .Select(name => $"{where}: '{name}' is missing"));
        }

        var seen = new HashSet<string>();
        foreach (var property in value.EnumerateObject())
        {
            if (!seen.Add(property.Name))
            {
                violations.Add($"{where}: '{property.Name}' stands in it twice");
            }

            if (PropertySchema(schema, property.Name) is { } known)
            {
                Check(known, property.Value, $"{where}.{property.Name}", violations);
            }
            else if (schema.TryGetProperty("additionalProperties", out var additional))
            {
                if (additional.ValueKind == JsonValueKind.False)
                {
                    violations.Add($"{where}: '{property.Name}' is not allowed");
                }
                else if (additional.ValueKind == JsonValueKind.Object)
                {
                    Check(additional, property.Value, $"{where}.{property.Name}", violations);
                }
            }
        }
    }

    private static JsonElement? PropertySchema(JsonElement schema, string name) =>
        schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(name, out var known) ? known : null;

    /// <summary>Finds properties that none of the schemas which apply to a value mentions.</summary>
    private void CheckUnknown(IEnumerable<JsonElement> schemas, JsonElement value, string where, List<string> violations)
    {
        var flat = schemas.SelectMany(schema => Flatten(schema, value)).ToList();
        if (value.ValueKind == JsonValueKind.Array)
        {
            var items = flat.Where(schema => schema.TryGetProperty("items", out _)).Select(schema => schema.GetProperty("items")).ToList();
            foreach (var (item, index) in value.EnumerateArray().Select((item, index) => (item, index)))
            {
                CheckUnknown(items, item, $"{where}[{index}]", violations);
            }
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            var closed = flat.Any(schema => schema.TryGetProperty("properties", out _));
            foreach (var property in value.EnumerateObject())
            {
                var known = flat.Select(schema => PropertySchema(schema, property.Name) ?? Additional(schema))
                    .OfType<JsonElement>().ToList();
                if (known.Count == 0 && closed)
                {
                    violations.Add($"{where}: '{property.Name}' is not in the specification");
                }

                CheckUnknown(known.Where(schema => schema.ValueKind == JsonValueKind.Object), property.Value, $"{where}.{property.Name}", violations);
            }
        }
    }

    private static JsonElement? Additional(JsonElement schema) =>
        schema.TryGetProperty("additionalProperties", out var additional) && additional.ValueKind != JsonValueKind.False ? additional : null;

    private IEnumerable<JsonElement> Flatten(JsonElement schema, JsonElement value)
    {
        schema = Resolve(schema);
        yield return schema;
        foreach (var keyword in (string[])["allOf", "oneOf", "anyOf"])
        {
            if (schema.TryGetProperty(keyword, out var parts))
            {
                foreach (var inner in parts.EnumerateArray().Where(part => keyword == "allOf" || Keeps(part, value)).SelectMany(part => Flatten(part, value)))
                {
                    yield return inner;
                }
            }
        }
    }
}
