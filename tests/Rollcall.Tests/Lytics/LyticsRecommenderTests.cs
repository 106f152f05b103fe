using System.Text.Json.Nodes;
using Rollcall.Model;
using Rollcall.Simulators;
using Rollcall.TestKit;
using Xunit;

namespace Rollcall.Tests.Lytics;

/// <summary>Recommendations of a simulated Lytics, which is strict about calls.</summary>
public sealed class LyticsRecommenderTests : IAsyncLifetime
{
    private RecommenderScene _scene = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _scene = await RecommenderScene.StartAsync();

    public ValueTask DisposeAsync() => _scene.DisposeAsync();

    [Theory]
    [InlineData("articles")]
    [InlineData("c01")]
    public async Task Recommendations_come_in_the_order_of_Lytics_and_no_more_than_are_wanted(string collection)
    {
        _scene.Lytics.Put("""{"_id":"ann","email":"ann@example.com"}""");
        _scene.Lytics.Recommend("ann", """{"title":"Z"}""", """{"title":"A"}""", """{"title":"M"}""", """{"title":"B"}""");

        var answers = await _scene.AskAsync(["person1@example.com", "ann@example.com"], most: 3, collection: collection);

        Assert.Equal("""[{"title":"Z"},{"title":"A"},{"title":"M"}]""", answers[1].Items);
        var generated = JsonNode.Parse(answers[0].Items!)!.AsArray();
        Assert.Equal(3, generated.Count);
        Assert.Equal(generated.OrderByDescending(item => item!["confidence"]!.GetValue<double>()), generated);
        Assert.All(generated, item => Assert.StartsWith("c01-", item!["id"]!.GetValue<string>(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Many_people_are_asked_about_side_by_side_and_each_has_their_own_answer()
    {
        _scene.Lytics.Options = _scene.Lytics.Options with { RecommendLatency = TimeSpan.FromMilliseconds(20) };

        var answers = await _scene.AskAsync(RecommenderScene.People(500));
        var alone = await _scene.AskAsync(["person7@example.com"]);

        Assert.All(answers, answer => Assert.NotNull(answer.Items));
        Assert.Equal(alone[0].Items, answers[6].Items);
        Assert.InRange(_scene.Lytics.MostAtOnce, 9, 100);
    }

    [Fact]
    public async Task A_person_Lytics_does_not_know_has_no_recommendations()
    {
        var answers = await _scene.AskAsync(["nobody@elsewhere.example", "person1@example.com"]);

        Assert.Equal("[]", answers[0].Items);
        Assert.NotEqual("[]", answers[1].Items);
    }

    [Fact]
    public async Task A_person_whose_calls_keep_failing_is_a_failure_and_the_others_are_answered()
    {
        _scene.Lytics.Options = _scene.Lytics.Options with { RecommendFailures = 0.2 };

        var answers = await _scene.AskAsync(RecommenderScene.People(300));

        var failures = answers.Where(answer => answer.Failure is not null).ToList();
        Assert.InRange(failures.Count, 30, 90);
        Assert.All(failures, answer => Assert.Equal($"{_scene.Url.Authority} refused recommendations of a person (500).", answer.Failure));
        Assert.Equal(300 + (3 * failures.Count), _scene.Lytics.Calls["recommend"]);
    }

    [Fact]
    public async Task After_twenty_failures_in_a_row_no_more_people_are_requested()
    {
        _scene.Lytics.Options = _scene.Lytics.Options with { RecommendFailures = 1 };
        await using var recommender = _scene.Recommender();

        var answers = await RecommenderScene.AskAsync(recommender, RecommenderScene.People(2_000));
        var calls = _scene.Lytics.Calls["recommend"];
        var later = await RecommenderScene.AskAsync(recommender, RecommenderScene.People(50));

        Assert.All(answers, answer => Assert.Null(answer.Items));
        Assert.InRange(
            answers.Count(
                answer =>
                answer.Failure!.StartsWith(
                    "No more people are requested, because the recommendations of 20 people in a row failed.", StringComparison.Ordinal)), 1_800, 1_980);
        Assert.InRange(calls, 20 * 4, 120 * 4);
        Assert.All(later, answer => Assert.StartsWith("No more people", answer.Failure, StringComparison.Ordinal));
        Assert.Equal(calls, _scene.Lytics.Calls["recommend"]);
    }

    [Fact]
    public async Task An_overloaded_Lytics_is_waited_for_and_everybody_is_answered()
    {
        _scene.Lytics.AddFaults(new Fault { Operation = "recommend", Every = 5, Kind = FaultKind.Refuse, Status = 429 });

        var answers = await _scene.AskAsync(RecommenderScene.People(200));

        Assert.All(answers, answer => Assert.NotNull(answer.Items));
        Assert.Equal(_scene.Lytics.Calls["recommend"] - 200, _scene.Clock.Pauses.Count);
    }

    [Fact]
    public async Task Too_many_concurrent_calls_are_reduced()
    {
        _scene.Lytics.Options = _scene.Lytics.Options with { MaxAtOnce = 3, RecommendLatency = TimeSpan.FromMilliseconds(1) };

        var answers = await _scene.AskAsync(RecommenderScene.People(300));

        Assert.All(answers, answer => Assert.NotNull(answer.Items));
    }

    [Fact]
    public async Task Broken_connections_now_and_then_lose_nobody()
    {
        _scene.Lytics.AddFaults(new Fault { Operation = "recommend", Times = 3, Kind = FaultKind.DropBefore }, new Fault
        {
            Operation = "recommend",
            Occurrence = 60,
            Times = 3,
            Kind = FaultKind.DropAfter,
        });

        var answers = await _scene.AskAsync(RecommenderScene.People(200));

        Assert.All(answers, answer => Assert.NotNull(answer.Items));
    }

    [Fact]
    public async Task A_rejected_token_stops_the_requests_immediately()
    {
        var answers = await _scene.AskAsync(RecommenderScene.People(50), token: "wrong");

        Assert.All(answers, answer => Assert.Contains("(401)", answer.Failure, StringComparison.Ordinal));
        Assert.All(answers, answer => Assert.Contains("Check the token", answer.Failure, StringComparison.Ordinal));
        Assert.Equal(["getSegment"], _scene.Lytics.Calls.Where(call => call.Value > 0).Select(call => call.Key));
    }

    [Fact]
    public async Task A_token_that_is_withdrawn_ends_the_asking_in_the_middle()
    {
        _scene.Lytics.AddFaults(new Fault { Operation = "recommend", Occurrence = 300, Times = 10_000, Kind = FaultKind.Refuse, Status = 403 });

        var answers = await _scene.AskAsync(RecommenderScene.People(1_000));

        Assert.InRange(answers.Count(answer => answer.Items is not null), 199, 299);
        Assert.All(answers.Where(answer => answer.Items is null), answer => Assert.Contains("(403)", answer.Failure, StringComparison.Ordinal));
        Assert.InRange(_scene.Lytics.Calls["recommend"], 300, 400);
    }

    [Fact]
    public async Task An_audience_of_people_is_not_a_collection_and_is_a_failure_of_everybody()
    {
        var answer = Assert.Single(await _scene.AskAsync(["person1@example.com"], collection: "gold"));

        Assert.Equal((null, "It is an audience of people, not a collection of content."), (answer.Items, answer.Failure));
    }

    [Fact]
    public async Task A_collection_that_is_gone_is_a_failure_of_everybody_and_not_an_empty_answer()
    {
        _scene.Lytics.RemoveCollection("articles");

        var answers = await _scene.AskAsync(RecommenderScene.People(5));

        Assert.All(answers, answer => Assert.Equal((null, "The content collection was not found in Lytics."), (answer.Items, answer.Failure)));
        Assert.Equal(0, _scene.Lytics.Calls.GetValueOrDefault("recommend"));
    }

    [Fact]
    public async Task Odd_addresses_arrive()
    {
        string[] odd = ["o'brien+tag@example.com", "a/b#c?d=e&f@example.com", "50%25off@example.com", "jörg.müller@exämple.de", "\"a b\"@example.com",
            "..@example.com", "x~y*(z)!@example.com"];
        foreach (var (i, email) in odd.Index())
        {
            _scene.Lytics.Put(new JsonObject { ["_id"] = $"odd-{i}", ["email"] = email }.ToJsonString());
            _scene.Lytics.Recommend($"odd-{i}", new JsonObject { ["title"] = email }.ToJsonString());
        }

        var answers = await _scene.AskAsync(odd);

        Assert.Equal(odd, answers.Select(answer => JsonNode.Parse(answer.Items!)![0]!["title"]!.GetValue<string>()));
    }

    [Fact]
    public async Task The_person_is_found_by_the_jobs_email_field()
    {
        _scene.Lytics.Put("""{"_id":"ann","e-mail / work":"ann@work.example"}""");
        _scene.Lytics.Recommend("ann", """{"title":"Hers"}""");
        await using var recommender = _scene.Recommender(field: "e-mail / work");

        Assert.Equal("""[{"title":"Hers"}]""", (await RecommenderScene.AskAsync(recommender, ["ann@work.example"]))[0].Items);
    }

    [Fact]
    public async Task A_token_of_several_accounts_says_which()
    {
        await using var recommender = _scene.Recommender(account: RecommenderScene.AccountId);
        await using var stranger = _scene.Recommender(account: "another");

        Assert.NotNull((await RecommenderScene.AskAsync(recommender, RecommenderScene.People(1)))[0].Items);
        Assert.Contains("(403)", (await RecommenderScene.AskAsync(stranger, RecommenderScene.People(1)))[0].Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unreadable_answers_stop_the_requests()
    {
        await using var recommender = _scene.Recommender();

        await foreach (var answer in recommender.RecommendAsync([.. RecommenderScene.People(2_000)], 1, Cancellation))
        {
            Assert.NotNull(answer.Items);
            break;
        }

        Assert.InRange(_scene.Lytics.Calls["recommend"], 1, 200);
    }

    [Fact]
    public async Task Cancelling_stops_calls_under_way()
    {
        using var silent = new SilentRecommendations();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await using var recommender = _scene.Recommender(http: silent);
        var asking = Task.Run(
            async () => await recommender.RecommendAsync([.. RecommenderScene.People(1_000)], 1, stop.Token).CountAsync(CancellationToken.None),
            Cancellation);
        await silent.Waiting.Task;

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await PollUntil.TrueAsync(() => silent.UnderWay == 0, "the end of the calls under way");
    }

    [Fact]
    public async Task Check_finds_the_collection_by_slug_and_by_id()
    {
        Assert.Empty(await _scene.CheckAsync("articles"));
        Assert.Empty(await _scene.CheckAsync("c02"));
    }

    [Theory]
    [InlineData("article", "config.collection_id: The content collection was not found in Lytics. Did you mean articles?")]
    [InlineData("gold", "config.collection_id: It is an audience of people, not a collection of content.")]
    public async Task Check_finds_a_missing_collection(string collection, string problem) =>
        Assert.Equal([(Severity.Error, problem)], (await _scene.CheckAsync(collection)).Select(one => (one.Severity, one.ToString())));

    [Fact]
    public async Task A_check_of_a_Lytics_that_is_down_is_exit_3()
    {
        _scene.Lytics.Options = _scene.Lytics.Options with { Down = true };

        var stop = await Assert.ThrowsAsync<RollcallException>(() => _scene.CheckAsync("articles"));

        Assert.Equal(ExitCode.Source, stop.ExitCode);
        Assert.Contains("Run again later", stop.Message, StringComparison.Ordinal);
    }
}
