using System.Globalization;
using Rollcall.Dotdigital;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Store;
using Rollcall.Work;

namespace Rollcall.Delivering;

/// <summary>
/// Sends insight records through PUT /insightData/v3/import, in batches, several under way at once, and learns which of them Dotdigital refused.
/// </summary>
/// <param name="total">How many records there are, for the progress.</param>
internal sealed class InsightImports(RunContext run, long total)
{
    private const int UnderWay = 4;

    /// <summary>More than a contact has: two numbers travel as one.</summary>
    private const ulong Records = 32;

    /// <summary>Our own: far below the limit of a contact import, so that a batch is rebuilt cheaply in halves.</summary>
    private const int BodyBytes = 8_000_000;

    /// <summary>So many records refused one by one, and none taken between them: it is not the records.</summary>
    private const int MostRefusals = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    private readonly List<(string Id, InsightBatch Batch)> _active = [];
    private long _ended;
    private int _refusedInARow;

    /// <summary>Sends the records of <c>insight_due</c> in a slice, to their end.</summary>
    /// <returns>Whether more can be sent: not where Dotdigital refuses insight data altogether.</returns>
    public async Task<bool> SendAsync(KeySlice slice, CancellationToken cancellation)
    {
        try
        {
            await SendAsync(slice, InsightCollection.Fields, "record = 0", cancellation);
            await SendAsync(slice, InsightCollection.Recommendations, "record > 0", cancellation);
            await SettleAsync(0, cancellation);
            return true;
        }
        catch (DotdigitalException e) when (e.Kind is FailureKind.Configuration || _refusedInARow == MostRefusals)
        {
            _active.Clear();
            run.Db.Execute(
                $"""
                INSERT INTO insight_failed
                SELECT contact_id, record, email, audience, 'Failed', 'Refused', {SqlText.Literal(e.Message)}
                FROM insight_due d ANTI
                JOIN insight_failed f USING (contact_id, record)
                WHERE kh >= {slice.First}::UBIGINT
                """);
            return false;
        }
    }

    /// <summary>The key of a record: the job's own, so that two jobs never overwrite one another's.</summary>
    public static string Key(string tag, int record) => record == 0 ? tag : string.Create(CultureInfo.InvariantCulture, $"{tag}-{record}");

    private async Task SendAsync(KeySlice slice, string collection, string records, CancellationToken cancellation)
    {
        using var reading = run.Db.Open();
        using var rows = new Utf8Rows(
            reading,
            $$"""
            SELECT contact_id::UBIGINT * {{Records}} + record,
                   '{"contactIdentity":{"identifier":"contactId","value":"' || contact_id || '"},"key":'
                   || to_json(CASE WHEN record = 0 THEN {{SqlText.Literal(run.Job.Tag)}} ELSE {{SqlText.Literal(run.Job.Tag + "-")}} || record END)::VARCHAR
                   || ',"json":' || json || '}'
            FROM insight_due WHERE {{slice.Where()}} AND {{records}} ORDER BY contact_id, record
            """,
            cancellation);
        var batch = new InsightBatch(collection);
        while (rows.Read())
        {
            if (batch.Count == DotdigitalLimits.InsightBatch || (batch.Count > 0 && batch.Bytes + rows.Text.Length > BodyBytes))
            {
                await StartAsync(batch, cancellation);
                batch = new InsightBatch(collection);
            }

            batch.Add((long)(rows.Key / Records), (int)(rows.Key % Records), rows.Text);
        }

        if (batch.Count > 0)
        {
            await StartAsync(batch, cancellation);
        }
    }

    private async Task StartAsync(InsightBatch batch, CancellationToken cancellation)
    {
        await SettleAsync(UnderWay - 1, cancellation);
        try
        {
            _active.Add((await run.Client.InsightData.StartAsync(batch.Body(), cancellation), batch));
            _refusedInARow = 0;
        }
        catch (DotdigitalException e) when (e.Kind == FailureKind.Permanent && e.Status is 400 or 413 && batch.Count > 1)
        {
            // One record that is refused must not keep the others out, and a limit may be lower than is documented.
            foreach (var half in batch.Halves())
            {
                await StartAsync(half, cancellation);
            }
        }
        catch (DotdigitalException e) when (e.Kind == FailureKind.Permanent && e.Status is 400 or 413)
        {
            if (++_refusedInARow == MostRefusals)
            {
                throw;
            }

            Fail(batch, "Invalid", e.ErrorCode ?? "Refused", e.Message);
        }
        catch (DotdigitalException e) when (e.Kind is not (FailureKind.Configuration or FailureKind.Boundless))
        {
            Fail(batch, "Failed", e.ErrorCode ?? "Unanswered", e.Message);
            if (e.Kind is FailureKind.Ambiguous or FailureKind.Transient)
            {
                LookAgain(batch, WatchReason.Unanswered);
            }
        }
    }

    /// <summary>Waits until at most so many are under way.</summary>
    private async Task SettleAsync(int most, CancellationToken cancellation)
    {
        var (pause, began) = (new GrowingPause(run.Clock), run.Clock.GetTimestamp());
        while (_active.Count > most)
        {
            foreach (var (id, batch) in _active.ToList())
            {
                if (await IsOverAsync(id, batch, cancellation))
                {
                    _active.Remove((id, batch));
                    _ended += batch.Count;
                    run.Progress?.Report(new RunProgress("insight data", _ended, total, "records"));
                }
            }

            if (_active.Count <= most)
            {
                return;
            }

            if (run.Clock.GetElapsedTime(began) > Patience)
            {
                _active.ForEach(a => Fail(a.Batch, "Failed", "NotFinished", "Dotdigital did not finish the import of insight data within an hour."));
                _active.ForEach(a => LookAgain(a.Batch, WatchReason.NotFinished));
                _active.Clear();
                return;
            }

            await pause.WaitAsync(cancellation);
        }
    }

    private async Task<bool> IsOverAsync(string id, InsightBatch batch, CancellationToken cancellation)
    {
        InsightReport? report;
        try
        {
            report = await run.Client.InsightData.ReadAsync(id, cancellation);
        }
        catch (DotdigitalException e) when (e.Kind == FailureKind.Transient)
        {
            // A poll that failed fails no import.
            return false;
        }
        catch (DotdigitalException e) when (e.Kind is not (FailureKind.Configuration or FailureKind.Boundless))
        {
            Fail(batch, "Failed", e.ErrorCode ?? "Unanswered", e.Message);
            return true;
        }

        if (report is null || report.Status == InsightImportStatus.Failed)
        {
            Fail(batch, "Failed", report is null ? "ReportGone" : "ImportFailed",
                report is null
                    ? "Dotdigital does not know the import of insight data any more."
                    : "Dotdigital could not carry out the import of insight data.");
            LookAgain(batch, report is null ? WatchReason.ReportGone : "ImportFailed");
            return true;
        }

        if (report.IsOver && report.Failures.Count > 0)
        {
            Fail(batch, report.Failures);
        }

        return report.IsOver;
    }

    private void Fail(InsightBatch batch, IReadOnlyList<InsightFailure> failures)
    {
        var refused = failures.Select(failure => (failure.ContactId, Record: RecordOf(failure.Key), failure.Reason)).ToList();
        if (refused.Any(one => one.ContactId is null || one.Record is null))
        {
            // It is unknown whose records they are: all of them are sent again.
            Fail(batch, "Failed", failures[0].Reason, $"Dotdigital refused insight records without saying whose: {failures[0].Reason}.");
            return;
        }

        Insert(refused.Select(one => (one.ContactId!.Value, one.Record!.Value, IsPassing(one.Reason) ? "Failed" : "Invalid", one.Reason,
            $"Dotdigital does not take the insight record: {one.Reason}.")));
    }

    /// <summary>What may be another time, as it is.</summary>
    private static bool IsPassing(string reason) =>
        reason.ToUpperInvariant() is "UNKNOWN" or "DUPLICATEKEY" or "INVALIDCONTACTIDENTIFIER" or "CONTACTIDDOESNOTEXIST";

    private int? RecordOf(string key) =>
        key == run.Job.Tag ? 0
        : key.StartsWith(run.Job.Tag + "-", StringComparison.Ordinal)
            && int.TryParse(key.AsSpan(run.Job.Tag.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var record) ? record
        : null;

    private void Fail(InsightBatch batch, string outcome, string code, string reason) =>
        Insert(batch.Parts.Select(part => (part.Contact, part.Record, outcome, code, reason)));

    /// <summary>
    /// Such an import may be applied after a newer one: its people's records go again in every run of the next hour, and once more at the end.
    /// </summary>
    private void LookAgain(InsightBatch batch, string why)
    {
        run.Db.Execute("CREATE OR REPLACE TABLE insight_unsure(contact_id BIGINT)");
        using (var appender = run.Db.Connection.CreateAppender("insight_unsure"))
        {
            foreach (var contact in batch.Parts.Select(part => part.Contact).Distinct())
            {
                appender.CreateRow().AppendValue(contact).EndRow();
            }
        }

        new Watch(run).Enter(
            $"""
            SELECT DISTINCT member_key, 0 AS book_id, '{WatchKind.Insight}' AS kind, {SqlText.Literal(why)} AS why, email, contact_id
            FROM insight_due SEMI
            JOIN insight_unsure USING (contact_id)
            """,
            run.Now);
    }

    private void Insert(IEnumerable<(long Contact, int Record, string Outcome, string Code, string Reason)> failures)
    {
        run.Db.Execute("CREATE OR REPLACE TABLE insight_refused(contact_id BIGINT, record USMALLINT, outcome VARCHAR, code VARCHAR, reason VARCHAR)");
        using (var appender = run.Db.Connection.CreateAppender("insight_refused"))
        {
            foreach (var (contact, record, outcome, code, reason) in failures)
            {
                appender.CreateRow().AppendValue(contact).AppendValue((ushort)record).AppendValue(outcome).AppendValue(code).AppendValue(reason).EndRow();
            }
        }

        run.Db.Execute(
            """
            INSERT INTO insight_failed
            SELECT d.contact_id, d.record, d.email, d.audience, r.outcome, r.code, r.reason
            FROM insight_due d JOIN insight_refused r USING (contact_id, record)
            """);
    }
}
