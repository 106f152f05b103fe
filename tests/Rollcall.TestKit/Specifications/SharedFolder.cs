namespace Rollcall.TestKit.Specifications;

/// <summary>
/// The folder with what the repository does not carry: the vendor's specifications and the sample database.
/// It is next to the repository, or at the path in the environment variable <c>ROLLCALL_SHARED</c>.
/// </summary>
public static class SharedFolder
{
    /// <summary>Why a test that needs the folder was skipped.</summary>
    public const string Absent = "needs ../shared (or ROLLCALL_SHARED), which is not here";

    /// <summary>The folder <c>reference</c> with the OpenAPI documents; null when it is not here.</summary>
    public static string? Reference { get; } = Find("reference", "dotdigital-v2.openapi.json");

    /// <summary>The Chinook sample database; null when it is not here.</summary>
    public static string? Chinook { get; } =
        Find("data", "chinook.sqlite") is { } folder ? Path.Combine(folder, "chinook.sqlite") : null;

    private static string? Find(string folder, string mustHold)
    {
        var roots = Environment.GetEnvironmentVariable("ROLLCALL_SHARED") is { Length: > 0 } named ? [named] : Beside();
        return roots.Select(root => Path.Combine(root, folder))
            .FirstOrDefault(candidate => File.Exists(Path.Combine(candidate, mustHold)));
    }

    private static IEnumerable<string> Beside()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            yield return Path.Combine(at.FullName, "shared");
        }
    }
}
