using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MySqlConnector;
using Rollcall.Dotdigital;
using Rollcall.Work;

namespace Rollcall.Reading.Tables.Databases;

/// <summary>A MySQL or MariaDB database. Values are read as the database's own text, so that nothing overflows and zero dates can be read.</summary>
internal sealed partial class MySqlDatabase(DatabaseUrl url) : Database
{
    private static readonly Dictionary<string, string> Options = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sslmode"] = "SSL Mode",
        ["ssl-mode"] = "SSL Mode",
        ["ssl-ca"] = "SSL CA",
        ["connect_timeout"] = "Connection Timeout",
    };

    private SelectLexis _lexis = SelectLexis.MySql;

    public override SelectLexis Lexis => _lexis;

    public override string Password => url.Password;

    // The audience's SQL begins on the second line of the statement.
    protected override string Words(Exception error) => AtLine().Replace(base.Words(error), at =>
        $" at line {(int.TryParse(at.Groups[1].Value, CultureInfo.InvariantCulture, out var line) && line > 1 ? line - 1 : 1)} of its SQL");

    /// <summary>A connection with the URL's settings, not opened. To other machines TLS is required and verified.</summary>
    public static MySqlConnection Connection(DatabaseUrl url)
    {
        var settings = new MySqlConnectionStringBuilder
        {
            Server = url.Host,
            Port = (uint)(url.Port ?? 3306),
            UserID = url.User,
            Password = url.Password,
            Database = url.Database,
            ApplicationName = "rollcall",
            CharacterSet = "utf8mb4",
            DefaultCommandTimeout = 0,
            Pooling = false,
            SslMode = url.IsLoopback ? MySqlSslMode.Preferred : MySqlSslMode.VerifyFull,
            TreatTinyAsBoolean = false,
            AllowZeroDateTime = true,
            AllowUserVariables = true,
        };
        url.Set(settings, Options);
        if (url.TlsOff)
        {
            settings.SslMode = MySqlSslMode.None;
        }
        else if (!url.IsLoopback)
        {
            url.RequireTls(settings.SslMode is MySqlSslMode.Required or MySqlSslMode.VerifyCA or MySqlSslMode.VerifyFull);
            settings.SslMode = settings.SslMode == MySqlSslMode.VerifyCA ? MySqlSslMode.VerifyCA : MySqlSslMode.VerifyFull;
        }

        return new MySqlConnection(settings.ToString());
    }

    public override async Task<DbConnection> OpenAsync(TimeSpan limit, CancellationToken cancellation)
    {
        var connection = Connection(url);
        await connection.OpenAsync(cancellation);
        using var command = connection.CreateCommand();
        var ends = connection.ServerVersion.Contains("MariaDB", StringComparison.OrdinalIgnoreCase)
            ? $"max_statement_time = {Math.Clamp((long)limit.TotalSeconds, 1, 31_536_000)}"
            : $"max_execution_time = {Math.Clamp((long)limit.TotalMilliseconds, 1, int.MaxValue)}";
        command.CommandText = $"""
            SET SESSION time_zone = '+00:00', SESSION {ends};
            SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ;
            START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY;
            SELECT @@sql_mode
            """;
        _lexis = SelectLexis.Of((string)(await command.ExecuteScalarAsync(cancellation))!);
        return connection;
    }

    /// <summary>
    /// The text goes to the server as a value, which the server prepares: a prepared statement is one statement. Neither the client nor <c>sql_mode</c>
    /// determines where it ends.
    /// </summary>
    public override DbCommand Query(DbConnection connection, string sql)
    {
        using (var prepare = connection.CreateCommand())
        {
            prepare.CommandText = $"SET @rollcall_sql = CONVERT(X'{Convert.ToHexString(Encoding.UTF8.GetBytes(sql))}' USING utf8mb4)";
            prepare.ExecuteNonQuery();
            prepare.CommandText = "PREPARE rollcall FROM @rollcall_sql";
            prepare.ExecuteNonQuery();
        }

        var command = connection.CreateCommand();
        command.CommandText = "EXECUTE rollcall";
        return command;
    }

    public override Task<IReadOnlyList<string>> RightsAsync(DbConnection connection, CancellationToken cancellation) =>
        MySqlRights.OfAsync((MySqlConnection)connection, cancellation);

    public override string Quote(string name) => $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";

    public override IReadOnlyList<DatabaseColumn> Columns(DbDataReader reader) =>
        [.. Enumerable.Range(0, reader.FieldCount).Select(i => Of(reader.GetName(i), ((MySqlDbColumn)reader.GetColumnSchema()[i]).ProviderType))];

    private DatabaseColumn Of(string name, MySqlDbType type)
    {
        var column = Named(name);
        var whole = $"CAST({column} AS CHAR)";

        // LEFT returns a shorter text unchanged.
        var text = $"LEFT({whole}, {ValueLimit.Characters + 1})";
        var (read, expression) = type switch
        {
            MySqlDbType.JSON => ("MAP", text),
            MySqlDbType.Blob or MySqlDbType.TinyBlob or MySqlDbType.MediumBlob or MySqlDbType.LongBlob
                or MySqlDbType.Binary or MySqlDbType.VarBinary or MySqlDbType.Geometry => ("BLOB", text),
            // As text, MySQL rounds a FLOAT to six digits; its shortest decimal is computed here.
            MySqlDbType.Float => ("FLOAT", $"CAST({column} AS DOUBLE)"),
            MySqlDbType.Double => ("DOUBLE", $"CAST({column} AS DOUBLE)"),
            MySqlDbType.Bit => ("VARCHAR", $"CAST({column} + 0 AS CHAR)"),
            MySqlDbType.DateTime => ("VARCHAR", $"REPLACE({whole}, ' ', 'T')"),
            MySqlDbType.Timestamp => ("VARCHAR", $"CONCAT(REPLACE({whole}, ' ', 'T'), 'Z')"),
            _ => ("VARCHAR", Suggested(type) == DataFieldType.String ? text : whole),
        };
        var json = (type, Suggested(type)) switch
        {
            (MySqlDbType.JSON, _) => text,
            (MySqlDbType.Float, _) => expression,
            (_, DataFieldType.Numeric) => $"CAST({expression} AS CHAR)",
            _ => $"JSON_QUOTE({expression})",
        };
        return new DatabaseColumn(new Column(name, read), expression, json, Suggested(type));
    }

    private static DataFieldType Suggested(MySqlDbType type) => type switch
    {
        MySqlDbType.Byte or MySqlDbType.UByte or MySqlDbType.Int16 or MySqlDbType.UInt16 or MySqlDbType.Int24 or MySqlDbType.UInt24
            or MySqlDbType.Int32 or MySqlDbType.UInt32 or MySqlDbType.Int64 or MySqlDbType.UInt64 or MySqlDbType.Decimal or MySqlDbType.NewDecimal
            or MySqlDbType.Float or MySqlDbType.Double or MySqlDbType.Year or MySqlDbType.Bit => DataFieldType.Numeric,
        MySqlDbType.Date or MySqlDbType.Newdate or MySqlDbType.DateTime or MySqlDbType.Timestamp => DataFieldType.Date,
        MySqlDbType.Bool => DataFieldType.Boolean,
        _ => DataFieldType.String,
    };

    [GeneratedRegex(" at line ([0-9]+)$")]
    private static partial Regex AtLine();
}
