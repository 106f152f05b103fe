using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Rollcall.Cli.Terminals;
using Rollcall.Model;

namespace Rollcall.Cli.Json;

/// <summary>How the program writes JSON: as every result is written, and indented.</summary>
internal static class JsonDocuments
{
    private static readonly JsonSerializerOptions _options = new(ResultJson.Options) { TypeInfoResolver = RollcallJson.Default, WriteIndented = true };

    public static void Write<T>(TextWriter writer, T document)
    {
        Write(writer, JsonSerializer.Serialize(document, Type<T>()));
    }

    /// <summary>Writes a document with one more property at its end.</summary>
    public static void Write<T, TMore>(TextWriter writer, T document, string name, TMore more)
    {
        var node = JsonSerializer.SerializeToNode(document, Type<T>())!.AsObject();
        node[name] = JsonSerializer.SerializeToNode(more, Type<TMore>());
        Write(writer, node.ToJsonString(_options));
    }

    private static void Write(TextWriter writer, string json)
    {
        var masked = Secrets.MaskJson(json, _options);
        if (writer is OutgoingText outgoing)
        {
            outgoing.WriteMasked(masked);
        }
        else
        {
            writer.WriteLine(masked);
            writer.Flush();
        }
    }

    private static JsonTypeInfo<T> Type<T>() => (JsonTypeInfo<T>)_options.GetTypeInfo(typeof(T));
}
