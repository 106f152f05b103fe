namespace Rollcall.Reading.Tables.Databases;

/// <summary>What a SELECT may not do although a server allows it: write files, wait, lock, read the server's own files and tables.</summary>
internal static class ForbiddenSql
{
    private static readonly HashSet<string> MySqlFunctions = new(StringComparer.OrdinalIgnoreCase)
    {
        "load_file", "sleep", "benchmark", "get_lock", "release_lock", "release_all_locks", "is_free_lock", "is_used_lock", "nextval", "setval", "lastval",
        "master_pos_wait", "master_gtid_wait", "source_pos_wait", "wait_for_executed_gtid_set", "wait_until_sql_thread_after_gtids",
        "sys_exec", "sys_eval", "sys_get", "sys_set",
        "load_rewrite_rules", "flush_rewrite_rules", "service_get_read_locks", "service_get_write_locks", "service_release_locks",
    };

    private static readonly string[] MySqlFamilies =
    [
        "group_replication_", "asynchronous_connection_", "keyring_", "audit_log_", "mysql_firewall_", "version_tokens_", "wsrep_", "lib_mysqludf_",
    ];

    private static readonly HashSet<string> MySqlSchemas = new(StringComparer.OrdinalIgnoreCase) { "mysql", "performance_schema", "information_schema", "sys" };

    private static readonly HashSet<string> SqliteTables = new(StringComparer.OrdinalIgnoreCase)
    {
        "fsdir", "lsmode", "sqlite_dbpage", "dbstat", "sqlite_stmt", "bytecode", "tables_used",
    };

    private static readonly HashSet<string> SqliteFunctions = new(SqliteTables, StringComparer.OrdinalIgnoreCase)
    {
        "load_extension", "fts3_tokenizer", "readfile", "writefile", "edit", "zipfile", "sqlite_compileoption_get", "sqlite_compileoption_used",
        "sqlite_log", "sqlite_offset", "csv",
    };

    /// <summary>What an audience's SQL does that is forbidden; null when there is nothing. PostgreSQL's functions are checked on the server.</summary>
    public static string? In(IReadOnlyList<SqlToken> tokens, SqlDialect dialect)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            var next = i + 1 < tokens.Count ? tokens[i + 1] : default;
            if (tokens[i].IsWord("INTO"))
            {
                return "The SQL writes (INTO).";
            }

            if (IsLock(tokens[i], next, i + 2 < tokens.Count ? tokens[i + 2] : default))
            {
                return "The SQL locks rows.";
            }

            if (tokens[i].IsNamed && dialect != SqlDialect.Postgres && Named(tokens[i].Text, next, dialect) is { } wrong)
            {
                return wrong;
            }
        }

        return null;
    }

    /// <summary>Whether SQLite may call a function, or read a virtual table.</summary>
    public static bool AllowsSqlite(string? name) => IsAllowed(name, SqliteFunctions);

    /// <summary>Whether SQLite may read a table of this name: only the virtual tables of modules are refused.</summary>
    public static bool AllowsSqliteTable(string? name) => IsAllowed(name, SqliteTables);

    private static bool IsAllowed(string? name, HashSet<string> refused) =>
        name is null || !(refused.Contains(name) || name.StartsWith("pragma_", StringComparison.OrdinalIgnoreCase));

    private static bool IsLock(SqlToken first, SqlToken second, SqlToken third) =>
        (first.IsWord("FOR") && (second.IsWord("UPDATE") || second.IsWord("SHARE")))
        || (first.IsWord("FOR") && second.IsWord("NO") && third.IsWord("KEY"))
        || (first.IsWord("FOR") && second.IsWord("KEY") && third.IsWord("SHARE"))
        || (first.IsWord("LOCK") && second.IsWord("IN") && third.IsWord("SHARE"));

    private static string? Named(string name, SqlToken next, SqlDialect dialect)
    {
        var called = next.Is('(');
        if (dialect == SqlDialect.Sqlite)
        {
            // A virtual table that is not called is refused by the authorizer.
            return AllowsSqlite(name) || !called ? null : Calls(name);
        }

        var refused = MySqlFunctions.Contains(name) || MySqlFamilies.Any(family => name.StartsWith(family, StringComparison.OrdinalIgnoreCase));
        return next.Is('.') && MySqlSchemas.Contains(name) ? $"The SQL reads the server's own tables ({name})."
            : called && refused ? Calls(name)
            : null;
    }

    public static string Calls(string function) => $"The SQL calls {function}, which does more than read the job's tables.";
}
