using System.Collections.Concurrent;
using System.Globalization;
using Rollcall.Dotdigital;
using Rollcall.Model;
using Rollcall.Running;

namespace Rollcall.Delivering;

/// <summary>
/// Removes the records of <c>insight_gone</c>, a call a contact and collection: DELETE /insightData/v3/contacts/contactId/{id}/{collection}/deleteRecords.
/// </summary>
internal sealed class InsightRemovals(RunContext run, KeptTable sent)
{
    /// <summary>Calls of one run: a run that takes hours keeps the next one waiting.</summary>
    private const int MostCalls = 20_000;

    private const int AtOnce = 16;

    /// <summary>After so many failures in a row, the rest is left to the next run.</summary>
    private const int MostFailures = 20;

    private readonly ConcurrentQueue<(Call Call, string? Failure)> _ended = [];
    private int _failedInARow;

    public async Task SendAsync(CancellationToken cancellation)
    {
        run.Db.Execute(
            """
            CREATE OR REPLACE TABLE insight_call AS
            SELECT row_number() OVER (ORDER BY contact_id, fields) AS n, *
            FROM (SELECT DISTINCT contact_id, record = 0 AS fields FROM insight_gone)
            """);
        var total = run.Db.Number("SELECT count(*) FROM insight_call");
        if (total == 0)
        {
            return;
        }

        var calls = run.Db.Query(
            $"""
            SELECT g.contact_id, c.fields, string_agg(DISTINCT g.record, ',' ORDER BY g.record)
            FROM insight_gone g JOIN insight_call c ON c.contact_id = g.contact_id AND c.fields = (g.record = 0)
            WHERE c.n <= {MostCalls}
            GROUP BY 1, 2 ORDER BY 1, 2
            """,
            r => new Call(r.GetInt64(0), r.GetBoolean(1), r.GetString(2)));
        await Parallel.ForEachAsync(calls, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (call, token) => await SendAsync(call, calls.Count, token));
        Record();
        if (total > calls.Count)
        {
            run.Report(Findings.InsightRemovalsLeft(total - calls.Count, MostCalls));
        }
    }

    private async ValueTask SendAsync(Call call, int total, CancellationToken cancellation)
    {
        if (Volatile.Read(ref _failedInARow) >= MostFailures)
        {
            _ended.Enqueue((call, $"Not tried: {MostFailures} removals before it failed in a row."));
            return;
        }

        try
        {
            await run.Client.InsightData.DeleteAsync(
                call.Contact,
                call.Fields ? InsightCollection.Fields : InsightCollection.Recommendations,
                [.. call.Records.Split(',').Select(record => InsightImports.Key(run.Job.Tag, int.Parse(record, CultureInfo.InvariantCulture)))],
                cancellation);
            _ended.Enqueue((call, null));
            Volatile.Write(ref _failedInARow, 0);
        }
        catch (DotdigitalException e) when (e.Kind is not FailureKind.Boundless)
        {
            _ended.Enqueue((call, e.Message));
            if (e.Kind == FailureKind.Configuration)
            {
                Volatile.Write(ref _failedInARow, MostFailures);
            }
            else if (e.Kind != FailureKind.Permanent)
            {
                // What is refused for good says nothing of the others.
                Interlocked.Increment(ref _failedInARow);
            }
        }

        run.Progress?.Report(new RunProgress("remove insight data", _ended.Count, total, "calls"));
    }

    /// <summary>What is removed needs no second call; what is not is listed, and stays to be removed.</summary>
    private void Record()
    {
        run.Db.Execute("CREATE OR REPLACE TABLE insight_called(contact_id BIGINT, record USMALLINT, failure VARCHAR)");
        using (var appender = run.Db.Connection.CreateAppender("insight_called"))
        {
            foreach (var (call, failure) in _ended)
            {
                foreach (var record in call.Records.Split(','))
                {
                    appender.CreateRow().AppendValue(call.Contact).AppendValue(ushort.Parse(record, CultureInfo.InvariantCulture)).AppendValue(failure)
                        .EndRow();
                }
            }
        }

        run.Db.Execute(
            """
            INSERT INTO insight_failed
            SELECT DISTINCT contact_id, record, email, audience, 'Failed', 'NotRemoved', failure
            FROM insight_gone JOIN insight_called USING (contact_id, record)
            WHERE failure IS NOT NULL
            """);
        if (_ended.Any(one => one.Failure is null))
        {
            sent.Replace(
                $"""
                SELECT * FROM {sent.Relation} s
                ANTI JOIN (SELECT contact_id, record FROM insight_called WHERE failure IS NULL) r USING (contact_id, record)
                """);
        }
    }

    private sealed record Call(long Contact, bool Fields, string Records);
}
