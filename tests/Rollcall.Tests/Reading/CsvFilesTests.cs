using System.Text;
using Rollcall.Model;
using Rollcall.Running;
using Xunit;
using static Rollcall.Tests.Reading.ReadingWorkshop;

namespace Rollcall.Tests.Reading;

public sealed class CsvFilesTests : IDisposable
{
    private static readonly string[] Email = ["email"];
    private static readonly string[] IdEmailName = ["id", "email", "name"];
    private readonly ReadingWorkshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Columns_are_text_so_that_leading_zeros_stay()
    {
        var path = _workshop.Write("people.csv", "id,email,name\n00123,a@x.com,1e5\n");

        var (rows, result) = await _workshop.ReadAsync(Files(path), IdEmailName);

        Assert.Equal(["00123|a@x.com|1e5"], rows);
        Assert.Null(result.HoldExits);
        Assert.Equal([path], result.Shape.EndsWithNewline);
    }

    [Fact]
    public async Task A_row_whose_quoted_value_is_cut_at_a_comma_because_of_a_space_before_its_quote_is_rejected()
    {
        var path = _workshop.Write("people.csv", "email,id,name\na@x.com, \"p,q\"\nb@x.com, \"first,y\nc@x.com, \"ok\",5\"\n\"d,x@x.com\", \"p,q\" \n");

        var (rows, result) = await _workshop.ReadAsync(Files(path), IdEmailName);

        Assert.Equal([" \"first|b@x.com|y", " \"ok\"|c@x.com|5\""], rows);
        Assert.Equal([2L, 5L], result.Rejected.Select(row => row.Line!.Value));
    }

    [Fact]
    public async Task A_ragged_row_never_takes_the_file_down()
    {
        var path = _workshop.Write("people.csv", "id,email,name\n1,a@x.com,Ann\n2,b@x.com\n3,c@x.com,Cy,extra\n4,d@x.com,Di\n");

        var (rows, result) = await _workshop.ReadAsync(Files(path), Email);

        Assert.Equal(["a@x.com", "d@x.com"], rows);
        Assert.Equal(
            [new RejectedRow(path, 3, "2 values where the header has 3"), new RejectedRow(path, 4, "4 values where the header has 3")],
            result.Rejected);
        Assert.Contains($"{path}: 2 rejected rows", result.HoldExits, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quoted_values_may_hold_delimiters_quotes_and_new_lines()
    {
        var path = _workshop.Write("people.csv", "id,email,name\n1,a@x.com,\"An, \"\"the\"\" n\"\n2,\"b@x.com\",\"two\nlines\"\n3,c'\"@x.com,C\"y\n");

        var (rows, result) = await _workshop.ReadAsync(Files(path), IdEmailName);

        Assert.Equal(["1|a@x.com|An, \"the\" n", "2|b@x.com|two\nlines", "3|c'\"@x.com|C\"y"], rows);
        Assert.Equal(0, result.RejectedCount);
    }

    [Fact]
    public async Task Bad_quoting_costs_its_own_line_only()
    {
        var path = _workshop.Write("people.csv", "id,email,name\n1,a@x.com,\"An\"n\"\n2,b@x.com,\"Bo\n3,c@x.com,Cy\n4,\"d@x.com\",Di\n");

        var (rows, result) = await _workshop.ReadAsync(Files(path), Email);

        Assert.Equal(["c@x.com", "d@x.com"], rows);
        Assert.Equal([2L, 3L], result.Rejected.Select(row => row.Line!.Value));
    }

    [Fact]
    public async Task A_quote_that_is_never_closed_does_not_swallow_the_rest()
    {
        var text = new StringBuilder("id,email,name\n1,a@x.com,Ann\n2,b@x.com,\"Bo\n");
        for (var i = 3; i < 100_000; i++)
        {
            text.Append(i).Append(",u").Append(i).Append("@x.com,N\n");
        }

        var path = _workshop.Write("people.csv", text.ToString());

        var (rows, result) = await _workshop.ReadAsync(Files(path), Email);

        Assert.Equal(99_998, rows.Count);
        Assert.Equal(3, Assert.Single(result.Rejected).Line);
    }

    [Fact]
    public async Task Bytes_that_are_not_of_the_encoding_reject_their_row()
    {
        var path = _workshop.Write("people.csv", [.. "id,email,name\n1,a@x.com,Ann\n2,b@x.com,B"u8, 0xF6, .. "\n3,c@x.com,Çy\n4,d@x.com,\0\n"u8]);

        var (rows, result) = await _workshop.ReadAsync(Files(path), IdEmailName);

        Assert.Equal(["1|a@x.com|Ann", "3|c@x.com|Çy"], rows);
        Assert.Equal(["bytes that are not UTF-8", "a zero byte"], result.Rejected.Select(row => row.Reason));
    }

    [Theory]
    [InlineData("windows-1252", "Böse €")]
    [InlineData("iso-8859-1", "Böse")]
    [InlineData("utf-16", "Böse 💌")]
    [InlineData("shift_jis", "日本")]
    public async Task Other_encodings_are_read_when_they_are_named(string encoding, string name)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var path = _workshop.Write("people.csv", Encoding.GetEncoding(encoding).GetBytes($"email;name\na@x.com;{name}\n"));

        var (rows, result) = await _workshop.ReadAsync(Files(path, delimiter: ";", encoding: encoding), ["email", "name"]);

        Assert.Equal([$"a@x.com|{name}"], rows);
        Assert.Null(result.HoldExits);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_byte_order_mark_says_which_UTF16_it_is(bool bigEndian)
    {
        var utf16 = new UnicodeEncoding(bigEndian, byteOrderMark: true);
        var path = _workshop.Write("people.csv", [.. utf16.GetPreamble(), .. utf16.GetBytes("email,name\na@x.com,Ä\n")]);

        var (rows, _) = await _workshop.ReadAsync(Files(path, encoding: "utf-16"), ["email", "name"]);

        Assert.Equal(["a@x.com|Ä"], rows);
    }

    [Fact]
    public async Task A_byte_that_the_named_encoding_does_not_know_rejects_its_row()
    {
        var path = _workshop.Write("people.csv", [.. "email,name\na@x.com,"u8, 0xF6, .. "\nb@x.com,B\n"u8]);

        var (rows, result) = await _workshop.ReadAsync(Files(path, encoding: "us-ascii"), Email);

        Assert.Equal(["b@x.com"], rows);
        Assert.Equal(1, result.RejectedCount);
    }

    [Fact]
    public async Task Declared_types_convert_and_a_value_that_does_not_fit_rejects_its_row()
    {
        var path = _workshop.Write(
            "people.csv",
            "email,n,d,day,seen,ok\na@x.com,12,1.50,2024-02-29,2024-01-02T03:04:05+02:00,yes\nb@x.com,x,1,2024-01-01,2024-01-01,no\n"
            + "c@x.com,,,,,\nd@x.com,1,1,2023-02-29,2024-01-01,no\n");
        var types = new Dictionary<string, string> { ["n"] = "integer", ["d"] = "decimal", ["day"] = "date", ["seen"] = "timestamp", ["ok"] = "boolean" };

        var (rows, result) = await _workshop.ReadAsync(
            Files(path, "SELECT email, n + 1 AS n, d * 2 > 2 AS d, day + 1 AS day, seen, NOT ok AS ok FROM people", types: types),
            ["email", "n", "d", "day", "seen", "ok"]);

        Assert.Equal("a@x.com|13|True|03/01/2024|01/02/2024 01:04:05|False", rows[0]);
        Assert.Equal("c@x.com|∅|∅|∅|∅|∅", rows[1]);
        Assert.Equal([(3, "column n holds no integer"), (5, "column day holds no date")], result.Rejected.Select(row => ((int)row.Line!, row.Reason)));
    }

    [Fact]
    public async Task Byte_order_mark_tabs_and_mixed_new_lines_are_read()
    {
        var path = _workshop.Write("people.tsv", [.. "\uFEFFid\temail\tname\r\n1\ta@x.com\t\"A\r\nA\"\n\n2\tb@x.com\tB\r3\tc@x.com\tC"u8]);

        var (rows, result) = await _workshop.ReadAsync(Files(path), IdEmailName);

        Assert.Equal(["1|a@x.com|A\r\nA", "2|b@x.com|B", "3|c@x.com|C"], rows);
        Assert.Empty(result.Shape.EndsWithNewline);
        Assert.Equal(0, result.RejectedCount);
    }

    [Fact]
    public async Task Blank_lines_before_the_header_are_not_the_header()
    {
        var path = _workshop.Write("people.csv", "\n\r\n\n email , name\na@x.com,A\n\nb@x.com,B\n");

        var (rows, result) = await _workshop.ReadAsync(Files(path), Email);

        Assert.Equal(["a@x.com", "b@x.com"], rows);
        Assert.Equal(0, result.RejectedCount);
    }

    [Fact]
    public async Task A_blank_before_a_quote_is_part_of_a_plain_value()
    {
        var path = _workshop.Write("people.csv", "id,email,name\n1,a@x.com, \"first\n2,b@x.com,second\n3,c@x.com,third\"\n4,d@x.com, \"p,q\"\n");

        var (rows, result) = await _workshop.ReadAsync(Files(path), IdEmailName);

        Assert.Equal(["1|a@x.com| \"first", "2|b@x.com|second", "3|c@x.com|third\""], rows);
        Assert.Equal(new RejectedRow(path, 5, "4 values where the header has 3"), Assert.Single(result.Rejected));
    }

    [Fact]
    public async Task A_file_that_ends_inside_a_record_holds_exits()
    {
        var path = _workshop.Write("people.csv", "email,name\na@x.com,Ann\nb@x.com,\"B");

        var (rows, result) = await _workshop.ReadAsync(Files(path), Email);

        Assert.Equal(["a@x.com"], rows);
        Assert.Contains($"{path}: it ends inside a record", result.HoldExits, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_final_newline_holds_exits_where_the_last_reading_had_one()
    {
        var path = _workshop.Write("people.csv", "email,name\na@x.com,Ann\n");
        var (_, first) = await _workshop.ReadAsync(Files(path), Email);
        _workshop.Write("people.csv", "email,name\na@x.com,A");

        var (_, unknown) = await _workshop.ReadAsync(Files(path), Email);
        var (rows, second) = await _workshop.ReadAsync(Files(path), Email, first.Shape);

        Assert.Null(unknown.HoldExits);
        Assert.Equal(["a@x.com"], rows);
        Assert.Contains(path, second.HoldExits, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_glob_that_matches_fewer_files_than_last_time_holds_exits()
    {
        _workshop.Write("p-1.csv", "email,name\na@x.com,A\n");
        var second = _workshop.Write("p-2.csv", "name,email,more\nB,b@x.com,x\n");
        var (rows, result) = await _workshop.ReadAsync(Files(_workshop.At("p-*.csv")), ["email", "name"]);
        Assert.Equal(["a@x.com|A", "b@x.com|B"], rows.Order());
        Assert.Null(result.HoldExits);

        File.Delete(second);
        (rows, result) = await _workshop.ReadAsync(Files(_workshop.At("p-*.csv")), ["email", "name"], result.Shape);

        Assert.Equal(["a@x.com|A"], rows);
        Assert.Equal("source.tables.files.people: 1 files where the last reading found 2", result.HoldExits);
    }

    [Fact]
    public async Task A_missing_file_and_an_empty_one_are_errors()
    {
        var missing = await Assert.ThrowsAsync<RollcallException>(() => _workshop.ReadAsync(Files(_workshop.At("none-*.csv")), Email));
        var empty = await Assert.ThrowsAsync<RollcallException>(() => _workshop.ReadAsync(Files(_workshop.Write("empty.csv", "")), Email));

        Assert.Equal((ExitCode.Source, ExitCode.Source), (missing.ExitCode, empty.ExitCode));
        Assert.Contains("No file matches", missing.Message, StringComparison.Ordinal);
        Assert.Contains("no header row", empty.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copies_of_damaged_files_go_when_the_source_does()
    {
        var path = _workshop.Write("people.csv", "email,name\na@x.com,A\nb@x.com\n");

        await _workshop.ReadAsync(Files(path), Email);

        Assert.Empty(Directory.GetFiles(_workshop.At("copies")));
    }
}
