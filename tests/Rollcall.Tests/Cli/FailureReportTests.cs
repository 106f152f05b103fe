using Rollcall.Cli.Reports;
using Rollcall.Cli.Terminals;
using Xunit;

namespace Rollcall.Tests.Cli;

public sealed class FailureReportTests
{
    [Fact]
    public void Csv_is_quoted_where_it_must_be()
    {
        var failure = new Failure("\"odd, one\"@example.com", "vips", "enter", "InvalidEmail", "no address:\nat all") { Outcome = "Invalid", AddressBookId = 12, Row = 7 };
        Assert.Equal("\"\"\"odd, one\"\"@example.com\",vips,12,enter,Invalid,InvalidEmail,\"no address:\nat all\",7,", FailureReport.CsvLine(failure));
        Assert.Equal(9, FailureReport.CsvHeader.Split(',').Length);
    }

    [Fact]
    public void Csv_has_a_header_and_a_line_a_failure()
    {
        var writer = new StringWriter();
        Assert.Equal(2, FailureReport.WriteCsv(writer, [new Failure("a@example.com", "x", "enter", "C", "r"), new Failure("", "x", "read", "C", "r") { Row = 3, File = "x.csv" }]));
        Assert.Equal("email,audience,address_book_id,operation,outcome,code,reason,row,file\r\na@example.com,x,,enter,Failed,C,r,,\r\n,x,,read,Failed,C,r,3,x.csv\r\n", writer.ToString());
    }

    [Fact]
    public void Reasons_that_differ_in_a_length_or_in_their_line_alone_are_one()
    {
        var writer = new StringWriter();
        var failures = Enumerable.Range(1, 4).Select(i => new Failure("", "all", "read", "RejectedRow", "1 value where the header has 2") { Outcome = "Omitted", Row = i, File = "p.csv" })
            .Concat(Enumerable.Range(1, 3).Select(i => new Failure("a@x.com", "all", "field", "ValueLeftOut", $"NOTE (from n): too long ({i},203 characters; at most 1,000 fit)") { Outcome = "Omitted" }));
        FailureReport.WriteReasons(Terminal.Create(writer, terminal: false, dumb: true, new Dictionary<string, string>(), 200), failures);

        Assert.Equal(2, writer.ToString().Split('\n').Count(line => line.Contains("Omitted", StringComparison.Ordinal)));
        Assert.Contains("p.csv:1", writer.ToString(), StringComparison.Ordinal);
        Assert.Contains("NOTE (from n): too long (at most 1,000 fit)", writer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Reasons_are_counted_with_the_first_person_they_met()
    {
        var writer = new StringWriter();
        var failures = Enumerable.Range(1, 5).Select(i => new Failure($"a{i}@example.com", "vips", "enter", "Unsubscribed", "unsubscribed from the account") { Outcome = "Suppressed" })
            .Append(new Failure("", "vips", "read", "NoEmail", "no email") { Outcome = "Omitted", Row = 44 });
        FailureReport.WriteReasons(Terminal.Create(writer, terminal: false, dumb: true, new Dictionary<string, string>(), 200), failures);
        Assert.Equal(
            """
            Reason                         Outcome     Change  Times  Such as
            unsubscribed from the account  Suppressed  enter       5  a1@example.com
            no email                       Omitted     read        1  row 44 of vips

            """,
            writer.ToString().ReplaceLineEndings("\n"));
    }
}
