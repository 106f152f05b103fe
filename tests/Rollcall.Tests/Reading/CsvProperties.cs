using System.Globalization;
using CsCheck;
using Xunit;
using static Rollcall.Tests.Reading.ReadingWorkshop;

namespace Rollcall.Tests.Reading;

/// <summary>Any CSV file: its valid records are read as they were written, and DuckDB agrees on which are valid.</summary>
public sealed class CsvProperties : IDisposable
{
    private readonly ReadingWorkshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Every_value_comes_as_it_was_written()
    {
        var value = Gen.String[Gen.Char["ab,;\"'\n\r\t \\é€"], 0, 6];
        var file = Gen.Select(
            Gen.Select(value, value, (a, b) => (a, b)).Array[1, 30],
            Gen.Bool,
            Gen.Bool,
            Gen.Bool,
            (rows, quoteAll, returns, last) => (rows, quoteAll, returns, last));

        await file.SampleAsync(
            async given =>
            {
                var newline = given.returns ? "\r\n" : "\n";
                var lines = given.rows.Select(
                    (row, i) =>
                        string.Join(',', i.ToString(CultureInfo.InvariantCulture), Written(row.a, given.quoteAll), Written(row.b, given.quoteAll)));
                var path = _workshop.Write("people.csv", "n,a,b" + newline + string.Join(newline, lines) + (given.last ? newline : ""));

                var (rows, result) = await _workshop.ReadAsync(Files(path), ["n", "a", "b"]);

                Assert.Equal(0, result.RejectedCount);
                Assert.Equal(given.rows.Select((row, i) => $"{i}|{Read(row.a)}|{Read(row.b)}"), rows);
            },
            iter: 40,
            threads: 1);
    }

    [Fact]
    public async Task No_file_of_any_bytes_fails_or_loses_a_line_silently()
    {
        var bytes = Gen.OneOf(Gen.Byte, Gen.Char["aaab,,\"\n\n\r"].Select(c => (byte)c)).Array[0, 200];

        await bytes.SampleAsync(
            async given =>
            {
                var path = _workshop.Write("people.csv", [.. "a,b\nfirst,1\n"u8, .. given, .. "\nlast,1\n"u8]);

                var (rows, result) = await _workshop.ReadAsync(Files(path), ["a"]);

                Assert.Equal("first", rows[0]);
                Assert.True(rows[^1] == "last" || result.RejectedCount > 0);
                Assert.Equal(result.RejectedCount > 0, result.HoldExits is not null);
            },
            iter: 100,
            threads: 1);
    }

    private static string Written(string value, bool quote) =>
        quote || value.AsSpan().IndexOfAny(",\"\n\r") >= 0 ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;

    private static string Read(string value) => value.Length == 0 ? "∅" : value;
}
