using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Rollcall.Jobs;
using Rollcall.Running;

namespace Rollcall.Lytics;

/// <summary>
/// Sends status events to a stream of Lytics, about a thousand per call. A call without an answer is repeated, because the stream's mapping is idempotent.
/// A refused call is split until the bad event is found; if Lytics accepts other events, that event is the cause.
/// </summary>
internal sealed class LyticsStatusSink(Func<LyticsClient> connect, LyticsSinkOptions options) : IStatusSink
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string Name => options.ToString();

    public async Task DeliverAsync(string runId, IAsyncEnumerable<StatusEvent> events, CancellationToken cancellation)
    {
        using var client = connect();
        var sent = new Sent();
        var batch = new List<StatusEvent>();
        var bytes = 0;
        await foreach (var status in events.WithCancellation(cancellation))
        {
            batch.Add(status);
            bytes += LyticsLimits.EventBytes + (6 * status.Email.Length);
            if (batch.Count == LyticsLimits.CollectEvents || bytes >= LyticsLimits.CollectBytes)
            {
                await SendAsync(client, batch, sent, cancellation);
                batch.Clear();
                bytes = 0;
            }
        }

        if (batch.Count > 0)
        {
            await SendAsync(client, batch, sent, cancellation);
        }

        if (sent.Refused.Count > 0)
        {
            var refused = $"Lytics refused {sent.Refused.Count} of them: {sent.Why}";
            throw sent.Taken + sent.Rejected > 0
                ? new StatusSinkException(refused) { Rejected = sent.Rejected, Refused = sent.Refused }
                : new StatusSinkException(refused) { Rejected = sent.Refused.Count };
        }

        if (sent.Rejected > 0)
        {
            throw new StatusSinkException($"Lytics rejected {sent.Rejected} of them.") { Rejected = sent.Rejected };
        }
    }

    private async Task SendAsync(LyticsClient client, List<StatusEvent> events, Sent sent, CancellationToken cancellation)
    {
        try
        {
            var (taken, rejected) = await client.CollectAsync(options.Stream, Body(events), cancellation);
            if (taken + rejected < events.Count)
            {
                throw new StatusSinkException($"Of {events.Count} events, Lytics accepted {taken} and rejected {rejected}, without a result for the others.");
            }

            sent.Taken += events.Count - rejected;
            sent.Rejected += rejected;
        }
        catch (LyticsException e) when (e.Failure == LyticsFailure.Refused && events.Count > 1)
        {
            var half = events.Count / 2;
            await SendAsync(client, events.GetRange(0, half), sent, cancellation);
            await SendAsync(client, events.GetRange(half, events.Count - half), sent, cancellation);
        }
        catch (LyticsException e) when (e.Failure == LyticsFailure.Refused && (sent.Taken > 0 || sent.Refused.Count < LyticsLimits.FailuresInARow))
        {
            sent.Refused.Add(events[0]);
            sent.Why = e.Message;
        }
        catch (LyticsException e)
        {
            throw new StatusSinkException($"{e.Message}{(e.Failure == LyticsFailure.Forbidden ? " The token needs permission to write data." : "")}", e);
        }
    }

    private static ReadOnlyMemory<byte> Body(List<StatusEvent> events)
    {
        var body = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body, Plain);
        json.WriteStartArray();
        foreach (var status in events)
        {
            Write(json, status);
        }

        json.WriteEndArray();
        json.Flush();
        return body.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, StatusEvent status)
    {
        json.WriteStartObject();
        json.WriteString("email", status.Email);
        json.WriteNumber("account_id", status.AccountId);
        json.WriteString("account_status", status.AccountStatus);
        json.WriteNumber("address_book_id", status.AddressBookId);
        json.WriteString("address_book_status", status.AddressBookStatus);
        if (status.ContactId is { } contact)
        {
            json.WriteNumber("contact_id", contact);
        }

        json.WriteString("event_id", status.EventId);
        json.WriteEndObject();
    }

    /// <summary>The results of the events of a run so far.</summary>
    private sealed class Sent
    {
        public long Taken { get; set; }

        public long Rejected { get; set; }

        public List<StatusEvent> Refused { get; } = [];

        public string? Why { get; set; }
    }
}
