using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Rollcall.Simulators.Http;
using Rollcall.Simulators.State;

namespace Rollcall.Simulators.V3;

/// <summary>Insight data: imports and their status, and deletion of a contact's records.</summary>
internal sealed partial class InsightCalls(Simulation simulation) : IDisposable
{
    // The specification's limit for a deletion; it has none for an import, for which this is the known safe number.
    private const int MostRecords = 5000;

    private static readonly string[] Types =
    [
        "cartInsight", "catalog", "consentInsight", "custom", "easyEditorExtensions", "nostoEmailCampaigns", "orders",
        "productCategories", "webInsight", "wishList",
    ];

    private readonly Dictionary<Guid, InsightJob> _jobs = [];
    private int _accepted;

    public IEnumerable<Operation> Operations =>
    [
        new("importInsightData", "PUT", "/insightData/v3/import", Framework.InsightData, Tier.Low, Start),
        new("getInsightImportStatus", "GET", "/insightData/v3/import/{importId}", Framework.InsightData, Tier.Unlimited, Read),
        new("delContactInsightDataRecords", "DELETE", "/insightData/v3/contacts/{identifier}/{value}/{collectionName}/deleteRecords", Framework.InsightData,
            Tier.Medium, Delete)
        {
            HasBody = true,
        },
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
        var job = new InsightJob(
            ++_accepted, root.GetProperty("collectionName").GetString()!, root.GetProperty("collectionScope").GetString() == "contact",
            root.GetProperty("records").Clone())
        {
            IsForgotten = simulation.Options.ForgottenInsightImport == _accepted,
        };
        var latency = simulation.Options.ImportLatency + (job.IsForgotten ? simulation.Options.LateForgotten : TimeSpan.Zero);
        _jobs.Add(job.Id, job);
        if (simulation.Options.StuckInsightImport != job.Number)
        {
            job.Timer = simulation.Clock.CreateTimer(_ => job.Run(simulation), null, latency, Timeout.InfiniteTimeSpan);
        }

        return Reply.Json(202,
        json => {
            json.WriteStartObject();
            json.WriteString("importId", job.Id);
            json.WriteEndObject();
        });
    }

    private static void Check(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Invalid("The request must be an object");
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

        if (records.GetArrayLength() > MostRecords)
        {
            throw Invalid($"'records' must hold at most {MostRecords} records");
        }

        string Text(string name) =>
            root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Invalid($"'{name}' is required");
    }

    private Reply Read(Call call)
    {
        if (!Guid.TryParse(call.Path[0], out var id))
        {
            throw Refuse.Insight(400, "invalidId", $"The id value '{call.Path[0]}' is not a recognized import identifier");
        }

        if (!_jobs.TryGetValue(id, out var job) || job.IsForgotten || simulation.Now - job.Ended > simulation.Options.ReportRetention)
        {
            throw Refuse.Insight(404, "importNotFound", $"The import request '{id}' could not be found!");
        }

        return Reply.Json(200, json => job.Write(json, simulation.Options.InsightSaysFinished));
    }

    private Reply Delete(Call call)
    {
        using var body = call.Json();
        var keys = Keys(body.RootElement);
        var contact = Contact(call.Path[0], call.Path[1]);
        var collection = call.Path[2];
        if (!NameForm().IsMatch(collection))
        {
            throw Invalid($"The collection name '{collection}' is invalid");
        }

        if (!simulation.State.Insight.Has(collection))
        {
            throw Refuse.Insight(404, "collectionNotFound", "The collection could not be found", (collection, "Not found"));
        }

        var notFound = keys.Where(key => !simulation.State.Insight.Delete(collection, contact.Id, key)).ToList();
        return Reply.Json(200,
        json => {
            json.WriteStartObject();
            json.WriteStartObject("summary");
            json.WriteNumber("totalRecords", keys.Count);
            json.WriteNumber("totalDeleted", keys.Count - notFound.Count);
            json.WriteNumber("totalNotFound", notFound.Count);
            json.WriteEndObject();
            json.WriteStartArray("failures");
            json.WriteEndArray();
            json.WriteStartArray("notFound");
            notFound.ForEach(json.WriteStringValue);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static List<string> Keys(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Invalid("The request must be an object of 'keys'");
        }

        if (!root.TryGetProperty("keys", out var keys) || (keys.ValueKind == JsonValueKind.Array && keys.GetArrayLength() == 0))
        {
            throw Refuse.Insight(400, "noRecordsSpecified", "You must specify the keys for the records to be deleted from the collection.");
        }

        return keys.ValueKind == JsonValueKind.Array && keys.GetArrayLength() <= MostRecords
            && keys.EnumerateArray().All(key => key.ValueKind == JsonValueKind.String)
            ? [.. keys.EnumerateArray().Select(key => key.GetString()!)]
            : throw Invalid($"'keys' must be a list of at most {MostRecords} texts");
    }

    private Contact Contact(string identifier, string value)
    {
        var contacts = simulation.State.Contacts;
        return identifier switch
        {
            "contactId" => long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? contacts.ById(id) : throw InvalidId(),
            "email" => EmailAddress.Fault(value) is null ? contacts.ByEmail(value) : throw InvalidId(),
            "mobileNumber" => MobileNumber.IsValid(value) ? contacts.ByMobile(value) : throw InvalidId(),
            _ => throw Refuse.Insight(400, "invalidIdentifier", $"The identifier '{identifier}' is not recognized"),
        } ?? throw Refuse.Insight(
            404, "contactNotFound", "The following contacts could not be found", (value, $"Not found using the identifier '{identifier}'"));

        RefusalException InvalidId() => Refuse.Insight(400, "invalidId", $"The id value '{value}' is invalid for the identifier '{identifier}'");
    }

    private static RefusalException Invalid(string why) => Refuse.Insight(400, "invalidRequest", why);

    [GeneratedRegex("^[-A-Za-z_][-A-Za-z0-9_]{1,254}$")]
    private static partial Regex NameForm();
}
