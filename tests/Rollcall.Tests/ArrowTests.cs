using System.Text.RegularExpressions;
using ArchUnitNET.Domain;
using ArchUnitNET.Domain.Extensions;
using ArchUnitNET.Loader;
using Rollcall.Tests.Jobs;
using Xunit;

namespace Rollcall.Tests;

/// <summary>
/// The folders of the engine depend on each other in one direction: what a folder may name is itself and what stands before it. Stages name no other stage.
/// </summary>
public sealed partial class ArrowTests
{
    private const string Root = "Rollcall";

    private static readonly string[] Foundations = ["Model", "Jobs", "Work", "Store", "Running"];
    private static readonly string[] Stages = ["Connecting", "Reading", "Comparing", "Planning", "Delivering", "Recording"];

    private static readonly Lazy<Architecture> Engine = new(() => new ArchLoader().LoadAssembly(typeof(ExportRun).Assembly).Build());

    private static readonly string Sources = Path.Combine(RepositoryFiles.Root, "src", "Rollcall");

    public static TheoryData<string> Folders => [.. Foundations, .. Stages, "", "Operations"];

    [Fact]
    public void Every_folder_of_the_engine_has_its_place() =>
        Assert.Equal(
            [.. Foundations.Concat(Stages).Append("Operations").Order(StringComparer.Ordinal)],
            Directory.EnumerateDirectories(Sources).Select(path => Path.GetFileName(path)).Except(["bin", "obj"]).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Folders))]
    public void No_type_depends_on_a_folder_that_stands_after_its_own(string folder)
    {
        var types = Engine.Value.Types.Where(type => FolderOf(type) == folder).ToList();

        Assert.NotEmpty(types);
        Assert.Empty(types
            .SelectMany(
                type => type.GetTypeDependencies().Where(used => FolderOf(used) is { } other && !Allowed(folder).Contains(other))
                    .Select(used => $"{type.FullName} -> {used.FullName}"))
            .Distinct().Order(StringComparer.Ordinal));
    }

    /// <summary>Constants leave no trace in an assembly.</summary>
    [Theory]
    [MemberData(nameof(Folders))]
    public void No_file_names_a_folder_that_stands_after_its_own(string folder)
    {
        var files = folder.Length == 0
            ? Directory.GetFiles(Sources, "*.cs")
            : Directory.GetFiles(Path.Combine(Sources, folder), "*.cs", SearchOption.AllDirectories);

        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var named = Named().Matches(Code().Replace(File.ReadAllText(file), " ")).Select(match => match.Groups[1].Value);
            Assert.True(named.All(name => Allowed(folder).Contains(name)),
                $"{Path.GetRelativePath(Sources, file)}: {string.Join(", ", named.Where(name => !Allowed(folder).Contains(name)).Distinct())}");
        }
    }

    private static string[] Allowed(string folder) => folder switch
    {
        "Operations" => [.. Foundations, .. Stages, "", "Operations"],
        "" => [.. Foundations, .. Stages, ""],
        _ when Stages.Contains(folder) => [.. Foundations, folder],
        _ => [.. Foundations.Take(Array.IndexOf(Foundations, folder) + 1)],
    };

    /// <summary>The engine's folder that a type is in: empty for its root, null for a type of somebody else.</summary>
    private static string? FolderOf(IType type) => type.Namespace?.FullName is not { } name || type.Assembly?.FullName.Split(',')[0] != Root
        ? null
        : name == Root ? "" : name.StartsWith(Root + ".", StringComparison.Ordinal) ? name.Split('.')[1] : null;

    [GeneratedRegex("""///.*$|//.*$|"(?:[^"\\\r\n]|\\.)*"|\"{3,}[\s\S]*?\"{3,}""", RegexOptions.Multiline)]
    private static partial Regex Code();

    [GeneratedRegex(
        @"(?<![\w.])(?:using (?:static )?Rollcall\.|(?:Rollcall\.)?(?=\w+\.[A-Z]))"
        + @"(Model|Jobs|Work|Store|Running|Connecting|Reading|Comparing|Planning|Delivering|Recording|Operations)\b")]
    private static partial Regex Named();
}
