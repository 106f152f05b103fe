using Npgsql;

namespace Rollcall.Reading.Tables.Databases;

/// <summary>
/// The functions and tables of PostgreSQL that a SELECT may name although they do more than read tables: a read-only transaction does not keep them from
/// files, locks, other sessions or settings. The server's own lists say which: what is not granted to everybody, what is volatile, what runs SQL as text.
/// </summary>
internal static class PostgresNames
{
    private const string Find = """
        SELECT p.proname::text || '()'
        FROM pg_catalog.pg_proc p
        JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
        JOIN pg_catalog.pg_language l ON l.oid = p.prolang
        WHERE p.proname::text = ANY($1) AND (
            n.nspname = 'pg_catalog' AND p.provolatile = 'v' AND NOT p.proname::text IN (
                'random', 'random_normal', 'setseed', 'gen_random_uuid', 'uuidv4', 'uuidv7', 'clock_timestamp', 'timeofday', 'system', 'bernoulli')
            OR p.proname::text ~ '^(query|cursor|table|schema|database)_to_xml'
            OR p.proname::text ~ '^(ts_stat|ts_rewrite|dblink|crosstab|connectby|xpath_table|pg_file_|pg_logdir_|pg_background_)'
            OR p.proname::text ~ '^http(_(get|post|put|patch|delete|head))?$'
            OR NOT pg_catalog.has_function_privilege('public', p.oid, 'EXECUTE') AND (n.nspname = 'pg_catalog' OR EXISTS (
                SELECT FROM pg_catalog.pg_depend d
                JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
                WHERE d.classid = 'pg_catalog.pg_proc'::regclass
                    AND d.refclassid = 'pg_catalog.pg_extension'::regclass
                    AND d.objid = p.oid
                    AND d.deptype = 'e'
                    AND e.extname IN (
                        'adminpack', 'dblink', 'file_fdw', 'pageinspect', 'pg_buffercache', 'pg_freespacemap', 'pg_prewarm', 'pg_surgery',
                        'pg_visibility', 'pg_walinspect', 'pgrowlocks', 'pgstattuple', 'postgres_fdw', 'pg_stat_statements')))
            OR NOT l.lanpltrusted AND l.lanname NOT IN ('internal', 'c'))
        UNION ALL
        SELECT c.relname::text
        FROM pg_catalog.pg_class c
        WHERE c.relnamespace = 'pg_catalog'::regnamespace
            AND c.relname::text = ANY($2)
            AND c.relkind IN ('r', 'v')
            AND (NOT pg_catalog.has_table_privilege('public', c.oid, 'SELECT')
                OR c.relname::text ~ '^pg_(stats|stat_activity|stat_replication|stat_ssl|prepared_|cursors$|largeobject|user_mappings$)')
        ORDER BY 1
        LIMIT 1
        """;

    /// <summary>What a name in SQL makes wrong; null when there is nothing.</summary>
    public static async Task<string?> ForbiddenAsync(NpgsqlConnection connection, IReadOnlyList<SqlToken> tokens, CancellationToken cancellation)
    {
        var named = tokens.Index().Where(token => token.Item.IsNamed).ToList();
        var functions = named.Where(token => IsFunction(tokens, token.Index)).Select(token => Folded(token.Item)).Distinct(StringComparer.Ordinal);
        var names = named.Select(token => Folded(token.Item)).Distinct(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand(Find, connection);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. functions] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. names] });
        return await command.ExecuteScalarAsync(cancellation) is string found
            ? found.EndsWith("()", StringComparison.Ordinal) ? ForbiddenSql.Calls(found) : $"The SQL reads the server's own tables ({found})."
            : null;
    }

    /// <summary>A function precedes its arguments, or follows its only argument and a dot.</summary>
    private static bool IsFunction(IReadOnlyList<SqlToken> tokens, int index) =>
        (index + 1 < tokens.Count && tokens[index + 1].Is('(')) || (index > 0 && tokens[index - 1].Is('.'));

    private static string Folded(SqlToken token) =>
        token.Kind == SqlTokenKind.Name ? token.Text : string.Concat(token.Text.Select(c => char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c));
}
