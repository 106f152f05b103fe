using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Rollcall.Jobs;
using Rollcall.Lytics;
using Rollcall.Simulators.Lytics;
using Rollcall.Work;

namespace Rollcall.Bench;

/// <summary>
/// A slow Lytics, compared with the same calls made sequentially: a scan of 100,000 members at 100 ms a page, and recommendations for 10,000 at 50 ms each.
/// The simulator runs in this process.
/// </summary>
internal static class LyticsBench
{
    private const int Members = 100_000;
    private const int Recommended = 10_000;
    private const int Sample = 40;
    private const int Wanted = 3;
    private const string Collection = "articles";

    public static async Task<int> RunAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        await using var simulator = await LyticsSimulator.StartAsync(new LyticsSimulatorOptions
        {
            PageLatency = TimeSpan.FromMilliseconds(100),
            RecommendLatency = TimeSpan.FromMilliseconds(50),
            Seed = new LyticsSeed
            {
                Audiences = [new SeedAudience { Id = "everyone", Generate = Members }],
                Collections = [new SeedContent { Id = Collection, Generate = 20 }],
            },
        });
        var access = new LyticsAccess("demo", simulator.Url, null);
        var job = Job(access, folder);
        await ScanAsync(job, folder);
        var page = await PageAsync(access, job);
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < 3; i++)
        {
            simulator.Account.ForgetMostAtOnce();
            var (took, rows) = await ScanAsync(job, folder);
            best = took < best ? took : best;
            Measure.Row(
                "Lytics, 100,000 members at 100 ms a page", $"{took.TotalSeconds:N2} s for {rows:N0} rows, {simulator.Account.MostAtOnce} pages at once");
        }

        var sequential = page * (Members / 100);
        Measure.Row("  one page after the other", $"{sequential.TotalSeconds:N1} s ({page.TotalMilliseconds:N1} ms a page, measured over {Sample})");
        Measure.Bar("a scan against one page after the other", $"1/{sequential / best:N1}", best * 40 <= sequential, "at most 1/40 of the time");
        await RecommendAsync(simulator, access, job);
        return Measure.Code;
    }

    private static async Task RecommendAsync(LyticsSimulator simulator, LyticsAccess access, Job job)
    {
        var emails = Enumerable.Range(1, Recommended).Select(number => $"person{number}@example.com").ToList();
        var person = await PersonAsync(access, job, emails);
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < 3; i++)
        {
            simulator.Account.ForgetMostAtOnce();
            var began = Stopwatch.GetTimestamp();
            await using var recommender = new LyticsPlatform(TimeProvider.System, NullLoggerFactory.Instance).Recommender(job);
            var answered = await recommender.RecommendAsync(emails, Wanted, CancellationToken.None).CountAsync(answer => answer.Items is not null);
            var took = Stopwatch.GetElapsedTime(began);
            best = took < best ? took : best;
            Measure.Row(
                "Lytics, recommendations for 10,000 members at 50 ms each",
                $"{took.TotalSeconds:N2} s for {answered:N0}, {simulator.Account.MostAtOnce} at once");
        }

        var sequential = person * Recommended;
        Measure.Row("  one person after the other", $"{sequential.TotalSeconds:N1} s ({person.TotalMilliseconds:N1} ms a person, measured over {Sample})");
        Measure.Bar("recommendations against one person after the other", $"1/{sequential / best:N1}", best * 20 <= sequential, "at most 1/20 of the time");
    }

    private static async Task<(TimeSpan Took, long Rows)> ScanAsync(Job job, string folder)
    {
        using var db = new RunDatabase(folder, CancellationToken.None);
        var began = Stopwatch.GetTimestamp();
        await using var source = new LyticsPlatform(TimeProvider.System, NullLoggerFactory.Instance).Source(job);
        await using var reading = await source.OpenAsync("everyone", job.Config.Fields, db.Connection, null, null, CancellationToken.None);
        var took = Stopwatch.GetElapsedTime(began);
        var result = await reading.CompleteAsync(CancellationToken.None);
        return (took, result.HoldExits is null ? db.Number($"SELECT count(*) FROM {reading.Relation}") : throw new InvalidOperationException(result.HoldExits));
    }

    /// <summary>The duration of a page without concurrency.</summary>
    private static async Task<TimeSpan> PageAsync(LyticsAccess access, Job job)
    {
        using var client = new LyticsClient(new LyticsTransport(access, TimeProvider.System, NullLogger.Instance, null));
        using var pace = new ScanPace();
        var (start, began) = ((string?)null, Stopwatch.GetTimestamp());
        for (var i = 0; i < Sample; i++)
        {
            start = (await client.ScanAsync("everyone", new ScanColumns(job.Config.Fields, job.Config), null, start, pace, CancellationToken.None)).Next;
        }

        return Stopwatch.GetElapsedTime(began) / Sample;
    }

    /// <summary>What a person's recommendations take when only one is asked about at a time.</summary>
    private static async Task<TimeSpan> PersonAsync(LyticsAccess access, Job job, List<string> emails)
    {
        using var client = new LyticsClient(new LyticsTransport(access, TimeProvider.System, NullLogger.Instance, null));
        using var pace = new ScanPace();
        var began = Stopwatch.GetTimestamp();
        foreach (var email in emails.Take(Sample))
        {
            await client.RecommendAsync(job.Config.EmailField, email, Collection, Wanted, pace, CancellationToken.None);
        }

        return Stopwatch.GetElapsedTime(began) / Sample;
    }

    private static Job Job(LyticsAccess access, string folder) => JobFile.Parse(
        $$"""
        tag: lytics
        authorization: {username: demo, password: demo, endpoint: "http://127.0.0.1:9"}
        source: { lytics: { token: {{access.Token}}, url: "{{access.Url}}" } }
        config:
          segment_ids: [everyone]
          seg_mappings: [ { everyone: { name: Gold } } ]
          mappings: [{first_name: FIRSTNAME}, {last_name: LASTNAME}, {city: CITY}, {total_spend: SPEND}, {joined: JOINED}]
          email_field: email
          collection_id: {{Collection}}
          recommender_mappings: [{title: REC_TITLE}]
        """,
        Path.Combine(folder, "lytics.yaml"),
        _ => null);
}
