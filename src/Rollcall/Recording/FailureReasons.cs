using DuckDB.NET.Data;
using Rollcall.Model;

namespace Rollcall.Recording;

/// <summary>Counts failures by reason: what is each person's own (a date, a length) is no part of one.</summary>
internal static class FailureReasons
{
    private const int Most = 1_000;

    private const string Own = @" since \d{4}-\d{2}-\d{2}|\d[\d,]* characters; ";

    /// <param name="failures">A relation of failures, as <see cref="RunReport.Rows"/> has it.</param>
    /// <param name="books">For how many books a row that could not be used counts: an expression over the columns.</param>
    public static string Query(string failures, string books = "1") => $"""
        SELECT outcome, shared, operation, code, sum(n)::BIGINT AS times, min(email) FILTER (email <> ''), arg_min(file, row), arg_min(audience, row), min(row)
        FROM (
            SELECT outcome, operation, code, regexp_replace(reason, '{Own}', '', 'g') AS shared, sum({books}) AS n,
                min(email) FILTER (email <> '') AS email, arg_min(file, row) AS file, arg_min(audience, row) AS audience, min(row) AS row
            FROM {failures} AS f GROUP BY outcome, operation, code, reason)
        GROUP BY outcome, shared, operation, code ORDER BY times DESC, shared, code LIMIT {Most}
        """;

    /// <summary>A row of <see cref="Query"/>.</summary>
    public static FailureReason Of(DuckDBDataReader r) => new(r.GetString(0), r.GetString(1), r.GetString(2), r.GetString(3), r.GetInt64(4), Example(r));

    private static string Example(DuckDBDataReader r) =>
        !r.IsDBNull(5) ? r.GetString(5)
        : r.IsDBNull(8) ? ""
        : r.IsDBNull(6) ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"row {r.GetInt64(8)} of {r.GetString(7)}")
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{r.GetString(6)}:{r.GetInt64(8)}");
}
