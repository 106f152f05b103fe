using System.Text.Json.Nodes;
using DuckDB.NET.Data;
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

    [Fact]
    public void The_audiences_of_the_shop_overlap()
    {
        var source = (TablesSourceOptions)JobFile.Read(Path.Combine(Folder, "shop.yaml"), _ => "demo").Source;
        using var duckdb = new DuckDBConnection("DataSource=:memory:");
        duckdb.Open();
        foreach (var (table, file) in source.Files)
        {
            var types = string.Join(", ", file.Types.Select(type => $"{type.Key}::{type.Value} AS {type.Key}"));
            Run(duckdb, $"CREATE TABLE {table} AS SELECT * REPLACE ({types}) FROM read_csv('{file.Path}', all_varchar = true)");
        }

        var members = source.Audiences.ToDictionary(audience => audience.Key, audience => Emails(duckdb, audience.Value));

        Assert.Equal(["big_spenders", "germany", "lapsed"], members.Keys);
        Assert.All(members.Values, emails => Assert.InRange(emails.Count, 5, 25));
        Assert.Contains(members["big_spenders"], members["germany"].Contains);
        Assert.Contains(members["germany"], members["lapsed"].Contains);
        Assert.Contains(members["big_spenders"], members["lapsed"].Contains);
    }

    private static HashSet<string> Emails(DuckDBConnection duckdb, AudienceQuery audience)
    {
        using var command = duckdb.CreateCommand();
        command.CommandText = $"SELECT coalesce(email, '') FROM ({audience.Sql ?? $"SELECT * FROM {audience.From} WHERE {audience.Condition}"})";
        using var rows = command.ExecuteReader();
        var emails = new HashSet<string>();
        while (rows.Read())
        {
            emails.Add(rows.GetString(0));
        }

        return emails;
    }

    private static void Run(DuckDBConnection duckdb, string sql)
    {
        using var command = duckdb.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
