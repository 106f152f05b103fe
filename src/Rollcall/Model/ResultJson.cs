using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rollcall.Model;

/// <summary>How results are written as JSON: the contract of <c>--json</c> and of the HTTP API.</summary>
public static class ResultJson
{
    /// <summary>Keys in snake_case, also those without a value, enumerations as lower-case words, characters as they are.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };
}
