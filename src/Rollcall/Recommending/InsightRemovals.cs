using System.Collections.Concurrent;
using System.Globalization;
using Rollcall.Dotdigital;
using Rollcall.Ledger;

namespace Rollcall.Recommending;

/// <summary>Removes the records of <c>insight_gone</c>, a call a contact and collection: DELETE /insightData/v3/contacts/contactId/{id}/{collection}/deleteRecords.</summary>
internal sealed class InsightRemovals(RunContext run, KeptTable sent)
{
    /// <summary>Calls of one run: a run that takes hours keeps the next one waiting.</summary>
    private const int MostCalls = 20_000;

    private const int AtOnce = 16;

    /// <summary>After so many failures in a row, the rest is left to the next run.</summary>
    private const int MostFailures = 20;

    private readonly ConcurrentQueue<Call> ended = [];
    private int failedInARow;
    private DotdigitalException? last;

    public async Task SendAsync(CancellationToken cancellation)
    {
        run.Db.Execute("CREATE OR REPLACE TABLE insight_call AS SELECT row_number() OVER (ORDER BY contact_id, fields) AS n, * FROM (SELECT DISTINCT contact_id, record = 0 AS fields FROM insight_gone)");
        var total = run.Db.Number("SELECT count(*) FROM insight_call");
        if (total == 0)
        {
            return;
        }

        var calls = run.Db.Query(
            $"SELECT g.contact_id, c.fields, string_agg(DISTINCT g.record, ',' ORDER BY g.record) FROM insight_gone g JOIN insight_call c ON c.contact_id = g.contact_id AND c.fields = (g.record = 0) WHERE c.n <= {MostCalls} GROUP BY 1, 2 ORDER BY 1, 2",
            r => new Call(r.GetInt64(0), r.GetBoolean(1), r.GetString(2)));
        await Parallel.ForEachAsync(calls, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (call, token) => await SendAsync(call, calls.Count, token));
        Record();
        if (last is not null)
        {
            run.Db.Execute($"INSERT INTO insight_failed SELECT DISTINCT contact_id, record, email, audience, 'Failed', 'NotRemoved', {SqlText.Literal(last.Message)} FROM insight_gone g ANTI JOIN insight_removed r USING (contact_id, record) ANTI JOIN insight_failed f USING (contact_id, record)");
        }
        else if (total > calls.Count)
        {
            run.Notice($"The insight data of {total - calls.Count:N0} people and collections are still to be removed: a run makes at most {MostCalls:N0} such calls, and the next ones go on.");
            run.SomethingLeft = true;
        }
    }

    private async ValueTask SendAsync(Call call, int total, CancellationToken cancellation)
    {
        if (Volatile.Read(ref failedInARow) >= MostFailures)
        {
            return;
        }

        try
        {
            await run.Client.InsightData.DeleteAsync(
                call.Contact,
                call.Fields ? InsightCollection.Fields : InsightCollection.Recommendations,
                [.. call.Records.Split(',').Select(record => InsightImports.Key(run.Job.Tag, int.Parse(record, CultureInfo.InvariantCulture)))],
                cancellation);
            ended.Enqueue(call);
            Volatile.Write(ref failedInARow, 0);
        }
        catch (DotdigitalException e)
        {
            last = e;
            if (e.Kind == FailureKind.Configuration)
            {
                Volatile.Write(ref failedInARow, MostFailures);
            }
            else
            {
                Interlocked.Increment(ref failedInARow);
            }
        }

        run.Progress?.Report(new RunProgress("remove insight data", ended.Count, total, "calls"));
    }

    /// <summary>What is removed needs no second call.</summary>
    private void Record()
    {
        run.Db.Execute("CREATE OR REPLACE TABLE insight_removed(contact_id BIGINT, record USMALLINT)");
        using (var appender = run.Db.Connection.CreateAppender("insight_removed"))
        {
            foreach (var call in ended)
            {
                foreach (var record in call.Records.Split(','))
                {
                    appender.CreateRow().AppendValue(call.Contact).AppendValue(ushort.Parse(record, CultureInfo.InvariantCulture)).EndRow();
                }
            }
        }

        if (!ended.IsEmpty)
        {
            sent.Replace($"SELECT * FROM {sent.Relation} s ANTI JOIN insight_removed r USING (contact_id, record)");
        }
    }

    private sealed record Call(long Contact, bool Fields, string Records);
}
