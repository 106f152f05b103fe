using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.TestKit.Specifications;

/// <summary>RFC 6901 pointers such as <c>/components/schemas/contact</c>.</summary>
internal static class JsonPointer
{
    /// <summary>The value at a pointer.</summary>
    public static JsonElement Get(JsonElement document, string pointer)
    {
        var at = document;
        foreach (var step in Steps(pointer))
        {
            at = at.ValueKind == JsonValueKind.Array ? at[int.Parse(step)] : at.GetProperty(step);
        }

        return at;
    }

    /// <summary>Puts a value at a pointer, whose parent must be there; returns what was there before.</summary>
    public static JsonNode? Set(JsonNode document, string pointer, JsonNode? value)
    {
        var steps = Steps(pointer).ToList();
        var parent = document;
        foreach (var step in steps[..^1])
        {
            parent = (parent is JsonArray array ? array[int.Parse(step)] : parent[step])
                ?? throw new InvalidOperationException($"The specification has nothing at {pointer}.");
        }

        var before = parent[steps[^1]]?.DeepClone();
        parent[steps[^1]] = value;
        return before;
    }

    private static IEnumerable<string> Steps(string pointer) =>
        pointer.Split('/').Skip(1).Select(step => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal));
}
