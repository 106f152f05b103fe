using DuckDB.NET.Data;
using Rollcall.Work;

namespace Rollcall.Reading;

/// <summary>
/// Finds keys with more than one address in one reading of all audiences: they identify nobody. Their rows are members by their address, and
/// lose the key. Otherwise a constant value, or a database's filler, would give one person's contact to another.
/// </summary>
internal static class SharedKeys
{
    /// <summary>The table of members who lost their key, empty.</summary>
    public const string Create = "CREATE OR REPLACE TABLE shared_key_member(kh UBIGINT, member_key VARCHAR)";

    // Keys that are grouped at once: a number of 8 bytes and two more each.
    private const long AtOnce = 4_000_000;

    /// <summary>
    /// Takes shared keys out of <c>roll</c>, and out of the rows that lost their address, and keeps whose they were in <c>shared_key_member</c>.
    /// </summary>
    /// <returns>How many keys there are, and how many rows had them.</returns>
    public static async Task<(long Keys, long Rows)> TakeOutAsync(DuckDBConnection duckdb, CancellationToken cancellation)
    {
        await duckdb.ExecuteAsync("CREATE OR REPLACE TEMP TABLE suspected_key(hash UBIGINT)", cancellation);
        var keyed = await NumberAsync(duckdb, "SELECT count(profile_key) FROM roll", cancellation);
        var parts = (keyed + AtOnce - 1) / AtOnce;
        for (var part = 0L; part < parts; part++)
        {
            // By numbers first: nearly everyone has a key of their own, and is not compared further.
            await duckdb.ExecuteAsync(
                $"""
                INSERT INTO suspected_key
                SELECT key
                FROM (SELECT hash(profile_key) AS key, kh FROM roll WHERE profile_key IS NOT NULL)
                WHERE key % {parts} = {part}
                GROUP BY key
                HAVING min(kh) <> max(kh)
                """,
                cancellation);
        }

        if (await NumberAsync(duckdb, "SELECT count(*) FROM suspected_key", cancellation) == 0)
        {
            return (0, 0);
        }

        await duckdb.ExecuteAsync(
            """
            CREATE OR REPLACE TEMP TABLE shared_key AS
            SELECT profile_key, count(*) AS rows
            FROM roll
            WHERE profile_key IS NOT NULL AND hash(profile_key) IN (SELECT hash FROM suspected_key)
            GROUP BY profile_key
            HAVING count(DISTINCT member_key) > 1;
            INSERT INTO shared_key_member
            SELECT DISTINCT kh, member_key
            FROM roll
            SEMI JOIN shared_key USING (profile_key);
            DELETE FROM lost_row WHERE profile_key IN (SELECT profile_key FROM shared_key);
            UPDATE roll SET profile_key = NULL WHERE profile_key IN (SELECT profile_key FROM shared_key);
            """,
            cancellation);
        var found = await duckdb.QueryAsync(
            "SELECT count(*), coalesce(sum(rows), 0)::BIGINT FROM shared_key", row => (row.GetInt64(0), row.GetInt64(1)), cancellation);
        return found[0];
    }

    private static async Task<long> NumberAsync(DuckDBConnection duckdb, string sql, CancellationToken cancellation) =>
        (await duckdb.QueryAsync(sql, row => row.GetInt64(0), cancellation))[0];
}
