using System.Reflection;
using System.Text.RegularExpressions;
using Rollcall.Store;
using Rollcall.Tests.Jobs;
using Xunit;

namespace Rollcall.Tests.Store;

/// <summary>The store can be replaced: nothing outside <c>Store/Sqlite</c> depends on how it is implemented.</summary>
public sealed partial class SeamTests
{
    private const string Implementation = "Rollcall.Store.Sqlite";

    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    // Audiences may be in SQLite files.
    private static readonly string[] Knows = [Implementation, "Rollcall.Reading.Tables.Databases"];

    private static readonly string Sources = Path.Combine(RepositoryFiles.Root, "src", "Rollcall");

    [Fact]
    public void No_type_beside_the_implementation_has_a_type_of_SQLite_or_Dapper()
    {
        var others = typeof(IStore).Assembly.GetTypes().Where(type => !Knows.Contains(Outermost(type).Namespace)).ToList();

        Assert.NotEmpty(others);
        Assert.Empty(others.Where(type => Used(type).Any(used => used.Namespace is { } name
            && (name.StartsWith("Microsoft.Data.Sqlite", StringComparison.Ordinal) || name == "Dapper"))).Select(type => type.FullName));
    }

    [Fact]
    public void No_file_beside_the_implementation_names_SQLite_Dapper_or_a_table_of_the_store()
    {
        foreach (var path in Directory.EnumerateFiles(Sources, "*.cs", SearchOption.AllDirectories))
        {
            var file = Path.GetRelativePath(Sources, path).Replace('\\', '/');
            if (!file.StartsWith("Store/Sqlite/", StringComparison.Ordinal) && !file.StartsWith("Reading/Tables/Databases/", StringComparison.Ordinal)
                && !file.StartsWith("obj/", StringComparison.Ordinal) && !file.StartsWith("bin/", StringComparison.Ordinal))
            {
                var text = File.ReadAllText(path);
                Assert.False(Library().IsMatch(text), file);
                Assert.False(Table().IsMatch(text), $"{file}: {Table().Match(text).Value}");
            }
        }
    }

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static IEnumerable<Type> Used(Type type) => type.GetFields(All).Select(field => field.FieldType)
        .Concat(type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)).SelectMany(Used))
        .Concat(type.GetInterfaces()).SelectMany(Parts);

    private static IEnumerable<Type> Used(MethodBase method) => method.GetParameters().Select(parameter => parameter.ParameterType)
        .Concat(method is MethodInfo { ReturnType: var returned } ? [returned] : [])
        .Concat(method.GetMethodBody() is { } body
            ? body.LocalVariables.Select(local => local.LocalType).Concat(body.ExceptionHandlingClauses.Select(Caught).OfType<Type>())
            : []);

    private static Type? Caught(ExceptionHandlingClause clause) => clause.Flags == ExceptionHandlingClauseOptions.Clause ? clause.CatchType : null;

    private static IEnumerable<Type> Parts(Type type) => type.HasElementType
        ? Parts(type.GetElementType()!)
        : type.GetGenericArguments().SelectMany(Parts).Append(type);

    [GeneratedRegex(@"^using (?:Microsoft\.Data\.Sqlite|Dapper)|\bSqlite(?:Connection|Command|DataReader|Exception|Transaction)\b", RegexOptions.Multiline)]
    private static partial Regex Library();

    // Tables that only the store has; the run's own database has others by the names of book, opt_out and outbox.
    [GeneratedRegex(
        @"\b(?:FROM|INTO|UPDATE|JOIN)\s+(?:job|run|delivery|direct_call|opt_out_feed|opt_out_count|forgotten_opt_out|already_there|data_field|watch)\b")]
    private static partial Regex Table();
}
