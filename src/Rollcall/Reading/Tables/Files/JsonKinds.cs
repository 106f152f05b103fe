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

/// <summary>The objects of a file have more keys than a table has columns.</summary>
internal sealed class TooManyKeysException() : Exception("Too many keys.");

/// <summary>The keys of JSON objects in order, as they appeared first, and the values they were seen with.</summary>
internal sealed class JsonKeys
{
    private readonly List<Key> keys = [];
    private readonly Dictionary<string, int> index = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Key> columns = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(Key Key, JsonKinds Kinds)> pending = [];
    private int expected;
    private long objects;

    /// <summary>The keys of objects that were taken.</summary>
    public IEnumerable<(string Name, JsonKinds Kinds)> All => keys.Where(key => key.Taken).Select(key => (key.Name, key.Kinds));

    /// <summary>The number of the key a reader stands at. Objects mostly have their keys in one order, so the next one is tried first.</summary>
    public int Find(ref Utf8JsonReader reader)
    {
        if (expected >= keys.Count || !reader.ValueTextEquals(keys[expected].Bytes))
        {
            var name = reader.GetString()!;
            if (!index.TryGetValue(name, out expected))
            {
                if (keys.Count == TableFiles.MostColumns)
                {
                    throw new TooManyKeysException();
                }

                expected = keys.Count;
                index[name] = expected;
                keys.Add(new Key(name, System.Text.Encoding.UTF8.GetBytes(name)));
            }
        }

        return expected++;
    }

    /// <summary>An object begins.</summary>
    public void NextObject()
    {
        expected = 0;
        objects++;
        pending.Clear();
    }

    /// <summary>Notes a key and its value; says what is wrong with it, null when nothing is: columns are one whatever the letter case.</summary>
    public string? Add(int number, JsonKinds kinds)
    {
        var key = keys[number];
        if (!columns.TryGetValue(key.Name, out var column))
        {
            columns[key.Name] = column = key;
        }

        if (column.Object == objects)
        {
            return "a key that stands in it twice";
        }

        column.Object = objects;
        pending.Add((key, kinds));
        return column == key || !column.Taken ? null : $"the key \"{key.Name}\", which other objects write \"{column.Name}\"";
    }

    /// <summary>The object is in order.</summary>
    public void Take()
    {
        foreach (var (key, kinds) in pending)
        {
            key.Taken = true;
            key.Kinds |= kinds;
            columns[key.Name] = key;
        }
    }

    private sealed class Key(string name, byte[] bytes)
    {
        public string Name { get; } = name;

        public byte[] Bytes { get; } = bytes;

        public JsonKinds Kinds { get; set; }

        /// <summary>Whether an object that has it was taken.</summary>
        public bool Taken { get; set; }

        /// <summary>The last object in which it, or one that differs in letter case, stood.</summary>
        public long Object { get; set; }
    }
}
