using System.Globalization;
using Rollcall.Jobs;

namespace Rollcall.Lytics;

/// <summary>
/// The columns that a scan fills: one a field, by its name, and one more for each field of <see cref="ExportConfig.InsightFields"/> that something
/// else needs as well. What only insight data need is whole; else the field's own column is a <see cref="ProfileValue"/>, and the other is whole.
/// </summary>
internal sealed class ScanColumns
{
    private readonly int?[] whole;
    private readonly List<string> names;

    public ScanColumns(IReadOnlyList<string> fields, ExportConfig config)
    {
        var scalars = config.ScalarFields;
        (Fields, names, whole) = (fields, [.. fields], new int?[fields.Count]);
        for (var i = 0; i < fields.Count; i++)
        {
            if (!config.InsightFields.Contains(fields[i]))
            {
                continue;
            }

            whole[i] = i;
            if (scalars.Contains(fields[i]))
            {
                whole[i] = names.Count;
                names.Add(string.Create(CultureInfo.InvariantCulture, $"__whole_{i}"));
            }
        }
    }

    /// <summary>The fields to ask for. The first columns are theirs, in the same order.</summary>
    public IReadOnlyList<string> Fields { get; }

    /// <summary>The columns' names.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>Whether a field's own column is whole.</summary>
    public bool IsWhole(int field) => whole[field] == field;

    /// <summary>The column beside a field's own that is whole; null for none.</summary>
    public int? WholeBeside(int field) => IsWhole(field) ? null : whole[field];

    /// <summary>The name of the column that has a field whole.</summary>
    public string Whole(string field) =>
        Fields.Index().Where(one => one.Item == field).Select(one => whole[one.Index]).FirstOrDefault() is { } column
            ? names[column]
            : throw new ArgumentException($"{field} is no insight field of the scan.", nameof(field));
}
