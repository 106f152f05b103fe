using MySqlConnector;

namespace Rollcall.Reading.Tables.Databases;

/// <summary>What a user of MySQL or MariaDB may do besides reading.</summary>
internal static class MySqlRights
{
    private static readonly string[] Writes =
    [
        "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER", "INDEX", "TRIGGER", "EVENT", "CREATE ROUTINE", "ALTER ROUTINE", "CREATE VIEW",
        "DELETE HISTORY", "REFERENCES",
    ];

    private static readonly (string[] Privileges, string Words)[] Rights =
    [
        (["SUPER", "CREATE USER", "SYSTEM_USER"], "is an administrator"),
        (["FILE"], "may read and write files of the server (FILE)"),
        (Writes, "may write tables"),
    ];

    public static async Task<IReadOnlyList<string>> OfAsync(MySqlConnection connection, CancellationToken cancellation)
    {
        var held = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var table in new[] { "user_privileges", "schema_privileges", "table_privileges" })
        {
            await using var command = connection.CreateCommand();

            // The lists show the user's own rights; only a user who may read the server's tables also sees those of others.
            command.CommandText = $"""
                SELECT DISTINCT privilege_type
                FROM information_schema.{table}
                WHERE grantee = CONCAT(
                    '''', REPLACE(SUBSTRING_INDEX(CURRENT_USER(), '@', 1), '''', ''''''), '''@''', SUBSTRING_INDEX(CURRENT_USER(), '@', -1), '''')
                """;
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                held.Add(reader.GetString(0));
            }
        }

        return [.. Rights.Where(right => held.Overlaps(right.Privileges)).Select(right => right.Words)];
    }
}
