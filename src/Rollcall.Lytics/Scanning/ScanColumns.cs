using System.Globalization;
using System.Text.Json;
using Rollcall.Jobs;

namespace Rollcall.Lytics;

/// <summary>
/// The columns that a scan fills: one per field, by its name, and another one for each field of <see cref="ExportConfig.InsightFields"/> that is also
/// used elsewhere. A field used only for insight data is complete; otherwise the field's own column is a <see cref="ProfileValue"/>, and the other is complete.
/// </summary>
internal sealed class ScanColumns
{
    private const string Uid = "_uid";

    private readonly int?[] _whole;
    private readonly List<string> _names;

    public ScanColumns(IReadOnlyList<string> fields, ExportConfig config)
    {
        var scalars = config.ScalarFields;
        (Fields, _names, _whole) = (fields, [.. fields], new int?[fields.Count]);
        (Email, Ids) = (config.EmailField, [.. new[] { config.IdField, config.KeyField }.OfType<string>().Where(fields.Contains)]);
        for (var i = 0; i < fields.Count; i++)
        {
            if (!config.InsightFields.Contains(fields[i]))
            {
                continue;
            }

            _whole[i] = i;
            if (scalars.Contains(fields[i]))
            {
                _whole[i] = _names.Count;
                _names.Add(string.Create(CultureInfo.InvariantCulture, $"__whole_{i}"));
            }
        }
    }

    /// <summary>The fields of the job. The first columns belong to them, in the same order.</summary>
    public IReadOnlyList<string> Fields { get; }

    /// <summary>The field with the address.</summary>
    public string Email { get; }

    /// <summary>The fields with a unique id of a person.</summary>
    public IReadOnlyList<string> Ids { get; }

    /// <summary>The fields to request: those of the job, and Lytics' own profile id, which identifies duplicates.</summary>
    public static IReadOnlyList<string> Asked(IReadOnlyList<string> fields) => fields.Contains(Uid) ? fields : [.. fields, Uid];

    /// <summary>Whether a field of an answer is Lytics' own profile id; its value follows those of the columns.</summary>
    public static bool IsUid(ref Utf8JsonReader reader) => reader.ValueTextEquals(Uid);

    /// <summary>The columns' names.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Whether a field's own column is complete.</summary>
    public bool IsWhole(int field) => _whole[field] == field;

    /// <summary>The additional complete column of a field; null for none.</summary>
    public int? WholeBeside(int field) => IsWhole(field) ? null : _whole[field];

    /// <summary>The name of the column with the complete value of a field.</summary>
    public string Whole(string field) =>
        Fields.Index().Where(one => one.Item == field).Select(one => _whole[one.Index]).FirstOrDefault() is { } column
            ? _names[column]
            : throw new ArgumentException($"{field} is not an insight field of the scan.", nameof(field));
}
