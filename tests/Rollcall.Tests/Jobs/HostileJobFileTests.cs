using System.Diagnostics;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.Tests.Jobs;

/// <summary>Job files that are too large, have too many keys, or are wrong in too many places.</summary>
public sealed class HostileJobFileTests
{
    [Theory]
    [InlineData(99, 100)]
    [InlineData(100, 101)]
    [InlineData(40_000, 101)]
    public void A_hundred_problems_are_reported_with_the_number_of_the_others(int keys, int told)
    {
        var stop = Refused($"tag: x\nunknown: 1\n{string.Concat(Enumerable.Range(0, keys - 3).Select(i => $"unknown_{i}: 1\n"))}");
        Assert.Equal(told, stop.Problems.Count);
        Assert.Equal(told > 100, stop.Problems[^1].Message.StartsWith("and ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("unknown_{0}: 1\n", "")]
    [InlineData("  - {{a: b}}\n", "config:\n")]
    [InlineData("    a{0}: SELECT 1\n", "source:\n  tables:\n")]
    public void More_keys_than_any_job_has_are_refused_at_once(string line, string head)
    {
        var text = head + string.Concat(Enumerable.Range(0, 250_000).Select(i => string.Format(null, line, i)));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        var stop = Refused(text.Length > 4_000_000 ? text[..4_000_000] : text);
        Assert.Contains("50,000", string.Concat(stop.Problems), StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 400_000_000);
    }

    [Fact]
    public void A_file_of_more_than_four_megabytes_is_not_a_job_file()
    {
        using var folder = new TempFolder();
        folder.Write("job.yaml", "tag: x\n" + new string('#', 4 * 1024 * 1024));
        var stop = Assert.Throws<RollcallException>(() => JobFile.Read(folder["job.yaml"], _ => null));
        Assert.Equal(ExitCode.BadJob, stop.ExitCode);
        Assert.Contains("4 MB", stop.Message, StringComparison.Ordinal);
    }

    private static RollcallException Refused(string text)
    {
        var stop = Assert.Throws<RollcallException>(() => JobFile.Parse(text, "job.yaml", _ => null));
        Assert.Equal(ExitCode.BadJob, stop.ExitCode);
        return stop;
    }
}
