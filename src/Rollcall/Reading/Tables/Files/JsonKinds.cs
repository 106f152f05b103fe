using System.Text.Json;

namespace Rollcall.Reading.Tables.Files;

/// <summary>What values a key of JSON objects was seen with.</summary>
[Flags]
internal enum JsonKinds
{
    None = 0,
    Text = 1,
    Integer = 2,
    Number = 4,
    Boolean = 8,
    Nested = 16,
}

/// <summary>The keys of JSON objects, in the order they appeared, and the values they were seen with.</summary>
internal sealed class JsonKeys
{
    private readonly List<(string Name, byte[] Bytes, JsonKinds Kinds)> keys = [];
    private readonly Dictionary<string, int> index = new(StringComparer.Ordinal);
    private int expected;

    public IEnumerable<(string Name, JsonKinds Kinds)> All => keys.Select(key => (key.Name, key.Kinds));

    /// <summary>The number of the key a reader stands at. Objects mostly have their keys in one order, so the next one is tried first.</summary>
    public int Find(ref Utf8JsonReader reader)
    {
        if (expected >= keys.Count || !reader.ValueTextEquals(keys[expected].Bytes))
        {
            var name = reader.GetString()!;
            if (!index.TryGetValue(name, out expected))
            {
                expected = keys.Count;
                index[name] = expected;
                keys.Add((name, System.Text.Encoding.UTF8.GetBytes(name), JsonKinds.None));
            }
        }

        return expected++;
    }

    public void NextObject() => expected = 0;

    public void Add(int key, JsonKinds kinds)
    {
        if ((keys[key].Kinds & kinds) != kinds)
        {
            keys[key] = keys[key] with { Kinds = keys[key].Kinds | kinds };
        }
    }
}
