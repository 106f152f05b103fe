namespace Rollcall.Reading.Tables.Files;

/// <summary>A CSV file's columns, in order, and the types that some of them have.</summary>
internal sealed class CsvHeader
{
    private readonly (int Index, string Name, string Type, Func<string, bool> Fits)[] _typed;

    /// <param name="record">Has read the header row.</param>
    /// <param name="types">Column to type; the others are text.</param>
    public CsvHeader(CsvRecord record, ReadOnlySpan<byte> bytes, IReadOnlyDictionary<string, string> types)
    {
        var names = new List<string>(record.Count);
        for (var i = 0; i < record.Count; i++)
        {
            names.Add(Distinct(record.Text(bytes, i).Trim(), i, names));
        }

        Names = names;
        _typed = [.. types
            .Where(pair => pair.Value != "text")
            .Select(pair => (IndexOf(pair.Key), pair.Key, pair.Value, CsvTypes.Fits(pair.Value)))
            .Where(column => column.Item1 >= 0)];

        int IndexOf(string column) => names.FindIndex(name => name.Equals(column, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The columns' names, no two of them the same.</summary>
    public IReadOnlyList<string> Names { get; }

    public bool HasTypes => _typed.Length > 0;

    /// <summary>A column of the record that does not have its type, in words; null when all do.</summary>
    public string? Misfit(CsvRecord record, ReadOnlySpan<byte> bytes)
    {
        foreach (var (index, name, type, fits) in _typed)
        {
            var value = record.Text(bytes, index);
            if (value.Length > 0 && !fits(value))
            {
                return $"column {name} holds no {type}";
            }
        }

        return null;
    }

    private static string Distinct(string name, int index, List<string> taken)
    {
        var given = name.Length == 0 ? $"column{index}" : name;
        var distinct = given;
        for (var i = 1; taken.Contains(distinct, StringComparer.OrdinalIgnoreCase); i++)
        {
            distinct = $"{given}_{i}";
        }

        return distinct;
    }
}
