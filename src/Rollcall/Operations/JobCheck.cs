using Rollcall.Connecting;
using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Planning;
using Rollcall.Reading;
using Rollcall.Recording;
using Rollcall.Running;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Operations;

/// <summary>Validates a job against its source and its account, and finds every problem at once.</summary>
public static class JobCheck
{
    /// <summary>Everything that is wrong, warnings included; empty when a run may begin.</summary>
    public static async Task<IReadOnlyList<Problem>> RunAsync(Job job, Workplace workplace, CancellationToken cancellation = default)
    {
        List<Problem> problems = [.. job.Warnings];
        if (QuietTime.Words(job, workplace.Clock) is { } quiet)
        {
            problems.Add(new Problem(quiet, job.Where("schedule.quiet"), Severity: Severity.Warning));
        }

        problems.AddRange(await SourceAsync(job, workplace, cancellation));
        var readable = problems.All(problem => problem.Severity != Severity.Error);
        try
        {
            using var client = await Connection.ConnectAsync(job, workplace, cancellation);
            using var store = Stores.Open(new DataFolder(workplace.DataFolder));
            var destination = await Connection.ReadAsync(job, client, store.Books, cancellation);
            problems.AddRange(destination.Problems);
            problems.AddRange(SharedBooks.Check(job, destination, store.Books));
            problems.AddRange(
                destination.VanishedBooks.Select(
                    b => new Problem($"The address book {b} vanished from the account; its audience is not exported there.", Severity: Severity.Warning)));
            problems.AddRange(
                destination.VanishedFields.Select(
                    f => new Problem($"The data field {f} vanished from the account; its values are not sent.", Severity: Severity.Warning)));
            if (readable)
            {
                problems.AddRange(await FirstRowsAsync(job, workplace, destination, cancellation));
            }
        }
        catch (DotdigitalException e)
        {
            problems.Add(new Problem(e.Message, job.Where("authorization")) { ExitCode = ExitCode.Dotdigital });
        }
        catch (RollcallException e)
        {
            problems.AddRange(e.Problems.Select(p => p with { ExitCode = e.ExitCode }));
        }

        return problems;
    }

    private static async Task<IReadOnlyList<Problem>> SourceAsync(Job job, Workplace workplace, CancellationToken cancellation)
    {
        ProfilesSink.MakeFor(job);
        await using var source = AudienceSources.Open(job, workplace, workplace.DataFolder);
        try
        {
            var problems = await source.CheckAsync(job.Config.SegmentIds, job.Config.Fields, cancellation);
            var warnings = problems.Any(p => p.Severity == Severity.Error) ? [] : await source.WarningsAsync(cancellation);
            return [.. problems.Concat(warnings).Concat(await RecommendationsAsync(job, workplace, cancellation))
                .Select(p => p with { ExitCode = ExitCode.Source })];
        }
        catch (RollcallException e)
        {
            return [.. e.Problems.Select(p => p with { ExitCode = e.ExitCode })];
        }
    }

    /// <summary>What the first rows of each audience say of their values, in a folder of its own as a plan has one.</summary>
    private static async Task<IReadOnlyList<Problem>> FirstRowsAsync(Job job, Workplace workplace, Destination destination, CancellationToken cancellation)
    {
        var folder = new DataFolder(workplace.DataFolder);
        using var work = new WorkFolder(folder, $"check-{Guid.NewGuid():N}");
        using var place = await RunPlace.InAsync(workplace.Room, destination.Account.Id, workplace.Progress, cancellation);
        using var db = new RunDatabase(work.Path, cancellation, place.Portion);
        await using var source = AudienceSources.Open(job, workplace, work.Path);
        var look = new FirstRows(job, source, db, destination.FieldsWith([]), destination.Account.Id);
        var problems = new List<Problem>();
        for (var audience = 0; audience < job.Config.SegmentIds.Count; audience++)
        {
            problems.AddRange(await look.LookAsync(audience, cancellation));
        }

        return problems;
    }

    private static async Task<IReadOnlyList<Problem>> RecommendationsAsync(Job job, Workplace workplace, CancellationToken cancellation)
    {
        if (!job.AsksForRecommendations)
        {
            return await RecommendationTable.CheckAsync(job, workplace, cancellation);
        }

        await using var recommender = workplace.PlatformOf(job.Source).Recommender(job);
        return await recommender.CheckAsync(cancellation);
    }

    /// <summary>The SQL that reads each audience, by its id; comments where the source has no SQL.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> AudienceSqlAsync(Job job, Workplace workplace)
    {
        ProfilesSink.MakeFor(job);
        await using var source = AudienceSources.Open(job, workplace, workplace.DataFolder);
        return job.Config.SegmentIds.ToDictionary(audience => audience, source.Sql);
    }
}
