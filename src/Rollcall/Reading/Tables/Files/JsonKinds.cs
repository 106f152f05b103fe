using System.Text.Json;

namespace Rollcall.Reading.Tables.Files;

/// <summary>The kinds of values that a key of JSON objects has.</summary>
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

/// <summary>The keys of valid JSON objects, in the order of their first appearance, and the kinds of their values.</summary>
internal sealed class JsonKeys
{
    private readonly List<Key> _keys = [];
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Key> _columns = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(Key Key, JsonKinds Kinds)> _pending = [];
    private int _expected;
    private long _objects;

    /// <summary>The keys of objects that were taken.</summary>
    public IEnumerable<(string Name, JsonKinds Kinds)> All => _keys.Where(key => key.Taken).Select(key => (key.Name, key.Kinds));

    /// <summary>The number of the key at a reader's position. Objects mostly have their keys in one order, so the next one is tried first.</summary>
    public int Find(ref Utf8JsonReader reader)
    {
        if (_expected >= _keys.Count || !reader.ValueTextEquals(_keys[_expected].Bytes))
        {
            var name = reader.GetString()!;
            if (!_index.TryGetValue(name, out _expected))
            {
                if (_keys.Count == TableFiles.MostColumns)
                {
                    throw new TooManyKeysException();
                }

                _expected = _keys.Count;
                _index[name] = _expected;
                _keys.Add(new Key(name, System.Text.Encoding.UTF8.GetBytes(name)));
            }
        }

        return _expected++;
    }

    /// <summary>An object begins.</summary>
    public void NextObject()
    {
        _expected = 0;
        _objects++;
        _pending.Clear();
    }

    /// <summary>Notes a key and its value; returns what is wrong with it, null when nothing is: column names ignore letter case.</summary>
    public string? Add(int number, JsonKinds kinds)
    {
        var key = _keys[number];
        if (!_columns.TryGetValue(key.Name, out var column))
        {
            _columns[key.Name] = column = key;
        }

        if (column.Object == _objects)
        {
            return "a key that stands in it twice";
        }

        column.Object = _objects;
        _pending.Add((key, kinds));
        return column == key || !column.Taken ? null : $"the key \"{key.Name}\", which other objects write \"{column.Name}\"";
    }

    /// <summary>The object is valid.</summary>
    public void Take()
    {
        foreach (var (key, kinds) in _pending)
        {
            key.Taken = true;
            key.Kinds |= kinds;
            _columns[key.Name] = key;
        }
    }

    private sealed class Key(string name, byte[] bytes)
    {
        public string Name { get; } = name;

        public byte[] Bytes { get; } = bytes;

        public JsonKinds Kinds { get; set; }

        /// <summary>Whether an object that has it was taken.</summary>
        public bool Taken { get; set; }

        /// <summary>The last object that had it, or a key that differs in letter case.</summary>
        public long Object { get; set; }
    }
}
