using Rollcall.Jobs;
using Rollcall.Model;

namespace Rollcall.Reading;

/// <summary>
/// Recommendations as columns: of the table <c>recommended(kh, member_key, items)</c>, with a JSON array of a person's recommendations, the best first, a
/// column a mapped field.
/// </summary>
internal static class RecommendedColumns
{
    /// <summary>The table, empty.</summary>
    public const string Create = "CREATE OR REPLACE TABLE recommended(kh UBIGINT, member_key VARCHAR, items JSON)";

    /// <summary>
    /// The column of a field that <c>recommender_mappings</c> names: another one for another letter case, which DuckDB would take for the same.
    /// </summary>
    public static string Name(string field) =>
        $"recommended {string.Concat(field.Select(c => c == '^' || char.ToLowerInvariant(c) != c ? $"^{c}" : $"{c}"))}";

    /// <summary>A relation of people with the mapped fields of what is recommended to them.</summary>
    /// <param name="people">A relation.</param>
    /// <param name="email">The member's address, over it.</param>
    public static string Joined(ExportConfig config, string people, string email)
    {
        var fields = string.Concat(config.RecommenderMappings.Select(mapping => $", {Value(mapping.Field)} AS {SqlText.Name(Name(mapping.Field))}"));
        return $"""
            (SELECT people.* EXCLUDE (__email, __member){fields}
            FROM (SELECT *, {MemberKeySql.Of("__email")} AS __member FROM (SELECT *, {email} AS __email FROM {people} AS given)) AS people
            LEFT JOIN recommended AS r ON r.kh = {MemberKeySql.Hash("people.__member")} AND r.member_key = people.__member)
            """;
    }

    /// <summary>A field of one of the recommendations in <c>r.items</c>, as JSON.</summary>
    private static string Value(string field)
    {
        var (number, name) = RecommendationField.Parse(field)!;
        var pointer = $"/{number - 1}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
        return $"(r.items -> {SqlText.Literal(pointer)})";
    }
}
