using System.Text.Json.Nodes;
using Rollcall.Jobs;
using Xunit;

namespace Rollcall.Tests.Jobs;

public sealed class SamplesTests
{
    private static readonly string Folder = Path.Combine(RepositoryFiles.Root, "samples");

    public static TheoryData<string> Jobs => [.. Directory.EnumerateFiles(Folder, "*.yaml").Select(file => Path.GetFileName(file))];

    [Theory]
    [MemberData(nameof(Jobs))]
    public void A_sample_is_a_job_on_files_that_are_there(string file)
    {
        var job = JobFile.Read(Path.Combine(Folder, file), _ => "demo");

        Assert.Empty(job.Warnings);
        Assert.All(((TablesSourceOptions)job.Source).Files.Values, table => Assert.True(File.Exists(table.Path), table.Path));
    }

    [Fact]
    public void The_books_of_the_shop_are_in_the_simulated_account_or_created()
    {
        var job = JobFile.Read(Path.Combine(Folder, "shop.yaml"), _ => "demo");
        var seed = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "dotdigital.json")))!;
        var books = seed["books"]!.AsArray().Select(book => (long)book!["id"]!).ToHashSet();

        Assert.All(job.Config.SegMappings, mapping => Assert.True(mapping.Book.Create || books.Contains(mapping.Book.Id!.Value), mapping.Book.ToString()));
    }
}
