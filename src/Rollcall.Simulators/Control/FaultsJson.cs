using System.Text.Json;

namespace Rollcall.Simulators.Control;

/// <summary>Faults as JSON: one or a list of them, each as an object or in the short form.</summary>
internal static class FaultsJson
{
    public static IReadOnlyList<Fault> Read(JsonElement body)
    {
        var given = body.ValueKind == JsonValueKind.Array ? body.EnumerateArray().ToArray() : [body];
        return [.. given.Select(fault => fault.ValueKind == JsonValueKind.String
            ? Fault.Parse(fault.GetString()!)
            : fault.Deserialize<Fault>(SwitchesJson.Options)!)];
    }
}
