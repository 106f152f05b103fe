using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Rollcall.Cli.Json;

/// <summary>How the program writes JSON: snake_case, indented, addresses readable.</summary>
internal static class JsonDocuments
{
    public static RollcallJson Types { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter<RunState>(JsonNamingPolicy.SnakeCaseLower) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    });

    public static void Write<T>(TextWriter writer, T document, JsonTypeInfo<T> type)
    {
        writer.WriteLine(JsonSerializer.Serialize(document, type));
        writer.Flush();
    }
}
