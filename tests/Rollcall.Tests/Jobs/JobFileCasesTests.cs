using Rollcall.Jobs;
using Rollcall.Model;
using Xunit;

namespace Rollcall.Tests.Jobs;

/// <summary>A file in <c>cases/valid</c> is a job; a file in <c>cases/invalid</c> has exactly the problems in the text file next to it.</summary>
public sealed class JobFileCasesTests
{
    public static TheoryData<string> Valid => Files("valid");

    public static TheoryData<string> Invalid => Files("invalid");

    [Theory]
    [MemberData(nameof(Valid))]
    public void A_valid_file_is_read_without_a_problem(string file)
    {
        var job = JobFile.Read(Path.Combine(RepositoryFiles.Cases("valid"), file), Some.Environment);

        Assert.Empty(job.Warnings);
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void Every_problem_of_an_invalid_file_is_reported_at_once(string file)
    {
        var path = Path.Combine(RepositoryFiles.Cases("invalid"), file);

        var wrong = Assert.Throws<RollcallException>(() => JobFile.Read(path, Some.Environment));

        Assert.Equal(ExitCode.BadJob, wrong.ExitCode);
        Assert.DoesNotContain(Some.Password, wrong.ToString(), StringComparison.Ordinal);
        var said = string.Concat(wrong.Problems.Select(problem => (problem.Severity == Severity.Warning ? "warning: " : "") + problem + "\n"));
        RepositoryFiles.AssertCommitted(Path.ChangeExtension(path, ".txt"), said);
    }

    private static TheoryData<string> Files(string kind) =>
        [.. Directory.EnumerateFiles(RepositoryFiles.Cases(kind))
            .Select(Path.GetFileName)
            .OfType<string>()
            .Where(file => !file.EndsWith(".txt", StringComparison.Ordinal))
            .Order()];
}
