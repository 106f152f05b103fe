using DuckDB.NET.Data;
using Rollcall.Dotdigital;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Work;

namespace Rollcall.Reading;

/// <summary>Looks at an audience's first rows, and says where most values of a field would be left out, or most rows have no usable address.</summary>
internal sealed class FirstRows(Job job, IAudienceSource source, RunDatabase db, IReadOnlyDictionary<string, DataFieldType> dataFields, long accountId)
{
    /// <summary>How many rows are looked at.</summary>
    public const int Count = 1_000;

    /// <summary>Most characters of a value that is shown.</summary>
    private const int Shown = 40;

    private const string Table = "first_rows";

    private const string OtherField = "If addresses are in another field, name it in config.email_field.";

    /// <summary>Warnings about one audience.</summary>
    /// <param name="audience">Its index in <c>config.segment_ids</c>.</param>
    public async Task<IReadOnlyList<Problem>> LookAsync(int audience, CancellationToken cancellation)
    {
        var id = job.Config.SegmentIds[audience];
        await using var reading = await source.SampleAsync(id, job.Config.Fields, Count, db.Connection, cancellation);
        await KeepAsync(reading, id, cancellation);
        var roll = new Roll(db.Connection, job, dataFields, accountId);
        await roll.CreateAsync(cancellation);
        var count = await roll.AddAsync(audience, new Kept(reading), cancellation);
        await roll.FinishAsync(cancellation);
        return [.. Rows(id, count), .. Values(id)];
    }

    private async Task KeepAsync(IAudienceReading reading, string id, CancellationToken cancellation)
    {
        try
        {
            await db.Connection.ExecuteAsync($"CREATE OR REPLACE TABLE {Table} AS SELECT * FROM {reading.Relation} AS audience LIMIT {Count}", cancellation);
        }
        catch (DuckDBException e)
        {
            throw reading.FailureOr(e, id);
        }
    }

    private IEnumerable<Problem> Rows(string id, AudienceCount count)
    {
        var (read, field) = (count.Members + count.NoEmail + count.InvalidEmail, job.Config.EmailField);
        var rejected = count.Reading.Rejected.Where(row => row.Line is null or <= 2 * Count).ToList();
        if (rejected.Count > read)
        {
            var typed = job.Source is TablesSourceOptions { Files: var files } && files.Values.Any(file => file.Types.Count > 0);
            yield return Warning(
                id,
                $"Most rows are rejected: {Counted.Of(rejected.Count, "row")} against {read:N0} that can be read. {Place(rejected[0])}{rejected[0].Reason}.",
                typed ? "Where a column's values are not of the type that types gives it, leave the type out: the data field's own type converts them." : null);
        }

        if (2 * count.NoEmail > read)
        {
            yield return Warning(id, $"Most rows have no address: {field} is empty in {count.NoEmail:N0} of the first {Counted.Of(read, "row")}.", OtherField);
        }

        if (2 * count.InvalidEmail > read)
        {
            var example = db.Query("SELECT email FROM roll_left_out WHERE code = 'InvalidEmail' ORDER BY row LIMIT 1", row => row.GetString(0))[0];
            yield return Warning(
                id,
                $"Most rows have no usable address: in {count.InvalidEmail:N0} of the first {Counted.Of(read, "row")}, {field} is not an email address, "
                    + $"such as {Quoted(example)}.",
                OtherField);
        }
    }

    private List<Problem> Values(string id)
    {
        var problems = new List<Problem>();
        foreach (var mapping in job.Config.Mappings.Where(mapping => dataFields.ContainsKey(mapping.DataField)))
        {
            var field = SqlText.Literal(mapping.Field);
            var (left, reason) = db.Query(
                $"""
                SELECT count(*), coalesce(mode(reason), '')
                FROM value_left_out
                WHERE field = {field} AND data_field = {SqlText.Literal(mapping.DataField)}
                """,
                row => (row.GetInt64(0), row.GetString(1)))[0];
            if (left == 0)
            {
                continue;
            }

            var text = FieldSql.Text(SqlText.Name(mapping.Field), Kind(mapping.Field));
            var there = db.Number($"SELECT count(*) FROM {Table} WHERE coalesce({text}, '') <> ''");
            if (2 * left <= there)
            {
                continue;
            }

            var values = db.Query(
                $"""
                SELECT {text}
                FROM {Table} f
                JOIN (SELECT DISTINCT row FROM value_left_out WHERE field = {field}) v ON v.row = f.__row
                ORDER BY f.__row
                """,
                row => row.GetString(0));
            var type = dataFields[mapping.DataField];
            problems.Add(Warning(
                id,
                $"Most values of {mapping.Field} do not fit the data field {mapping.DataField} ({type}) and would be left out: {left:N0} of the first "
                    + $"{there:N0}, such as {Quoted(values[0])}: {reason}.",
                ValueRemedy.For(job.Source, mapping.Field, values, type)));
        }

        return problems;
    }

    private ColumnKind Kind(string field) => db.Query(
        $"SELECT data_type FROM duckdb_columns() WHERE table_name = '{Table}' AND column_name = {SqlText.Literal(field)}",
        row => new Column(field, row.GetString(0)).Kind)[0];

    private static string Place(RejectedRow row) => (row.File, row.Line) switch
    {
        ({ } file, { } line) => $"{Path.GetFileName(file)}, line {line}: ",
        (_, { } line) => $"Row {line}: ",
        _ => "",
    };

    private static string Quoted(string value)
    {
        var runes = value.EnumerateRunes().ToList();
        return runes.Count <= Shown ? $"\"{value}\"" : $"\"{string.Concat(runes.Take(Shown - 1))}…\"";
    }

    private static Problem Warning(string audience, string message, string? todo) => new(message, $"audience {audience}", todo, Severity.Warning);

    /// <summary>The rows that were kept, instead of all.</summary>
    private sealed class Kept(IAudienceReading reading) : IAudienceReading
    {
        public string Relation => Table;

        public string Whole(string field) => reading.Whole(field);

        public Task<AudienceReadingResult> CompleteAsync(CancellationToken cancellation) => reading.CompleteAsync(cancellation);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
