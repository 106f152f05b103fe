using DuckDB.NET.Data;

namespace Rollcall.Bench;

/// <summary>Made-up people in Parquet files: everyone, every tenth of them, and both again with 10,000 changes.</summary>
internal static class BenchData
{
    public const int Changes = 10_000;

    public static void Write(long members, string folder)
    {
        using var duckdb = new DuckDBConnection("DataSource=:memory:");
        duckdb.Open();
        Execute(duckdb, $"SET memory_limit='900MB'; SET temp_directory='{folder}/spill'; SET preserve_insertion_order=false");
        // Of the changes, one in 20 enters, one in 20 leaves, the others change a value.
        var step = Math.Max(1, members / Changes);
        Person(duckdb, $"range({members})", "i % 5000", $"{folder}/everyone.parquet");
        Person(duckdb, $"range(0, {members}, 10)", "i % 5000", $"{folder}/tenth.parquet");
        Directory.CreateDirectory($"{folder}/changed");
        var changed =
            $"(SELECT CASE WHEN i % {step} = 0 AND (i // {step}) % 20 = 0 THEN i + {members} ELSE i END AS i FROM range({members}) t(i) WHERE NOT (i % "
                + $"{step} = 0 AND (i // {step}) % 20 = 1))";
        Person(duckdb, changed, $"CASE WHEN i % {step} = 0 THEN 5001 ELSE i % 5000 END", $"{folder}/changed/everyone.parquet");
        File.Copy($"{folder}/tenth.parquet", $"{folder}/changed/tenth.parquet");
    }

    private static void Person(DuckDBConnection duckdb, string numbers, string spend, string file) => Execute(duckdb, $"""
        COPY (SELECT 'person' || i || '@example' || (i % 997) || '.com' AS email, 'First' || (i % 10007) AS first_name, 'Last' || (i % 100003) AS last_name,
                     ({spend}) / 4 AS spend, DATE '2020-01-01' + (i % 2000)::INTEGER AS joined, i % 3 = 0 AS vip
              FROM {numbers} t(i)) TO '{file}' (FORMAT parquet)
        """);

    private static void Execute(DuckDBConnection duckdb, string sql)
    {
        using var command = duckdb.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static string Job(string folder, string endpoint, string data) =>
        $$"""
        tag: bench
        authorization: {username: bench, password: bench, endpoint: "{{endpoint}}"}
        source:
          tables:
            files: {everyone: {{folder}}/{{data}}everyone.parquet, tenth: {{folder}}/{{data}}tenth.parquet}
            audiences: { everyone: {from: everyone}, tenth: {from: tenth} }
        config:
          segment_ids: [everyone, tenth]
          seg_mappings: [{everyone: "1"}, {tenth: "2"}]
          mappings: [{first_name: FIRSTNAME}, {last_name: LASTNAME}, {spend: SPEND}, {joined: JOINED}, {vip: VIP}]
          email_field: email
          exit_action: remove
        """;
}
