using System.Runtime.InteropServices;

namespace Rollcall.TestKit.Processes;

/// <summary>Where the program under test is.</summary>
internal static class Repository
{
    private const string Marker = "Rollcall.slnx";

    /// <summary>The program: ROLLCALL_TEST_PROGRAM, or the one built in the same configuration as the tests.</summary>
    public static string Program { get; } = Environment.GetEnvironmentVariable("ROLLCALL_TEST_PROGRAM") ?? FindProgram();

    /// <summary>The <c>dotnet</c> that runs the tests.</summary>
    public static string Dotnet { get; } =
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    private static string FindProgram()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var root = output;
        while (!File.Exists(Path.Combine(root.FullName, Marker)))
        {
            root = root.Parent ?? throw new InvalidOperationException($"No folder above {output} holds {Marker}.");
        }

        var program = Path.Combine(root.FullName, "src/Rollcall.Cli/bin", output.Parent!.Name, output.Name, "Rollcall.Cli.dll");
        return File.Exists(program) ? program : throw new InvalidOperationException($"{program} is missing. Build it with: dotnet build src/Rollcall.Cli");
    }
}
