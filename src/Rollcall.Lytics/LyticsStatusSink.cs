using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Rollcall.Jobs;
using Rollcall.Recording;

namespace Rollcall.Lytics;

/// <summary>Status events into a stream of Lytics, some thousand a call. A call that was not answered is repeated: the stream's mapping makes the same of an event that comes twice.</summary>
internal sealed class LyticsStatusSink(Func<LyticsClient> connect, LyticsSinkOptions options) : IStatusSink
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string Name => options.ToString();

    public async Task DeliverAsync(string runId, IAsyncEnumerable<StatusEvent> events, CancellationToken cancellation)
    {
        using var client = connect();
        var batch = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(batch, Plain);
        var (count, rejected) = (0, 0L);
        await foreach (var status in events.WithCancellation(cancellation))
        {
            if (count++ == 0)
            {
                json.WriteStartArray();
            }

            Write(json, status);
            if (count == LyticsLimits.CollectEvents || json.BytesCommitted + json.BytesPending >= LyticsLimits.CollectBytes)
            {
                rejected += await SendAsync(client, json, batch, cancellation);
                count = 0;
            }
        }

        if (count > 0)
        {
            rejected += await SendAsync(client, json, batch, cancellation);
        }

        if (rejected > 0)
        {
            throw new StatusSinkException($"Lytics rejected {rejected} of them.") { Rejected = rejected };
        }
    }

    /// <returns>How many events were rejected.</returns>
    private async Task<long> SendAsync(LyticsClient client, Utf8JsonWriter json, ArrayBufferWriter<byte> batch, CancellationToken cancellation)
    {
        json.WriteEndArray();
        await json.FlushAsync(cancellation);
        try
        {
            var rejected = await client.CollectAsync(options.Stream, batch.WrittenMemory, cancellation);
            batch.ResetWrittenCount();
            json.Reset();
            return rejected;
        }
        catch (LyticsException e)
        {
            throw new StatusSinkException($"{e.Message}{(e.Failure == LyticsFailure.Forbidden ? " The token must be allowed to write data." : "")}", e);
        }
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
}
