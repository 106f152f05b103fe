using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Rollcall.Jobs;
using Rollcall.Lytics;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Simulators.Lytics;
using Rollcall.Tests.Reading;
using Xunit;

namespace Rollcall.Tests.Lytics;

/// <summary>A simulated Lytics with two collections of content, and what is recommended from them.</summary>
internal sealed class RecommenderScene : IAsyncDisposable
{
    public const string AccountId = "a-77";

    private readonly LyticsSimulator _lytics;

    private RecommenderScene(LyticsSimulator lytics) => _lytics = lytics;

    public HastyClock Clock { get; } = new();

    public SimulatedLytics Lytics => _lytics.Account;

    public Uri Url => _lytics.Url;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<RecommenderScene> StartAsync() => new(await LyticsSimulator.StartAsync(new LyticsSimulatorOptions
    {
        AccountId = AccountId,
        Seed = new LyticsSeed
        {
            Audiences = [new SeedAudience { Id = "a01", Slug = "gold", Generate = 1 }],
            Collections =
            [
                new SeedContent { Id = "c01", Slug = "articles", Generate = 30 },
                new SeedContent { Id = "c02", Slug = "products", Generate = 1 },
            ],
        },
    }));

    /// <summary>The addresses of this many people that the simulator generates.</summary>
    public static IReadOnlyList<string> People(int count) => [.. Enumerable.Range(1, count).Select(number => $"person{number}@example.com")];

    public IRecommender Recommender(
        string collection = "articles", string field = "email", string token = "demo", string? account = null, HttpMessageHandler? http = null)
    {
        var job = ReadingWorkshop.Job(new LyticsSourceOptions(new LyticsAccess(token, Url, account)), email: field);
        return new LyticsPlatform(Clock, NullLoggerFactory.Instance, http).Recommender(job with { Config = job.Config with { CollectionId = collection } });
    }

    public async Task<IReadOnlyList<Problem>> CheckAsync(string collection)
    {
        await using var recommender = Recommender(collection);
        return await recommender.CheckAsync(Cancellation);
    }

    public async Task<IReadOnlyList<Recommended>> AskAsync(IReadOnlyList<string> emails, int most = 2, string collection = "articles", string token = "demo")
    {
        await using var recommender = Recommender(collection, token: token);
        return await AskAsync(recommender, emails, most);
    }

    /// <summary>The answers by person; each has one, which is either items or a failure without an address.</summary>
    public static async Task<IReadOnlyList<Recommended>> AskAsync(IRecommender recommender, IReadOnlyList<string> emails, int most = 2)
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

    public ValueTask DisposeAsync() => _lytics.DisposeAsync();
}
