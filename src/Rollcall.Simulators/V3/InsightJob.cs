using System.Globalization;
using System.Text.Json;
using Rollcall.Simulators.State;

namespace Rollcall.Simulators.V3;

/// <summary>One insight import: accepted now, applied when its time has come.</summary>
internal sealed class InsightJob(int number, string collection, bool ofContacts, JsonElement records)
{
    private readonly List<(JsonElement Record, string Reason)> _failures = [];
    private int _imported;
    private Outcome _outcome;

    private enum Outcome
    {
        Pending,
        Complete,
        Failed,
    }

    public Guid Id { get; } = Guid.NewGuid();

    public int Number => number;

    /// <summary>When it ended; null while it is in progress.</summary>
    public DateTime? Ended { get; private set; }

    /// <summary>Whether its status is 404 although it is applied.</summary>
    public bool IsForgotten { get; init; }

    public ITimer? Timer { get; set; }

    private HashSet<(long, string)> Seen { get; } = [];

    /// <summary>Applies the records and finishes as configured.</summary>
    public void Run(Simulation simulation)
    {
        var options = simulation.Options;
        var fails = options.FailedInsightImport == number;
        Apply(simulation, fails ? records.EnumerateArray().Take(options.AppliedBeforeRejection) : records.EnumerateArray());
        lock (simulation.State.Gate)
        {
            Ended = simulation.Now;
            _outcome = fails ? Outcome.Failed : Outcome.Complete;
        }

        if (fails && options.LateRejected > TimeSpan.Zero)
        {
            simulation.Late.After(options.LateRejected, () => Apply(simulation, records.EnumerateArray().Skip(options.AppliedBeforeRejection)));
        }
    }

    private void Apply(Simulation simulation, IEnumerable<JsonElement> some)
    {
        lock (simulation.State.Gate)
        {
            simulation.State.Insight.Create(collection);
            foreach (var record in some)
            {
                var owner = InsightStore.Account;
                var reason = RecordFault(record) ?? (ofContacts ? OwnerFault(simulation, record, out owner) : null);
                if (reason is null && !Seen.Add((owner, record.GetProperty("key").GetString()!)))
                {
                    reason = "DuplicateKey";
                }

                if (reason is null)
                {
                    simulation.State.Insight.Put(collection, owner, record.GetProperty("key").GetString()!, record.GetProperty("json").GetRawText());
                    _imported++;
                }
                else
                {
                    _failures.Add((record, reason));
                }
            }
        }
    }

    /// <summary>Writes how far it is, and what became of the records once that is known.</summary>
    public void Write(Utf8JsonWriter json, bool saysFinished)
    {
        json.WriteStartObject();
        json.WriteString("importId", Id);
        json.WriteString("status", _outcome switch
        {
            Outcome.Pending => "Processing",
            Outcome.Failed => "Failed",
            _ => saysFinished ? "Finished" : "Complete",
        });
        if (_outcome == Outcome.Complete)
        {
            WriteResult(json);
        }

        json.WriteEndObject();
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

    private static string? OwnerFault(Simulation simulation, JsonElement record, out long owner)
    {
        owner = InsightStore.Account;
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
                break;
            case "mobileNumber":
                contact = simulation.State.Contacts.ByMobile(value.GetString()!);
                break;
            case "contactId" when long.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var id):
                contact = simulation.State.Contacts.ById(id);
                break;
            default:
                return "InvalidContactIdentifier";
        }

        if (contact is null)
        {
            // The specification has no reason for an unknown number.
            return identifier.GetString() switch
            {
                "email" => "ContactEmailDoesNotExist",
                "contactId" => "ContactIdDoesNotExist",
                _ => "InvalidContactIdentifier",
            };
        }

        owner = contact.Id;
        return simulation.Options.InsightFailures.FirstOrDefault(
            failure => string.Equals(failure.Key, contact.Email, StringComparison.OrdinalIgnoreCase)).Value;
    }

    private static bool HasNestedArray(JsonElement element, bool inArray) => element.ValueKind switch
    {
        JsonValueKind.Array => inArray || element.EnumerateArray().Any(item => HasNestedArray(item, true)),
        JsonValueKind.Object => element.EnumerateObject().Any(property => HasNestedArray(property.Value, inArray)),
        _ => false,
    };

    private void WriteResult(Utf8JsonWriter json)
    {
        json.WriteString("collectionName", collection);
        json.WriteStartObject("summary");
        json.WriteNumber("totalRecords", _imported + _failures.Count);
        json.WriteNumber("totalImported", _imported);
        json.WriteNumber("totalRejected", _failures.Count);
        json.WriteEndObject();
        if (_failures.Count == 0)
        {
            return;
        }

        json.WriteStartArray("failures");
        foreach (var (record, reason) in _failures)
        {
            WriteFailure(json, record, reason);
        }

        json.WriteEndArray();
    }

    private void WriteFailure(Utf8JsonWriter json, JsonElement record, string reason)
    {
        json.WriteStartObject();
        json.WriteStartObject("collectionOwner");
        json.WriteString("ownerType", ofContacts ? "contact" : "account");
        if (ofContacts && record.TryGetProperty("contactIdentity", out var identity) && identity.ValueKind == JsonValueKind.Object
            && identity.TryGetProperty("identifier", out var identifier) && identifier.ValueKind == JsonValueKind.String
            && identity.TryGetProperty("value", out var value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Null)
        {
            json.WritePropertyName("contactIdentity");
            identity.WriteTo(json);
        }

        json.WriteEndObject();
        json.WriteString("failureReason", reason);
        if (reason == "JsonContainsNestedArray")
        {
            json.WriteStartArray("details");
            json.WriteStringValue("An array of the record holds another array");
            json.WriteEndArray();
        }

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
}
