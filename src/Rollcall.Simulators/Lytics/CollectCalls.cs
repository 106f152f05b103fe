using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Simulators.Http;

namespace Rollcall.Simulators.Lytics;

/// <summary>
/// Receives events: JSON, or in bulk as CSV or JSON lines, optionally gzipped. An event that is too large, or not an object, counts as rejected.
/// </summary>
internal sealed class CollectCalls(LyticsState state)
{
    private const int MaxJsonBody = 10 * 1024 * 1024;
    private const int MaxBulkBody = 256 * 1024 * 1024;
    private const int MaxSingleEvent = 4 * 1024;
    private const int MaxBatchEvent = 16 * 1024;

    private static readonly string[] Known = ["timestamp_field", "filename", "dryrun", "droperrors"];
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private int _seen;

    public IReadOnlyList<LyticsOperation> Operations =>
    [
        new("collectJson", "POST", "/collect/json/{stream}", Json) { Query = Known, MaxBody = MaxJsonBody, Latency = options => options.CollectLatency },
        new("collectBulk", "POST", "/collect/bulk/{stream}", Bulk)
        {
            Query = [.. Known, "headers", "delimiter", "append"],
            MaxBody = MaxBulkBody,
            Latency = options => options.CollectLatency,
        },
    ];

    private Reply Json(LyticsCall call)
    {
        if (MediaType(call) != "application/json" || call.Request.Headers.ContentEncoding.Count > 0)
        {
            throw call.Refuse(415, "the content type must be application/json, not compressed");
        }

        using var document = EventJson.Parse(call.Body, out var wrong) ?? throw call.Refuse(400, $"the body is not JSON: {wrong}");
        var root = document.RootElement;
        return root.ValueKind == JsonValueKind.Array
            ? Take(call, root.EnumerateArray().Select(EventJson.Event), MaxBatchEvent)
            : Take(call, [EventJson.Event(root)], MaxSingleEvent);
    }

    private Reply Bulk(LyticsCall call)
    {
        var text = BulkText.Read(call, MaxBulkBody);
        switch (MediaType(call))
        {
            case "text/csv" or "application/csv":
                return Take(call, CsvEvents(call, text), MaxBatchEvent);
            case "application/json" or "application/x-ndjson" or "application/ndjson" or "application/jsonl":
                return Take(call, text.Split('\n').Where(line => !string.IsNullOrWhiteSpace(line)).Select(LineEvent), MaxBatchEvent);
            default:
                throw call.Refuse(415, "the content type must be text/csv, or application/json for JSON lines");
        }
    }

    /// <summary>The events in a CSV: its first line contains the field names, unless the caller passes them, and an empty value counts as missing.</summary>
    private static List<JsonObject?> CsvEvents(LyticsCall call, string text)
    {
        var delimiter = call.Word("delimiter", ",", "|", "t", "\t") switch
        {
            null => ',',
            "t" => '\t',
            var sign => sign[0],
        };
        var appended = Appended(call);
        try
        {
            var records = CsvRecords.Read(text.TrimStart('\uFEFF'), delimiter).ToList();
            IReadOnlyList<string>? given = call.List("headers");
            var names = given ?? (records.Count > 0 ? records[0] : throw call.Refuse(400, "the first line must name the fields"));
            return [.. records.Skip(given is null ? 1 : 0).Select(record => record.Count != names.Count
                ? null
                : new JsonObject(names.Zip(record)
                    .Where(pair => pair.Second.Length > 0)
                    .Select(pair => KeyValuePair.Create(pair.First, (JsonNode?)pair.Second))
                    .Concat(appended.Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone())))
                    .DistinctBy(pair => pair.Key)))];
        }
        catch (FormatException wrong)
        {
            throw call.Refuse(400, $"the body is not CSV: {wrong.Message}");
        }
    }

    /// <summary>What the caller wants in every event.</summary>
    private static JsonObject Appended(LyticsCall call)
    {
        if (call.Text("append") is not { } text)
        {
            return [];
        }

        using var document = EventJson.Parse(Encoding.UTF8.GetBytes(text), out _);
        return document is not null && EventJson.Event(document.RootElement) is { } fields ? fields : throw call.Refuse(400, "append must be a JSON object");
    }

    private static JsonObject? LineEvent(string line)
    {
        using var document = EventJson.Parse(Encoding.UTF8.GetBytes(line), out _);
        return document is null ? null : EventJson.Event(document.RootElement);
    }

    private static string? MediaType(LyticsCall call) => call.Request.ContentType?.Split(';')[0].Trim().ToLowerInvariant();

    private Reply Take(LyticsCall call, IEnumerable<JsonObject?> events, int maxEvent)
    {
        var (taken, rejected) = (0, 0);
        var dry = call.Truth("dryrun");
        _ = call.Truth("droperrors");
        foreach (var one in events)
        {
            var text = one is null ? null : JsonSerializer.SerializeToUtf8Bytes(one, Compact);
            if (text is null || text.Length > maxEvent || ++_seen % (state.Options.RejectEvery ?? int.MaxValue) == 0)
            {
                rejected++;
                continue;
            }

            taken++;
            if (!dry)
            {
                state.Events.Add(new TakenEvent(call.Path[0], EventJson.Time(one!, call.Text("timestamp_field")) ?? state.Now, text));
                StatusMapping.Apply(state, call.Path[0], one!);
            }
        }

        return call.Data(json => Write(json, call, taken, rejected));
    }

    /// <summary>The counts, and the parameters of the caller.</summary>
    private static void Write(Utf8JsonWriter json, LyticsCall call, int taken, int rejected)
    {
        json.WriteStartObject();
        json.WriteNumber("message_count", taken);
        json.WriteNumber("rejected_count", rejected);
        foreach (var name in Known)
        {
            if (call.Text(name) is { } value)
            {
                json.WritePropertyName(name);
                if (name is "dryrun" or "droperrors")
                {
                    json.WriteBooleanValue(call.Truth(name));
                }
                else
                {
                    json.WriteStringValue(value);
                }
            }
        }

        json.WriteEndObject();
    }
}
