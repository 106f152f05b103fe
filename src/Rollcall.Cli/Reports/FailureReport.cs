using System.Globalization;
using System.Text.RegularExpressions;
using Spectre.Console;

namespace Rollcall.Cli.Reports;

/// <summary>Changes that were not delivered: counted by reason, or as CSV.</summary>
internal static partial class FailureReport
{
    private const int ExamplesShown = 1;

    public const string CsvHeader = "email,audience,address_book_id,operation,outcome,code,reason,row,file";

    /// <summary>One line a kind of reason, the most frequent first, with the first people it met.</summary>
    public static void WriteReasons(IAnsiConsole console, IEnumerable<Failure> failures)
    {
        var reasons = new Dictionary<(string Outcome, string Reason, string Operation), (long Count, List<string> Examples)>();
        foreach (var failure in failures)
        {
            var key = (failure.Outcome, Own().Replace(failure.Reason, ""), failure.Operation);
            var (count, examples) = reasons.TryGetValue(key, out var known) ? known : (0, []);
            if (examples.Count < ExamplesShown && Example(failure) is { Length: > 0 } example && !examples.Contains(example))
            {
                examples.Add(example);
            }

            reasons[key] = (count + 1, examples);
        }

        var listing = new Listing(new("Reason"), new("Outcome", Style: "yellow"), new("Change"), new("Times", Number: true), new("Such as", Style: "dim"));
        foreach (var (key, (count, examples)) in reasons.OrderByDescending(one => one.Value.Count))
        {
            listing.Add(key.Reason, key.Outcome, key.Operation, Figures.Count(count), string.Join(", ", examples));
        }

        listing.Write(console);
    }

    /// <summary>A line a failure.</summary>
    public static void WriteRows(IAnsiConsole console, IEnumerable<Failure> failures)
    {
        var listing = new Listing(new("Email", Style: "bold"), new("Audience"), new("Change"), new("Outcome", Style: "yellow"), new("Reason"));
        foreach (var failure in failures)
        {
            listing.Add(failure.Email.Length > 0 ? failure.Email : "(none)", failure.Audience, failure.Operation, failure.Outcome, failure.Reason);
        }

        listing.Write(console);
    }

    /// <summary>Writes them all, with a header; returns how many.</summary>
    public static long WriteCsv(TextWriter writer, IEnumerable<Failure> failures)
    {
        var rows = 0L;
        writer.Write(CsvHeader + "\r\n");
        foreach (var failure in failures)
        {
            writer.Write(CsvLine(failure) + "\r\n");
            rows++;
        }

        return rows;
    }

    /// <summary>A CSV line as RFC 4180 has it.</summary>
    public static string CsvLine(Failure failure) => string.Join(
        ',',
        new[]
        {
            failure.Email, failure.Audience, Number(failure.AddressBookId), failure.Operation,
            failure.Outcome, failure.Code, failure.Reason, Number(failure.Row), failure.File ?? "",
        }.Select(Quoted));

    private static string Example(Failure failure) =>
        failure.Email.Length > 0 ? failure.Email : failure.Row is { } row ? failure.File is { } file ? $"{file}:{row}" : $"row {row} of {failure.Audience}" : "";

    private static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static string Quoted(string value) =>
        value.AsSpan().IndexOfAny(",\"\r\n") < 0 ? value : $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>When something happened, and how long a text is, is each person's own and no reason.</summary>
    [GeneratedRegex(@" since \d{4}-\d{2}-\d{2}|(?<=too long \()[\d,]+ characters; ")]
    private static partial Regex Own();
}
