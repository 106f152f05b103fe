using System.Text.Json;
using DuckDB.NET.Data;
using Rollcall.Jobs;
using Rollcall.Reading;
using Rollcall.Reading.Tables;

namespace Rollcall.Recommending;

/// <summary>Recommendations that stand in tables: a query gives a row a person and recommendation. Read before the audiences, so that they are compared like any other field.</summary>
internal static class RecommendationTable
{
    /// <summary>Recommendations of a person that are kept, for insight data: as many as Lytics gives unless asked for more.</summary>
    public const int ForInsight = 10;

    private const string Email = "email";
    private const string Rank = "rank";

    /// <summary>How many recommendations of a person the job needs.</summary>
    public static int Most(ExportConfig config) =>
        Math.Max(config.InsightRecommendations ? ForInsight : 1, config.RecommenderMappings.Select(mapping => RecommendationField.Parse(mapping.Field)!.Number).DefaultIfEmpty(1).Max());

    /// <summary>Everything wrong with the query; empty for a job without one.</summary>
    public static async Task<IReadOnlyList<Problem>> CheckAsync(Job job, string folder, CancellationToken cancellation)
    {
        if (Query(job) is not { } asked)
        {
            return [];
        }

        await using var source = TablesSource.Open(asked, folder);
        try
        {
            return [.. (await source.CheckAsync(asked.Config.SegmentIds, asked.Config.Fields, cancellation)).Select(problem => OfRecommendations(problem, asked))];
        }
        catch (RollcallException e)
        {
            return [.. e.Problems.Select(problem => OfRecommendations(problem, asked))];
        }
    }

    /// <summary>Fills <c>recommended</c>; null for a job whose recommendations are not in tables.</summary>
    /// <exception cref="RollcallException">The query is wrong, or the source cannot be read.</exception>
    public static async Task<RecommendationCount?> ReadAsync(RunContext run, CancellationToken cancellation)
    {
        if (Query(run.Job) is not { } asked)
        {
            return null;
        }

        try
        {
            await using var source = TablesSource.Open(asked, Path.Combine(run.Db.Folder, "recommendations"));
            var collection = run.Job.Config.CollectionId!;
            if (run.Job.Config.InsightRecommendations)
            {
                var columns = await source.ColumnsAsync(collection, cancellation);
                asked = asked with { Config = asked.Config with { InsightFields = [.. asked.Config.InsightFields.Union(columns.Select(column => column.Name).Where(name => !IsKey(name)), StringComparer.OrdinalIgnoreCase)] } };
            }

            // Opened anew: what is read of a table depends on the fields that are wanted whole.
            await using var whole = TablesSource.Open(asked, Path.Combine(run.Db.Folder, "recommendations"));
            run.Progress?.Report(new RunProgress($"read recommendations {collection}", 0, null, "rows"));
            await using var reading = await whole.OpenAsync(collection, asked.Config.Fields, run.Db.Connection, Shape(run, collection), null, cancellation);
            return await FillAsync(run, asked.Config, reading, cancellation);
        }
        catch (RollcallException e)
        {
            throw new RollcallException(e.ExitCode, [.. e.Problems.Select(problem => OfRecommendations(problem, asked))]);
        }
    }

    /// <summary>Keeps what a complete reading looked like, for the next run to compare with.</summary>
    public static void Keep(RunContext run, RecommendationCount? count)
    {
        if (count is { Incomplete: null })
        {
            run.Store.InTransaction(s => s.Execute(
                "INSERT INTO recommendations(tag, collection, shape, people) VALUES ($tag, $collection, $shape, $people) ON CONFLICT(tag, collection) DO UPDATE SET shape = $shape, people = $people",
                ("$tag", run.Job.Tag), ("$collection", run.Job.Config.CollectionId), ("$shape", JsonSerializer.Serialize(count.Shape)), ("$people", count.People)));
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

    private static IReadOnlyList<string> Mapped(ExportConfig config) =>
        [.. config.RecommenderMappings.Select(mapping => RecommendationField.Parse(mapping.Field)!.Name).Where(name => !IsKey(name)).Distinct(StringComparer.OrdinalIgnoreCase)];

    private static bool IsKey(string column) => column.Equals(Email, StringComparison.OrdinalIgnoreCase) || column.Equals(Rank, StringComparison.OrdinalIgnoreCase);

    private static async Task<RecommendationCount> FillAsync(RunContext run, ExportConfig asked, IAudienceReading reading, CancellationToken cancellation)
    {
        var columns = (await RelationColumns.OfAsync(run.Db.Connection, reading.Relation, cancellation)).ToDictionary(column => column.Name, StringComparer.Ordinal);
        var item = $"'{{' || concat_ws(',', {string.Join(", ", asked.InsightFields.Select(field => $"{SqlText.Literal($"\"{JsonEncodedText.Encode(field)}\":")} || nullif(CAST({reading.Whole(field)} AS VARCHAR), 'null')"))}) || '}}'";
        await run.Db.Connection.ExecuteAsync(
            $"""
            CREATE OR REPLACE TABLE recommendation AS
            SELECT md5_number_lower(member_key) AS kh, * FROM (
                SELECT lower(email) AS member_key, {EmailSql.Valid("email")} AS valid, TRY_CAST(rank AS DOUBLE) AS rank, item FROM (
                    SELECT {EmailSql.Trim(FieldSql.Text(SqlText.Name(Email), columns[Email].Kind))} AS email, {FieldSql.Text(SqlText.Name(Rank), columns[Rank].Kind)} AS rank, {(asked.InsightFields.Count == 0 ? "'{}'" : item)} AS item
                    FROM {reading.Relation} AS recommendations));
            """,
            cancellation);
        var result = await reading.CompleteAsync(cancellation);
        SayLeftOut(run, result);
        foreach (var slice in KeySlice.For(run.Db.Number("SELECT count(*) FROM recommendation")))
        {
            await run.Db.Connection.ExecuteAsync(
                $"""
                INSERT INTO recommended
                SELECT kh, member_key, '[' || array_to_string(list_transform(list_sort(list(struct_pack(n := n, item := item))), lambda one: one.item), ',') || ']'
                FROM (SELECT kh, member_key, item, row_number() OVER (PARTITION BY kh, member_key ORDER BY rank, item) AS n
                      FROM recommendation WHERE valid AND rank IS NOT NULL AND isfinite(rank) AND {slice.Where()})
                WHERE n <= {Most(run.Job.Config)} GROUP BY kh, member_key
                """,
                cancellation);
        }

        await run.Db.Connection.ExecuteAsync("DROP TABLE recommendation", cancellation);
        var people = run.Db.Number("SELECT count(*) FROM recommended");
        var incomplete = result.HoldExits ?? (people == 0 && Had(run) ? "There are none at all, where there were some." : null);
        if (incomplete is not null)
        {
            run.Notice($"The recommendations were not read completely: who has none keeps what they had. {incomplete}");
            run.SomethingLeft = true;
        }

        return new RecommendationCount(people, incomplete, result.Shape);
    }

    private static void SayLeftOut(RunContext run, AudienceReadingResult result)
    {
        var (emails, ranks) = run.Db.Query("SELECT count(*) FILTER (NOT coalesce(valid, false)), count(*) FILTER (valid AND (rank IS NULL OR NOT isfinite(rank))) FROM recommendation", r => (r.GetInt64(0), r.GetInt64(1)))[0];
        foreach (var (rows, why) in new[] { (result.RejectedCount, "cannot be read"), (emails, "have no valid address"), (ranks, "have no number for a rank") }.Where(l => l.Item1 > 0))
        {
            run.Notice($"{rows:N0} rows of the recommendations {why} and are left out.");
        }
    }

    private static bool Had(RunContext run) =>
        run.Store.Number("SELECT count(*) FROM recommendations WHERE tag = $tag AND collection = $collection AND people > 0", ("$tag", run.Job.Tag), ("$collection", run.Job.Config.CollectionId)) > 0;

    private static AudienceShape? Shape(RunContext run, string collection) =>
        run.Store.Query("SELECT shape FROM recommendations WHERE tag = $tag AND collection = $collection", r => JsonSerializer.Deserialize<AudienceShape>(r.GetString(0)), ("$tag", run.Job.Tag), ("$collection", collection)).FirstOrDefault();

    private static Problem OfRecommendations(Problem problem, Job asked) =>
        problem.Where == $"audience {asked.Config.SegmentIds[0]}" ? problem with { Where = $"recommendations {asked.Config.SegmentIds[0]}" } : problem;
}
