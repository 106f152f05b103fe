using System.Text.Json;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Work;

namespace Rollcall.Reading;

/// <summary>
/// Writes, in SQL, the JSON members that fill data fields, such as <c>"CITY":"Rio","POINTS":12</c>. Layer by layer: <c>v0</c> is the first mapping's value,
/// <c>t0</c> its text, <c>j0</c> its JSON.
/// </summary>
internal sealed class RollFields(IReadOnlyList<RollMapping> mappings, OnMissingField onMissing)
{
    public IReadOnlyList<RollMapping> Mappings => mappings;

    public bool AllTrigger => mappings.All(mapping => mapping.Triggers);

    /// <summary>Adds what each layer selects: values over the relation, texts over values, JSON over both.</summary>
    /// <param name="columns">The relation's.</param>
    public void AddColumns(IReadOnlyDictionary<string, Column> columns, List<string> given, List<string> texts, List<string> values)
    {
        for (var i = 0; i < mappings.Count; i++)
        {
            var (mapping, column) = (mappings[i], columns[mappings[i].Column]);
            given.Add($"{SqlText.Name(mapping.Column)} AS v{i}");
            texts.Add($"{FieldSql.Text($"v{i}", column.Kind)} AS t{i}");
            values.Add($"{FieldSql.Json($"v{i}", $"t{i}", column, mapping.Type)} AS j{i}");
        }
    }

    /// <summary>The members of the chosen mappings, over the last layer.</summary>
    public string Fields(Func<RollMapping, bool> chosen, IReadOnlyDictionary<string, Column> columns)
    {
        var members = mappings.Index()
            .Where(mapping => chosen(mapping.Item))
            .Select(mapping => $"{SqlText.Literal($"\"{JsonEncodedText.Encode(mapping.Item.DataField)}\":")} || {Value(mapping.Index, columns)}")
            .ToList();
        return members.Count == 0 ? "''" : $"concat_ws(',', {string.Join(", ", members)})";
    }

    private string Value(int i, IReadOnlyDictionary<string, Column> columns) => onMissing == OnMissingField.Clear && !mappings[i].Keeps
        ? $"(CASE WHEN j{i} IS NOT NULL THEN j{i} WHEN {Missing(i, columns)} THEN 'null' END)"
        : $"j{i}";

    /// <summary>
    /// The mappings whose value does not fit: it exists, and has no JSON. A line each, its position and what is wrong with the value, such as
    /// <c>0:not a number</c>; NULL when all fit. After them, with the next positions, those of <paramref name="others"/>.
    /// </summary>
    /// <param name="others">Conditions under which something else is left out, and the reasons.</param>
    public string LeftOut(IReadOnlyDictionary<string, Column> columns, IReadOnlyList<(string Condition, string Reason)> others)
    {
        if (mappings.Count + others.Count == 0)
        {
            return "CAST(NULL AS VARCHAR)";
        }

        var numbers = Enumerable.Range(0, mappings.Count).ToList();
        var lines = numbers
            .Select(i => $"CASE WHEN j{i} IS NULL AND NOT {Missing(i, columns)} THEN '{i}:' || {Misfit(i, columns)} END")
            .Concat(others.Select((other, i) => $"CASE WHEN {other.Condition} THEN {SqlText.Literal($"{mappings.Count + i}:{other.Reason}")} END"));
        var any = numbers.Select(i => $"j{i} IS NULL").Concat(others.Select(other => other.Condition));
        return $"(CASE WHEN {string.Join(" OR ", any)} THEN nullif(concat_ws(chr(10), {string.Join(", ", lines)}), '') END)";
    }

    /// <summary>A query for what <see cref="LeftOut"/> lists, a row each: the columns asked for, <c>field</c>, <c>data_field</c>, <c>reason</c>.</summary>
    /// <param name="columns">Other columns, such as <c>email, audience</c>.</param>
    /// <param name="rows">The relation with these columns and <c>left_out</c>.</param>
    /// <param name="others">The field and the data field of each of the others.</param>
    public string LeftOutRows(string columns, string rows, IReadOnlyList<(string Field, string DataField)> others)
    {
        var named = mappings.Select(mapping => (mapping.Field, mapping.DataField)).Concat(others)
            .Select((one, i) => $"({i}, {SqlText.Literal(one.Field)}, {SqlText.Literal(one.DataField)})");
        return $"""
            SELECT {columns}, field, data_field, substr(line, 1 + strpos(line, ':')) AS reason
            FROM (SELECT {columns}, unnest(string_split(left_out, chr(10))) AS line FROM {rows})
            JOIN (VALUES {string.Join(", ", named)}) AS mapped(mapping, field, data_field)
                ON mapping = CAST(substr(line, 1, strpos(line, ':') - 1) AS INTEGER)
            """;
    }

    private string Misfit(int i, IReadOnlyDictionary<string, Column> columns) =>
        MisfitSql.Reason($"v{i}", $"t{i}", columns[mappings[i].Column].Kind, mappings[i].Type);

    private string Missing(int i, IReadOnlyDictionary<string, Column> columns) =>
        FieldSql.Missing($"v{i}", $"t{i}", columns[mappings[i].Column].Kind, mappings[i].Type);
}
