using System.Globalization;
using System.Text.Json;
using Rollcall.Jobs;

namespace Rollcall.Lytics;

/// <summary>
/// The columns that a scan fills: one a field, by its name, and one more for each field of <see cref="ExportConfig.InsightFields"/> that something
/// else needs as well. What only insight data need is whole; else the field's own column is a <see cref="ProfileValue"/>, and the other is whole.
/// </summary>
internal sealed class ScanColumns
{
    private const string Uid = "_uid";

    private readonly int?[] whole;
    private readonly List<string> names;

    public ScanColumns(IReadOnlyList<string> fields, ExportConfig config)
    {
        var scalars = config.ScalarFields;
        (Fields, names, whole) = (fields, [.. fields], new int?[fields.Count]);
        (Email, Ids) = (config.EmailField, [.. new[] { config.IdField, config.KeyField }.OfType<string>().Where(fields.Contains)]);
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

    /// <summary>The fields of the job. The first columns are theirs, in the same order.</summary>
    public IReadOnlyList<string> Fields { get; }

    /// <summary>The field with the address.</summary>
    public string Email { get; }

    /// <summary>Of the fields, those with an id of somebody's own.</summary>
    public IReadOnlyList<string> Ids { get; }

    /// <summary>The fields to ask for: those of the job, and Lytics' own id of a profile, by which one that comes twice is known.</summary>
    public static IReadOnlyList<string> Asked(IReadOnlyList<string> fields) => fields.Contains(Uid) ? fields : [.. fields, Uid];

    /// <summary>Whether a field of an answer is Lytics' own id of a profile; its value stands behind those of the columns.</summary>
    public static bool IsUid(ref Utf8JsonReader reader) => reader.ValueTextEquals(Uid);

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
