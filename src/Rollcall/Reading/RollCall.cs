using System.Text.Json;
using DuckDB.NET.Data;
using Rollcall.Connecting;
using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Recommending;
using Rollcall.Store;

namespace Rollcall.Reading;

/// <summary>Reads the job's audiences, in order, into the run's database.</summary>
internal sealed class RollCall(RunContext run)
{
    private RecommendationCount? _recommendations;

    /// <summary>What was read of each audience, by its index.</summary>
    public List<AudienceCount> Counts { get; } = [];

    /// <summary>Whether recommendations in a table were not read completely.</summary>
    public bool RecommendationsMissing => _recommendations is { Incomplete: not null };

    /// <summary>The audiences, by index, whose exits wait because more of their rows have no usable address than before.</summary>
    public HashSet<int> Lost { get; } = [];

    /// <summary>Data fields to be created, with the type their values suggest.</summary>
    public Dictionary<string, Dotdigital.DataFieldType> NewFields { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="adopts">Whether people of the books are taken into the ledger after this: then anybody may be missing.</param>
    /// <param name="mayBeEmpty">Whether recommendations may all be gone.</param>
    public async Task ReadAsync(Destination destination, bool adopts, bool mayBeEmpty, CancellationToken cancellation)
    {
        var job = run.Job;
        run.Db.Execute(RecommendedColumns.Create);
        _recommendations = await RecommendationTable.ReadAsync(run, mayBeEmpty, cancellation);
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

                roll = new Roll(run.Db.Connection, job, DataFields(destination.Fields.Concat(NewFields)), destination.Account.Id, _recommendations);
                await roll.CreateAsync(cancellation);
            }

            run.Progress?.Report(new RunProgress($"read {audience}", 0, null, "rows"));
            var count = await roll.AddAsync(i, reading, cancellation);
            Counts.Add(count);
            run.Progress?.Report(new RunProgress($"read {audience}", count.Rows, count.Rows, "rows"));
        }

        if (source.MayMiss)
        {
            await LookAgainAsync(source, roll!, destination, adopts, cancellation);
        }

        run.Progress?.Report(new RunProgress("sort the roll", 0, null, "rows"));
        await roll!.FinishAsync(cancellation);
        await TakeOutSharedKeysAsync(cancellation);
    }

    private async Task TakeOutSharedKeysAsync(CancellationToken cancellation)
    {
        run.Db.Execute(SharedKeys.Create);
        if (run.Job.Config.KeyField is { } field && await SharedKeys.TakeOutAsync(run.Db.Connection, cancellation) is { Keys: > 0 } shared)
        {
            run.Notice(
                $"{Counted.Of(shared.Keys, "key")} of key_field \"{field}\" with more than one address, in {Counted.Of(shared.Rows, "row")}: these are "
                + "delivered by address, and no contact is moved for them. Give each profile a key of its own, or none.");
        }
    }

    /// <summary>
    /// Before anybody exits, an audience with missing members is read once more: a profile in either reading is a member. If that fails, nobody exits.
    /// </summary>
    private async Task LookAgainAsync(IAudienceSource source, Roll roll, Destination destination, bool adopts, CancellationToken cancellation)
    {
        var missing = new MissingMembers(run, destination);
        foreach (var (i, count) in Counts.Index().ToList().Where(c => c.Item.Reading.HoldExits is null))
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
            Counts[i] = again with { Reading = again.Reading with { HoldExits = hold } };
        }
    }

    /// <summary>Keeps what the complete readings looked like, for the next run to compare with.</summary>
    /// <param name="held">
    /// Whether an audience is held by a guard: when it is empty, it is kept that it had members, or the guard would hold once only.
    /// </param>
    public void Keep(Func<int, bool> held)
    {
        RecommendationTable.Keep(run, _recommendations);
        run.Store.Audiences.Keep(run.Job.Tag, Counts.Index()
            .Where(c => c.Item.Reading.HoldExits is null && (c.Item.Members + c.Item.KnownByKey > 0 || !held(c.Index)))
            .Select(c => Reading(c.Index, c.Item, ofAll: !held(c.Index) && !Lost.Contains(c.Index))));
    }

    private CompleteReading Reading(int audience, AudienceCount count, bool ofAll) => new(
        run.Job.Config.SegmentIds[audience],
        JsonSerializer.Serialize(count.Reading.Shape),
        count.Members + count.KnownByKey,
        ofAll ? count.Rows : null,
        ofAll ? count.NoEmail - count.KeyedNoEmail : null,
        ofAll ? count.Lost : null);

    /// <summary>Whether an audience had members when it was last read completely, and has none now.</summary>
    public bool IsNewlyEmpty(int audience) =>
        Counts[audience].Members + Counts[audience].KnownByKey == 0 && Kept(run.Job.Config.SegmentIds[audience]) is { Members: > 0 };

    /// <summary>An audience's rows in the last run that did not hold it; null when unknown.</summary>
    public AudienceBefore? Before(int audience) => Kept(run.Job.Config.SegmentIds[audience]) is { Rows: { } rows, NoEmail: { } blank, Lost: { } lost }
        ? new AudienceBefore(rows, blank, lost)
        : null;

    private AudienceShape? Shape(string audience) => Kept(audience)?.Shape is { } shape ? JsonSerializer.Deserialize<AudienceShape>(shape) : null;

    private KeptAudience? Kept(string audience) => run.Store.Audiences.Find(run.Job.Tag, audience);

    private RowProgress? Progress(string audience) => run.Progress is { } progress ? new RowProgress(progress, audience) : null;

    /// <summary>Data fields with the types that reading uses.</summary>
    public static Dictionary<string, DataFieldType> DataFields(IEnumerable<KeyValuePair<string, Dotdigital.DataFieldType>> fields) =>
        fields.ToDictionary(f => f.Key, f => Enum.Parse<DataFieldType>(f.Value.ToString()), StringComparer.OrdinalIgnoreCase);

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
            NewFields.TryAdd(mapping.DataField, Enum.Parse<Dotdigital.DataFieldType>(type.ToString()));
        }

        // What will be recommended is unknown: a text field fits everything.
        foreach (var mapping in run.Job.Config.RecommenderMappings.Where(IsMissing))
        {
            NewFields.TryAdd(mapping.DataField, Dotdigital.DataFieldType.String);
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
