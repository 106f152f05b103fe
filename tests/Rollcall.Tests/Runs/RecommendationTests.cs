using Rollcall.Model;
using Rollcall.Operations;
using Xunit;

namespace Rollcall.Tests.Runs;

/// <summary>Recommendations in a table.</summary>
public sealed class RecommendationTests
{
    private const string Ann = "ann@example.com";
    private const string Bob = "bob@example.com";

    [Fact]
    public async Task Recommendations_of_a_table_fill_data_fields_by_their_rank()
    {
        await using var scene = await StartAsync();
        scene.Write("picks.csv", "email,rank,title,url", $"{Ann},2,Second,u2", $"ANN@example.com,1,First,u1", $"{Bob},7,Only,u3");

        var result = await scene.RunAsync();

        Assert.Equal(ExitCode.Done, result.ExitCode);
        Assert.Equal(("First", "u1", "Second"), Fields(scene, Ann));
        Assert.Equal(("Only", "u3", null), Fields(scene, Bob));
    }

    [Fact]
    public async Task Only_people_whose_recommendations_changed_are_updated()
    {
        await using var scene = await StartAsync();
        scene.Write("picks.csv", "email,rank,title,url", $"{Ann},1,First,u1", $"{Bob},1,Only,u3");
        await scene.RunAsync();
        var writes = scene.Writes;

        var unchanged = await scene.RunAsync();
        Assert.Equal((writes, 2L), (scene.Writes, unchanged.Audiences[0].Unchanged));

        scene.Write("picks.csv", "email,rank,title,url", $"{Ann},1,Newer,u9", $"{Bob},1,Only,u3");
        var result = await scene.RunAsync();

        Assert.Equal((1L, 1L), (result.Audiences[0].Updated, result.Audiences[0].Unchanged));
        Assert.Equal("Newer", scene.Account.Contact(Ann)!.DataFields["REC_TITLE"]);
    }

    [Theory]
    [InlineData("keep", "First")]
    [InlineData("clear", null)]
    public async Task A_person_who_has_no_recommendations_any_more_keeps_them_or_not_as_the_job_says(string choice, string? left)
    {
        await using var scene = await StartAsync();
        scene.More = $"on_missing_field: {choice}";
        scene.Write("picks.csv", "email,rank,title,url", $"{Ann},1,First,u1", $"{Bob},1,Only,u3");
        await scene.RunAsync();
        scene.Write("picks.csv", "email,rank,title,url", $"{Bob},1,Only,u3");

        await scene.RunAsync();

        Assert.Equal(left, scene.Account.Contact(Ann)!.DataFields.GetValueOrDefault("REC_TITLE"));
    }

    [Theory]
    [InlineData("email,rank,title,url")]
    [InlineData("email,rank,title,url\nbob@example.com,1,Only,u3\nann@example.com,1,Fir")]
    public async Task A_table_that_is_empty_or_cut_short_takes_nothing_away(string cut)
    {
        await using var scene = await StartAsync();
        scene.More = "on_missing_field: clear";
        scene.Write("picks.csv", "email,rank,title,url", $"{Ann},1,First,u1", $"{Bob},1,Only,u3");
        await scene.RunAsync();
        File.WriteAllText(Path.Combine(scene.Folder, "picks.csv"), cut);

        var writes = scene.Writes;

        var result = await scene.RunAsync();

        Assert.Equal((ExitCode.SomeNotDelivered, "First"), (result.ExitCode, scene.Account.Contact(Ann)!.DataFields["REC_TITLE"]));
        Assert.Contains(result.Notices, notice => notice.StartsWith("The recommendations were not read completely", StringComparison.Ordinal));
        Assert.Equal((writes, 2L), (scene.Writes, result.Audiences[0].Unchanged));
    }

    [Fact]
    public async Task A_row_that_cannot_be_read_keeps_nobody_elses_recommendations_as_they_were()
    {
        await using var scene = await StartAsync();
        scene.More = "on_missing_field: clear";
        scene.Write("picks.csv", "email,rank,title,url", $"{Ann},1,First,u1", $"{Bob},1,Only,u3");
        await scene.RunAsync();

        foreach (var title in new[] { "Newer", "Newest" })
        {
            scene.Write("picks.csv", "email,rank,title,url", $"{Ann},1", $"{Bob},1,{title},u3");
            await scene.RunAsync();
            Assert.Equal(("First", title), (scene.Account.Contact(Ann)!.DataFields["REC_TITLE"], scene.Account.Contact(Bob)!.DataFields["REC_TITLE"]));
        }
    }

    [Fact]
    public async Task A_person_who_was_read_in_part_keeps_what_they_had()
    {
        await using var scene = await StartAsync();
        scene.More = "on_missing_field: clear";
        scene.Write("picks.csv", "email,rank,title,url", $"{Bob},1,Only,u3", $"{Ann},1,First,u1", $"{Ann},2,Second,u2");
        await scene.RunAsync();

        scene.Write("picks.csv", "email,rank,title,url", $"{Bob},1,Newer,u3", $"{Ann},1,First,u1", $"{Ann},2");
        await scene.RunAsync();
        Assert.Equal(("First", "u1", "Second"), Fields(scene, Ann));
        Assert.Equal(("Newer", "u3", null), Fields(scene, Bob));

        scene.Write("picks.csv", "email,rank,title,url", $"{Bob},1,Newer,u3", $"{Ann},1,First,u1");
        await scene.RunAsync();
        Assert.Equal(("First", "u1", null), Fields(scene, Ann));
    }

    [Fact]
    public async Task A_table_that_is_correctly_empty_is_accepted_once_it_is_allowed()
    {
        await using var scene = await StartAsync();
        scene.More = "on_missing_field: clear";
        scene.Write("picks.csv", "email,rank,title,url", $"{Ann},1,First,u1");
        await scene.RunAsync();
        scene.Write("picks.csv", "email,rank,title,url");

        var allowed = await scene.RunAsync("empty");
        var later = await scene.RunAsync();

        Assert.Equal((ExitCode.Done, ExitCode.Done), (allowed.ExitCode, later.ExitCode));
        Assert.Null(scene.Account.Contact(Ann)!.DataFields.GetValueOrDefault("REC_TITLE"));
    }

    [Fact]
    public async Task Query_errors_are_reported_without_values()
    {
        await using var scene = await StartAsync();
        scene.Tables = "    recommendations: {picks: \"SELECT email, rank, CAST(title AS INTEGER) AS title, url FROM picks\"}";
        scene.Write("picks.csv", "email,rank,title,url", $"{Ann},1,secret-title,u1");

        var stop = await Assert.ThrowsAsync<RollcallException>(() => scene.RunAsync());

        Assert.Equal((ExitCode.Source, "recommendations picks"), (stop.ExitCode, stop.Problems[0].Where));
        Assert.DoesNotContain("secret-title", stop.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_without_an_address_or_a_rank_are_counted_and_the_others_arrive()
    {
        await using var scene = await StartAsync();
        scene.Write("picks.csv", "email,rank,title,url", $"{Ann},1,First,u1", "nobody,1,x,y", ",1,x,y", $"{Bob},high,Only,u3");

        var result = await scene.RunAsync();

        Assert.Equal("First", scene.Account.Contact(Ann)!.DataFields["REC_TITLE"]);
        Assert.Contains("2 rows of the recommendations left out: no valid address.", result.Notices);
        Assert.Contains("1 row of the recommendations left out: no number for a rank.", result.Notices);
    }

    [Fact]
    public async Task A_recommendation_that_does_not_fit_its_data_field_is_left_out_and_listed()
    {
        await using var scene = await StartAsync();
        scene.Write("picks.csv", "email,rank,title,url", $"{Ann},1,{new string('x', 1001)},u1", $"{Bob},1,Only,u3");

        var result = await scene.RunAsync();

        Assert.Equal((1L, 2L), (result.ValuesLeftOut, result.Audiences[0].Entered));
        Assert.Equal(("field", Ann), (Assert.Single(result.Failures).Operation, result.Failures[0].Email));
        Assert.Equal("u1", scene.Account.Contact(Ann)!.DataFields["REC_URL"]);
    }

    [Fact]
    public async Task Check_names_a_column_that_the_recommendations_lack()
    {
        await using var scene = await StartAsync();
        scene.Write("picks.csv", "email,rank,titel,url", $"{Ann},1,First,u1");

        var problems = await JobCheck.RunAsync(scene.Job(), scene.Workplace(), TestContext.Current.CancellationToken);

        var problem = Assert.Single(problems, p => p.Severity == Severity.Error);
        Assert.Equal(("There is no field \"title\".", "recommendations picks", ExitCode.Source), (problem.Message, problem.Where, problem.ExitCode));
    }

    [Fact]
    public async Task Data_fields_of_recommendations_are_created_where_the_job_says_so()
    {
        await using var scene = await ExportScene.StartAsync();
        Recommend(scene);
        scene.More = "create_missing_fields: true";
        scene.Write("picks.csv", "email,rank,title,url", $"{Ann},1,First,u1");

        await scene.RunAsync();

        Assert.Equal("First", scene.Account.Contact(Ann)!.DataFields["REC_TITLE"]);
    }

    private static (string? Title, string? Url, string? Second) Fields(ExportScene scene, string email)
    {
        var fields = scene.Account.Contact(email)!.DataFields;
        return (fields.GetValueOrDefault("REC_TITLE"), fields.GetValueOrDefault("REC_URL"), fields.GetValueOrDefault("REC2_TITLE"));
    }

    private static async Task<ExportScene> StartAsync()
    {
        var scene = await ExportScene.StartAsync();
        foreach (var field in new[] { "REC_TITLE", "REC_URL", "REC2_TITLE" })
        {
            scene.Account.AddDataField(field, "String");
        }

        Recommend(scene);
        return scene;
    }

    private static void Recommend(ExportScene scene)
    {
        scene.Files = "picks: picks.csv";
        scene.Tables = "    recommendations: {picks: {from: picks}}";
        scene.Config = "  collection_id: picks\n  recommender_mappings: [{title: REC_TITLE}, {url: REC_URL}, {2.title: REC2_TITLE}]";
        scene.Set("gold", Ann, Bob);
    }
}
