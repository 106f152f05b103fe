using System.Text.Json;
using Rollcall.Jobs;
using Rollcall.Running;
using Rollcall.Work;

namespace Rollcall.Recording;

/// <summary>Status events as JSON lines: <c>status.jsonl</c> becomes <c>status-RUN.jsonl</c> beside it, complete or not there.</summary>
internal sealed class FileSink(FileSinkOptions options) : IStatusSink
{
    public string Name => Path.GetFileName(options.Path);

    public async Task DeliverAsync(string runId, IAsyncEnumerable<StatusEvent> events, CancellationToken cancellation)
    {
        try
        {
            await WriteAsync(runId, events, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StatusSinkException(e.Message, e);
        }
    }

    private async Task WriteAsync(string runId, IAsyncEnumerable<StatusEvent> events, CancellationToken cancellation)
    {
        var folder = Path.GetDirectoryName(options.Path)!;
        Directory.CreateDirectory(folder);
        var final = Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(options.Path)}-{runId}{Path.GetExtension(options.Path)}");
        var unfinished = final + ".tmp";
        File.Delete(unfinished);
        await using (var file = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write))
        {
            FileModes.Restrict(unfinished);
            await using var json =
                new Utf8JsonWriter(file, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            await foreach (var status in events.WithCancellation(cancellation))
            {
                Write(json, status);
                await json.FlushAsync(cancellation);
                file.WriteByte((byte)'\n');
                json.Reset();
            }

            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, final, overwrite: true);
    }

    // The stream's five keys, and ours.
    private static void Write(Utf8JsonWriter json, StatusEvent status)
    {
        json.WriteStartObject();
        json.WriteString("email", status.Email);
        json.WriteNumber("account_id", status.AccountId);
        json.WriteString("account_status", status.AccountStatus);
        json.WriteNumber("address_book_id", status.AddressBookId);
        json.WriteString("address_book_status", status.AddressBookStatus);
        json.WriteString("event_id", status.EventId);
        json.WriteEndObject();
    }
}
