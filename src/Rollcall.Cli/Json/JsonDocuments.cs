using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Rollcall.Cli.Json;

/// <summary>How the program writes JSON: as every result is written, and indented.</summary>
internal static class JsonDocuments
{
    private static readonly JsonSerializerOptions _options = new(ResultJson.Options) { TypeInfoResolver = RollcallJson.Default, WriteIndented = true };

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
}
