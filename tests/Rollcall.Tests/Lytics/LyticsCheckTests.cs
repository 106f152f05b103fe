using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Tests.Reading;
using Xunit;

namespace Rollcall.Tests.Lytics;

public sealed class LyticsCheckTests : IDisposable
{
    private readonly ScriptedLytics _lytics = new();

    public LyticsCheckTests()
    {
        _lytics.Add("big_spenders", 1_234);
        _lytics.Add("brazil", 7);
        _lytics.Schema =
            """{"data":{"columns":[{"as":"email","type":"string"},{"as":"first_name","type":"string"},"""
            + """{"as":"scores","type":"map[string]number"},{"as":"tags","type":"[]string"},{"as":"dm_contact_id","type":"map[string]string"}]}}""";
    }

    [Fact]
    public async Task Audiences_are_found_by_slug_and_by_id_with_their_sizes()
    {
        var problems = await CheckAsync(["big_spenders", "id-brazil"]);

        Assert.Equal(["audience big_spenders: 1,234 profiles.", "audience id-brazil: 7 profiles."], problems.Select(problem => problem.ToString()));
        Assert.All(problems, problem => Assert.Equal(Severity.Note, problem.Severity));
    }

    [Fact]
    public async Task Unknown_and_invalid_audiences_are_reported_all_at_once()
    {
        _lytics.Add("old", 3);
        _lytics.Invalid.Add("old");

        var problems = await CheckAsync(["big_spender", "old", "brazil", "id-brazil"]);

        Assert.Equal(
            [
                "audience big_spender: The audience was not found in Lytics. Did you mean big_spenders?",
                "audience old: The audience is invalid in Lytics and is not evaluated. Fix its definition in Lytics.",
                "audience id-brazil: It is the same audience as brazil. Remove one of them from config.segment_ids.",
            ],
            problems.Where(problem => problem.Severity == Severity.Error).Select(problem => problem.ToString()));
    }

    [Fact]
    public async Task A_field_of_many_values_is_an_error_and_one_the_schema_lacks_a_warning()
    {
        var problems = await CheckAsync(["brazil"], config => config with
        {
            IdField = "dm_contact_id",
            Mappings = [new("scores", "S"), new("tags", "T"), new("frist_name", "F")],
        });

        Assert.Equal(
            [
                (Severity.Note, "audience brazil: 7 profiles."),
                (Severity.Error,
                    "source.lytics: The field \"scores\" is map[string]number; a single value is needed. Choose a field with one value, or create one in "
                        + "Lytics."),
                (Severity.Error,
                    "source.lytics: The field \"tags\" is []string; a single value is needed. Choose a field with one value, or create one in Lytics."),
                (Severity.Warning, "source.lytics: The Lytics schema does not have the field \"frist_name\". Did you mean first_name?"),
            ],
            problems.Select(problem => (problem.Severity, problem.ToString())));
    }

    [Fact]
    public async Task A_field_for_insight_data_alone_may_have_many_values_and_one_the_schema_lacks_is_a_warning()
    {
        var problems = await CheckAsync(["brazil"], config => config with { InsightFields = ["scores", "tags", "tasg"], Mappings = [new("scores", "S")] });

        Assert.Equal(
            [
                (Severity.Note, "audience brazil: 7 profiles."),
                (Severity.Error,
                    "source.lytics: The field \"scores\" is map[string]number; a single value is needed. Choose a field with one value, or create one in "
                        + "Lytics."),
                (Severity.Warning, "source.lytics: The Lytics schema does not have the field \"tasg\". Did you mean tags?"),
            ],
            problems.Select(problem => (problem.Severity, problem.ToString())));
    }

    [Fact]
    public async Task A_collection_that_Lytics_calls_invalid_is_an_error_and_nobody_is_asked_about()
    {
        _lytics.Add("articles", 0);
        _lytics.Invalid.Add("articles");
        var job = Job(["brazil"]);
        await using var recommender = _lytics.Platform().Recommender(job with { Config = job.Config with { CollectionId = "articles" } });

        var problems = await recommender.CheckAsync(TestContext.Current.CancellationToken);
        var answer = await recommender.RecommendAsync(["a@example.com"], 1, TestContext.Current.CancellationToken)
            .SingleAsync(TestContext.Current.CancellationToken);

        Assert.Equal(
            ["config.collection_id: The content collection is invalid in Lytics and is not evaluated. Fix its definition in Lytics."],
            problems.Select(problem => problem.ToString()));
        Assert.Equal("The content collection is invalid in Lytics and is not evaluated.", answer.Failure);
        Assert.DoesNotContain(_lytics.Calls, call => call.Contains("/recommend/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("[]")]
    [InlineData("""{"data":[]}""")]
    [InlineData("""{"data":{"columns":[7,{"as":8},{"type":"string"}]}}""")]
    public async Task A_schema_of_another_shape_is_not_an_error(string? schema)
    {
        _lytics.Schema = schema;

        Assert.DoesNotContain(await CheckAsync(["brazil"]), problem => problem.Severity == Severity.Error);
    }

    [Fact]
    public async Task A_token_that_is_not_taken_is_exit_3()
    {
        _lytics.Instead = _ => ScriptedLytics.Refuse(401, "unauthorized");

        var stop = await Assert.ThrowsAsync<RollcallException>(() => CheckAsync(["brazil"]));

        Assert.Equal(ExitCode.Source, stop.ExitCode);
    }

    [Fact]
    public void The_scan_is_shown_where_other_sources_show_SQL()
    {
        var job = Job(["brazil"]);

        Assert.Contains(
            "-- GET https://lytics.example/api/segment/brazil/scan?limit=100&fields=email&splits=0", _lytics.Platform().Source(job).Sql("brazil"),
            StringComparison.Ordinal);
    }

    public void Dispose() => _lytics.Dispose();

    private static Job Job(IReadOnlyList<string> audiences)
    {
        var job = ReadingWorkshop.Job(new LyticsSourceOptions(ScriptedLytics.Access));
        return job with { Config = job.Config with { SegmentIds = audiences } };
    }

    private async Task<IReadOnlyList<Problem>> CheckAsync(IReadOnlyList<string> audiences, Func<ExportConfig, ExportConfig>? config = null)
    {
        var job = Job(audiences);
        job = job with { Config = config?.Invoke(job.Config) ?? job.Config };
        await using var source = _lytics.Platform().Source(job);
        return await source.CheckAsync(audiences, job.Config.Fields, TestContext.Current.CancellationToken);
    }
}
