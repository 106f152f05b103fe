using System.Text.Json;
using DuckDB.NET.Data;
using Rollcall.Dotdigital;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Jobs;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Reading;

/// <summary>Reads the job's audiences, in order, into the run's database.</summary>
internal sealed class RollCall(RunContext run)
{
    private readonly List<AudienceCount> _counts = [];
    private readonly Dictionary<string, DataFieldType> _newFields = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="adopts">Whether people of the books are taken into the ledger after this: then anybody may be missing.</param>
    /// <param name="mayBeEmpty">Whether recommendations may all be gone.</param>
    public async Task<AudiencesRead> ReadAsync(Destination destination, bool adopts, bool mayBeEmpty, CancellationToken cancellation)
    {
        var job = run.Job;
        run.Db.Execute(RecommendedColumns.Create);
        var recommendations = await RecommendationTable.ReadAsync(run, mayBeEmpty, cancellation);
        await using var source = AudienceSources.Open(job, run.Workplace, run.Db.Folder);
        var fields = job.Config.Fields;
        Roll? roll = null;
        for (var i = 0; i < job.Config.SegmentIds.Count; i++)
        {
            var audience = job.Config.SegmentIds[i];
            await using var reading = await source.OpenAsync(audience, fields, run.Db.Connection, Shape(audience), Progress(audience), cancellation);
            if (roll is null)
            {
                try
                {
                    await InferNewFieldsAsync(destination, reading, cancellation);
                }
                catch (DuckDBException) when (reading.Failure is not null)
                {
                    throw reading.Failure;
                }

                roll = new Roll(run.Db.Connection, job, destination.FieldsWith(_newFields), destination.Account.Id, recommendations);
                await roll.CreateAsync(cancellation);
            }

            run.Progress?.Report(new RunProgress($"read {audience}", 0, null, "rows"));
            var count = await roll.AddAsync(i, reading, cancellation);
            _counts.Add(count);
            run.Progress?.Report(new RunProgress($"read {audience}", count.Rows, count.Rows, "rows"));
        }

        if (source.MayMiss)
        {
            await LookAgainAsync(source, roll!, destination, adopts, cancellation);
        }

        run.Progress?.Report(new RunProgress("sort the roll", 0, null, "rows"));
        await roll!.FinishAsync(cancellation);
        await TakeOutSharedKeysAsync(cancellation);
        return new AudiencesRead(_counts, [.. job.Config.SegmentIds.Select(Kept)], _newFields, recommendations);
    }

    private async Task TakeOutSharedKeysAsync(CancellationToken cancellation)
    {
        run.Db.Execute(SharedKeys.Create);
        if (run.Job.Config.KeyField is { } field && await SharedKeys.TakeOutAsync(run.Db.Connection, cancellation) is { Keys: > 0 } shared)
        {
            run.Report(Findings.KeysShared(shared.Keys, field, shared.Rows));
        }
    }

    /// <summary>
    /// Before anybody exits, an audience with missing members is read once more: a profile in either reading is a member. If that fails, nobody exits.
    /// </summary>
    private async Task LookAgainAsync(IAudienceSource source, Roll roll, Destination destination, bool adopts, CancellationToken cancellation)
    {
        var missing = new MissingMembers(run, destination);
        foreach (var (i, count) in _counts.Index().ToList().Where(c => c.Item.Reading.HoldExits is null))
        {
            if (!adopts && !missing.Any(i, cancellation))
            {
                continue;
            }

            var audience = run.Job.Config.SegmentIds[i];
            run.Progress?.Report(new RunProgress($"read {audience} again", 0, null, "rows"));
            var (again, why) = (count, (string?)null);
            try
            {
                var (fields, progress) = (run.Job.Config.Fields, Progress($"{audience} again"));
                await using var reading = await source.OpenAsync(audience, fields, run.Db.Connection, Shape(audience), progress, cancellation);
                (again, why) = await roll.AddMissedAsync(i, count, reading, cancellation);
            }
            catch (RollcallException e) when (e.ExitCode == ExitCode.Source)
            {
                why = e.Problems[0].Message;
            }

            var hold = why is null ? null : $"Members were missing, and the second reading that looks for them was not complete: {why}";
            _counts[i] = again with { Reading = again.Reading with { HoldExits = hold } };
        }
    }

    /// <summary>Keeps what the complete readings looked like, for the next run to compare with.</summary>
    /// <param name="held">
    /// Whether an audience is held by a guard: when it is empty, it is kept that it had members, or the guard would hold once only.
    /// </param>
    /// <param name="lost">The audiences whose exits wait because more of their rows have no usable address than before.</param>
    public static void Keep(RunContext run, AudiencesRead read, Func<int, bool> held, IReadOnlySet<int> lost)
    {
        RecommendationTable.Keep(run, read.Recommendations);
        run.Store.Audiences.Keep(run.Job.Tag, read.Counts.Index()
            .Where(c => c.Item.Reading.HoldExits is null && (c.Item.Members + c.Item.KnownByKey > 0 || !held(c.Index)))
            .Select(c => Reading(run.Job.Config.SegmentIds[c.Index], c.Item, ofAll: !held(c.Index) && !lost.Contains(c.Index))));
    }

    private static CompleteReading Reading(string audience, AudienceCount count, bool ofAll) => new(
        audience,
        JsonSerializer.Serialize(count.Reading.Shape),
        count.Members + count.KnownByKey,
        ofAll ? count.Rows : null,
        ofAll ? count.NoEmail - count.KeyedNoEmail : null,
        ofAll ? count.Lost : null);

    private AudienceShape? Shape(string audience) => Kept(audience)?.Shape is { } shape ? JsonSerializer.Deserialize<AudienceShape>(shape) : null;

    private KeptAudience? Kept(string audience) => run.Store.Audiences.Find(run.Job.Tag, audience);

    private RowProgress? Progress(string audience) => run.Progress is { } progress ? new RowProgress(progress, audience) : null;

    private async Task InferNewFieldsAsync(Destination destination, IAudienceReading reading, CancellationToken cancellation)
    {
        if (destination.MissingFields.Count == 0)
        {
            return;
        }

        var columns = await RelationColumns.OfAsync(run.Db.Connection, reading.Relation, cancellation);
        foreach (var mapping in run.Job.Config.Mappings.Where(IsMissing))
        {
            var kind = columns.FirstOrDefault(column => column.Name == mapping.Field)?.Kind ?? ColumnKind.Text;
            var type = await reading.SuggestedAsync(mapping.Field, cancellation)
                ?? (kind == ColumnKind.Json ? await JsonTypeAsync(reading, mapping.Field, cancellation) : Suggested(kind));
            _newFields.TryAdd(mapping.DataField, type);
        }

        // What will be recommended is unknown: a text field fits everything.
        foreach (var mapping in run.Job.Config.RecommenderMappings.Where(IsMissing))
        {
            _newFields.TryAdd(mapping.DataField, DataFieldType.String);
        }

        bool IsMissing(FieldMapping mapping) => destination.MissingFields.Contains(mapping.DataField, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>The type that all of a JSON column's values have.</summary>
    private async Task<DataFieldType> JsonTypeAsync(IAudienceReading reading, string field, CancellationToken cancellation)
    {
        var kinds = await run.Db.Connection.QueryAsync(
            $"""
            SELECT DISTINCT json_type({SqlText.Name(field)})
            FROM {reading.Relation} AS relation
            WHERE json_type({SqlText.Name(field)}) <> 'NULL'
            """,
            row => row.GetString(0),
            cancellation);
        return kinds is ["BOOLEAN"] ? DataFieldType.Boolean
            : kinds.Count > 0 && kinds.All(kind => kind is "UBIGINT" or "BIGINT" or "DOUBLE") ? DataFieldType.Numeric
            : DataFieldType.String;
    }

    private static DataFieldType Suggested(ColumnKind kind) => kind switch
    {
        ColumnKind.Boolean => DataFieldType.Boolean,
        ColumnKind.Date or ColumnKind.Timestamp or ColumnKind.ZonedTimestamp => DataFieldType.Date,
        ColumnKind.WholeNumber or ColumnKind.Decimal or ColumnKind.Float => DataFieldType.Numeric,
        _ => DataFieldType.String,
    };

    private sealed class RowProgress(IProgress<RunProgress> progress, string audience) : IProgress<long>
    {
        public void Report(long value) => progress.Report(new RunProgress($"read {audience}", value, null, "rows"));
    }
}
