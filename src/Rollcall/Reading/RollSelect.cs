using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Work;

namespace Rollcall.Reading;

/// <summary>
/// Writes the SELECT that turns an audience's relation into rows of <c>roll</c>, in one pass, ordered by key hash. Only what sorting needs
/// is computed before the sort: rows are numbered as they are read, which limits everything before the sort to one thread.
/// </summary>
internal sealed class RollSelect(ExportConfig config, RollFields rolled, long accountId)
{
    // Computed before the sort and again after it, which costs less than sorting it.
    private static readonly string Key = $"CASE WHEN plain THEN lower(email) ELSE {MemberKeySql.Of("email")} END";

    /// <param name="whole">The whole values of the insight fields, over the relation.</param>
    public string Write(int audience, string relation, IReadOnlyDictionary<string, Column> columns, IReadOnlyList<string> whole)
    {
        // Each layer names what the next one uses more than once, so that nothing is computed twice.
        var given = new List<string>
        {
            $"{FieldSql.Text(SqlText.Name(config.EmailField), columns[config.EmailField].Kind)} AS given",
            "__row AS row",
            $"{(config.KeyField is { } key ? FieldSql.Text(SqlText.Name(key), columns[key].Kind) : "CAST(NULL AS VARCHAR)")} AS given_key",
            $"{(config.IdField is { } id ? ContactIdSql.Parse(SqlText.Name(id), columns[id].Kind, accountId) : "CAST(NULL AS BIGINT)")} AS contact_id",
        };
        var texts = new List<string> { "*" };
        var values = new List<string> { "*" };
        rolled.AddColumns(columns, given, texts, values);
        for (var i = 0; i < whole.Count; i++)
        {
            given.Add($"nullif(CAST({whole[i]} AS VARCHAR), 'null') AS {InsightSql.Value(i)}");
            texts.Add($"({InsightSql.IsNested(InsightSql.Value(i))} OR {InsightSql.IsInvalid(InsightSql.Value(i))}) AS {InsightSql.Refused(i)}");
        }

        return $"""
            SELECT
                kh,
                member_key,
                {audience},
                email,
                profile_key,
                contact_id,
                fields,
                md5_number_lower(concat_ws(chr(0), member_key, {(rolled.AllTrigger ? "fields" : rolled.Fields(mapping => mapping.Triggers, columns))})),
                md5_number_lower(concat_ws(chr(0), email, coalesce(profile_key, ''), fields)),
                row,
                problem,
                {rolled.LeftOut(columns, [.. whole.Select((_, i) => (InsightSql.Refused(i), InsightSql.Reason))])},
                {InsightSql.Json(config.InsightFields)}
            FROM (
                SELECT
                    *,
                    {Key} AS member_key,
                    {rolled.Fields(_ => true, columns)} AS fields,
                    CASE
                        WHEN plain THEN NULL
                        WHEN coalesce(email, '') = '' THEN 'NoEmail'
                        WHEN NOT {EmailSql.Valid("email")} THEN 'InvalidEmail'
                    END AS problem
                FROM (SELECT {string.Join(", ", values)}
                FROM (SELECT {string.Join(", ", texts)}
                FROM (SELECT {MemberKeySql.Hash(Key)} AS kh, *
                FROM (
                    SELECT
                        CASE WHEN plain THEN given ELSE {EmailSql.Trim("given")} END AS email,
                        {ProfileKeySql.Of("given_key")} AS profile_key,
                        * EXCLUDE (given, given_key)
                    FROM (SELECT given IS NOT NULL AND {EmailSql.Plain("given")} AS plain, *
                    FROM (SELECT {string.Join(", ", given)} FROM {relation} AS audience)))
                ORDER BY kh))))
            """;
    }
}
