using System.Globalization;
using System.Text;
using Rollcall.Jobs;
using Rollcall.Reading.Tables.Files;
using Xunit;

namespace Rollcall.Tests.Reading;

/// <summary>
/// Made-up CSV files, read as the product reads them and by a parser that shares nothing with it: every row is delivered or rejected, and no row has
/// another's value. ROLLCALL_CSV_FILES sets the number (default: 5,000).
/// </summary>
public sealed class CsvOneReaderTests : IDisposable
{
    private static readonly int Files =
        int.TryParse(Environment.GetEnvironmentVariable("ROLLCALL_CSV_FILES"), CultureInfo.InvariantCulture, out var files) ? files : 5_000;
    private const int AtOnce = 50;
    private static readonly string[] Pieces = ["a", "b", "é", ",", ",", "\"", "\"", " ", "\n", "\n", "\r\n", "\"\"", ", \"", "\" ,", ",\"x\"", "\t", ";", "'"];

    private readonly ReadingWorkshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public void Every_row_of_any_file_is_read_as_an_independent_parser_reads_it_or_rejected()
    {
        var random = new Random(20_000);
        for (var made = 0; made < Files; made += AtOnce)
        {
            var (selects, expected) = (new List<string>(), new List<string>());
            for (var i = 0; i < AtOnce; i++)
            {
                var text = Make(random);
                var (rows, rejected) = Parse(text);
                expected.AddRange(rows.Select(row => $"{i}|{string.Join('|', row.Select(value => value.Length == 0 ? "∅" : value))}"));
                expected.Add($"{i} rejected {rejected}");
                var prepared = CsvTable.Prepare(
                    "people",
                    new FileTable("", new Dictionary<string, string>(), null, null),
                    [_workshop.Write($"{i}.csv", text)],
                    _workshop.At("copies"),
                    null,
                    TestContext.Current.CancellationToken);
                selects.Add($"SELECT {i} AS file, k, a, b FROM ({prepared.Select})");
                selects.Add($"SELECT {i}, '{prepared.RejectedCount}', NULL, NULL");
            }

            var read = _workshop.Query(string.Join(" UNION ALL ", selects));

            Assert.Equal(expected.Order(StringComparer.Ordinal), read.Select(Told).Order(StringComparer.Ordinal));
            Directory.Delete(_workshop.At("copies"), recursive: true);
        }

        string Told(string row) => row.EndsWith("|∅|∅", StringComparison.Ordinal) && row.Split('|') is { Length: 4 } parts && int.TryParse(parts[1], out _)
            ? $"{parts[0]} rejected {parts[1]}" : row;
    }

    private static string Make(Random random)
    {
        var text = new StringBuilder(random.Next(10) == 0 ? "\n\r\n" : "").Append(random.Next(5) == 0 ? " k , a,b \n" : "k,a,b\n");
        var pieces = random.Next(40);
        for (var i = 0; i < pieces; i++)
        {
            text.Append(random.Next(8) == 0 ? $"r{i},v{i},w{i}\n" : Pieces[random.Next(Pieces.Length)]);
        }

        return text.ToString();
    }

    /// <summary>The rows in order, and the number of lines that are not rows.</summary>
    private static (List<List<string>> Rows, int Rejected) Parse(string text)
    {
        var (rows, rejected, at) = (new List<List<string>>(), 0, 0);
        while (at < text.Length)
        {
            if (text[at] is '\n' or '\r')
            {
                at++;
                continue;
            }

            var (values, plain, next) = Record(text, at);
            var end = text.IndexOf('\n', at);
            at = values is not null ? next : end < 0 ? text.Length : end + 1;
            if (values is { Count: 3 } && !IsCut(values, plain))
            {
                rows.Add(values);
            }
            else
            {
                rejected++;
            }
        }

        return (rows[1..], rejected);
    }

    /// <summary>Whether a plain value opens a quote after blanks, and a later one closes it.</summary>
    private static bool IsCut(List<string> values, List<int> plain) => plain.Any(i =>
        values[i].StartsWith(' ') && values[i].TrimStart(' ').StartsWith('"') && values[i].Count(c => c == '"') % 2 == 1
        && plain.Any(later => later > i && values[later].TrimEnd(' ').EndsWith('"')));

    private static (List<string>? Values, List<int> Plain, int Next) Record(string text, int at)
    {
        var (values, plain) = (new List<string>(), new List<int>());
        while (true)
        {
            var value = new StringBuilder();
            if (at < text.Length && text[at] == '"')
            {
                for (at++; ; at++)
                {
                    if (at >= text.Length)
                    {
                        return (null, plain, at);
                    }

                    if (text[at] != '"')
                    {
                        value.Append(text[at]);
                    }
                    else if (at + 1 < text.Length && text[at + 1] == '"')
                    {
                        value.Append(text[at++]);
                    }
                    else
                    {
                        break;
                    }
                }

                at++;
                while (at < text.Length && text[at] == ' ')
                {
                    at++;
                }
            }
            else
            {
                plain.Add(values.Count);
                while (at < text.Length && text[at] is not (',' or '\n' or '\r'))
                {
                    value.Append(text[at++]);
                }
            }

            values.Add(value.ToString());
            if (at >= text.Length)
            {
                return (values, plain, at);
            }

            switch (text[at])
            {
                case ',':
                    at++;
                    break;
                case '\n':
                    return (values, plain, at + 1);
                case '\r':
                    return (values, plain, at + (at + 1 < text.Length && text[at + 1] == '\n' ? 2 : 1));
                default:
                    return (null, plain, at);
            }
        }
    }
}
