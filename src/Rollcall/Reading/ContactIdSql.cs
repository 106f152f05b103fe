using System.Globalization;
using System.Text.Json;
using Rollcall.Model;
using Rollcall.Work;

namespace Rollcall.Reading;

/// <summary>A contact's Dotdigital id: a number, or a map from account ids to numbers.</summary>
internal static class ContactIdSql
{
    /// <summary>The positive 64-bit number a column holds, or its map holds for the account; NULL otherwise.</summary>
    public static string Parse(string column, ColumnKind kind, long accountId)
    {
        var account = SqlText.Literal($"$.{JsonSerializer.Serialize(accountId.ToString(CultureInfo.InvariantCulture))}");
        var text = kind switch
        {
            ColumnKind.NotScalar => $"(to_json({column}) ->> {account})",
            ColumnKind.Json => $"(CASE json_type({column}) WHEN 'OBJECT' THEN {column} ->> {account} ELSE {column} ->> '$' END)",
            ColumnKind.Text => $$"""
                (CASE
                    WHEN NOT ltrim({{column}}) LIKE '{%' THEN {{column}}
                    WHEN json_valid({{column}}) THEN CAST({{column}} AS JSON) ->> {{account}}
                END)
                """,
            _ => $"CAST({column} AS VARCHAR)",
        };
        var trimmed = $"regexp_extract({text}, '^\\s*(\\d{{1,19}})(?:\\.0*)?\\s*$', 1)";
        return $"(CASE WHEN TRY_CAST({trimmed} AS BIGINT) > 0 THEN TRY_CAST({trimmed} AS BIGINT) END)";
    }
}
