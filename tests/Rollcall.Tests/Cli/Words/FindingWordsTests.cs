using Rollcall.Cli.Words;
using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Cli.Words;

public sealed class FindingWordsTests
{
    [Theory]
    [InlineData("{rows|row|rows} left out", "1,200 rows left out")]
    [InlineData("{one|row|rows} left out", "1 row left out")]
    [InlineData("{rows:n} of {rows}", "1,200 of 1200")]
    [InlineData("\"{name}\" ({list})", "\"Gold's\" (3, 5)")]
    [InlineData("--release {name:shell}", "--release 'Gold'\\''s'")]
    [InlineData("{one?book {one}|the account}, {none?book {none}|the account}", "book 1, the account")]
    [InlineData("{no?yes|no}{no?, ...|}", "no")]
    public void A_template_is_filled_in(string template, string expected)
    {
        var arguments =
            new Dictionary<string, object?> { ["rows"] = 1200L, ["one"] = 1L, ["name"] = "Gold's", ["list"] = new object?[] { 3L, 5L }, ["none"] = null,
                ["no"] = false };

        Assert.Equal(expected, Template.Fill(template, name => arguments.GetValueOrDefault(name)));
    }

    [Theory]
    [InlineData("{rows")]
    [InlineData("{rows|row}")]
    [InlineData("{rows:x}")]
    public void A_template_that_is_not_well_formed_is_refused(string template) =>
        Assert.Throws<FormatException>(() => Template.Fill(template, _ => 1L));

    [Fact]
    public void Findings_are_put_into_words_once_behind_what_was_said_before()
    {
        var result = new RunResult
        {
            Job = "loyalty",
            RunId = "r1",
            Notices = ["The book Old is gone."],
            Findings = [Findings.ReleaseHeld(1_200, "We miss you")],
        };

        var worded = result.InWords("my job.yaml");

        Assert.Equal(
            [
                "The book Old is gone.",
                "1,200 members of \"We miss you\" do not exit yet, more than the exits guard allows. "
                + "If this is intended: rollcall run 'my job.yaml' --release 'We miss you' --allow exits",
            ],
            worded.Notices);
        Assert.Equal(worded.Notices, worded.InWords("my job.yaml").Notices);
    }

    [Fact]
    public void A_finding_of_a_newer_version_shows_its_code_and_arguments() =>
        Assert.Equal(
            """SomethingNew {"book":7}""",
            FindingWords.Of(new Finding("SomethingNew", Severity.Note, new Dictionary<string, object?> { ["book"] = 7L }), "job.yaml"));
}
