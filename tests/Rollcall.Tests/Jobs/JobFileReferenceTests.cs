using Rollcall.Jobs;
using Xunit;

namespace Rollcall.Tests.Jobs;

public sealed class JobFileReferenceTests
{
    public static TheoryData<string> Examples => [.. Groups(JobKeys.Root).Where(group => group.Example is not null).Select(group => group.Example!)];

    [Fact]
    public void The_committed_reference_is_what_the_keys_say() =>
        RepositoryFiles.AssertCommitted(Path.Combine(RepositoryFiles.Root, "docs", "job-file.md"), JobFileReference.Markdown);

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_of_the_reference_has_the_right_shape(string example)
    {
        var problems = new JobProblems("example.yaml");
        var root = JobSyntax.Parse(example, problems);

        new JobShapes(problems, _ => "secret").Check(root!, new GroupShape("an example", [.. JobKeys.Root.Keys.Select(key => key with { Required = false })]));

        Assert.Empty(problems.All);
    }

    private static IEnumerable<GroupShape> Groups(Shape shape) => shape switch
    {
        GroupShape group => group.Keys.SelectMany(key => Groups(key.Shape)).Prepend(group),
        EitherShape either => Groups(either.Group),
        MapShape map => Groups(map.Value),
        ListShape list => Groups(list.Item),
        _ => [],
    };
}
