using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using MySqlConnector;

namespace Rollcall.Reading.Tables.Databases;

/// <summary>A MySQL or MariaDB database. Its values come as the database's own text, which knows no overflow and no zero dates.</summary>
internal sealed partial class MySqlDatabase(DatabaseUrl url) : Database
{
    private static readonly Dictionary<string, string> Options = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sslmode"] = "SSL Mode",
        ["ssl-mode"] = "SSL Mode",
        ["ssl-ca"] = "SSL CA",
        ["connect_timeout"] = "Connection Timeout",
    };

    public override SelectLexis Lexis { get; } = new(Backslashes: true, Hashes: true);

    public override string Password => url.Password;

    // The audience's SQL begins on the second line of the statement.
    protected override string Words(Exception error) => AtLine().Replace(base.Words(error), at =>
        $" at line {(int.TryParse(at.Groups[1].Value, CultureInfo.InvariantCulture, out var line) && line > 1 ? line - 1 : 1)} of its SQL");

    public override async Task<DbConnection> OpenAsync(CancellationToken cancellation)
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
            TreatTinyAsBoolean = false,
            AllowZeroDateTime = true,
        };
        url.Set(settings, Options);
        var connection = new MySqlConnection(settings.ToString());
        await connection.OpenAsync(cancellation);
        using var command = connection.CreateCommand();
        command.CommandText = "SET SESSION time_zone = '+00:00'; SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";
        await command.ExecuteNonQueryAsync(cancellation);
        return connection;
    }

    public override string Quote(string name) => $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";

    public override IReadOnlyList<DatabaseColumn> Columns(DbDataReader reader) =>
        [.. Enumerable.Range(0, reader.FieldCount).Select(i => Of(reader.GetName(i), ((MySqlDbColumn)reader.GetColumnSchema()[i]).ProviderType))];

    private DatabaseColumn Of(string name, MySqlDbType type)
    {
        var text = $"CAST({Quote(name)} AS CHAR)";
        var (read, expression) = type switch
        {
            MySqlDbType.JSON => ("MAP", text),
            MySqlDbType.Blob or MySqlDbType.TinyBlob or MySqlDbType.MediumBlob or MySqlDbType.LongBlob or MySqlDbType.Binary or MySqlDbType.VarBinary or MySqlDbType.Geometry => ("BLOB", text),
            // As text, MySQL rounds a FLOAT to six digits; its shortest decimal is worked out here.
            MySqlDbType.Float => ("FLOAT", $"CAST({Quote(name)} AS DOUBLE)"),
            MySqlDbType.Double => ("DOUBLE", $"CAST({Quote(name)} AS DOUBLE)"),
            MySqlDbType.Bit => ("VARCHAR", $"CAST({Quote(name)} + 0 AS CHAR)"),
            MySqlDbType.DateTime => ("VARCHAR", $"REPLACE({text}, ' ', 'T')"),
            MySqlDbType.Timestamp => ("VARCHAR", $"CONCAT(REPLACE({text}, ' ', 'T'), 'Z')"),
            _ => ("VARCHAR", text),
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
        MySqlDbType.Byte or MySqlDbType.UByte or MySqlDbType.Int16 or MySqlDbType.UInt16 or MySqlDbType.Int24 or MySqlDbType.UInt24 or MySqlDbType.Int32 or MySqlDbType.UInt32
            or MySqlDbType.Int64 or MySqlDbType.UInt64 or MySqlDbType.Decimal or MySqlDbType.NewDecimal or MySqlDbType.Float or MySqlDbType.Double or MySqlDbType.Year or MySqlDbType.Bit => DataFieldType.Numeric,
        MySqlDbType.Date or MySqlDbType.Newdate or MySqlDbType.DateTime or MySqlDbType.Timestamp => DataFieldType.Date,
        MySqlDbType.Bool => DataFieldType.Boolean,
        _ => DataFieldType.String,
    };

    [GeneratedRegex(" at line ([0-9]+)$")]
    private static partial Regex AtLine();
}
