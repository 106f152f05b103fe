using Rollcall.Jobs;

namespace Rollcall.Reading;

/// <summary>One field on its way to a data field.</summary>
/// <param name="Field">The audience's column.</param>
/// <param name="DataField">The data field's name as the job spells it.</param>
/// <param name="Type">The data field's type.</param>
/// <param name="Triggers">Whether its change updates a member.</param>
internal sealed record RollMapping(string Field, string DataField, DataFieldType Type, bool Triggers)
{
    /// <summary>The job's mappings to data fields that exist: a field vanished at Dotdigital stops nothing else.</summary>
    public static IReadOnlyList<RollMapping> Of(ExportConfig config, IReadOnlyDictionary<string, DataFieldType> dataFields)
    {
        var types = new Dictionary<string, DataFieldType>(dataFields, StringComparer.OrdinalIgnoreCase);
        return [.. config.Mappings
            .Where(mapping => types.ContainsKey(mapping.DataField))
            .Select(mapping => new RollMapping(
                mapping.Field,
                mapping.DataField,
                types[mapping.DataField],
                config.FieldChanges.Count == 0 || config.FieldChanges.Contains(mapping.Field)))];
    }
}
