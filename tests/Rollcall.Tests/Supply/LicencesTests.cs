using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Rollcall.Tests.Jobs;
using Xunit;

namespace Rollcall.Tests.Supply;

/// <summary>The packages that Rollcall uses and is tested with, according to the lock files.</summary>
public sealed class LicencesTests
{
    /// <summary>Licences, by their SPDX names, that allow using and distributing Rollcall under MIT without further checks.</summary>
    private static readonly string[] Permissive = ["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "PostgreSQL"];

    private static readonly string[] Folders = ["src", "tests", "bench"];

    [Fact]
    public void The_committed_list_of_licences_is_what_the_packages_say() =>
        RepositoryFiles.AssertCommitted(Path.Combine(RepositoryFiles.Root, "docs", "licences.md"), Markdown());

    [Fact]
    public void Every_licence_is_permissive() =>
        Assert.All(Packages(), package => Assert.Contains(Licence(package.Name, package.Version), Permissive));

    [Fact]
    public void Every_project_has_its_packages_locked_to_their_contents()
    {
        foreach (var project in Projects())
        {
            var file = Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json");
            Assert.True(File.Exists(file), $"{file} is missing: dotnet restore writes it.");
            Assert.All(Locked(file), one => Assert.True(one.IsProject || one.HasHash, one.Name));
        }
    }

    private static string Markdown()
    {
        var text = new StringBuilder("""
            # Licences

            The packages that Rollcall uses, and those that only its tests, its benchmark and its build use, each with its declared licence. Generated
            from the lock files and the packages themselves; run its test with `ROLLCALL_UPDATE=1` to update it.

            | package | version | licence | in |
            |---|---|---|---|

            """);
        foreach (var (name, version, shipped) in Packages())
        {
            text.Append(null, $"| {name} | {version} | {Licence(name, version)} | {(shipped ? "Rollcall" : "tests, build")} |\n");
        }

        return text.ToString();
    }

    /// <summary>Every package once, by name; in Rollcall is what its program is locked to, without what only analyses sources.</summary>
    private static IEnumerable<(string Name, string Version, bool Shipped)> Packages()
    {
        var program = Locked(Path.Combine(RepositoryFiles.Root, "src", "Rollcall.Cli", "packages.lock.json")).Select(one => one.Name).ToHashSet();
        return Projects()
            .SelectMany(project => Locked(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json")))
            .Where(one => !one.IsProject)
            .Select(one => (one.Name, one.Version, Shipped: program.Contains(one.Name) && !one.Name.EndsWith("Analyzers", StringComparison.Ordinal)))
            .Distinct()
            .OrderBy(one => one.Name, StringComparer.OrdinalIgnoreCase)
            .ThenBy(one => one.Version, StringComparer.Ordinal);
    }

    private static IEnumerable<string> Projects() => Folders
        .SelectMany(folder => Directory.GetDirectories(Path.Combine(RepositoryFiles.Root, folder)))
        .SelectMany(folder => Directory.GetFiles(folder, "*.csproj"));

    private static List<(string Name, string Version, bool IsProject, bool HasHash)> Locked(string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        return [.. json.RootElement.GetProperty("dependencies").EnumerateObject()
            .SelectMany(framework => framework.Value.EnumerateObject())
            .Select(one => (
                one.Name,
                one.Value.TryGetProperty("resolved", out var version) ? version.GetString()! : "",
                one.Value.GetProperty("type").GetString() == "Project",
                one.Value.TryGetProperty("contentHash", out var hash) && hash.GetString() is { Length: > 0 }))];
    }

    /// <summary>The SPDX expression that a restored package declares; without one, its other licence declaration.</summary>
    private static string Licence(string name, string version)
    {
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } configured
            ? configured
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
#pragma warning disable CA1308 // NuGet's folders are in lower case.
        var id = name.ToLowerInvariant();
        var nuspec = XDocument.Load(Path.Combine(packages, id, version.ToLowerInvariant(), id + ".nuspec"));
#pragma warning restore CA1308
        var licence = nuspec.Descendants().FirstOrDefault(element => element.Name.LocalName == "license");
        return licence?.Attribute("type")?.Value == "expression" ? licence.Value : $"{licence?.Value ?? "none stated"} in the package";
    }
}
