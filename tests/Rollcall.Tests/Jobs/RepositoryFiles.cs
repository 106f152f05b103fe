using Xunit;

namespace Rollcall.Tests.Jobs;

/// <summary>Files of the repository that tests read, and write when asked to.</summary>
internal static class RepositoryFiles
{
    /// <summary>Set to 1, tests write the generated files they would compare.</summary>
    public const string UpdateVariable = "ROLLCALL_UPDATE";

    public static string Root { get; } = Find(AppContext.BaseDirectory);

    public static string Cases(string kind) => Path.Combine(Root, "tests", "Rollcall.Tests", "Jobs", "cases", kind);

    /// <summary>Fails when a committed file differs from the generated text, and says how to update it.</summary>
    public static void AssertCommitted(string path, string generated)
    {
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
        {
            File.WriteAllText(path, generated);
        }

        var committed = File.Exists(path) ? File.ReadAllText(path) : "";
        Assert.True(committed == generated,
            $"{Path.GetRelativePath(Root, path)} is not what the code generates."
            + $" Write it with {UpdateVariable}=1 ./test.sh, and review the difference.\n--- generated:\n{generated}");
    }

    private static string Find(string folder) =>
        File.Exists(Path.Combine(folder, "Rollcall.slnx")) ? folder : Find(Path.GetDirectoryName(folder)!);
}
