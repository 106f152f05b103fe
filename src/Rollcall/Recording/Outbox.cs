using System.Runtime.CompilerServices;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Running;
using Rollcall.Work;

namespace Rollcall.Recording;

/// <summary>Brings status events from the data folder to the job's sink, at least once, a run's events at a time; what a sink does not take stays.</summary>
internal sealed class Outbox(RunContext run)
{
    /// <summary>Makes the table of events that a sink will never have, empty.</summary>
    public const string Create = "CREATE OR REPLACE TABLE status_refused(email VARCHAR, address_book_id BIGINT, status VARCHAR, reason VARCHAR)";

    private const int Named = 10;

    /// <returns>Whether <c>status_refused</c> has any.</returns>
    public async Task<bool> FlushAsync(CancellationToken cancellation)
    {
        if (Sink() is { } sink)
        {
            await FlushAsync(sink, cancellation);
        }

        return run.Db.Number("SELECT count(*) FROM status_refused") > 0;
    }

    private async Task FlushAsync(IStatusSink sink, CancellationToken cancellation)
    {
        foreach (var ofRun in run.Store.Outbox.Waiting(run.Job.Tag).GroupBy(w => w.RunId))
        {
            try
            {
                await sink.DeliverAsync(ofRun.Key, ReadAsync([.. ofRun.Select(w => w.Events)], cancellation), cancellation);
            }
            catch (StatusSinkException e) when (e is { Rejected: 0, Refused.Count: > 0 })
            {
                SetAside(sink, e);
            }
            catch (StatusSinkException e) when (e.Rejected > 0 && ofRun.All(w => w.Rejected > 0))
            {
                // What is rejected twice would be a third time, and all that happened since would wait behind it.
                SetAside(sink, e);
                run.Report(Findings.StatusEventsGivenUp(sink.Name, e.Rejected, ofRun.Key, e.Message));
            }
            catch (StatusSinkException e)
            {
                if (e.Rejected > 0)
                {
                    run.Store.Outbox.Rejected(ofRun);
                }

                run.Report(Findings.StatusEventsWait(sink.Name, e.Message));
                return;
            }

            run.Store.Outbox.Delivered(ofRun, run.Now);
        }
    }

    /// <summary>Lists what no later run will bring to the sink.</summary>
    private void SetAside(IStatusSink sink, StatusSinkException e)
    {
        if (e.Refused.Count == 0)
        {
            return;
        }

        using (var appender = run.Db.Connection.CreateAppender("status_refused"))
        {
            foreach (var refused in e.Refused)
            {
                appender.CreateRow().AppendValue(refused.Email).AppendValue(refused.AddressBookId).AppendValue(refused.AddressBookStatus)
                    .AppendValue(e.Message).EndRow();
            }
        }

        var first = e.Refused.Take(Named).Select(one => $"{EmailMask.Mask(one.Email)} ({one.AddressBookStatus})");
        run.Report(Findings.StatusEventsSetAside(e.Refused.Count, first, e.Refused.Count > Named, sink.Name, e.Message));
    }

    private IStatusSink? Sink() => run.Job.StatusSink switch
    {
        FileSinkOptions file => new FileSink(file),
        PostgresSinkOptions postgres => new PostgresSink(postgres),
        ProfilesSinkOptions profiles => new ProfilesSink(profiles, run.Clock),
        { } other => run.Workplace.PlatformOf(other).Sink(run.Job),
        null => null,
    };

    private async IAsyncEnumerable<StatusEvent> ReadAsync(IReadOnlyList<string> files, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var connection = run.Db.Open();

        // File by file: a later one may say more of the same member, and the last word counts.
        foreach (var file in files)
        {
            foreach (var status in connection.Stream(
                $"SELECT event_id, email, account_id, account_status, address_book_id, address_book_status, contact_id FROM {run.Rows(file)}",
                row => new StatusEvent(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetString(3), row.GetInt64(4), row.GetString(5),
                    row.IsDBNull(6) ? null : row.GetInt64(6)),
                cancellation))
            {
                yield return status;
            }
        }
    }
}
