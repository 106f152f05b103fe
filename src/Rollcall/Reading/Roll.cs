using DuckDB.NET.Data;
using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Work;

namespace Rollcall.Reading;

/// <summary>
/// The members of a job's audiences as read in one run: <c>roll</c>, one row a member and source row, each audience ordered by <c>kh</c>,
/// and beside it <c>roll_left_out</c> (rows that are not members) and <c>value_left_out</c> (values that do not fit their data field).
/// </summary>
internal sealed class Roll
{
    private readonly DuckDBConnection _duckdb;
    private readonly ExportConfig _config;
    private readonly bool _recommended;
    private readonly RollFields _fields;
    private readonly RollSelect _select;

    /// <param name="dataFields">The account's data fields by name; a mapping to any other is left out of the roll.</param>
    /// <param name="recommendations">What is recommended to people, in the table <c>recommended</c>; null when not known yet.</param>
    public Roll(
        DuckDBConnection duckdb,
        Job job,
        IReadOnlyDictionary<string, DataFieldType> dataFields,
        long accountId,
        RecommendationCount? recommendations = null)
    {
        _duckdb = duckdb;
        _config = job.Config;
        _recommended = recommendations is not null && _config.RecommenderMappings.Count > 0;
        var recommended = recommendations is null ? [] : RollMapping.OfRecommendations(_config, dataFields, recommendations.Keeps);
        _fields = new RollFields([.. RollMapping.Of(_config, dataFields), .. recommended], job.OnMissingField);
        _select = new RollSelect(_config, _fields, accountId);
    }

    /// <summary>Makes the tables, empty.</summary>
    public Task CreateAsync(CancellationToken cancellation) =>
        _duckdb.ExecuteAsync(RollTables.Create, cancellation);

    /// <summary>Reads an audience to its end.</summary>
    /// <param name="audience">Its index in <c>config.segment_ids</c>.</param>
    public async Task<AudienceCount> AddAsync(int audience, IAudienceReading reading, CancellationToken cancellation)
    {
        await InsertAsync(audience, reading, rows => $"INSERT INTO roll {rows}", cancellation);
        var result = await reading.CompleteAsync(cancellation);
        AddRejected(audience, result.Rejected);
        return await CountAsync(audience, result, cancellation) with { Name = reading.Name };
    }

    /// <summary>Reads an audience once more, and adds the members that the first reading did not have.</summary>
    /// <param name="audience">Its index in <c>config.segment_ids</c>.</param>
    /// <param name="first">The result of the first reading.</param>
    public async Task<(AudienceCount Count, string? Incomplete)> AddMissedAsync(
        int audience, AudienceCount first, IAudienceReading reading, CancellationToken cancellation)
    {
        await InsertAsync(
            audience,
            reading,
            rows => $"""
                INSERT INTO roll
                SELECT again.*
                FROM ({rows})
                    AS again(kh, member_key, audience, email, profile_key, contact_id, fields, fields_hash, row_hash, row, problem, left_out, insight)
                ANTI JOIN (SELECT kh, member_key FROM roll WHERE problem IS NULL AND audience = {audience}) AS had
                    ON had.kh = again.kh AND had.member_key = again.member_key
                WHERE again.problem IS NULL
                """,
            cancellation);
        var incomplete = (await reading.CompleteAsync(cancellation)).HoldExits;
        return (await CountAsync(audience, first.Reading, cancellation) with { Name = first.Name }, incomplete);
    }

    private async Task<AudienceCount> CountAsync(int audience, AudienceReadingResult result, CancellationToken cancellation)
    {
        var counts = await _duckdb.QueryAsync(
            $"""
            SELECT
                count(*) FILTER (problem IS NULL),
                count(*) FILTER (problem = 'NoEmail'),
                count(*) FILTER (problem = 'InvalidEmail'),
                coalesce(sum(length(left_out) - length(replace(left_out, chr(10), '')) + 1) FILTER (problem IS NULL), 0)::BIGINT
            FROM roll
            WHERE audience = {audience}
            """,
            row => new AudienceCount(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), result.RejectedCount, row.GetInt64(3), result),
            cancellation);
        return counts[0];
    }

    /// <summary>Takes the rows that are no members out of the roll, and lists what was left out. Nothing can be added afterwards.</summary>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        if (_fields.Mappings.Count + _config.InsightFields.Count > 0)
        {
            var insight = _config.InsightFields.Select(field => (field, InsightCollection.Fields)).ToList();
            var rows = _fields.LeftOutRows("audience, row, email", "roll WHERE problem IS NULL AND left_out IS NOT NULL", insight);
            await _duckdb.ExecuteAsync($"INSERT INTO value_left_out {rows}", cancellation);
        }

        await _duckdb.ExecuteAsync(
            """
            INSERT INTO lost_row
            SELECT audience, row, profile_key, CASE problem WHEN 'NoEmail' THEN 'Omitted' ELSE 'Invalid' END
            FROM roll WHERE problem IS NOT NULL AND profile_key IS NOT NULL;
            INSERT INTO roll_left_out BY NAME
            SELECT audience, row, coalesce(email, '') AS email, CASE problem WHEN 'NoEmail' THEN 'Omitted' ELSE 'Invalid' END AS outcome, problem AS code,
                CASE problem WHEN 'NoEmail' THEN 'no email' ELSE 'not an email address' END AS reason
            FROM roll WHERE problem IS NOT NULL;
            DELETE FROM roll WHERE problem IS NOT NULL;
            ALTER TABLE roll DROP COLUMN problem;
            ALTER TABLE roll DROP COLUMN left_out;
            """,
            cancellation);
    }

    private async Task<Dictionary<string, Column>> ColumnsAsync(string relation, CancellationToken cancellation) =>
        (await RelationColumns.OfAsync(_duckdb, relation, cancellation)).ToDictionary(column => column.Name, StringComparer.Ordinal);

    private async Task InsertAsync(int audience, IAudienceReading reading, Func<string, string> insert, CancellationToken cancellation)
    {
        try
        {
            var (relation, columns) = (reading.Relation, await ColumnsAsync(reading.Relation, cancellation));
            if (_recommended)
            {
                relation = RecommendedColumns.Joined(_config, relation, FieldSql.Text(SqlText.Name(_config.EmailField), columns[_config.EmailField].Kind));
                columns = await ColumnsAsync(relation, cancellation);
            }

            var rows = _select.Write(audience, relation, columns, [.. _config.InsightFields.Select(reading.Whole)]);
            await _duckdb.ExecuteAsync(insert(rows), cancellation);
        }
        catch (DuckDBException e)
        {
            throw reading.FailureOr(e, _config.SegmentIds[audience]);
        }
    }

    private void AddRejected(int audience, IReadOnlyList<RejectedRow> rejected)
    {
        if (rejected.Count == 0)
        {
            return;
        }

        using var appender = _duckdb.CreateAppender("roll_left_out");
        foreach (var row in rejected)
        {
            appender.CreateRow()
                .AppendValue((ushort)audience)
                .AppendValue(row.Line)
                .AppendValue("")
                .AppendValue("Omitted")
                .AppendValue("RejectedRow")
                .AppendValue(row.Reason)
                .AppendValue(row.File is null ? null : Path.GetFileName(row.File))
                .EndRow();
        }
    }
}
