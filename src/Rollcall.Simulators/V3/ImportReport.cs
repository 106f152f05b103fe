using System.Text.Json;

namespace Rollcall.Simulators.V3;

/// <summary>What an import did to each contact, kept compactly and written out as a stream.</summary>
internal sealed class ImportReport
{
    private const int FlushAt = 64 * 1024;
    private readonly List<Reference> _created = [];
    private readonly List<Reference> _updated = [];
    private readonly List<Failed> _failures = [];

    private int _newContacts;
    private int _updatedContacts;

    /// <summary>Which of the written contacts it does not list: each Nth.</summary>
    public int? OmitsEvery { get; set; }

    public void Add(ContactRecord record, Written written)
    {
        if (written.Contact is { } contact)
        {
            (_newContacts, _updatedContacts) = written.Created ? (_newContacts + 1, _updatedContacts) : (_newContacts, _updatedContacts + 1);
            if (OmitsEvery is not { } every || (_newContacts + _updatedContacts) % every != 0)
            {
                (written.Created ? _created : _updated).Add(new Reference(contact.Id, contact.Email, contact.Mobile));
            }
        }

        if (written.Failure is { } failure)
        {
            var match = string.IsNullOrEmpty(record.Match) || record.Match.Length > 50
                || !record.Match.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
                ? "unknown"
                : record.Match;
            _failures.Add(new Failed(written.Contact?.Id ?? record.ContactId, match, record.Given, failure));
        }
    }

    public async Task Write(Utf8JsonWriter json, CancellationToken cancellation)
    {
        WriteSummary(json);
        await WriteReferences(json, "created", _created, cancellation);
        await WriteReferences(json, "updated", _updated, cancellation);
        json.WriteStartArray("failures");
        foreach (var failed in _failures)
        {
            WriteFailure(json, failed);
            await FlushWhenLarge(json, cancellation);
        }

        json.WriteEndArray();
    }

    private void WriteSummary(Utf8JsonWriter json)
    {
        var duplicates = _failures.Count(failed => failed.Failure.Code == "Duplicate");
        var suppressed = _failures.Count(failed => failed.Failure.Code is "GloballySuppressed" or "SuppressedByDomain");
        json.WriteStartObject("summary");
        json.WriteNumber("newContacts", _newContacts);
        json.WriteNumber("updatedContacts", _updatedContacts);
        json.WriteNumber("globallySuppressed", suppressed);
        json.WriteNumber("invalidEntries", _failures.Count - duplicates - suppressed);
        json.WriteNumber("duplicateIdentifiers", duplicates);
        json.WriteEndObject();
    }

    private static async Task WriteReferences(Utf8JsonWriter json, string name, List<Reference> references, CancellationToken cancellation)
    {
        json.WriteStartArray(name);
        foreach (var reference in references)
        {
            json.WriteStartObject();
            json.WriteNumber("contactId", reference.Id);
            json.WritePropertyName("identifiers");
            ContactWire.WriteIdentifiers(json, reference.Email, reference.Mobile);
            json.WriteEndObject();
            await FlushWhenLarge(json, cancellation);
        }

        json.WriteEndArray();
    }

    private static void WriteFailure(Utf8JsonWriter json, Failed failed)
    {
        json.WriteStartObject();
        if (failed.ContactId is { } id)
        {
            json.WriteNumber("contactId", id);
        }

        json.WriteString("matchIdentifier", failed.Match);
        json.WriteStartObject("identifiers");
        foreach (var (name, value) in failed.Given)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
        json.WriteStartArray("failures");
        json.WriteStartObject();
        json.WriteString("failureCode", failed.Failure.Code);
        json.WriteString("description", failed.Failure.Description);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static async Task FlushWhenLarge(Utf8JsonWriter json, CancellationToken cancellation)
    {
        if (json.BytesPending > FlushAt)
        {
            await json.FlushAsync(cancellation);
        }
    }

    private readonly record struct Reference(long Id, string Email, string? Mobile);

    private sealed record Failed(long? ContactId, string Match, IReadOnlyList<KeyValuePair<string, string>> Given, Failure Failure);
}
