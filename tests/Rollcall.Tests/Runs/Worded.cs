using Rollcall.Cli.Words;
using Rollcall.Jobs;
using Rollcall.Model;

namespace Rollcall.Tests.Runs;

/// <summary>Results with their findings in words, as the command line shows them.</summary>
internal static class Worded
{
    public static async Task<RunResult> InWords(this Task<RunResult> run, Job job) => (await run).InWords(job.Path);
}
