using System.Globalization;
using Microsoft.Data.Sqlite;
using Rollcall.TestKit;
using Rollcall.TestKit.Specifications;
using Xunit;

namespace Rollcall.EndToEnd.Tests.Chinook;

/// <summary>
/// The truth of a story: a copy of the Chinook music shop in SQLite, which the story edits and which every kind of
/// source is made from.
/// </summary>
internal sealed class ChinookDatabase : IDisposable
{
    private static readonly string[] Names = ["Customer", "Invoice", "InvoiceLine", "Track", "Genre"];

    private readonly SqliteConnection _connection;

    private ChinookDatabase(string file)
    {
        File = file;
        _connection = new SqliteConnection($"Data Source={file};Pooling=False;Foreign Keys=False");
        _connection.Open();
    }

    /// <summary>The SQLite file.</summary>
    public string File { get; }

    /// <summary>The tables that the audiences read.</summary>
    public IReadOnlyList<ChinookTable> Tables => [.. Names.Select(Describe)];

    /// <summary>Copies the sample database into a folder; skips the test where it is not here.</summary>
    public static ChinookDatabase CopyOrSkip(TempFolder folder)
    {
        Assert.SkipUnless(SharedFolder.Chinook is not null, SharedFolder.Absent);
        var file = folder["chinook.sqlite"];
        System.IO.File.WriteAllBytes(file, System.IO.File.ReadAllBytes(SharedFolder.Chinook!));
        return new ChinookDatabase(file);
    }

    /// <summary>Changes rows; fails unless it changes the expected number.</summary>
    public void Change(int rows, string sql)
    {
        using var command = Command(sql);
        Assert.Equal(rows, command.ExecuteNonQuery());
    }

    /// <summary>The first column of a query's rows, as text.</summary>
    public IReadOnlySet<string> Column(string sql) =>
        Rows(sql).Select(row => Convert.ToString(row[0], CultureInfo.InvariantCulture)!).ToHashSet();

    /// <summary>The rows of a table or query, with null for NULL.</summary>
    public IEnumerable<object?[]> Rows(string sql)
    {
        using var command = Command(sql);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            yield return [.. Enumerable.Range(0, reader.FieldCount).Select(column => reader.IsDBNull(column) ? null : reader.GetValue(column))];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private ChinookTable Describe(string name) =>
        new(name, [.. Rows($"SELECT name, type FROM pragma_table_info('{name}')").Select(row => new ChinookColumn((string)row[0]!, KindOf((string)row[1]!)))]);

    private static ColumnKind KindOf(string type) => type.Split('(')[0] switch
    {
        "INTEGER" => ColumnKind.Integer,
        "NVARCHAR" => ColumnKind.Text,
        "NUMERIC" => ColumnKind.Decimal,
        "DATETIME" => ColumnKind.Timestamp,
        var other => throw new NotSupportedException($"Chinook has a column of type {other}."),
    };

    private SqliteCommand Command(string sql)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }
}

/// <summary>A table of Chinook.</summary>
internal sealed record ChinookTable(string Name, IReadOnlyList<ChinookColumn> Columns);

/// <summary>A column of Chinook.</summary>
internal sealed record ChinookColumn(string Name, ColumnKind Kind)
{
    /// <summary>A SQLite value as the kind's own .NET type.</summary>
    public object? Typed(object? value) => (Kind, value) switch
    {
        (_, null) => null,
        (ColumnKind.Decimal, _) => Convert.ToDecimal(value, CultureInfo.InvariantCulture),
        (ColumnKind.Timestamp, string text) => DateTime.Parse(text, CultureInfo.InvariantCulture),
        (ColumnKind.Integer, _) => Convert.ToInt64(value, CultureInfo.InvariantCulture),
        _ => value,
    };

    /// <summary>Its type in the SQL of PostgreSQL, MariaDB and DuckDB alike.</summary>
    public string SqlType(string timestamp) => Kind switch
    {
        ColumnKind.Integer => "BIGINT",
        ColumnKind.Decimal => "DECIMAL(10, 2)",
        ColumnKind.Timestamp => timestamp,
        _ => "VARCHAR(250)",
    };
}

/// <summary>The content of a column.</summary>
internal enum ColumnKind
{
    Integer,
    Text,
    Decimal,
    Timestamp,
}
