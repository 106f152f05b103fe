using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Rollcall.Reading.Tables.Databases;

/// <summary>Has SQLite refuse everything on a connection except reading the tables of its file.</summary>
internal static class SqliteGuard
{
    private const int FunctionAction = raw.SQLITE_FUNCTION;

    /// <summary>Sets it for the lifetime of the connection.</summary>
    /// <param name="longest">The longest value or row, in bytes.</param>
    /// <param name="memory">The most memory of the process for SQLite.</param>
    public static void Set(sqlite3 connection, int longest, long memory)
    {
        raw.sqlite3_limit(connection, raw.SQLITE_LIMIT_LENGTH, longest);
        raw.sqlite3_limit(connection, raw.SQLITE_LIMIT_ATTACHED, 0);
        raw.sqlite3_hard_heap_limit64(memory);
        raw.sqlite3_set_authorizer(connection, Allows, null);
    }

    /// <summary>Refuses SQL with anything after its first statement, or whose first statement writes.</summary>
    public static void RefuseMore(sqlite3 connection, string sql)
    {
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(connection, sql, out var statement, out var rest), connection);
        using (statement)
        {
            if (statement.IsInvalid || !string.IsNullOrEmpty(rest) || raw.sqlite3_stmt_readonly(statement) == 0)
            {
                throw new SqliteException("it is more than one statement that reads", raw.SQLITE_AUTH);
            }
        }
    }

    /// <summary>
    /// Asked for all that a statement does, while it is prepared. Tables of extensions (full text, R*Tree) prepare statements that write when they are opened:
    /// those may be prepared, since neither the file nor <c>query_only</c> lets them run.
    /// </summary>
    private static int Allows(object data, int action, string? first, string? second, string? database, string? trigger) => action switch
    {
        raw.SQLITE_SELECT or raw.SQLITE_RECURSIVE or raw.SQLITE_INSERT or raw.SQLITE_UPDATE or raw.SQLITE_DELETE => raw.SQLITE_OK,
        raw.SQLITE_READ => ForbiddenSql.AllowsSqliteTable(first) ? raw.SQLITE_OK : raw.SQLITE_DENY,
        FunctionAction => ForbiddenSql.AllowsSqlite(second) ? raw.SQLITE_OK : raw.SQLITE_DENY,
        raw.SQLITE_PRAGMA => first is "page_size" or "data_version" && second is null ? raw.SQLITE_OK : raw.SQLITE_DENY,
        _ => raw.SQLITE_DENY,
    };
}
