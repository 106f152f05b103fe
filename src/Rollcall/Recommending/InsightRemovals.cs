using Rollcall.Dotdigital;
using Rollcall.Ledger;

namespace Rollcall.Recommending;

/// <summary>Removes the records of <c>insight_gone</c>, a call a contact and collection: DELETE /insightData/v3/contacts/contactId/{id}/{collection}/deleteRecords.</summary>
internal sealed class InsightRemovals(RunContext run, KeptTable sent)
{
    /// <summary>After so many failures in a row, the rest is left to the next run.</summary>
    private const int MostFailures = 20;

    private const int KeptEach = 1_000;

    public async Task SendAsync(CancellationToken cancellation)
    {
        var total = run.Db.Number("SELECT count(*) FROM (SELECT DISTINCT contact_id, record = 0 FROM insight_gone)");
        if (total == 0)
        {
            return;
        }

        run.Db.Execute("CREATE OR REPLACE TABLE insight_removed(contact_id BIGINT, record USMALLINT)");
        var calls = run.Db.Query(
            "SELECT contact_id, record = 0, string_agg(DISTINCT record, ',' ORDER BY record) FROM insight_gone GROUP BY 1, 2 ORDER BY 1, 2",
            r => (Contact: r.GetInt64(0), Fields: r.GetBoolean(1), Records: r.GetString(2)));
        var (done, failed) = (0L, 0);
        foreach (var (contact, fields, records) in calls)
        {
            try
            {
                await run.Client.InsightData.DeleteAsync(
                    contact,
                    fields ? InsightCollection.Fields : InsightCollection.Recommendations,
                    [.. records.Split(',').Select(record => InsightImports.Key(run.Job.Tag, int.Parse(record, System.Globalization.CultureInfo.InvariantCulture)))],
                    cancellation);
                run.Db.Execute($"INSERT INTO insight_removed SELECT {contact}, unnest([{records}])");
                failed = 0;
            }
            catch (DotdigitalException e)
            {
                Fail($"contact_id = {contact} AND record IN ({records})", e);
                if (++failed == MostFailures || e.Kind == FailureKind.Configuration)
                {
                    Fail("true", e);
                    break;
                }
            }

            run.Progress?.Report(new RunProgress("remove insight data", ++done, total, "calls"));
            if (done % KeptEach == 0)
            {
                Forget();
            }
        }

        Forget();
    }

    private void Fail(string records, DotdigitalException e) => run.Db.Execute($"""
        INSERT INTO insight_failed SELECT DISTINCT contact_id, record, email, audience, 'Failed', {SqlText.Literal(e.ErrorCode ?? "NotRemoved")}, {SqlText.Literal(e.Message)}
        FROM insight_gone g ANTI JOIN insight_removed r USING (contact_id, record) ANTI JOIN insight_failed f USING (contact_id, record) WHERE {records}
        """);

    /// <summary>What is removed needs no second call.</summary>
    private void Forget()
    {
        if (run.Db.Number("SELECT count(*) FROM insight_removed") > 0)
        {
            sent.Replace($"SELECT * FROM {sent.Relation} s ANTI JOIN insight_removed r USING (contact_id, record)");
        }
    }
}
