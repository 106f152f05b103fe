using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Jobs;

/// <summary>The JSON Schema (draft 7) of job files, for editors that complete and check them.</summary>
public static class JobFileSchema
{
    /// <summary>An environment reference may be anywhere in a text, so patterns accept it.</summary>
    private const string Reference = @"\$\{[A-Za-z_]";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The schema's text.</summary>
    public static string Json { get; } = Write();

    private static string Write()
    {
        var schema = new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["title"] = "Rollcall job file",
        };
        foreach (var (name, value) in Of(JobKeys.Root))
        {
            schema[name] = value?.DeepClone();
        }

        return schema.ToJsonString(Indented) + "\n";
    }

    private static JsonObject Of(Shape shape) => shape switch
    {
        TextShape text => Of(text),
        ChoiceShape choice => new() { ["enum"] = new JsonArray([.. choice.Choices.Select(word => (JsonNode)word)]) },
        FlagShape => new() { ["type"] = "boolean" },
        NumberShape { OrNone: true } number => new() { ["anyOf"] = new JsonArray(Of(number), new JsonObject { ["enum"] = new JsonArray("none") }) },
        NumberShape number => Of(number),
        ListShape list => Of(list),
        MapShape map => Of(map),
        GroupShape group => Of(group),
        EitherShape either => new() { ["anyOf"] = new JsonArray(Of(either.Single), Of(either.Group)) },
        _ => throw new InvalidOperationException($"{shape.GetType().Name} has no schema."),
    };

    /// <summary>YAML reads an unquoted 1234 as a number, and a job file takes it as text.</summary>
    private static JsonObject Of(TextShape text)
    {
        var schema = new JsonObject { ["type"] = new JsonArray("string", "number"), ["minLength"] = 1 };
        if (text.Pattern is { } pattern)
        {
            schema["pattern"] = $"^(?:{pattern})$|{Reference}";
        }

        return schema;
    }

    private static JsonObject Of(NumberShape number)
    {
        var schema = new JsonObject { ["type"] = number.Whole ? "integer" : "number" };
        Limit("minimum", number.Least);
        Limit("exclusiveMinimum", number.Above);
        Limit("maximum", number.Most);
        Limit("exclusiveMaximum", number.Below);
        return schema;

        void Limit(string word, double? limit)
        {
            if (limit is not null)
            {
                schema[word] = limit;
            }
        }
    }

    private static JsonObject Of(ListShape list)
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = Of(list.Item) };
        if (list.Most is not null)
        {
            schema["maxItems"] = list.Most;
        }

        return schema;
    }

    private static JsonObject Of(MapShape map)
    {
        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = Of(map.Value) };
        if (map.Pair)
        {
            schema["minProperties"] = 1;
            schema["maxProperties"] = 1;
        }

        return schema;
    }

    private static JsonObject Of(GroupShape group)
    {
        var properties = new JsonObject();
        foreach (var key in group.Keys)
        {
            var schema = Of(key.Shape);
            schema["description"] = JobFileReference.Plain(key);
            if (DefaultOf(key) is { } value)
            {
                schema["default"] = value;
            }

            properties[key.Name] = schema;
        }

        var whole = new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
        if (group.Keys.Any(key => key.Required))
        {
            whole["required"] = new JsonArray([.. group.Keys.Where(key => key.Required).Select(key => (JsonNode)key.Name)]);
        }

        if (group.OneOf.Length > 0)
        {
            whole["oneOf"] = new JsonArray([.. group.OneOf.Select(name => new JsonObject { ["required"] = new JsonArray(name) })]);
        }

        return whole;
    }

    private static JsonNode? DefaultOf(JobKey key) => key switch
    {
        { Default: null } => null,
        { Shape: FlagShape } => key.Default == "true",
        { Shape: NumberShape } when JobShapes.Number(key.Default) is { } number => number,
        { Shape: TextShape { MayBeBlank: true } } or { Name: "label" } => null,
        _ => key.Default,
    };
}
