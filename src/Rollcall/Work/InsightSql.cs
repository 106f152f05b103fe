using System.Text.Json;
using Rollcall.Model;

namespace Rollcall.Work;

/// <summary>
/// The values of insight data, as DuckDB expressions. <c>w0</c> is the first insight field's whole value as JSON text, <c>n0</c> whether Dotdigital refuses it.
/// </summary>
internal static class InsightSql
{
    /// <summary>Why a value is left out of insight data.</summary>
    public const string Reason = "an array in an array, or no valid JSON, which Dotdigital does not take";

    public static string Value(int field) => $"w{field}";

    public static string Refused(int field) => $"n{field}";

    /// <summary>Whether JSON text has an array in an array, at any depth: the brackets of the text without its strings show it.</summary>
    public static string IsNested(string json) =>
        $"coalesce(contains({json}, '[') AND contains(regexp_replace({WithoutStrings(json)}, '[^\\[\\]]', '', 'g'), '[['), false)";

    /// <summary>Whether only DuckDB takes the text as JSON: no number, a comma too many, zeros before a number.</summary>
    public static string IsInvalid(string json) =>
        $"coalesce(regexp_matches({WithoutStrings(json)}, 'NaN|Inf|nan|inf|,\\s*[\\]}}]|(?:^|[\\[:,\\s])-?0[0-9]'), false)";

    private static string WithoutStrings(string json) => $"regexp_replace({json}, '\"(?:[^\"\\\\]|\\\\.)*\"', '\"\"', 'g')";

    /// <summary>The JSON object of the fields that have a value; NULL for a job without insight fields.</summary>
    public static string Json(IReadOnlyList<string> fields)
    {
        var names = fields.Select(field => SqlText.Literal($"\"{JsonEncodedText.Encode(field)}\":"));
        var members = names.Select((name, i) => $"CASE WHEN NOT {Refused(i)} THEN {name} || {Value(i)} END");
        return fields.Count == 0 ? "CAST(NULL AS VARCHAR)" : $"'{{' || concat_ws(',', {string.Join(", ", members)}) || '}}'";
    }
}
