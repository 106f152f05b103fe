using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Rollcall.Simulators.Http;

/// <summary>An answer: a status and either a complete body or one that is streamed.</summary>
internal sealed record Reply(int Status, ReadOnlyMemory<byte> Body, string? ContentType)
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public const string JsonType = "application/json; charset=utf-8";

    /// <summary>Writes the body instead of <see cref="Body"/>.</summary>
    public Func<Stream, CancellationToken, Task>? Stream { get; init; }

    public static Reply Empty(int status) => new(status, default, null);

    public static Reply Html(string page) => new(200, Encoding.UTF8.GetBytes(page), "text/html; charset=utf-8");

    public static Reply Json(int status, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Writing))
        {
            write(json);
        }

        return new Reply(status, buffer.WrittenMemory, JsonType);
    }

    public static Reply Streamed(int status, Func<Utf8JsonWriter, CancellationToken, Task> write) => new(status, default, JsonType)
    {
        Stream = async (stream, cancellation) =>
        {
            var json = new Utf8JsonWriter(stream, Writing);
            await using (json)
            {
                await write(json, cancellation);
                await json.FlushAsync(cancellation);
            }
        },
    };
}

/// <summary>Ends a call with a refusal.</summary>
internal sealed class RefusalException(Reply reply) : Exception
{
    public Reply Reply => reply;
}
