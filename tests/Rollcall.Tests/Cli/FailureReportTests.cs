using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Cli;

public sealed class FailureReportTests
{
    [Fact]
    public void Csv_is_quoted_where_it_must_be()
    {
        var failure = new Failure("\"odd, one\"@example.com", "vips", "enter", "InvalidEmail", "no address:\nat all")
        {
            Outcome = "Invalid",
            AddressBookId = 12,
            Row = 7,
        };
        Assert.Equal("\"\"\"odd, one\"\"@example.com\",vips,12,enter,Invalid,InvalidEmail,\"no address:\nat all\",7,", FailureReport.CsvLine(failure));
        Assert.Equal(9, FailureReport.CsvHeader.Split(',').Length);
    }

    [Theory]
    [InlineData("=HYPERLINK(1)")]
    [InlineData("+1")]
    [InlineData("-1+1")]
    [InlineData("@SUM(A1)")]
    [InlineData("\t=1")]
    public void What_a_spreadsheet_would_run_is_written_as_a_text_unless_raw_is_asked_for(string value)
    {
        var failure = new Failure(value, "vips", "enter", "C", "r");
        Assert.StartsWith($"'{value},", FailureReport.CsvLine(failure), StringComparison.Ordinal);
        Assert.StartsWith($"{value},", FailureReport.CsvLine(failure, raw: true), StringComparison.Ordinal);
    }

    [Fact]
    public void Csv_has_a_header_and_a_line_a_failure()
    {
        var writer = new StringWriter();
        Assert.Equal(
            2, FailureReport.WriteCsv(
                writer, [new Failure("a@example.com", "x", "enter", "C", "r"), new Failure("", "x", "read", "C", "r") { Row = 3, File = "x.csv" }]));
        Assert.Equal(
            "email,audience,address_book_id,operation,outcome,code,reason,row,file\r\na@example.com,x,,enter,Failed,C,r,,\r\n,x,,read,Failed,C,r,3,x.csv\r\n",
            writer.ToString());
    }

    [Fact]
    public void Reasons_are_listed_with_their_number_and_the_first_person_they_met()
    {
        var writer = new StringWriter();
        FailureReport.WriteReasons(
            Terminal.Create(writer, terminal: false, dumb: true, new Dictionary<string, string>(), 200),
            [new("Suppressed", "unsubscribed from the account", "enter", "Unsubscribed", 5, "a1@example.com"),
                new("Omitted", "no email", "read", "NoEmail", 1, "row 44 of vips")]);
        Assert.Equal(
            """
            Reason                         Outcome     Change  Times  Such as
            unsubscribed from the account  Suppressed  enter       5  a1@example.com
            no email                       Omitted     read        1  row 44 of vips

            """,
            writer.ToString().ReplaceLineEndings("\n"));
    }
}
