using System.Globalization;
using System.Text;
using System.Text.Json;
using Rollcall.Jobs;

namespace Rollcall.Reading;

/// <summary>
/// Writes the SELECT that turns an audience's relation into rows of <c>roll</c>, in one pass, ordered by key hash. Only what the order needs
/// is worked out before the sort: rows are numbered as they come, which holds everything before the sort to one thread.
/// </summary>
internal sealed class RollSelect(ExportConfig config, IReadOnlyList<RollMapping> mappings, OnMissingField onMissing, long accountId)
{
    public string Write(int audience, string relation, IReadOnlyDictionary<string, Column> columns)
    {
        // Each layer names what the next one uses more than once, so that nothing is worked out twice.
        var given = new List<string>
        {
            $"{FieldSql.Text(SqlText.Name(config.EmailField), columns[config.EmailField].Kind)} AS given",
            "__row AS row",
            config.KeyField is { } key ? $"nullif({FieldSql.Text(SqlText.Name(key), columns[key].Kind)}, '') AS profile_key" : "CAST(NULL AS VARCHAR) AS profile_key",
            config.IdField is { } id ? $"{ContactIdSql.Parse(SqlText.Name(id), columns[id].Kind, accountId)} AS contact_id" : "CAST(NULL AS BIGINT) AS contact_id",
        };
        var texts = new List<string> { "*" };
        var values = new List<string> { "*" };
        for (var i = 0; i < mappings.Count; i++)
        {
            var (mapping, column) = (mappings[i], columns[mappings[i].Field]);
            given.Add($"{SqlText.Name(mapping.Field)} AS {Numbered("v", i)}");
            texts.Add($"{FieldSql.Text(Numbered("v", i), column.Kind)} AS {Numbered("t", i)}");
            values.Add($"{FieldSql.Json(Numbered("v", i), Numbered("t", i), column, mapping.Type)} AS {Numbered("j", i)}");
        }

        var missing = mappings.Select((mapping, i) => FieldSql.Missing(Numbered("v", i), Numbered("t", i), columns[mapping.Field].Kind, mapping.Type)).ToList();
        return $"""
            SELECT kh, lower(email), {audience.ToString(CultureInfo.InvariantCulture)}, email, profile_key, contact_id, fields,
                md5_number_lower(concat_ws(chr(0), lower(email), {(mappings.All(mapping => mapping.Triggers) ? "fields" : Fields(mapping => mapping.Triggers, missing))})),
                md5_number_lower(concat_ws(chr(0), email, coalesce(profile_key, ''), fields)), row, problem, {LeftOut(missing)}
            FROM (
                SELECT *, {Fields(_ => true, missing)} AS fields,
                    CASE WHEN plain THEN NULL WHEN coalesce(email, '') = '' THEN 'NoEmail' WHEN NOT {EmailSql.Valid("email")} THEN 'InvalidEmail' END AS problem
                FROM (SELECT {string.Join(", ", values)}
                    FROM (SELECT {string.Join(", ", texts)}
                        FROM (SELECT md5_number_lower(lower(email)) AS kh, *
                            FROM (SELECT CASE WHEN plain THEN given ELSE {EmailSql.Trim("given")} END AS email, * EXCLUDE (given)
                                FROM (SELECT given IS NOT NULL AND {EmailSql.Plain("given")} AS plain, *
                                    FROM (SELECT {string.Join(", ", given)} FROM {relation} AS audience)))
                            ORDER BY kh))))
            """;
    }

    private static string Numbered(string letter, int i) => string.Create(CultureInfo.InvariantCulture, $"{letter}{i}");

    private string Fields(Func<RollMapping, bool> chosen, List<string> missing)
    {
        var members = new StringBuilder();
        for (var i = 0; i < mappings.Count; i++)
        {
            if (!chosen(mappings[i]))
            {
                continue;
            }

            var name = JsonEncodedText.Encode(mappings[i].DataField).ToString();
            var json = Numbered("j", i);
            var value = onMissing == OnMissingField.Clear ? $"(CASE WHEN {json} IS NOT NULL THEN {json} WHEN {missing[i]} THEN 'null' END)" : json;
            members.Append(CultureInfo.InvariantCulture, $", {SqlText.Literal($"\"{name}\":")} || {value}");
        }

        return members.Length == 0 ? "''" : $"concat_ws(','{members})";
    }

    /// <summary>The positions of the mappings whose value does not fit: it is there, and gave no JSON.</summary>
    private string LeftOut(List<string> missing)
    {
        if (mappings.Count == 0)
        {
            return "CAST(NULL AS VARCHAR)";
        }

        var numbers = Enumerable.Range(0, mappings.Count).ToList();
        var positions = numbers.Select(i => string.Create(CultureInfo.InvariantCulture, $"CASE WHEN j{i} IS NULL AND NOT {missing[i]} THEN '{i}' END"));
        return $"(CASE WHEN {string.Join(" OR ", numbers.Select(i => $"{Numbered("j", i)} IS NULL"))} THEN nullif(concat_ws(',', {string.Join(", ", positions)}), '') END)";
    }
}
