using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Rollcall.Simulators.Http;
using Rollcall.Simulators.State;

namespace Rollcall.Simulators.V3;

/// <summary>Insight data imports: put, and asked after.</summary>
internal sealed partial class InsightCalls(Simulation simulation) : IDisposable
{
    private static readonly string[] Types =
    [
        "cartInsight", "catalog", "consentInsight", "custom", "easyEditorExtensions", "nostoEmailCampaigns", "orders",
        "productCategories", "webInsight", "wishList",
    ];

    private readonly Dictionary<Guid, InsightJob> _jobs = [];

    /// <summary>The records of each collection: contact id (0: the account's own) and key to JSON.</summary>
    public Dictionary<string, Dictionary<(long ContactId, string Key), string>> Collections { get; } = new(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<Operation> Operations =>
    [
        new("importInsightData", "PUT", "/insightData/v3/import", Framework.InsightData, Tier.Low, Start),
        new("getInsightImportStatus", "GET", "/insightData/v3/import/{importId}", Framework.InsightData, Tier.Unlimited, Read),
    ];

    public void Dispose()
    {
        foreach (var job in _jobs.Values)
        {
            job.Timer?.Dispose();
        }
    }

    private Reply Start(Call call)
    {
        using var body = call.Json();
        var root = body.RootElement;
        Check(root);
        var id = Guid.NewGuid();
        var job = new InsightJob(root.GetProperty("collectionName").GetString()!, root.GetProperty("collectionScope").GetString() == "contact", root.GetProperty("records").Clone());
        _jobs.Add(id, job);
        job.Timer = simulation.Clock.CreateTimer(_ => Run(job), null, simulation.Options.ImportLatency, Timeout.InfiniteTimeSpan);
        return Reply.Json(202, json =>
        {
            json.WriteStartObject();
            json.WriteString("importId", id);
            json.WriteEndObject();
        });
    }

    private static void Check(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Invalid("The request must be an object");
        }

        if (root.EnumerateObject().Select(property => property.Name)
            .FirstOrDefault(name => name is not ("collectionName" or "collectionScope" or "collectionType" or "records")) is { } unknown)
        {
            throw Invalid($"'{unknown}' is not a property of the request");
        }

        if (!NameForm().IsMatch(Text("collectionName")) || Text("collectionScope") is not ("account" or "contact") || !Types.Contains(Text("collectionType")))
        {
            throw Invalid("'collectionName', 'collectionScope' or 'collectionType' is invalid");
        }

        if (!root.TryGetProperty("records", out var records) || records.ValueKind != JsonValueKind.Array || records.GetArrayLength() == 0
            || records.EnumerateArray().Any(record => record.ValueKind != JsonValueKind.Object
                || record.EnumerateObject().Any(property => property.Name is not ("contactIdentity" or "key" or "json"))))
        {
            throw Invalid("'records' must hold at least one record of contactIdentity, key and json");
        }

        string Text(string name) =>
            root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Invalid($"'{name}' is required");
    }

    private void Run(InsightJob job)
    {
        lock (simulation.State.Gate)
        {
            if (!Collections.TryGetValue(job.Collection, out var collection))
            {
                Collections.Add(job.Collection, collection = []);
            }

            var seen = new HashSet<(long, string)>();
            foreach (var record in job.Records.EnumerateArray())
            {
                var owner = 0L;
                var reason = RecordFault(record) ?? (job.OfContacts ? OwnerFault(record, out owner) : null);
                if (reason is null && !seen.Add((owner, record.GetProperty("key").GetString()!)))
                {
                    reason = "DuplicateKey";
                }

                if (reason is null)
                {
                    collection[(owner, record.GetProperty("key").GetString()!)] = record.GetProperty("json").GetRawText();
                    job.Imported++;
                }
                else
                {
                    job.Failures.Add((record, reason));
                }
            }

            job.Done = true;
        }
    }

    private static string? RecordFault(JsonElement record)
    {
        if (!record.TryGetProperty("key", out var key) || key.ValueKind != JsonValueKind.String || key.GetString()!.Length == 0)
        {
            return "InvalidClientKey";
        }

        if (!record.TryGetProperty("json", out var json) || json.ValueKind != JsonValueKind.Object)
        {
            return "InvalidJson";
        }

        return HasNestedArray(json, inArray: false) ? "JsonContainsNestedArray" : null;
    }

    private string? OwnerFault(JsonElement record, out long owner)
    {
        owner = 0;
        if (!record.TryGetProperty("contactIdentity", out var identity) || identity.ValueKind != JsonValueKind.Object
            || !identity.TryGetProperty("identifier", out var identifier) || identifier.ValueKind != JsonValueKind.String
            || !identity.TryGetProperty("value", out var value) || value.ValueKind != JsonValueKind.String)
        {
            return "InvalidContactIdentifier";
        }

        Contact? contact;
        switch (identifier.GetString())
        {
            case "email":
                contact = simulation.State.Contacts.ByEmail(value.GetString()!);
                owner = contact?.Id ?? 0;
                return contact is null ? "ContactEmailDoesNotExist" : null;
            case "contactId" when long.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var id):
                contact = simulation.State.Contacts.ById(id);
                owner = id;
                return contact is null ? "ContactIdDoesNotExist" : null;
            default:
                return "InvalidContactIdentifier";
        }
    }

    private static bool HasNestedArray(JsonElement element, bool inArray) => element.ValueKind switch
    {
        JsonValueKind.Array => inArray || element.EnumerateArray().Any(item => HasNestedArray(item, true)),
        JsonValueKind.Object => element.EnumerateObject().Any(property => HasNestedArray(property.Value, inArray)),
        _ => false,
    };

    private Reply Read(Call call)
    {
        if (!Guid.TryParse(call.Path[0], out var id))
        {
            throw Refuse.Insight(400, "invalidId", $"The id value '{call.Path[0]}' is not a recognized import identifier");
        }

        var job = _jobs.GetValueOrDefault(id) ?? throw Refuse.Insight(404, "importNotFound", $"The import request '{id}' could not be found!");
        return Reply.Json(200, json =>
        {
            json.WriteStartObject();
            json.WriteString("importId", id);
            json.WriteString("status", !job.Done ? "Processing" : simulation.Options.InsightSaysFinished ? "Finished" : "Complete");
            if (job.Done)
            {
                WriteResult(json, job);
            }

            json.WriteEndObject();
        });
    }

    private static void WriteResult(Utf8JsonWriter json, InsightJob job)
    {
        json.WriteString("collectionName", job.Collection);
        json.WriteStartObject("summary");
        json.WriteNumber("totalRecords", job.Imported + job.Failures.Count);
        json.WriteNumber("totalImported", job.Imported);
        json.WriteNumber("totalRejected", job.Failures.Count);
        json.WriteEndObject();
        if (job.Failures.Count == 0)
        {
            return;
        }

        json.WriteStartArray("failures");
        foreach (var (record, reason) in job.Failures)
        {
            json.WriteStartObject();
            json.WriteStartObject("collectionOwner");
            json.WriteString("ownerType", job.OfContacts ? "contact" : "account");
            if (job.OfContacts && reason is not "InvalidContactIdentifier" && record.TryGetProperty("contactIdentity", out var identity))
            {
                json.WritePropertyName("contactIdentity");
                identity.WriteTo(json);
            }

            json.WriteEndObject();
            json.WriteString("failureReason", reason);
            json.WriteString("key", record.TryGetProperty("key", out var key) ? key.ToString() : "");
            json.WritePropertyName("json");
            if (record.TryGetProperty("json", out var content) && content.ValueKind == JsonValueKind.Object)
            {
                content.WriteTo(json);
            }
            else
            {
                json.WriteStartObject();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static RefusalException Invalid(string why) => Refuse.Insight(400, "invalidRequest", why);

    [GeneratedRegex("^[-A-Za-z_][-A-Za-z0-9_]{1,254}$")]
    private static partial Regex NameForm();

    private sealed class InsightJob(string collection, bool ofContacts, JsonElement records)
    {
        public string Collection => collection;

        public bool OfContacts => ofContacts;

        public JsonElement Records => records;

        public bool Done { get; set; }

        public int Imported { get; set; }

        public List<(JsonElement Record, string Reason)> Failures { get; } = [];

        public ITimer? Timer { get; set; }
    }
}
