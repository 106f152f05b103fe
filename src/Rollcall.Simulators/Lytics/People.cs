using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Simulators.Lytics;

/// <summary>
/// Every profile, by its number: generated people by their own, those written out by numbers above. Of a generated
/// person only explicitly set values are stored. Callers must hold the account's gate.
/// </summary>
internal sealed class People(Func<LyticsSimulatorOptions> options)
{
    /// <summary>The number of the first profile that was written out and never generated.</summary>
    public const int FirstWritten = 1 << 30;

    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<string> _ids = [];
    private readonly Dictionary<int, Written> _written = [];
    private readonly Dictionary<int, int> _revisions = [];
    private readonly Dictionary<string, SortedSet<int>> _byEmail = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The types of explicitly set fields, by field.</summary>
    public Dictionary<string, string> WrittenTypes { get; } = new(StringComparer.Ordinal);

    public string Id(int number) => number < FirstWritten ? Generated(number).Id : _ids[number - FirstWritten];

    /// <summary>One of 100, for ever the same.</summary>
    public int Bucket(int number) => (int)((number < FirstWritten ? Mix.Of((ulong)number) : Mix.Of(Id(number))) % 100);

    /// <summary>The profile of an id; null when there is none.</summary>
    public int? Find(string id) =>
        _numbers.TryGetValue(id, out var number) ? number : id.Contains('@', StringComparison.Ordinal) ? null : GeneratedPerson.NumberOf(id);

    /// <summary>
    /// The first profile with a value in a field; null when there is none. Except for <c>_id</c> and <c>email</c>, only explicitly set fields are searched.
    /// </summary>
    public int? FindBy(string field, string value)
    {
        switch (field)
        {
            case "_id":
                return Find(value);
            case "email":
                return _byEmail.TryGetValue(value, out var known) && known.Count > 0
                    ? known.Min
                    : GeneratedPerson.NumberOf(value) is { } number && IsAt(number, value) ? number : null;
            default:
                foreach (var (one, written) in _written)
                {
                    if (written.Read()[field] is JsonValue found && found.ToString() == value)
                    {
                        return one;
                    }
                }

                return null;
        }
    }

    /// <summary>Puts a profile in the place of the one with its <c>_id</c>.</summary>
    public int Put(JsonObject profile)
    {
        if (profile["_id"] is not JsonValue value || !value.TryGetValue<string>(out var id) || id.Length == 0)
        {
            throw new InvalidDataException("A profile needs an _id, which is text.");
        }

        var number = Find(id) ?? NewNumber(id);
        Keep(number, profile, whole: true);
        return number;
    }

    /// <summary>Sets fields of a profile.</summary>
    public void Set(int number, IEnumerable<KeyValuePair<string, JsonNode?>> fields)
    {
        var (kept, whole) = _written.TryGetValue(number, out var written) ? (written.Read(), written.Whole) : ([], false);
        foreach (var (field, value) in fields)
        {
            kept[field] = value?.DeepClone();
        }

        Keep(number, kept, whole);
    }

    /// <summary>The explicitly set value of a field; null when there is none.</summary>
    public JsonNode? WrittenValue(int number, string field) => _written.TryGetValue(number, out var written) ? written.Read()[field] : null;

    /// <summary>Changes the spend, visits and last visit of generated people.</summary>
    public void Change(int from, int count)
    {
        for (var number = from; number < from + count; number++)
        {
            _revisions[number] = _revisions.GetValueOrDefault(number) + 1;
        }
    }

    /// <summary>Writes a profile as an object; of the named fields those it has, or all.</summary>
    public void Write(Utf8JsonWriter json, int number, IReadOnlyList<string>? fields)
    {
        json.WriteStartObject();
        using var written = _written.TryGetValue(number, out var found) ? JsonDocument.Parse(found.Json) : null;
        if (!found.Whole)
        {
            var person = Generated(number);
            foreach (var field in fields ?? GeneratedPerson.FieldNames)
            {
                if (written is null || !written.RootElement.TryGetProperty(field, out _))
                {
                    person.Write(json, field);
                }
            }
        }

        if (written is not null)
        {
            foreach (var property in written.RootElement.EnumerateObject())
            {
                if (fields is null || fields.Contains(property.Name))
                {
                    property.WriteTo(json);
                }
            }
        }

        json.WriteEndObject();
    }

    private void Keep(int number, JsonObject fields, bool whole)
    {
        if (WrittenEmail(number) is { } left)
        {
            _byEmail.GetValueOrDefault(left)?.Remove(number);
        }

        _written[number] = new Written(JsonSerializer.SerializeToUtf8Bytes(fields, Compact), whole);
        if (Email(fields) is { } email)
        {
            (_byEmail.TryGetValue(email, out var same) ? same : _byEmail[email] = []).Add(number);
        }

        foreach (var (field, held) in fields)
        {
            if (held is not null)
            {
                WrittenTypes[field] = FieldTypes.Of(held);
            }
        }
    }

    /// <summary>Whether a generated person has an address.</summary>
    private bool IsAt(int number, string email) =>
        _written.TryGetValue(number, out var written) && (written.Whole || written.Read().ContainsKey("email"))
            ? string.Equals(WrittenEmail(number), email, StringComparison.OrdinalIgnoreCase)
            : string.Equals(Generated(number).Email, email, StringComparison.OrdinalIgnoreCase);

    private string? WrittenEmail(int number) => _written.TryGetValue(number, out var written) ? Email(written.Read()) : null;

    private GeneratedPerson Generated(int number) =>
        new(number, _revisions.Count == 0 ? 0 : _revisions.GetValueOrDefault(number), options().RepeatEmailEvery);

    private int NewNumber(string id)
    {
        var number = FirstWritten + _ids.Count;
        _ids.Add(id);
        _numbers.Add(id, number);
        return number;
    }

    private static string? Email(JsonObject profile) => profile["email"] is JsonValue value && value.TryGetValue<string>(out var email) ? email : null;

    /// <summary>Explicitly set fields, as JSON: small, because there may be a million.</summary>
    /// <param name="Json">An object.</param>
    /// <param name="Whole">Whether these are all fields.</param>
    private readonly record struct Written(byte[] Json, bool Whole)
    {
        public JsonObject Read() => JsonNode.Parse(Json)!.AsObject();
    }
}
