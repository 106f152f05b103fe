using System.Text.Json;

namespace Rollcall.Reading.Tables.Files;

/// <summary>Judges one object of a JSON file, and notes its keys.</summary>
internal sealed class JsonRecord(JsonKeys keys)
{
    /// <summary>What <see cref="Read"/> says of a value that does not end.</summary>
    public const string Unfinished = "unfinished";

    /// <summary>The keys of nested objects, by their depth.</summary>
    private readonly Dictionary<int, HashSet<string>> _nested = [];

    /// <summary>Reads one value; says what is wrong with it, null when it is an object without faults.</summary>
    /// <exception cref="InvalidOperationException">An escape in it is half a character.</exception>
    public string? Read(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
        {
            return Unfinished;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return reader.TrySkip() ? "no object" : Unfinished;
        }

        keys.NextObject();
        string? reason = null;
        var key = 0;
        while (true)
        {
            if (!reader.Read())
            {
                return Unfinished;
            }

            var (kinds, wrong) = Look(ref reader);
            reason ??= wrong;
            if (reader.CurrentDepth == 0)
            {
                return reason;
            }

            if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName)
            {
                key = keys.Find(ref reader);
            }
            else if (reader.CurrentDepth == 1 && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
            {
                reason ??= keys.Add(key, kinds);
            }

            reason ??= Nested(ref reader);
        }
    }

    /// <summary>A key that is in a nested object twice.</summary>
    private string? Nested(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            _nested.GetValueOrDefault(reader.CurrentDepth + 1)?.Clear();
        }
        else if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth > 1)
        {
            if (!_nested.TryGetValue(reader.CurrentDepth, out var names))
            {
                _nested[reader.CurrentDepth] = names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            }

            return names.Add(reader.GetString()!) ? null : "a key that stands twice in a nested object";
        }

        return null;
    }

    private static (JsonKinds Kinds, string? Wrong) Look(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return (JsonKinds.Text, ZeroByte(ref reader));
            case JsonTokenType.PropertyName:
                return (JsonKinds.None, ZeroByte(ref reader));
            case JsonTokenType.Number:
                return reader.TryGetInt64(out _) ? (JsonKinds.Integer, null)
                    : reader.TryGetDouble(out var number) && double.IsFinite(number) ? (JsonKinds.Number, null)
                    : (JsonKinds.Number, "a number beyond all bounds");
            case JsonTokenType.True or JsonTokenType.False:
                return (JsonKinds.Boolean, null);
            case JsonTokenType.StartObject or JsonTokenType.StartArray or JsonTokenType.EndObject or JsonTokenType.EndArray:
                return (JsonKinds.Nested, null);
            default:
                return (JsonKinds.None, null);
        }
    }

    /// <summary>Reads escapes, which throws when one is not a character.</summary>
    private static string? ZeroByte(ref Utf8JsonReader reader) =>
        reader.ValueIsEscaped && reader.GetString()!.Contains('\0', StringComparison.Ordinal) ? "a zero byte" : null;
}
