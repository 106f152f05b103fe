using System.Globalization;
using System.Text.Json;

namespace Rollcall.Lytics.Importing;

/// <summary>The keys of a JSON object, taken one by one, so that the remaining ones are known. A null or empty value counts as a missing key.</summary>
internal sealed class LyticsKeys(JsonElement map, string prefix, ImportNotes notes)
{
    private readonly HashSet<string> _taken = [];

    /// <summary>The keys that were not taken.</summary>
    public IEnumerable<JsonProperty> Rest => map.EnumerateObject().Where(key => !_taken.Contains(key.Name));

    public string PathOf(string name) => prefix + name;

    public JsonElement? Take(string name)
    {
        _taken.Add(name);
        return map.TryGetProperty(name, out var value)
            && value.ValueKind != JsonValueKind.Null
            && !(value.ValueKind == JsonValueKind.String && string.IsNullOrWhiteSpace(value.GetString()))
            ? value
            : null;
    }

    /// <summary>Text, or a number as text.</summary>
    public string? Text(string name)
    {
        if (Take(name) is not { } value)
        {
            return null;
        }

        if (AsText(value) is { } text)
        {
            return text.Trim();
        }

        notes.LeaveOut(PathOf(name), value, "is not a string, and is left out.");
        return null;
    }

    public bool Flag(string name)
    {
        switch (Take(name))
        {
            case null or { ValueKind: JsonValueKind.False }:
                return false;
            case { ValueKind: JsonValueKind.True }:
                return true;
            case { } value when AsText(value)?.ToLowerInvariant() is "true" or "false":
                return string.Equals(AsText(value), "true", StringComparison.OrdinalIgnoreCase);
            case { } value:
                notes.LeaveOut(PathOf(name), value, "is not true or false, and is left out: false.");
                return false;
        }
    }

    /// <summary>A list of distinct strings.</summary>
    public IReadOnlyList<string> Texts(string name)
    {
        var texts = new List<string>();
        foreach (var item in Items(name))
        {
            if (AsText(item)?.Trim() is not { Length: > 0 } text)
            {
                notes.LeaveOut(PathOf(name), item, "an item is not a string, and is left out.");
            }
            else if (texts.Contains(text))
            {
                notes.Say(PathOf(name), $"{Shown(text)} is listed twice; it is written once.");
            }
            else
            {
                texts.Add(text);
            }
        }

        return texts;
    }

    /// <summary>The pairs of a list of objects, in order.</summary>
    public IReadOnlyList<(string Key, JsonElement Value)> Pairs(string name)
    {
        var pairs = new List<(string, JsonElement)>();
        foreach (var item in Items(name))
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                notes.LeaveOut(PathOf(name), item, "an item is not a pair, and is left out.");
                continue;
            }

            foreach (var pair in item.EnumerateObject())
            {
                if (pair.Name.Trim().Length == 0 || pair.Name != pair.Name.Trim() || pair.Name.Any(char.IsControl)
                    || AsText(pair.Value) is null && pair.Value.ValueKind != JsonValueKind.Object)
                {
                    notes.LeaveOut(PathOf(name), item, "an item has a blank name or no value, and is left out.");
                }
                else
                {
                    pairs.Add((pair.Name, pair.Value));
                }
            }
        }

        return pairs;
    }

    /// <summary>Text, or a number as it is written; null for anything else.</summary>
    public static string? AsText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number when value.TryGetInt64(out var whole) => whole.ToString(CultureInfo.InvariantCulture),
        JsonValueKind.Number when value.TryGetDecimal(out var number) && decimal.IsInteger(number) => number.ToString("0", CultureInfo.InvariantCulture),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };

    /// <summary>Text as shown in a message: one line, shortened if necessary.</summary>
    public static string Shown(string text)
    {
        var line = new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]);
        return line.Length <= 60 ? $"\"{line}\"" : $"\"{line[..57]}...\"";
    }

    /// <summary>The items of a list; a single value is a list of one.</summary>
    private IEnumerable<JsonElement> Items(string name) => Take(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray(),
        { } single => [single],
    };
}
