using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rollcall.Lytics;

/// <summary>Bodies as Lytics sends them. Undocumented parts may be missing.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, MaxDepth = LyticsLimits.Levels)]
[JsonSerializable(typeof(WireList<WireAudience>))]
[JsonSerializable(typeof(WireOne<WireAudience>))]
[JsonSerializable(typeof(WireList<WireSize>))]
[JsonSerializable(typeof(WireOne<WireCollected>))]
internal sealed partial class LyticsWire : JsonSerializerContext
{
    private const int LongestMessage = 300;

    /// <summary>The message of an error's body, in one line; null when it has none.</summary>
    public static string? MessageOf(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("message", out var message)
                || message.ValueKind != JsonValueKind.String)
            {
                return null;
            }

            var text = new string([.. message.GetString()!.Select(c => char.IsControl(c) ? ' ' : c).Take(LongestMessage)]).Trim();
            return text.Length == 0 ? null : text;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or invalid text: the status is sufficient.
            return null;
        }
    }

    /// <summary>Fields and their types, from a body of which only <c>data.columns: [{as, type}]</c> is known; empty for other bodies.</summary>
    public static IReadOnlyDictionary<string, string> Columns(ReadOnlyMemory<byte> body)
    {
        using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = LyticsLimits.Levels });
        var columns = new Dictionary<string, string>(StringComparer.Ordinal);
        if (json.RootElement is not { ValueKind: JsonValueKind.Object } root || !root.TryGetProperty("data", out var data)
            || data.ValueKind != JsonValueKind.Object
            || !data.TryGetProperty("columns", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            return columns;
        }

        foreach (var column in list.EnumerateArray().Where(column => column.ValueKind == JsonValueKind.Object))
        {
            if (column.TryGetProperty("as", out var name) && name.ValueKind == JsonValueKind.String)
            {
                columns[name.GetString()!] = column.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString()! : "";
            }
        }

        return columns;
    }
}

internal sealed record WireList<T>(IReadOnlyList<T>? Data);

internal sealed record WireOne<T>(T? Data);

internal sealed record WireAudience(string? Id, string? Name, string? SlugName, string? Table, bool? Invalid);

internal sealed record WireSize(string? Id, string? SlugName, long? Size);

internal sealed record WireCollected(long? MessageCount, long? RejectedCount);
