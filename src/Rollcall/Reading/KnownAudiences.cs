using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Reading;

/// <summary>
/// A platform's audience is one by its id there, whatever a job calls it. The ledger knows people by what the job called their audience: a job that calls it
/// by another of its names goes on under the one that is known, or everybody would stay in the book for good.
/// </summary>
internal static class KnownAudiences
{
    /// <returns>The job with the names that its ledger knows, and what to say of it.</returns>
    /// <exception cref="RollcallException">Two of the job's names are of one audience.</exception>
    public static async Task<(Job Job, IReadOnlyList<Finding> Findings)> ApplyAsync(Job job, Workplace workplace, DataFolder folder, IStore store,
        RunDatabase db, CancellationToken cancellation)
    {
        var names = job.Config.SegmentIds;
        if (job.Source is TablesSourceOptions)
        {
            return (job, []);
        }

        var former = Known(job, folder, store, db).Except(names, StringComparer.Ordinal).ToList();
        if (names.Count < 2 && former.Count == 0)
        {
            return (job, []);
        }

        IReadOnlyDictionary<string, string> ids;
        try
        {
            await using var source = AudienceSources.Open(job, workplace, folder.Root);
            ids = await source.IdsAsync([.. names, .. former], cancellation);
        }
        catch (RollcallException e) when (e.ExitCode == ExitCode.Source)
        {
            // What an earlier run left is settled all the same; the reading says what is wrong.
            return (job, []);
        }

        RefuseTwins(job, ids);
        var renamed = names.Except(former, StringComparer.Ordinal)
            .Select(name => (Name: name, Former: ids.GetValueOrDefault(name) is { } id ? former.Find(one => ids.GetValueOrDefault(one) == id) : null))
            .Where(pair => pair.Former is not null).ToDictionary(pair => pair.Name, pair => pair.Former!, StringComparer.Ordinal);
        string Of(string name) => renamed.GetValueOrDefault(name, name);
        return renamed.Count == 0
            ? (job, [])
            : (job with
            {
                Config = job.Config with
                {
                    SegmentIds = [.. names.Select(Of)],
                    SegMappings = [.. job.Config.SegMappings.Select(mapping => mapping with { SegmentId = Of(mapping.SegmentId) })],
                },
            },
            [.. renamed.Select(pair => Findings.AudienceRenamed(pair.Key, pair.Value))]);
    }

    private static void RefuseTwins(Job job, IReadOnlyDictionary<string, string> ids)
    {
        var first = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in job.Config.SegmentIds)
        {
            if (ids.TryGetValue(name, out var id) && !first.TryAdd(id, name))
            {
                throw new RollcallException(ExitCode.BadJob, $"It is the same audience as {first[id]}.", $"audience {name}",
                    "Take one out of config.segment_ids.");
            }
        }
    }

    /// <summary>What the job called audiences whose people the ledger has, or whose size is remembered.</summary>
    private static IEnumerable<string> Known(Job job, DataFolder folder, IStore store, RunDatabase db)
    {
        using var leases = new LedgerLeases(store.Ledgers);
        var ledger = leases.Of(job.Tag)?.Folder;
        return store.Audiences.Of(job.Tag)
            .Union(ledger is null
                ? []
                : db.Query($"SELECT DISTINCT audience FROM {LedgerFiles.Relation(folder, ledger)} WHERE audience IS NOT NULL ORDER BY 1",
                    r => r.GetString(0)), StringComparer.Ordinal);
    }
}
