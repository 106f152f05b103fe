using DuckDB.NET.Data;

namespace Rollcall.Model;

/// <summary>
/// <see cref="MemberKey"/> in DuckDB. Addresses of plain ASCII, nearly all, are trimmed and lower-cased there; the others are passed to C#, in one
/// place, so that both sides never differ.
/// </summary>
internal static class MemberKeySql
{
    private const string Function = "member_key_of";

    // As many bytes as characters: ASCII. What begins and ends with neither space nor control character is not trimmed, which takes longest.
    private const string Macro = $"""
        CREATE OR REPLACE MACRO member_key(address) AS
        CASE WHEN strlen(address) = length(address) THEN
                 CASE WHEN ascii(address) > 32 AND right(address, 1) > ' ' THEN lower(address)
                      ELSE lower(trim(address, chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || ' ')) END
             ELSE {Function}(address) END
        """;

    /// <summary>The key of an address, as an expression; NULL for NULL. The argument should be a column: it is used more than once.</summary>
    public static string Of(string address) => $"member_key({address})";

    /// <summary>The hash by which tables of members are ordered.</summary>
    public static string Hash(string memberKey) => $"md5_number_lower({memberKey})";

    /// <summary>Makes <c>member_key(address)</c> known to a database. One connection does it for all of the same database.</summary>
    public static void Register(DuckDBConnection duckdb) => Register(duckdb, MemberKey.Of);

    /// <param name="of">The key of an address that is not plain ASCII.</param>
    public static void Register(DuckDBConnection duckdb, Func<string, string> of)
    {
        TextFunction.Register(duckdb, Function, of);
        using var command = duckdb.CreateCommand();
        command.CommandText = Macro;
        command.ExecuteNonQuery();
    }

    /// <summary>A database in memory that knows <c>member_key(address)</c>.</summary>
    public static DuckDBConnection OpenInMemory()
    {
        var duckdb = new DuckDBConnection("DataSource=:memory:");
        duckdb.Open();
        Register(duckdb);
        return duckdb;
    }
}
