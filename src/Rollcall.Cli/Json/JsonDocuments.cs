using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Rollcall.Cli.Json;

/// <summary>How the program writes JSON: snake_case, indented, addresses readable.</summary>
internal static class JsonDocuments
{
    private static readonly JsonSerializerOptions _options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters =
        {
            new JsonStringEnumConverter<RunState>(JsonNamingPolicy.SnakeCaseLower),
            new JsonStringEnumConverter<Severity>(JsonNamingPolicy.SnakeCaseLower),
        },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = RollcallJson.Default.WithAddedModifier(PlansOnly),
        WriteIndented = true,
    };

    public static void Write<T>(TextWriter writer, T document)
    {
        writer.WriteLine(JsonSerializer.Serialize(document, Type<T>()));
        writer.Flush();
    }

    /// <summary>Writes a document with one more property at its end.</summary>
    public static void Write<T, TMore>(TextWriter writer, T document, string name, TMore more)
    {
        var node = JsonSerializer.SerializeToNode(document, Type<T>())!.AsObject();
        node[name] = JsonSerializer.SerializeToNode(more, Type<TMore>());
        writer.WriteLine(node.ToJsonString(_options));
        writer.Flush();
    }

    private static JsonTypeInfo<T> Type<T>() => (JsonTypeInfo<T>)_options.GetTypeInfo(typeof(T));

    /// <summary>A run's result has no <c>plan</c> and no <c>changes</c>: they are a plan's.</summary>
    private static void PlansOnly(JsonTypeInfo type)
    {
        if (type.Type != typeof(RunResult))
        {
            return;
        }

        foreach (var property in type.Properties.Where(property => property.Name is "plan" or "changes"))
        {
            property.ShouldSerialize = static (_, value) => value is not null;
        }
    }
}
