using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Rollcall.Jobs;
using Rollcall.Lytics;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Simulators;
using Rollcall.Simulators.Lytics;
using Rollcall.TestKit;
using Rollcall.Tests.Reading;
using Xunit;

namespace Rollcall.Tests.Lytics;

/// <summary>Recommendations of a simulated Lytics, which is strict about calls.</summary>
public sealed class LyticsRecommenderTests : IAsyncLifetime
{
    private const string Account = "a-77";

    private readonly HastyClock _clock = new();
    private LyticsSimulator _lytics = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _lytics = await LyticsSimulator.StartAsync(new LyticsSimulatorOptions
    {
        AccountId = Account,
        Seed = new LyticsSeed
        {
            Audiences = [new SeedAudience { Id = "a01", Slug = "gold", Generate = 1 }],
            Collections = [new SeedContent { Id = "c01", Slug = "articles", Generate = 30 }, new SeedContent { Id = "c02", Slug = "products", Generate = 1 }],
        },
    });

    public ValueTask DisposeAsync() => _lytics.DisposeAsync();

    [Theory]
    [InlineData("articles")]
    [InlineData("c01")]
    public async Task Recommendations_come_in_the_order_of_Lytics_and_no_more_than_are_wanted(string collection)
    {
        _lytics.Account.Put("""{"_id":"ann","email":"ann@example.com"}""");
        _lytics.Account.Recommend("ann", """{"title":"Z"}""", """{"title":"A"}""", """{"title":"M"}""", """{"title":"B"}""");

        var answers = await AskAsync(["person1@example.com", "ann@example.com"], most: 3, collection: collection);

        Assert.Equal("""[{"title":"Z"},{"title":"A"},{"title":"M"}]""", answers[1].Items);
        var generated = JsonNode.Parse(answers[0].Items!)!.AsArray();
        Assert.Equal(3, generated.Count);
        Assert.Equal(generated.OrderByDescending(item => item!["confidence"]!.GetValue<double>()), generated);
        Assert.All(generated, item => Assert.StartsWith("c01-", item!["id"]!.GetValue<string>(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Many_people_are_asked_about_side_by_side_and_each_has_their_own_answer()
    {
        _lytics.Account.Options = _lytics.Account.Options with { RecommendLatency = TimeSpan.FromMilliseconds(20) };

        var answers = await AskAsync(People(500));
        var alone = await AskAsync(["person7@example.com"]);

        Assert.All(answers, answer => Assert.NotNull(answer.Items));
        Assert.Equal(alone[0].Items, answers[6].Items);
        Assert.InRange(_lytics.Account.MostAtOnce, 9, 100);
    }

    [Fact]
    public async Task A_person_Lytics_does_not_know_has_no_recommendations()
    {
        var answers = await AskAsync(["nobody@elsewhere.example", "person1@example.com"]);

        Assert.Equal("[]", answers[0].Items);
        Assert.NotEqual("[]", answers[1].Items);
    }

    [Fact]
    public async Task Whose_calls_keep_failing_is_a_failure_and_the_others_are_answered()
    {
        _lytics.Account.Options = _lytics.Account.Options with { RecommendFailures = 0.2 };

        var answers = await AskAsync(People(300));

        var failures = answers.Where(answer => answer.Failure is not null).ToList();
        Assert.InRange(failures.Count, 30, 90);
        Assert.All(failures, answer => Assert.Equal($"{_lytics.Url.Authority} refused recommendations of a person (500).", answer.Failure));
        Assert.Equal(300 + (3 * failures.Count), _lytics.Account.Calls["recommend"]);
    }

    [Fact]
    public async Task After_twenty_failures_in_a_row_no_more_people_are_requested()
    {
        _lytics.Account.Options = _lytics.Account.Options with { RecommendFailures = 1 };
        await using var recommender = Recommender();

        var answers = await AskAsync(recommender, People(2_000));
        var calls = _lytics.Account.Calls["recommend"];
        var later = await AskAsync(recommender, People(50));

        Assert.All(answers, answer => Assert.Null(answer.Items));
        Assert.InRange(
            answers.Count(
                answer =>
                answer.Failure!.StartsWith(
                    "No more people are requested, because the recommendations of 20 people in a row failed.", StringComparison.Ordinal)), 1_800, 1_980);
        Assert.InRange(calls, 20 * 4, 120 * 4);
        Assert.All(later, answer => Assert.StartsWith("No more people", answer.Failure, StringComparison.Ordinal));
        Assert.Equal(calls, _lytics.Account.Calls["recommend"]);
    }

    [Fact]
    public async Task An_overloaded_Lytics_is_waited_for_and_everybody_is_answered()
    {
        _lytics.Account.AddFaults(new Fault { Operation = "recommend", Every = 5, Kind = FaultKind.Refuse, Status = 429 });

        var answers = await AskAsync(People(200));

        Assert.All(answers, answer => Assert.NotNull(answer.Items));
        Assert.Equal(_lytics.Account.Calls["recommend"] - 200, _clock.Pauses.Count);
    }

    [Fact]
    public async Task Too_many_concurrent_calls_are_reduced()
    {
        _lytics.Account.Options = _lytics.Account.Options with { MaxAtOnce = 3, RecommendLatency = TimeSpan.FromMilliseconds(1) };

        var answers = await AskAsync(People(300));

        Assert.All(answers, answer => Assert.NotNull(answer.Items));
    }

    [Fact]
    public async Task Broken_connections_now_and_then_lose_nobody()
    {
        _lytics.Account.AddFaults(new Fault { Operation = "recommend", Times = 3, Kind = FaultKind.DropBefore }, new Fault
        {
            Operation = "recommend",
            Occurrence = 60,
            Times = 3,
            Kind = FaultKind.DropAfter,
        });

        var answers = await AskAsync(People(200));

        Assert.All(answers, answer => Assert.NotNull(answer.Items));
    }

    [Fact]
    public async Task A_rejected_token_stops_the_requests_immediately()
    {
        var answers = await AskAsync(People(50), token: "wrong");

        Assert.All(answers, answer => Assert.Contains("(401)", answer.Failure, StringComparison.Ordinal));
        Assert.All(answers, answer => Assert.Contains("Check the token", answer.Failure, StringComparison.Ordinal));
        Assert.Equal(["getSegment"], _lytics.Account.Calls.Where(call => call.Value > 0).Select(call => call.Key));
    }

    [Fact]
    public async Task A_token_that_is_withdrawn_ends_the_asking_in_the_middle()
    {
        _lytics.Account.AddFaults(new Fault { Operation = "recommend", Occurrence = 300, Times = 10_000, Kind = FaultKind.Refuse, Status = 403 });

        var answers = await AskAsync(People(1_000));

        Assert.InRange(answers.Count(answer => answer.Items is not null), 199, 299);
        Assert.All(answers.Where(answer => answer.Items is null), answer => Assert.Contains("(403)", answer.Failure, StringComparison.Ordinal));
        Assert.InRange(_lytics.Account.Calls["recommend"], 300, 400);
    }

    [Fact]
    public async Task An_audience_of_people_is_no_collection_and_a_failure_of_everybody()
    {
        var answer = Assert.Single(await AskAsync(["person1@example.com"], collection: "gold"));

        Assert.Equal((null, "It is an audience of people, not a collection of content."), (answer.Items, answer.Failure));
    }

    [Fact]
    public async Task A_collection_that_is_gone_is_a_failure_of_everybody_and_not_an_empty_answer()
    {
        _lytics.Account.RemoveCollection("articles");

        var answers = await AskAsync(People(5));

        Assert.All(answers, answer => Assert.Equal((null, "The content collection was not found in Lytics."), (answer.Items, answer.Failure)));
        Assert.Equal(0, _lytics.Account.Calls.GetValueOrDefault("recommend"));
    }

    [Fact]
    public async Task Odd_addresses_arrive()
    {
        string[] odd = ["o'brien+tag@example.com", "a/b#c?d=e&f@example.com", "50%25off@example.com", "jörg.müller@exämple.de", "\"a b\"@example.com",
            "..@example.com", "x~y*(z)!@example.com"];
        foreach (var (i, email) in odd.Index())
        {
            _lytics.Account.Put(new JsonObject { ["_id"] = $"odd-{i}", ["email"] = email }.ToJsonString());
            _lytics.Account.Recommend($"odd-{i}", new JsonObject { ["title"] = email }.ToJsonString());
        }

        var answers = await AskAsync(odd);

        Assert.Equal(odd, answers.Select(answer => JsonNode.Parse(answer.Items!)![0]!["title"]!.GetValue<string>()));
    }

    [Fact]
    public async Task The_person_is_found_by_the_jobs_email_field()
    {
        _lytics.Account.Put("""{"_id":"ann","e-mail / work":"ann@work.example"}""");
        _lytics.Account.Recommend("ann", """{"title":"Hers"}""");
        await using var recommender = Recommender(field: "e-mail / work");

        Assert.Equal("""[{"title":"Hers"}]""", (await AskAsync(recommender, ["ann@work.example"]))[0].Items);
    }

    [Fact]
    public async Task A_token_of_several_accounts_says_which()
    {
        await using var recommender = Recommender(account: Account);
        await using var stranger = Recommender(account: "another");

        Assert.NotNull((await AskAsync(recommender, People(1)))[0].Items);
        Assert.Contains("(403)", (await AskAsync(stranger, People(1)))[0].Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unreadable_answers_stop_the_requests()
    {
        await using var recommender = Recommender();

        await foreach (var answer in recommender.RecommendAsync([.. People(2_000)], 1, Cancellation))
        {
            Assert.NotNull(answer.Items);
            break;
        }

        Assert.InRange(_lytics.Account.Calls["recommend"], 1, 200);
    }

    [Fact]
    public async Task Cancelling_stops_calls_under_way()
    {
        using var silent = new Silent();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        await using var recommender = Recommender(http: silent);
        var asking = Task.Run(async () => await recommender.RecommendAsync([.. People(1_000)], 1, stop.Token).CountAsync(CancellationToken.None), Cancellation);
        await silent.Waiting.Task;

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await PollUntil.TrueAsync(() => silent.UnderWay == 0, "the end of the calls under way");
    }

    [Fact]
    public async Task Check_finds_the_collection_by_slug_and_by_id()
    {
        Assert.Empty(await CheckAsync("articles"));
        Assert.Empty(await CheckAsync("c02"));
    }

    [Theory]
    [InlineData("article", "config.collection_id: The content collection was not found in Lytics. Did you mean articles?")]
    [InlineData("gold", "config.collection_id: It is an audience of people, not a collection of content.")]
    public async Task Check_finds_a_missing_collection(string collection, string problem) =>
        Assert.Equal([(Severity.Error, problem)], (await CheckAsync(collection)).Select(one => (one.Severity, one.ToString())));

    [Fact]
    public async Task A_check_of_a_Lytics_that_is_down_is_exit_3()
    {
        _lytics.Account.Options = _lytics.Account.Options with { Down = true };

        var stop = await Assert.ThrowsAsync<RollcallException>(() => CheckAsync("articles"));

        Assert.Equal(ExitCode.Source, stop.ExitCode);
        Assert.Contains("Run again later", stop.Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> People(int count) => [.. Enumerable.Range(1, count).Select(number => $"person{number}@example.com")];

    private IRecommender Recommender(
        string collection = "articles", string field = "email", string token = "demo", string? account = null, HttpMessageHandler? http = null)
    {
        var job = ReadingWorkshop.Job(new LyticsSourceOptions(new LyticsAccess(token, _lytics.Url, account)), email: field);
        return new LyticsPlatform(_clock, NullLoggerFactory.Instance, http).Recommender(job with { Config = job.Config with { CollectionId = collection } });
    }

    private async Task<IReadOnlyList<Problem>> CheckAsync(string collection)
    {
        await using var recommender = Recommender(collection);
        return await recommender.CheckAsync(Cancellation);
    }

    private async Task<IReadOnlyList<Recommended>> AskAsync(IReadOnlyList<string> emails, int most = 2, string collection = "articles", string token = "demo")
    {
        await using var recommender = Recommender(collection, token: token);
        return await AskAsync(recommender, emails, most);
    }

    /// <summary>The answers by person; each has one, which is either items or a failure without an address.</summary>
    private static async Task<IReadOnlyList<Recommended>> AskAsync(IRecommender recommender, IReadOnlyList<string> emails, int most = 2)
    {
        var answers = await recommender.RecommendAsync(emails, most, Cancellation).OrderBy(answer => answer.Person).ToListAsync(Cancellation);
        Assert.Equal(Enumerable.Range(0, emails.Count), answers.Select(answer => answer.Person));
        Assert.All(answers, answer => Assert.True(answer.Items is null != answer.Failure is null));
        Assert.All(answers, answer => Assert.DoesNotContain("@", answer.Failure ?? "", StringComparison.Ordinal));
        Assert.All(
            answers.Where(answer => answer.Items is not null),
            answer => Assert.Equal(JsonValueKind.Array, JsonDocument.Parse(answer.Items!).RootElement.ValueKind));
        return answers;
    }

    /// <summary>Gives no recommendations until the caller gives up.</summary>
    private sealed class Silent() : DelegatingHandler(new SocketsHttpHandler())
    {
        private int _underWay;

        public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int UnderWay => Volatile.Read(ref _underWay);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!request.RequestUri!.AbsolutePath.Contains("/recommend/", StringComparison.Ordinal))
            {
                return await base.SendAsync(request, cancellationToken);
            }

            if (Interlocked.Increment(ref _underWay) == LyticsLimits.FirstAtOnce)
            {
                Waiting.SetResult();
            }

            try
            {
                await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
                throw new InvalidOperationException("It was never cancelled.");
            }
            finally
            {
                Interlocked.Decrement(ref _underWay);
            }
        }
    }
}
