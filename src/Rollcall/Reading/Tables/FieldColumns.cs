using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Work;

namespace Rollcall.Reading.Tables;

/// <summary>Finds a job's fields among the columns of an audience.</summary>
internal static class FieldColumns
{
    /// <summary>The column a field names: by its exact name, or by one that differs only in case.</summary>
    public static Column? Find(string field, IReadOnlyList<Column> columns) =>
        columns.FirstOrDefault(column => column.Name == field)
        ?? columns.FirstOrDefault(column => string.Equals(column.Name, field, StringComparison.OrdinalIgnoreCase));

    /// <summary>Fields that the audience does not have, and fields whose values are not scalar.</summary>
    /// <param name="config">Determines which fields may be arrays and maps: the id by account, and fields that only insight data need.</param>
    public static IEnumerable<Problem> Check(string audience, IReadOnlyList<string> fields, ExportConfig config, IReadOnlyList<Column> columns)
    {
        foreach (var field in fields)
        {
            if (Find(field, columns) is not { } column)
            {
                yield return new Problem(
                    $"There is no field \"{field}\".",
                    $"audience {audience}",
                    Lacking(field, config, [.. columns.Select(known => known.Name)]));
            }
            else if (column.Kind == ColumnKind.NotScalar && field != config.IdField
                && (config.ScalarFields.Contains(field) || !config.InsightFields.Contains(field)))
            {
                yield return new Problem(
                    $"The field \"{field}\" is {Described(column.Type)}; a data field takes one value.",
                    $"audience {audience}",
                    "Pick one value of it in the audience's SQL.");
            }
        }
    }

    /// <summary>What to do about a missing field.</summary>
    private static string Lacking(string field, ExportConfig config, IReadOnlyList<string> columns)
    {
        if (columns is [var only] && only.IndexOfAny([';', ',', '\t', '|']) is >= 0 and var at)
        {
            var delimiter = only[at] == '\t' ? "\\t" : $"{only[at]}";
            return $"The rows look divided by \"{delimiter}\": write the file as {{path: ..., delimiter: \"{delimiter}\"}}.";
        }

        var mayLack = field != config.EmailField && Nearest.To(field, columns) is null;
        return Suggestion.For(field, columns) + (mayLack ? $" Where this audience has no such value, its SQL may say NULL AS {field}." : "");
    }

    private static string Described(string type) =>
        type.EndsWith(']') ? $"an array ({type})"
        : type.StartsWith("MAP", StringComparison.Ordinal) ? $"a map ({type})"
        : type.StartsWith("STRUCT", StringComparison.Ordinal) ? $"a struct ({type})"
        : $"of the type {type}";
}
