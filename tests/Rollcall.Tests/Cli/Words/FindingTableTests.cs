using System.Text;
using System.Text.RegularExpressions;
using Rollcall.Cli.Words;
using Rollcall.Tests.Jobs;
using Xunit;

namespace Rollcall.Tests.Cli.Words;

public sealed partial class FindingTableTests
{
    private static readonly string Engine = Path.Combine(RepositoryFiles.Root, "src", "Rollcall");

    public static TheoryData<string> Codes => [.. KnownFindings.All.Select(finding => finding.Code)];

    [Fact]
    public void Every_code_of_the_engine_has_words_and_every_word_a_code() =>
        Assert.Equal(KnownFindings.All.Select(finding => finding.Code), FindingTable.Words.Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Codes))]
    public void The_words_of_a_finding_use_its_arguments_alone(string code)
    {
        var finding = KnownFindings.All.Single(one => one.Code == code);
        var wording = FindingTable.Words[code];

        Assert.Empty(Template.Names(wording.Text).Union(Template.Names(wording.Todo ?? "")).Except([.. finding.Arguments.Keys, "file"]));
        Assert.DoesNotContain('{', FindingWords.Of(finding, "job.yaml"));
    }

    [Fact]
    public void Every_code_is_used_by_the_engine()
    {
        var used =
            Sources().SelectMany(file => Used().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)).ToHashSet(StringComparer.Ordinal);

        Assert.Empty(KnownFindings.All.Select(finding => finding.Code).Except(used));
    }

    [Fact]
    public void What_the_engine_says_with_a_finding_names_no_command_and_no_flag()
    {
        var calls = Sources().SelectMany(file => Calls().Matches(File.ReadAllText(file))).Select(match => match.Value).ToList();

        Assert.NotEmpty(calls);
        Assert.All(calls, call => Assert.DoesNotMatch(Command(), call));
    }

    [Fact]
    public void The_committed_list_of_findings_is_what_the_table_says() =>
        RepositoryFiles.AssertCommitted(Path.Combine(RepositoryFiles.Root, "docs", "findings.md"), Markdown());

    private static string Markdown()
    {
        var text = new StringBuilder("""
            # Findings

            What a run, a plan or a reconciliation reports besides its counts. With `--json`, `findings` lists them with code and arguments, which
            programs can rely on, and `notices` has the same in words, as shown below. A finding *leaves work* when something that was wanted is left to
            a later run: the exit code is then 1, unless a guard holds something (5).

            In the text, `{name}` is an argument, and `[one / other]` depends on one. `{file}` is the job file. This page is generated from the words
            themselves; run its test with `ROLLCALL_UPDATE=1` to update it.

            | code | severity | text | what to do |
            |---|---|---|---|

            """);
        foreach (var finding in KnownFindings.All)
        {
            var wording = FindingTable.Words[finding.Code];
            var severity = $"{finding.Severity.ToString().ToLowerInvariant()}{(finding.LeavesWork ? ", leaves work" : "")}";
            text.Append(null, $"| `{finding.Code}` | {severity} | {Shown(wording.Text)} | {Shown(wording.Todo ?? "")} |\n");
        }

        return text.ToString();
    }

    private static string Shown(string template) => Template.Show(template).Replace("|", "\\|", StringComparison.Ordinal);

    private static IEnumerable<string> Sources() => Directory.EnumerateFiles(Engine, "*.cs", SearchOption.AllDirectories)
        .Where(file => !Path.GetFileName(file).StartsWith("Findings.", StringComparison.Ordinal)
            && !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    [GeneratedRegex(@"\bFindings\.([A-Z]\w+)")]
    private static partial Regex Used();

    [GeneratedRegex(@"\bFindings\.[A-Z]\w+\([^;]*;")]
    private static partial Regex Calls();

    [GeneratedRegex(@"(?<![\w-])--[a-z]|\brollcall ")]
    private static partial Regex Command();
}
