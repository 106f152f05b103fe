using System.Reflection;
using Rollcall.Model;

namespace Rollcall.Tests.Cli.Words;

/// <summary>One finding of each code that the engine knows.</summary>
internal static class KnownFindings
{
    public static IReadOnlyList<Finding> All { get; } =
        [.. typeof(Findings).GetMethods(BindingFlags.Public | BindingFlags.Static).Where(method => method.ReturnType == typeof(Finding)).Select(Example)
            .OrderBy(one => one.Code, StringComparer.Ordinal)];

    private static Finding Example(MethodInfo method)
    {
        var finding = (Finding)method.Invoke(null, [.. method.GetParameters().Select(Argument)])!;
        return finding.Code == method.Name ? finding : throw new InvalidOperationException($"{method.Name} has the code {finding.Code}.");
    }

    private static object Argument(ParameterInfo parameter) => parameter.ParameterType switch
    {
        var type when type == typeof(string) => parameter.Name!,
        var type when type == typeof(long) || type == typeof(long?) => 2L,
        var type when type == typeof(bool) => true,
        var type when type == typeof(IEnumerable<string>) => new[] { "one", "two" },
        var type when type == typeof(IEnumerable<long>) => new[] { 1L, 2L },
        var type => throw new NotSupportedException($"{parameter.Name}: {type}"),
    };
}
