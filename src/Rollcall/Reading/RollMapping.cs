using Rollcall.Dotdigital;
using Rollcall.Jobs;

namespace Rollcall.Reading;

/// <summary>A field that fills a data field.</summary>
/// <param name="Field">The field, as the job names it.</param>
/// <param name="DataField">The data field's name as the job spells it.</param>
/// <param name="Type">The data field's type.</param>
/// <param name="Triggers">Whether its change updates a member.</param>
internal sealed record RollMapping(string Field, string DataField, DataFieldType Type, bool Triggers)
{
    /// <summary>The column of the relation that has it.</summary>
    public string Column { get; init; } = Field;

    /// <summary>Whether the data field is left as it is where there is no value, whatever the job's <c>on_missing_field</c> is.</summary>
    public bool Keeps { get; init; }

    /// <summary>The job's mappings to data fields that exist: a field that was deleted at Dotdigital stops nothing else.</summary>
    public static IReadOnlyList<RollMapping> Of(ExportConfig config, IReadOnlyDictionary<string, DataFieldType> dataFields) =>
        Of(config.Mappings, dataFields, mapping => config.FieldChanges.Count == 0 || config.FieldChanges.Contains(mapping.Field));

    /// <summary>The same of what recommendations fill, with <see cref="RecommendedColumns"/> for columns.</summary>
    /// <param name="keeps">Whether people without recommendations keep their values, because not all recommendations are known.</param>
    public static IReadOnlyList<RollMapping> OfRecommendations(ExportConfig config, IReadOnlyDictionary<string, DataFieldType> dataFields, bool keeps) =>
    [
        .. Of(config.RecommenderMappings, dataFields, _ => config.FieldChanges.Count == 0)
            .Select(mapping => mapping with { Column = RecommendedColumns.Name(mapping.Field), Keeps = keeps }),
    ];

    private static IReadOnlyList<RollMapping> Of(
        IReadOnlyList<FieldMapping> mappings, IReadOnlyDictionary<string, DataFieldType> dataFields, Func<FieldMapping, bool> triggers)
    {
        var types = new Dictionary<string, DataFieldType>(dataFields, StringComparer.OrdinalIgnoreCase);
        return
        [
            .. mappings
                .Where(mapping => types.ContainsKey(mapping.DataField))
                .Select(mapping => new RollMapping(mapping.Field, mapping.DataField, types[mapping.DataField], triggers(mapping))),
        ];
    }
}
