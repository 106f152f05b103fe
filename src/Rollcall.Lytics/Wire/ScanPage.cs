using System.Text.Json;

namespace Rollcall.Lytics;

/// <summary>A page of a scan.</summary>
/// <param name="Total">The size of the whole audience; null when missing.</param>
/// <param name="Next">The token of the next page; empty at the end.</param>
/// <param name="Rows">One value per column, and the profile's own id at the end, as JSON; null when there is none.</param>
internal sealed record ScanPage(long? Total, string Next, IReadOnlyList<string?[]> Rows)
{
    /// <summary>Reads a page. Values of other fields are skipped.</summary>
    /// <exception cref="JsonException">It is not a page.</exception>
    public static ScanPage Parse(ReadOnlySpan<byte> body, ScanColumns columns)
    {
        var (total, next, rows) = ((long?)null, "", (List<string?[]>?)null);
        var reader = new Utf8JsonReader(body, JsonText.Deep);
        Expect(ref reader, JsonTokenType.StartObject, "an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            JsonText.CheckName(ref reader);
            if (reader.ValueTextEquals("total"u8))
            {
                reader.Read();
                total = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) && number >= 0 ? number : null;
                reader.TrySkip();
            }
            else if (reader.ValueTextEquals("_next"u8))
            {
                reader.Read();
                next = reader.TokenType switch
                {
                    JsonTokenType.String => reader.GetString()!,
                    JsonTokenType.Null => "",
                    _ => throw new JsonException("_next is not a text."),
                };
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                reader.Read();
                rows = ReadRows(ref reader, columns);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        // The text after the object is read as well: a page must be complete.
        if (reader.TokenType != JsonTokenType.EndObject || reader.Read())
        {
            throw new JsonException("The answer does not end where its object does.");
        }

        return rows is null ? throw new JsonException("A page has no data.") : new ScanPage(total, next, rows);
    }

    private static List<string?[]> ReadRows(ref Utf8JsonReader reader, ScanColumns columns)
    {
        var rows = new List<string?[]>(LyticsLimits.PageRows);
        if (reader.TokenType == JsonTokenType.Null)
        {
            return rows;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("data is not a list.");
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new JsonException("A profile is not an object.");
            }

            rows.Add(Row(ref reader, columns));
        }

        return rows;
    }

    private static string?[] Row(ref Utf8JsonReader reader, ScanColumns columns)
    {
        var values = new string?[columns.Names.Count + 1];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            JsonText.CheckName(ref reader);
            var (field, isUid) = (Position(ref reader, columns.Fields), ScanColumns.IsUid(ref reader));
            reader.Read();
            if (isUid)
            {
                var again = reader;
                values[^1] = WholeValue.Read(ref again);
            }

            if (field < 0)
            {
                reader.Skip();
            }
            else
            {
                if (columns.WholeBeside(field) is { } whole)
                {
                    var again = reader;
                    values[whole] = WholeValue.Read(ref again);
                }

                values[field] = columns.IsWhole(field) ? WholeValue.Read(ref reader) : ProfileValue.Read(ref reader);
            }
        }

        return values;
    }

    private static int Position(ref Utf8JsonReader reader, IReadOnlyList<string> fields)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            if (reader.ValueTextEquals(fields[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type, string what)
    {
        if (!reader.Read() || reader.TokenType != type)
        {
            throw new JsonException($"The answer is not {what}.");
        }
    }
}
