using Rollcall.Model;
using Rollcall.Operations;

namespace Rollcall.Cli.Words;

/// <summary>Puts words to findings.</summary>
internal static class FindingWords
{
    /// <summary>A finding of a job file's run, in words; its code and arguments where a newer version found it.</summary>
    public static string Of(Finding finding, string jobFile)
    {
        if (!FindingTable.Words.TryGetValue(finding.Code, out var wording))
        {
            return finding.ToString();
        }

        object? Argument(string name) => name == "file" ? jobFile : finding.Arguments.GetValueOrDefault(name);
        return Template.Fill(wording.Text, Argument) + (wording.Todo is null ? "" : " " + Template.Fill(wording.Todo, Argument));
    }

    /// <summary>The result with its findings in words among its notices. Runs of older versions have notices alone.</summary>
    public static RunResult InWords(this RunResult result, string jobFile) => result with { Notices = Notices(result.Notices, result.Findings, jobFile) };

    /// <inheritdoc cref="InWords(RunResult, string)"/>
    public static Reconciliation InWords(this Reconciliation result, string jobFile) =>
        result with { Notices = Notices(result.Notices, result.Findings, jobFile) };

    /// <summary>The job with its last run's findings in words.</summary>
    public static JobStatus InWords(this JobStatus job) => job with { LastRun = job.LastRun?.InWords(job.JobFile) };

    private static IReadOnlyList<string> Notices(IReadOnlyList<string> notices, IReadOnlyList<Finding> findings, string jobFile) =>
        [.. notices.Union(findings.Select(finding => Of(finding, jobFile)))];
}
