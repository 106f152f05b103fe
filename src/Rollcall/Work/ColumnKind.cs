namespace Rollcall.Work;

/// <summary>The kind of a column's values, for converting them.</summary>
internal enum ColumnKind
{
    Text,
    WholeNumber,
    Decimal,
    Float,
    Boolean,
    Date,
    Timestamp,
    ZonedTimestamp,

    /// <summary>Any JSON value: each row may be scalar or not.</summary>
    Json,

    /// <summary>Arrays, maps, structs, unions and blobs: no data field can take them.</summary>
    NotScalar,
}

/// <summary>A column of a relation.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its DuckDB type, such as <c>DECIMAL(10,2)</c>.</param>
internal sealed record Column(string Name, string Type)
{
    public ColumnKind Kind { get; } = KindOf(Type);

    private static ColumnKind KindOf(string type)
    {
        if (type.EndsWith(']'))
        {
            return ColumnKind.NotScalar;
        }

        var parenthesis = type.IndexOf('(', StringComparison.Ordinal);
        return (parenthesis < 0 ? type : type[..parenthesis]) switch
        {
            "TINYINT" or "SMALLINT" or "INTEGER" or "BIGINT" or "HUGEINT" or "BIGNUM" => ColumnKind.WholeNumber,
            "UTINYINT" or "USMALLINT" or "UINTEGER" or "UBIGINT" or "UHUGEINT" => ColumnKind.WholeNumber,
            "DECIMAL" => ColumnKind.Decimal,
            "FLOAT" or "DOUBLE" => ColumnKind.Float,
            "BOOLEAN" => ColumnKind.Boolean,
            "DATE" => ColumnKind.Date,
            "TIMESTAMP" or "TIMESTAMP_S" or "TIMESTAMP_MS" or "TIMESTAMP_NS" => ColumnKind.Timestamp,
            "TIMESTAMP WITH TIME ZONE" => ColumnKind.ZonedTimestamp,
            "JSON" => ColumnKind.Json,
            "STRUCT" or "MAP" or "UNION" or "BLOB" or "VARIANT" or "GEOMETRY" => ColumnKind.NotScalar,
            _ => ColumnKind.Text,
        };
    }
}
