using Rollcall.Work;
using System.Text.Json;
using DuckDB.NET.Data;
using Rollcall.Jobs;
using Rollcall.Model;

namespace Rollcall.Reading.Tables.Files;

/// <summary>An audience's SELECT over files, and the files' keys it uses. It can name nothing else: no other file, table or network.</summary>
internal sealed record FileQuery(string Sql, IReadOnlyList<string> Keys)
{
    private static readonly HashSet<string> AllowedFunctions = new(StringComparer.OrdinalIgnoreCase)
    {
        "unnest", "range", "generate_series", "repeat", "json_each", "json_tree", "regexp_split_to_table", "string_split",
    };

    /// <summary>Functions that make a long text or list of a short one: DuckDB does not count their results as memory it may use.</summary>
    private static readonly HashSet<string> Growing =
        new(StringComparer.OrdinalIgnoreCase) { "repeat", "lpad", "rpad", "list_resize", "array_resize" };

    /// <summary>The largest second argument they may have.</summary>
    private const int MostGrown = 10_000;

    public static string Text(AudienceQuery query) => query switch
    {
        { Sql: { } sql } => sql,
        { Condition: { } condition } => $"SELECT * FROM {SqlText.Name(query.From!)} WHERE (\n{condition}\n)",
        _ => $"SELECT * FROM {SqlText.Name(query.From!)}",
    };

    /// <summary>Parses an audience's query, and returns its problems.</summary>
    /// <param name="duckdb">Any database: only its parser is used.</param>
    public static (FileQuery? Query, IReadOnlyList<Problem> Problems) Parse(
        DuckDBConnection duckdb, string audience, AudienceQuery query, IReadOnlyCollection<string> keys)
    {
        var where = $"audience {audience}";
        var sql = Text(query);
        using var parsed = Serialize(duckdb, sql);
        var root = parsed.RootElement;
        if (root.GetProperty("error").GetBoolean())
        {
            return root.GetProperty("error_type").GetString() == "parser"
                ? (null, [new Problem($"The SQL is wrong: {root.GetProperty("error_message").GetString()}{Position(root, sql)}.", where)])
                : (null, [new Problem("The SQL is no SELECT.", where, "Write one SELECT; it may start with WITH.")]);
        }

        if (root.GetProperty("statements").GetArrayLength() != 1)
        {
            return (null, [new Problem("The SQL is more than one statement.", where, "Write one SELECT.")]);
        }

        var references = new References();
        references.Collect(root.GetProperty("statements"));
        var problems = new List<Problem>();
        problems.AddRange(references.Functions.Except(AllowedFunctions, StringComparer.OrdinalIgnoreCase).Select(function => new Problem(
            $"The SQL reads from the function {function}(), which is not allowed.", where, "Name the file under source.tables.files and use its key.")));
        problems.AddRange(references.Grown.Select(function => new Problem(
            $"The SQL makes values of any length with {function}().",
            where,
            $"Write its second argument as a number of at most {MostGrown}, and none of these functions inside another.")));
        problems.AddRange(references.Tables.Except(references.Ctes, StringComparer.OrdinalIgnoreCase).Except(keys, StringComparer.OrdinalIgnoreCase)
            .Select(table => new Problem($"There is no table \"{table}\" under source.tables.files.", where, Suggestion.For(table, keys))));
        return problems.Count > 0 ? (null, problems) : (new FileQuery(sql.TrimEnd().TrimEnd(';'), [.. keys.Where(references.Tables.Contains)]), []);
    }

    private static JsonDocument Serialize(DuckDBConnection duckdb, string sql) => JsonDocument.Parse(
        duckdb.Query($"SELECT json_serialize_sql({SqlText.Literal(sql)})", row => row.GetString(0))[0], new JsonDocumentOptions { MaxDepth = 10_000 });

    private static string Position(JsonElement error, string sql)
    {
        if (!error.TryGetProperty("position", out var text) || !int.TryParse(text.GetString(), out var position) || position > sql.Length)
        {
            return "";
        }

        var before = sql.AsSpan(0, position);
        return $" (line {before.Count('\n') + 1}, column {position - before.LastIndexOf('\n')} of the SQL)";
    }

    /// <summary>The tables, functions and common table expressions that a parsed query names.</summary>
    private sealed class References
    {
        public HashSet<string> Tables { get; } = new(StringComparer.OrdinalIgnoreCase);

        public HashSet<string> Functions { get; } = new(StringComparer.OrdinalIgnoreCase);

        /// <summary>Functions of <see cref="Growing"/> without a bound.</summary>
        public HashSet<string> Grown { get; } = new(StringComparer.OrdinalIgnoreCase);

        public HashSet<string> Ctes { get; } = new(StringComparer.OrdinalIgnoreCase);

        public void Collect(JsonElement node)
        {
            switch (node.ValueKind)
            {
                case JsonValueKind.Array:
                    foreach (var item in node.EnumerateArray())
                    {
                        Collect(item);
                    }

                    break;
                case JsonValueKind.Object:
                    CollectNode(node);
                    foreach (var member in node.EnumerateObject())
                    {
                        Collect(member.Value);
                    }

                    break;
            }
        }

        private static string Qualified(JsonElement table)
        {
            var (catalog, schema) = (table.GetProperty("catalog_name").GetString(), table.GetProperty("schema_name").GetString());
            return $"{(catalog is "" ? "" : catalog + ".")}{(schema is "" ? "" : schema + ".")}{table.GetProperty("table_name").GetString()}";
        }

        private void CollectNode(JsonElement node)
        {
            if (node.TryGetProperty("cte_map", out var ctes))
            {
                foreach (var cte in ctes.GetProperty("map").EnumerateArray())
                {
                    Ctes.Add(cte.GetProperty("key").GetString()!);
                }
            }

            if (!node.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String)
            {
                return;
            }

            switch (type.GetString())
            {
                case "FUNCTION" when IsGrowing(node, out var name) && !IsBounded(node.GetProperty("children")):
                    Grown.Add(name);
                    break;
                case "BASE_TABLE":
                    Tables.Add(Qualified(node));
                    break;
                case "TABLE_FUNCTION":
                    Functions.Add(node.GetProperty("function").GetProperty("function_name").GetString()!);
                    break;
                case "SHOW_REF":
                    Functions.Add("describe");
                    break;
            }
        }

        private static bool IsBounded(JsonElement arguments) =>
            !HasGrowing(arguments)
            && arguments.GetArrayLength() > 1
            && arguments[1].TryGetProperty("value", out var constant)
            && constant.TryGetProperty("value", out var number)
            && number.ValueKind == JsonValueKind.Number
            && number.TryGetInt64(out var most)
            && most <= MostGrown;

        private static bool HasGrowing(JsonElement node) => node.ValueKind switch
        {
            JsonValueKind.Array => node.EnumerateArray().Any(HasGrowing),
            JsonValueKind.Object => IsGrowing(node, out _) || node.EnumerateObject().Any(member => HasGrowing(member.Value)),
            _ => false,
        };

        private static bool IsGrowing(JsonElement node, out string name)
        {
            name = node.TryGetProperty("function_name", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString()! : "";
            return Growing.Contains(name);
        }
    }
}
