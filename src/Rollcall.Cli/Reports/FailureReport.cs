using System.Globalization;
using Rollcall.Model;
using Spectre.Console;

namespace Rollcall.Cli.Reports;

/// <summary>Changes that were not delivered: counted by reason, or as CSV.</summary>
internal static class FailureReport
{
    public const string CsvHeader = "email,audience,address_book_id,operation,outcome,code,reason,row,file";

    /// <summary>One line per reason, the most frequent first, with the first person affected.</summary>
    public static void WriteReasons(IAnsiConsole console, IEnumerable<FailureReason> reasons)
    {
        var listing = new Listing(new("Reason"), new("Outcome", Style: "yellow"), new("Change"), new("Times", Number: true), new("Such as", Style: "dim"));
        foreach (var (outcome, reason, operation, _, count, example) in reasons)
        {
            listing.Add(reason, outcome, operation, Figures.Count(count), example);
        }

        listing.Write(console);
    }

    /// <summary>One line per failure.</summary>
    public static void WriteRows(IAnsiConsole console, IEnumerable<Failure> failures)
    {
        var listing = new Listing(new("Email", Style: "bold"), new("Audience"), new("Change"), new("Outcome", Style: "yellow"), new("Reason"));
        foreach (var failure in failures)
        {
            listing.Add(failure.Email.Length > 0 ? failure.Email : "(none)", failure.Audience, failure.Operation, failure.Outcome, failure.Reason);
        }

        listing.Write(console);
    }

    /// <summary>Writes all failures, with a header; returns their number.</summary>
    /// <param name="raw">Whether values that a spreadsheet would treat as formulas are written unchanged.</param>
    public static long WriteCsv(TextWriter writer, IEnumerable<Failure> failures, bool raw = false)
    {
        var rows = 0L;
        writer.Write(CsvHeader + "\r\n");
        foreach (var failure in failures)
        {
            writer.Write(CsvLine(failure, raw) + "\r\n");
            rows++;
        }

        return rows;
    }

    /// <summary>A CSV line as in RFC 4180. A value that a spreadsheet would treat as a formula gets a leading apostrophe, which marks it as text.</summary>
    public static string CsvLine(Failure failure, bool raw = false) => string.Join(
        ',',
        new[]
        {
            failure.Email, failure.Audience, Number(failure.AddressBookId), failure.Operation,
            failure.Outcome, failure.Code, failure.Reason, Number(failure.Row), failure.File ?? "",
        }.Select(value => Quoted(raw ? value : Plain(value))));

    private static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static string Plain(string value) => value is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? $"'{value}" : value;

    private static string Quoted(string value) =>
        value.AsSpan().IndexOfAny(",\"\r\n") < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
