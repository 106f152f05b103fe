using System.Text.Json;
using DuckDB.NET.Data;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Reading.Tables;
using Rollcall.Running;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Reading;

/// <summary>
/// Recommendations that stand in tables: a query gives a row a person and recommendation. Read before the audiences, so that they are compared like any
/// other field.
/// </summary>
internal static class RecommendationTable
{
    private const string Email = "email";
    private const string Rank = "rank";

    /// <summary>How many recommendations of a person the job needs.</summary>
    public static int Most(ExportConfig config) =>
        Math.Max(config.InsightRecommendations ? InsightTables.Recommendations : 1,
            config.RecommenderMappings.Select(mapping => RecommendationField.Parse(mapping.Field)!.Number).DefaultIfEmpty(1).Max());

    /// <summary>Everything wrong with the query; empty for a job without one.</summary>
    public static async Task<IReadOnlyList<Problem>> CheckAsync(Job job, Workplace workplace, CancellationToken cancellation)
    {
        if (Query(job) is not { } asked)
        {
            return [];
        }

        await using var source = TablesSource.Open(asked, workplace.DataFolder, workplace.DataFolder, workplace.Clock);
        try
        {
            return [.. (await source.CheckAsync(asked.Config.SegmentIds, asked.Config.Fields, cancellation)).Select(
                problem => OfRecommendations(problem, asked))];
        }
        catch (RollcallException e)
        {
            return [.. e.Problems.Select(problem => OfRecommendations(problem, asked))];
        }
    }

    /// <summary>Fills <c>recommended</c>; null for a job whose recommendations are not in tables.</summary>
    /// <param name="mayBeEmpty">Whether a table that had rows, and has none now, is taken at its word.</param>
    /// <exception cref="RollcallException">The query is wrong, or the source cannot be read.</exception>
    public static async Task<RecommendationCount?> ReadAsync(RunContext run, bool mayBeEmpty, CancellationToken cancellation)
    {
        if (Query(run.Job) is not { } asked)
        {
            return null;
        }

        try
        {
            var (collection, folder) = (run.Job.Config.CollectionId!, Path.Combine(run.Db.Folder, "recommendations"));
            if (run.Job.Config.InsightRecommendations)
            {
                asked = await WithEveryColumnAsync(asked, collection, folder, run.Workplace, cancellation);
            }

            await using var source = TablesSource.Open(asked, folder, run.Workplace.DataFolder, run.Workplace.Clock);
            run.Progress?.Report(new RunProgress($"read recommendations {collection}", 0, null, "rows"));
            await using var reading = await source.OpenAsync(collection, asked.Config.Fields, run.Db.Connection, Shape(run, collection), null, cancellation);
            try
            {
                return await FillAsync(run, asked.Config, reading, mayBeEmpty, cancellation);
            }
            catch (DuckDBException) when (reading.Failure is not null)
            {
                throw reading.Failure;
            }
        }
        catch (RollcallException e)
        {
            throw new RollcallException(e.ExitCode, [.. e.Problems.Select(problem => OfRecommendations(problem, asked))]);
        }
        catch (DuckDBException e)
        {
            throw new RollcallException(ExitCode.Source, $"Reading failed: {DuckMessages.Masked(e)}", $"recommendations {run.Job.Config.CollectionId}",
                inner: e);
        }
    }

    /// <summary>Keeps what everybody is recommended, for a later reading that is not complete; and what a complete one looked like.</summary>
    public static void Keep(RunContext run, RecommendationCount? count)
    {
        if (count is { Keeps: false })
        {
            InsightTables.Recommended(run).Replace("SELECT kh, member_key, CAST(items AS VARCHAR) AS items FROM recommended ORDER BY kh");
        }

        if (count is { Incomplete: null })
        {
            run.Store.Audiences.Keep(run.Job.Tag, new KeptRecommendations(run.Job.Config.CollectionId!, JsonSerializer.Serialize(count.Shape)));
        }
    }

    /// <summary>The query as a job of its own: an audience whose members are people and recommendations.</summary>
    private static Job? Query(Job job) => job is { Source: TablesSourceOptions tables, Config.CollectionId: { } collection }
        ? job with
        {
            Source = tables with { Audiences = tables.Recommendations },
            Config = new ExportConfig
            {
                SegmentIds = [collection],
                SegMappings = [],
                EmailField = Email,
                Mappings = [new FieldMapping(Rank, ""), .. Mapped(job.Config).Select(name => new FieldMapping(name, ""))],
                InsightFields = Mapped(job.Config),
            },
        }
        : null;

    /// <summary>For insight data, whatever a recommendation has.</summary>
    private static async Task<Job> WithEveryColumnAsync(Job asked, string collection, string folder, Workplace workplace, CancellationToken cancellation)
    {
        await using var source = TablesSource.Open(asked, folder, workplace.DataFolder, workplace.Clock);
        var columns = (await source.ColumnsAsync(collection, cancellation)).Select(column => column.Name).Where(name => !IsKey(name));
        return asked with { Config = asked.Config with { InsightFields = [.. asked.Config.InsightFields.Union(columns, StringComparer.OrdinalIgnoreCase)] } };
    }

    private static IReadOnlyList<string> Mapped(ExportConfig config) =>
        [.. config.RecommenderMappings.Select(mapping => RecommendationField.Parse(mapping.Field)!.Name).Where(name => !IsKey(name))
            .Distinct(StringComparer.Ordinal)];

    private static bool IsKey(string column) =>
        column.Equals(Email, StringComparison.OrdinalIgnoreCase) || column.Equals(Rank, StringComparison.OrdinalIgnoreCase);

    private static async Task<RecommendationCount> FillAsync(RunContext run, ExportConfig asked, IAudienceReading reading, bool mayBeEmpty,
        CancellationToken cancellation)
    {
        var columns =
            (await RelationColumns.OfAsync(run.Db.Connection, reading.Relation, cancellation)).ToDictionary(column => column.Name, StringComparer.Ordinal);
        var fields = asked.InsightFields
            .Select((field, i) => (Field: field, Value: InsightSql.Value(i), Invalid: InsightSql.IsInvalid(InsightSql.Value(i)))).ToList();
        var members = fields.Select(f => $"CASE WHEN NOT {f.Invalid} THEN {SqlText.Literal($"\"{JsonEncodedText.Encode(f.Field)}\":")} || {f.Value} END");
        var item = fields.Count == 0 ? "'{}'" : $"'{{' || concat_ws(',', {string.Join(", ", members)}) || '}}'";
        var invalid = fields.Count == 0 ? "false" : string.Join(" OR ", fields.Select(f => f.Invalid));
        var values = string.Concat(fields.Select(f => $", nullif(CAST({reading.Whole(f.Field)} AS VARCHAR), 'null') AS {f.Value}"));
        await run.Db.Connection.ExecuteAsync(
            $"""
            CREATE OR REPLACE TABLE recommendation AS
            SELECT {MemberKeySql.Hash("member_key")} AS kh, * FROM (
                SELECT {MemberKeySql.Of("email")} AS member_key, {EmailSql.Valid("email")} AS valid, TRY_CAST(rank AS DOUBLE) AS rank,
                       {item} AS item, {invalid} AS invalid
                FROM (
                    SELECT {EmailSql.Trim(FieldSql.Text(SqlText.Name(Email), columns[Email].Kind))} AS email,
                           {FieldSql.Text(SqlText.Name(Rank), columns[Rank].Kind)} AS rank{values}
                    FROM {reading.Relation} AS recommendations));
            """,
            cancellation);
        var result = await reading.CompleteAsync(cancellation);
        var unranked = SayLeftOut(run, result);
        foreach (var slice in KeySlice.For(run.Db.Number("SELECT count(*) FROM recommendation")))
        {
            await run.Db.Connection.ExecuteAsync(
                $"""
                INSERT INTO recommended
                SELECT kh, member_key, '[' || array_to_string(list_transform(list_sort(list(struct_pack(n := n, item := item))), lambda one: one.item),
                    ',') || ']'
                FROM (SELECT kh, member_key, item, row_number() OVER (PARTITION BY kh, member_key ORDER BY rank, item) AS n
                      FROM recommendation WHERE valid AND rank IS NOT NULL AND isfinite(rank) AND {slice.Where()})
                WHERE n <= {Most(run.Job.Config)} GROUP BY kh, member_key
                """,
                cancellation);
        }

        await run.Db.Connection.ExecuteAsync("DROP TABLE recommendation", cancellation);
        var incomplete = Incomplete(run, result, mayBeEmpty) ?? (unranked ? Findings.RecommendationsIncomplete("Rows have no number for a rank.") : null);
        var count = new RecommendationCount(incomplete, false, result.Shape);
        return incomplete is null ? count : FallBack(run, count, incomplete);
    }

    private static Finding? Incomplete(RunContext run, AudienceReadingResult result, bool mayBeEmpty) => result.HoldExits is { } why
        ? Findings.RecommendationsIncomplete(why)
        : !mayBeEmpty && run.Db.Number("SELECT count(*) FROM recommended") == 0 && Known(run) && !InsightTables.Recommended(run).IsEmpty
            ? Findings.RecommendationsGone()
            : null;

    /// <summary>
    /// A person who has none now, or fewer, has what they had; the others' are as they are now, or one bad row would keep everybody's as they were.
    /// </summary>
    private static RecommendationCount FallBack(RunContext run, RecommendationCount count, Finding incomplete)
    {
        run.Report(incomplete, atOnce: false);
        var kept = InsightTables.Recommended(run);
        if (!Known(run) || kept.IsEmpty)
        {
            return count with { Keeps = true };
        }

        run.Db.Execute($"""
            DELETE FROM recommended USING {kept.Relation} k WHERE k.kh = recommended.kh AND k.member_key = recommended.member_key
                AND json_array_length(k.items) > json_array_length(recommended.items);
            INSERT INTO recommended SELECT k.kh, k.member_key, k.items FROM {kept.Relation} k ANTI JOIN recommended r ON r.kh = k.kh
                AND r.member_key = k.member_key;
            """);
        return count;
    }

    /// <returns>Whether somebody's recommendation is left out because it has no rank.</returns>
    private static bool SayLeftOut(RunContext run, AudienceReadingResult result)
    {
        var (emails, ranks, invalid) = run.Db.Query(
            """
            SELECT count(*) FILTER (NOT coalesce(valid, false)), count(*) FILTER (valid AND (rank IS NULL OR NOT isfinite(rank))), count(*) FILTER (invalid)
            FROM recommendation
            """,
            r => (r.GetInt64(0), r.GetInt64(1), r.GetInt64(2)))[0];
        List<(long Rows, Func<long, Finding> Found)> leftOut =
        [
            (result.RejectedCount, Findings.RecommendationsUnreadable), (emails, Findings.RecommendationsWithoutAddress),
            (ranks, Findings.RecommendationsWithoutRank), (invalid, Findings.RecommendationsWithInvalidValue),
        ];
        foreach (var (rows, found) in leftOut.Where(l => l.Rows > 0))
        {
            run.Report(found(rows));
        }

        return ranks > 0;
    }

    /// <summary>Whether this collection is the one that was last read completely.</summary>
    private static bool Known(RunContext run) => run.Store.Audiences.Recommendations(run.Job.Tag)?.Collection == run.Job.Config.CollectionId;

    private static AudienceShape? Shape(RunContext run, string collection) =>
        run.Store.Audiences.Recommendations(run.Job.Tag) is { } kept && kept.Collection == collection
            ? JsonSerializer.Deserialize<AudienceShape>(kept.Shape)
            : null;

    private static Problem OfRecommendations(Problem problem, Job asked) =>
        problem.Where == $"audience {asked.Config.SegmentIds[0]}" ? problem with { Where = $"recommendations {asked.Config.SegmentIds[0]}" } : problem;
}
