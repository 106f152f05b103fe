using Npgsql;

namespace Rollcall.Reading.Tables.Databases;

/// <summary>What a user of PostgreSQL may do besides reading.</summary>
internal static class PostgresRights
{
    private const string Ask = """
        SELECT r.rolsuper, r.rolbypassrls, r.rolcreaterole OR r.rolcreatedb,
            EXISTS (
                SELECT FROM pg_catalog.pg_roles g
                WHERE g.rolname IN ('pg_write_server_files', 'pg_execute_server_program', 'pg_read_server_files')
                    AND pg_catalog.pg_has_role(r.oid, g.oid, 'MEMBER')),
            EXISTS (
                SELECT FROM pg_catalog.pg_class c
                JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relkind IN ('r', 'p')
                    AND n.nspname NOT IN ('pg_catalog', 'information_schema')
                    AND n.nspname NOT LIKE 'pg\_toast%'
                    AND pg_catalog.has_table_privilege(r.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE'))
        FROM pg_catalog.pg_roles r WHERE r.rolname = current_user
        """;

    private static readonly (int Column, string Words)[] Rights =
    [
        (1, "bypasses row security"),
        (2, "may create roles or databases"),
        (3, "may reach files or programs of the server"),
        (4, "may write tables"),
    ];

    public static async Task<IReadOnlyList<string>> OfAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Ask, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        if (!await reader.ReadAsync(cancellation))
        {
            return [];
        }

        if (reader.GetBoolean(0))
        {
            return ["is a superuser"];
        }

        return [.. Rights.Where(right => reader.GetBoolean(right.Column)).Select(right => right.Words)];
    }
}
