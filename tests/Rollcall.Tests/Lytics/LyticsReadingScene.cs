using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Reading;
using Rollcall.Running;
using Rollcall.Tests.Reading;
using Xunit;

namespace Rollcall.Tests.Lytics;

/// <summary>A scripted Lytics whose audience <c>all</c> is read, directly or into a roll.</summary>
internal sealed class LyticsReadingScene : IDisposable
{
    public ScriptedLytics Lytics { get; } = new();

    public HastyClock Clock { get; } = new();

    public ReadingWorkshop Workshop { get; } = new();

    public static Job Job() => ReadingWorkshop.Job(new LyticsSourceOptions(ScriptedLytics.Access));

    /// <summary>The values of these fields, as text, and what is known about the scan.</summary>
    public async Task<(IReadOnlyList<string> Rows, AudienceReadingResult Result)> ReadAsync(params string[] fields)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var source = Lytics.Platform(Clock).Source(Job());
        await using var reading = await source.OpenAsync("all", fields, Workshop.DuckDb, null, null, cancellation);
        var rows = Workshop.Query($"SELECT {string.Join(", ", fields.Select(field => $"{field} ->> '$'"))} FROM {reading.Relation} ORDER BY 1");
        return (rows, await reading.CompleteAsync(cancellation));
    }

    /// <summary>The addresses and data fields in the roll.</summary>
    public async Task<IReadOnlyList<string>> RollAsync(FieldMapping mapping, DataFieldType type)
    {
        await CallAsync(Job() with { Config = Job().Config with { Mappings = [mapping] } }, new Dictionary<string, DataFieldType>
        {
            [mapping.DataField] = type,
        });
        return Workshop.Query("SELECT email, fields FROM roll ORDER BY email");
    }

    /// <summary>Reads the audience into the roll.</summary>
    public async Task CallAsync(Job job, IReadOnlyDictionary<string, DataFieldType> dataFields, long accountId = 1)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var source = Lytics.Platform(Clock).Source(job);
        var roll = new Roll(Workshop.DuckDb, job, dataFields, accountId);
        await roll.CreateAsync(cancellation);
        await using var reading = await source.OpenAsync("all", job.Config.Fields, Workshop.DuckDb, null, null, cancellation);
        await roll.AddAsync(0, reading, cancellation);
        await roll.FinishAsync(cancellation);
    }

    public void Dispose()
    {
        Lytics.Dispose();
        Workshop.Dispose();
    }
}
