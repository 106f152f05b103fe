using System.Globalization;
using System.Text;
using System.Text.Json;
using Rollcall.Jobs;

namespace Rollcall.Reading;

/// <summary>Writes the SELECT that turns an audience's relation into rows of <c>roll_staged</c>, in one pass.</summary>
internal sealed class RollSelect(ExportConfig config, IReadOnlyList<RollMapping> mappings, OnMissingField onMissing, long accountId)
{
    public string Write(int audience, string relation, IReadOnlyDictionary<string, Column> columns)
    {
        // Each layer names what the next one uses more than once, so that nothing is worked out twice.
        var given = new List<string> { $"{EmailText(columns[config.EmailField])} AS given", "__row AS row" };
        var judged = new List<string> { $"given IS NOT NULL AND {EmailSql.Plain("given")} AS plain", "*" };
        var typed = new List<string>
        {
            "row",
            $"CASE WHEN plain THEN given ELSE {EmailSql.Trim("given")} END AS email",
            "plain",
            "profile_key",
            "contact_id",
        };
        given.Add(config.KeyField is { } key ? $"nullif({FieldSql.Text(SqlText.Name(key), columns[key].Kind)}, '') AS profile_key" : "CAST(NULL AS VARCHAR) AS profile_key");
        given.Add(config.IdField is { } id ? $"{ContactIdSql.Parse(SqlText.Name(id), columns[id].Kind, accountId)} AS contact_id" : "CAST(NULL AS BIGINT) AS contact_id");
        for (var i = 0; i < mappings.Count; i++)
        {
            var (mapping, column) = (mappings[i], columns[mappings[i].Field]);
            var (value, text) = (Numbered("v", i), Numbered("t", i));
            given.Add($"{SqlText.Name(mapping.Field)} AS {value}");
            given.Add($"{FieldSql.Text(SqlText.Name(mapping.Field), column.Kind)} AS {text}");
            typed.Add($"{FieldSql.Json(value, text, column, mapping.Type)} AS {Numbered("j", i)}");
            typed.Add($"{FieldSql.Missing(value, text, column.Kind, mapping.Type)} AS {Numbered("m", i)}");
        }

        return $"""
            SELECT md5_number_lower(lower(email)), {audience.ToString(CultureInfo.InvariantCulture)}, email, profile_key, contact_id,
                fields, md5_number_lower({(mappings.All(mapping => mapping.Triggers) ? "fields" : "triggering")}),
                md5_number_lower(concat_ws(chr(0), email, coalesce(profile_key, ''), fields)), row, problem, left_out
            FROM (
                SELECT row, email, profile_key, contact_id,
                    CASE WHEN plain THEN NULL WHEN coalesce(email, '') = '' THEN 'NoEmail' WHEN NOT {EmailSql.Valid("email")} THEN 'InvalidEmail' END AS problem,
                    {Fields(_ => true)} AS fields, {Fields(mapping => mapping.Triggers)} AS triggering, {LeftOut()} AS left_out
                FROM (SELECT {string.Join(", ", typed)}
                    FROM (SELECT {string.Join(", ", judged)}
                        FROM (SELECT {string.Join(", ", given)} FROM {relation} AS audience))))
            """;
    }

    private static string Numbered(string letter, int i) => string.Create(CultureInfo.InvariantCulture, $"{letter}{i}");

    private static string EmailText(Column column) => FieldSql.Text(SqlText.Name(column.Name), column.Kind);

    private string Fields(Func<RollMapping, bool> chosen)
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
            var value = onMissing == OnMissingField.Clear ? $"(CASE WHEN {Numbered("m", i)} THEN 'null' ELSE {json} END)" : json;
            members.Append(CultureInfo.InvariantCulture, $", {SqlText.Literal($"\"{name}\":")} || {value}");
        }

        return members.Length == 0 ? "''" : $"concat_ws(','{members})";
    }

    private string LeftOut()
    {
        if (mappings.Count == 0)
        {
            return "CAST(NULL AS VARCHAR)";
        }

        var positions = mappings.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"CASE WHEN j{i} IS NULL AND NOT m{i} THEN '{i}' END"));
        return $"nullif(concat_ws(',', {string.Join(", ", positions)}), '')";
    }
}
