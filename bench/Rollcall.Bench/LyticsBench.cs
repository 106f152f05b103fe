using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Rollcall.Jobs;
using Rollcall.Lytics;
using Rollcall.Simulators.Lytics;

namespace Rollcall.Bench;

/// <summary>A scan of 100,000 members of a Lytics that takes 100 ms a page, against the same pages one after the other. The simulator runs in this process.</summary>
internal static class LyticsBench
{
    private const int Members = 100_000;
    private const int Sample = 40;

    public static async Task<int> RunAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        await using var simulator = await LyticsSimulator.StartAsync(new LyticsSimulatorOptions
        {
            PageLatency = TimeSpan.FromMilliseconds(100),
            Seed = new LyticsSeed { Audiences = [new SeedAudience { Id = "everyone", Generate = Members }] },
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
            Measure.Row("Lytics, 100,000 members at 100 ms a page", $"{took.TotalSeconds:N2} s for {rows:N0} rows, {simulator.Account.MostAtOnce} pages at once");
        }

        var sequential = page * (Members / 100);
        Measure.Row("  one page after the other", $"{sequential.TotalSeconds:N1} s ({page.TotalMilliseconds:N1} ms a page, measured over {Sample})");
        Measure.Row("  best against that", $"1/{sequential / best:N1} (bar: 1/40)");
        return 0;
    }

    private static async Task<(TimeSpan Took, long Rows)> ScanAsync(Job job, string folder)
    {
        using var db = new RunDatabase(folder);
        var began = Stopwatch.GetTimestamp();
        await using var source = new LyticsPlatform(TimeProvider.System, NullLoggerFactory.Instance).Source(job);
        await using var reading = await source.OpenAsync("everyone", job.Config.Fields, db.Connection, null, null, CancellationToken.None);
        var took = Stopwatch.GetElapsedTime(began);
        var result = await reading.CompleteAsync(CancellationToken.None);
        return (took, result.HoldExits is null ? db.Number($"SELECT count(*) FROM {reading.Relation}") : throw new InvalidOperationException(result.HoldExits));
    }

    /// <summary>What a page takes when only one is asked for at a time.</summary>
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
        """,
        Path.Combine(folder, "lytics.yaml"),
        _ => null);
}
