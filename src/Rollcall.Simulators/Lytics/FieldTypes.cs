using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Simulators.State;

namespace Rollcall.Simulators.Lytics;

/// <summary>Types of fields, as Lytics names them.</summary>
internal static class FieldTypes
{
    public static string Of(JsonNode value) => value switch
    {
        JsonArray array => "[]" + (array.FirstOrDefault(item => item is not null) is { } first ? Of(first) : "string"),
        JsonObject map => "map[string]" + (map.FirstOrDefault(pair => pair.Value is not null).Value is { } first ? Of(first) : "string"),
        _ => value.GetValueKind() switch
        {
            JsonValueKind.True or JsonValueKind.False => "bool",
            JsonValueKind.Number => value.ToJsonString().AsSpan().IndexOfAny('.', 'e', 'E') < 0 ? "int" : "number",
            _ => IsoDate.Read(value.ToString()) is null ? "string" : "date",
        },
    };
}
