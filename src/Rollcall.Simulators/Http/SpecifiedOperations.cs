using System.Reflection;

namespace Rollcall.Simulators.Http;

/// <summary>An operation as the official specifications name it.</summary>
internal sealed record SpecifiedOperation(string Method, string Path, string Name)
{
    public PathTemplate Template { get; } = new(Path);
}

/// <summary>Every operation of the official specifications, to distinguish operations that are not simulated from those that do not exist.</summary>
internal static class SpecifiedOperations
{
    private static readonly IReadOnlyList<SpecifiedOperation> All = Read();

    /// <summary>The operations at a path, of every method: of the matching ones, those with the most fixed segments.</summary>
    public static IReadOnlyList<SpecifiedOperation> At(string[] path)
    {
        var there = All.Where(operation => operation.Template.Match(path) is not null).ToList();
        var most = there.Select(operation => operation.Template.FixedWords).DefaultIfEmpty().Max();
        return [.. there.Where(operation => operation.Template.FixedWords == most)];
    }

    private static List<SpecifiedOperation> Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("specified.txt")!;
        using var reader = new StreamReader(stream);
        var operations = new List<SpecifiedOperation>();
        while (reader.ReadLine() is { } line)
        {
            var parts = line.Split(' ');
            operations.Add(new SpecifiedOperation(parts[0], parts[1], parts[2]));
        }

        return operations;
    }
}
