using System.Text.Json;
using System.Text.Json.Nodes;

namespace Rollcall.Simulators.Lytics;

/// <summary>
/// Every profile, by its number: generated people by their own, those written out by numbers above. A generated
/// person whose fields somebody sets is written out from then on. Whoever uses it holds the account's gate.
/// </summary>
internal sealed class People(Func<LyticsSimulatorOptions> options)
{
    /// <summary>The number of the first profile that was written out and never generated.</summary>
    public const int FirstWritten = 1 << 30;

    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<string> _ids = [];
    private readonly Dictionary<int, JsonObject> _written = [];
    private readonly Dictionary<int, int> _revisions = [];
    private readonly Dictionary<string, SortedSet<int>> _byEmail = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The types of fields that profiles written out have, by field.</summary>
    public Dictionary<string, string> WrittenTypes { get; } = new(StringComparer.Ordinal);

    public string Id(int number) => number < FirstWritten ? Generated(number).Id : _ids[number - FirstWritten];

    /// <summary>One of 100, for ever the same.</summary>
    public int Bucket(int number) => (int)((number < FirstWritten ? Mix.Of((ulong)number) : Mix.Of(Id(number))) % 100);

    /// <summary>The profile of an id; null when there is none.</summary>
    public int? Find(string id) => _numbers.TryGetValue(id, out var number) ? number : id.Contains('@', StringComparison.Ordinal) ? null : GeneratedPerson.NumberOf(id);

    /// <summary>The first profile with a value in a field; null when there is none.</summary>
    public int? FindBy(string field, string value)
    {
        switch (field)
        {
            case "_id":
                return Find(value);
            case "email":
                return _byEmail.TryGetValue(value, out var known) && known.Count > 0
                    ? known.Min
                    : GeneratedPerson.NumberOf(value) is { } number && !_written.ContainsKey(number) ? number : null;
            default:
                foreach (var (number2, profile) in _written)
                {
                    if (profile[field] is JsonValue found && found.ToString() == value)
                    {
                        return number2;
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
        if (_written.TryGetValue(number, out var former) && Email(former) is { } left)
        {
            _byEmail.GetValueOrDefault(left)?.Remove(number);
        }

        _written[number] = profile;
        if (Email(profile) is { } email)
        {
            (_byEmail.TryGetValue(email, out var same) ? same : _byEmail[email] = []).Add(number);
        }

        foreach (var (field, held) in profile)
        {
            if (held is not null)
            {
                WrittenTypes[field] = FieldTypes.Of(held);
            }
        }

        return number;
    }

    /// <summary>The fields of a profile, to be changed and put again.</summary>
    public JsonObject Fields(int number)
    {
        if (_written.TryGetValue(number, out var profile))
        {
            return (JsonObject)profile.DeepClone();
        }

        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            Write(json, number, null);
        }

        return JsonNode.Parse(stream.ToArray())!.AsObject();
    }

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
        if (_written.TryGetValue(number, out var profile))
        {
            foreach (var (field, value) in profile)
            {
                if (fields is null || fields.Contains(field))
                {
                    json.WritePropertyName(field);
                    if (value is null)
                    {
                        json.WriteNullValue();
                    }
                    else
                    {
                        value.WriteTo(json);
                    }
                }
            }
        }
        else
        {
            var person = Generated(number);
            if (fields is not null)
            {
                foreach (var field in fields)
                {
                    person.Write(json, field);
                }
            }
            else
            {
                foreach (var (field, _) in GeneratedPerson.Fields)
                {
                    person.Write(json, field);
                }
            }
        }

        json.WriteEndObject();
    }

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
}
