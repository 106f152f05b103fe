using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rollcall.Simulators.Http;

namespace Rollcall.Simulators.Lytics;

/// <summary>Events in: JSON, or in bulk as CSV or JSON lines, maybe gzipped. Too large an event, or what is no object, is counted as rejected.</summary>
internal sealed class CollectCalls(LyticsState state)
{
    private const int MaxJsonBody = 10 * 1024 * 1024;
    private const int MaxBulkBody = 256 * 1024 * 1024;
    private const int MaxSingleEvent = 4 * 1024;
    private const int MaxBatchEvent = 16 * 1024;

    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    private int _seen;

    public IReadOnlyList<LyticsOperation> Operations =>
    [
        new("collectJson", "POST", "/collect/json/{stream}", Json) { MaxBody = MaxJsonBody, Latency = options => options.CollectLatency },
        new("collectBulk", "POST", "/collect/bulk/{stream}", Bulk) { MaxBody = MaxBulkBody, Latency = options => options.CollectLatency },
    ];

    private Reply Json(LyticsCall call)
    {
        if (MediaType(call) != "application/json" || call.Request.Headers.ContentEncoding.Count > 0)
        {
            throw call.Refuse(415, "the content type must be application/json, not compressed");
        }

        try
        {
            using var document = JsonDocument.Parse(call.Body, Strict);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Array
                ? Take(call, root.EnumerateArray().Select(Event), MaxBatchEvent)
                : Take(call, [Event(root)], MaxSingleEvent);
        }
        catch (JsonException wrong)
        {
            throw call.Refuse(400, $"the body is not JSON: {wrong.Message}");
        }
    }

    private Reply Bulk(LyticsCall call)
    {
        var text = Decoded(call);
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

    /// <summary>The events that a CSV is: its first line names the fields, and an empty value is none.</summary>
    private static List<JsonObject?> CsvEvents(LyticsCall call, string text)
    {
        try
        {
            var records = CsvRecords.Read(text.TrimStart('\uFEFF')).ToList();
            if (records.Count == 0)
            {
                throw call.Refuse(400, "the first line must name the fields");
            }

            var names = records[0];
            return [.. records.Skip(1).Select(record => record.Count != names.Count
                ? null
                : new JsonObject(names.Zip(record).Where(pair => pair.Second.Length > 0).DistinctBy(pair => pair.First).Select(pair => KeyValuePair.Create(pair.First, (JsonNode?)pair.Second))))];
        }
        catch (FormatException wrong)
        {
            throw call.Refuse(400, $"the body is not CSV: {wrong.Message}");
        }
    }

    private static JsonObject? LineEvent(string line)
    {
        try
        {
            return JsonNode.Parse(line, documentOptions: Strict) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonObject? Event(JsonElement element) => element.ValueKind == JsonValueKind.Object ? JsonObject.Create(element.Clone()) : null;

    private static string Decoded(LyticsCall call)
    {
        var encoding = call.Request.Headers.ContentEncoding.ToString();
        if (encoding.Length == 0)
        {
            return Text(call, call.Body);
        }

        if (!string.Equals(encoding, "gzip", StringComparison.OrdinalIgnoreCase))
        {
            throw call.Refuse(415, "the content encoding must be gzip, or none");
        }

        try
        {
            using var gzip = new GZipStream(new MemoryStream(call.Body), CompressionMode.Decompress);
            using var plain = new MemoryStream();
            gzip.CopyTo(plain);
            return Text(call, plain.ToArray());
        }
        catch (InvalidDataException)
        {
            throw call.Refuse(400, "the body is not gzip");
        }
    }

    private static string Text(LyticsCall call, byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(false, true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw call.Refuse(400, "the body is not UTF-8");
        }
    }

    private static string? MediaType(LyticsCall call) => call.Request.ContentType?.Split(';')[0].Trim().ToLowerInvariant();

    private Reply Take(LyticsCall call, IEnumerable<JsonObject?> events, int maxEvent)
    {
        var (taken, rejected) = (0, 0);
        foreach (var one in events)
        {
            var text = one is null ? null : JsonSerializer.SerializeToUtf8Bytes(one, Compact);
            if (text is null || text.Length > maxEvent || ++_seen % (state.Options.RejectEvery ?? int.MaxValue) == 0)
            {
                rejected++;
                continue;
            }

            taken++;
            state.Events.Add(new TakenEvent(call.Path[0], state.Now, text));
            StatusMapping.Apply(state, call.Path[0], one!);
        }

        return call.Data(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("message_count", taken);
            json.WriteNumber("rejected_count", rejected);
            json.WriteEndObject();
        });
    }
}
