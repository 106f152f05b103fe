using System.Globalization;
using System.Text.RegularExpressions;
using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Model;

namespace Rollcall.Reading;

/// <summary>
/// What to write where a field's values do not fit their data field: an expression in the SQL of the source, where the values show what they mean.
/// </summary>
internal static partial class ValueRemedy
{
    /// <param name="values">The values that do not fit, at least one.</param>
    /// <param name="type">What they should fit.</param>
    public static string For(SourceOptions source, string field, IReadOnlyList<string> values, DataFieldType type)
    {
        var dialect = Of(source);
        var column = dialect == Dialect.MySql ? $"`{field.Replace("`", "``", StringComparison.Ordinal)}`" : Column(field);
        var expression = dialect == Dialect.None ? null : type switch
        {
            DataFieldType.Numeric => Number(values, column),
            DataFieldType.Date => Date(values, column, dialect),
            DataFieldType.Boolean => $"CASE WHEN {column} = 'yes' THEN 'true' ELSE 'false' END",
            _ => $"substr({column}, 1, 1000)",
        };
        return (expression, type) switch
        {
            (null, _) => $"Change {(dialect == Dialect.None ? "the field in Lytics" : "it in the audience's SQL")}, or map it to a data field of another type.",
            (_, DataFieldType.Boolean) => $"Say in the audience's SQL which value is true, such as {expression} AS {column}; or map it to a text field.",
            (_, DataFieldType.String) => $"Write {expression} AS {column} in the audience's SQL, which keeps the beginning.",
            _ => $"Write {expression} AS {column} in the audience's SQL, or map it to a text field.",
        };
    }

    private static string? Number(IReadOnlyList<string> values, string column) =>
        Most(values, DecimalComma()) ? values.Any(value => value.Contains('.', StringComparison.Ordinal))
            ? $"replace(replace({column}, '.', ''), ',', '.')"
            : $"replace({column}, ',', '.')"
        : Most(values, ThousandsComma()) ? $"replace({column}, ',', '')"
        : null;

    private static string? Date(IReadOnlyList<string> values, string column, Dialect dialect)
    {
        if (Most(values, Seconds()))
        {
            return dialect switch
            {
                Dialect.MySql => $"from_unixtime({column})",
                Dialect.Sqlite => $"datetime({column}, 'unixepoch')",
                _ => $"to_timestamp(CAST({column} AS BIGINT))",
            };
        }

        if (!Most(values, DayMonthYear()))
        {
            return null;
        }

        var parts = values.Select(value => DayMonthYear().Match(value.Trim())).Where(match => match.Success).ToList();
        var monthFirst = parts.Any(part => int.Parse(part.Groups["second"].ValueSpan, CultureInfo.InvariantCulture) > 12);
        var separator = parts[0].Groups["separator"].Value;
        string Format(string day, string month, string year) => $"'{string.Join(separator, monthFirst ? [month, day, year] : [day, month, year])}'";
        return dialect switch
        {
            Dialect.Postgres => $"to_date({column}, {Format("DD", "MM", "YYYY")})",
            Dialect.MySql => $"str_to_date({column}, {Format("%d", "%m", "%Y")})",
            Dialect.Sqlite => Sliced(parts, column, monthFirst),
            _ => $"CAST(strptime({column}, {Format("%d", "%m", "%Y")}) AS DATE)",
        };
    }

    /// <summary>SQLite does not read other date formats: such dates are split with <c>substr</c>, if all parts have two digits.</summary>
    private static string? Sliced(IReadOnlyList<Match> parts, string column, bool monthFirst)
    {
        var (month, day) = monthFirst ? (1, 4) : (4, 1);
        return parts.All(part => part.Groups["first"].Length == 2 && part.Groups["second"].Length == 2)
            ? $"substr({column}, 7, 4) || '-' || substr({column}, {month}, 2) || '-' || substr({column}, {day}, 2)"
            : null;
    }

    private static bool Most(IReadOnlyList<string> values, Regex form) => 2 * values.Count(value => form.IsMatch(value.Trim())) > values.Count;

    private static string Column(string field) => Plain().IsMatch(field) ? field : SqlText.Name(field);

    private static Dialect Of(SourceOptions source) => source switch
    {
        TablesSourceOptions { Database: null } => Dialect.DuckDb,
        TablesSourceOptions { Database: { } url } => url.Split("://") switch
        {
            [{ } scheme, _, ..] when scheme.StartsWith("postgres", StringComparison.OrdinalIgnoreCase) => Dialect.Postgres,
            [_, _, ..] => Dialect.MySql,
            _ => Dialect.Sqlite,
        },
        _ => Dialect.None,
    };

    private enum Dialect
    {
        /// <summary>A source without SQL.</summary>
        None,
        DuckDb,
        Postgres,
        MySql,
        Sqlite,
    }

    [GeneratedRegex(@"^[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+),[0-9]+$", RegexOptions.CultureInvariant)]
    private static partial Regex DecimalComma();

    [GeneratedRegex(@"^[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex ThousandsComma();

    [GeneratedRegex(@"^(?<first>[0-9]{1,2})(?<separator>[/.-])(?<second>[0-9]{1,2})\k<separator>[0-9]{4}$", RegexOptions.CultureInvariant)]
    private static partial Regex DayMonthYear();

    [GeneratedRegex("^[0-9]{9,10}$", RegexOptions.CultureInvariant)]
    private static partial Regex Seconds();

    [GeneratedRegex("^[a-z_][a-z0-9_]*$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Plain();
}
