using System.Data.Common;
using Npgsql;
using Npgsql.PostgresTypes;
using Rollcall.Dotdigital;
using Rollcall.Work;

namespace Rollcall.Reading.Tables.Databases;

/// <summary>A PostgreSQL database. Values are read as PostgreSQL's own text, so that nothing overflows.</summary>
internal sealed class PostgresDatabase(DatabaseUrl url) : Database
{
    public override SelectLexis Lexis => SelectLexis.Postgres;

    public override string Password => url.Password;

    // The position counts in the statement around the audience's SQL, and details may hold values.
    protected override string Words(Exception error) =>
        error is PostgresException told ? $"{told.MessageText}{(told.Hint is { } hint ? $" ({hint})" : "")} [{told.SqlState}]" : base.Words(error);

    public override async Task<DbConnection> OpenAsync(TimeSpan limit, CancellationToken cancellation)
    {
        var connection = PostgresConnection.Of(url);
        await connection.OpenAsync(cancellation);
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
            SET LOCAL datestyle = 'ISO';
            SET LOCAL timezone = 'UTC';
            SET LOCAL intervalstyle = 'iso_8601';
            SET LOCAL standard_conforming_strings = on;
            SET LOCAL statement_timeout = {Math.Clamp((long)limit.TotalMilliseconds, 1, int.MaxValue)}
            """;
        await command.ExecuteNonQueryAsync(cancellation);
        return connection;
    }

    /// <summary>
    /// A parameter by position, used or not, makes Npgsql send the text as it is, without looking for the ends of statements in it: one message of the
    /// extended protocol, in which PostgreSQL accepts one statement.
    /// </summary>
    public override DbCommand Query(DbConnection connection, string sql)
    {
        var command = (NpgsqlCommand)connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = 0 });
        return command;
    }

    public override Task<string?> ForbiddenAsync(DbConnection connection, string sql, CancellationToken cancellation) =>
        PostgresNames.ForbiddenAsync((NpgsqlConnection)connection, SqlTokens.Of(sql, Lexis).Tokens, cancellation);

    public override Task<IReadOnlyList<string>> RightsAsync(DbConnection connection, CancellationToken cancellation) =>
        PostgresRights.OfAsync((NpgsqlConnection)connection, cancellation);

    /// <summary>The table by its exact name, or by the name in lower case that an unquoted name means.</summary>
    public override async Task<string> TableAsync(DbConnection connection, string table, CancellationToken cancellation)
    {
        var exact = await base.TableAsync(connection, table, cancellation);
        using var command = (NpgsqlCommand)connection.CreateCommand();
        command.CommandText = "SELECT to_regclass($1) IS NULL";
        command.Parameters.Add(new NpgsqlParameter { Value = exact });
        var unknown = (bool)(await command.ExecuteScalarAsync(cancellation))!;
#pragma warning disable CA1308 // PostgreSQL folds names to lower case.
        return unknown ? await base.TableAsync(connection, table.ToLowerInvariant(), cancellation) : exact;
#pragma warning restore CA1308
    }

    public override IReadOnlyList<DatabaseColumn> Columns(DbDataReader reader) =>
        [.. Enumerable.Range(0, reader.FieldCount).Select(i => Of(reader.GetName(i), ((NpgsqlDataReader)reader).GetPostgresType(i)))];

    private DatabaseColumn Of(string name, PostgresType type)
    {
        while (type is PostgresDomainType domain)
        {
            type = domain.BaseType;
        }

        var column = Named(name);
        var text = $"CAST({column} AS text)";
        var (read, expression) = (type, type.Name) switch
        {
            (PostgresArrayType, _) => ($"{type.DisplayName}", Clipped(text)),
            (PostgresCompositeType, _) or (_, "record") => ("STRUCT", Clipped(text)),
            (_, "json" or "jsonb" or "hstore") => ("MAP", Clipped(text)),
            (_, "bytea") => ("BLOB", Clipped(text)),
            (_, "real" or "double precision") => ("DOUBLE", $"CAST({text} AS double precision)"),
            (_, "timestamp without time zone") => ("VARCHAR", $"replace({text}, ' ', 'T')"),
            (_, "timestamp with time zone") => ("VARCHAR", $"replace(replace({text}, ' ', 'T'), '+00', 'Z')"),
            (_, "smallint" or "integer" or "bigint" or "boolean" or "date" or "uuid") => ("VARCHAR", text),
            _ => ("VARCHAR", Clipped(text)),
        };
        var json = Clipped($"CAST(to_json({(type.Name is "bytea" ? text : column)}) AS text)");
        return new DatabaseColumn(new Column(name, read), expression, json, Suggested(type.Name));
    }

    private static string Clipped(string text) => Clipped("octet_length", text);

    private static DataFieldType Suggested(string type) => type switch
    {
        "smallint" or "integer" or "bigint" or "numeric" or "real" or "double precision" => DataFieldType.Numeric,
        "date" or "timestamp without time zone" or "timestamp with time zone" => DataFieldType.Date,
        "boolean" => DataFieldType.Boolean,
        _ => DataFieldType.String,
    };
}
