using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Rollcall.Simulators.Control;

/// <summary>The switches as JSON: camel case, choices as names, durations in seconds; unknown names are errors.</summary>
internal static class SwitchesJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new Seconds() },
        WriteIndented = true,
    };

    /// <summary>The options with the named ones changed.</summary>
    public static SimulatorOptions Change(SimulatorOptions current, JsonElement changes) => Merge(current, changes) with
    {
        Urls = current.Urls,
        UserName = current.UserName,
        Password = current.Password,
        Clock = current.Clock,
        SeedFile = current.SeedFile,
        Seed = current.Seed,
        RequestLogFile = current.RequestLogFile,
        Faults = current.Faults,
    };

    /// <summary>The options that JSON may name, changed; the others at their defaults.</summary>
    public static T Merge<T>(T current, JsonElement changes)
    {
        if (changes.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("An object of the switches to change is expected.");
        }

        var merged = JsonSerializer.SerializeToNode(current, Options)!.AsObject();
        foreach (var change in changes.EnumerateObject())
        {
            merged[change.Name] = JsonNode.Parse(change.Value.GetRawText());
        }

        return merged.Deserialize<T>(Options)!;
    }

    private sealed class Seconds : JsonConverter<TimeSpan>
    {
        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TimeSpan.FromSeconds(reader.GetDouble());

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.TotalSeconds);
    }
}
