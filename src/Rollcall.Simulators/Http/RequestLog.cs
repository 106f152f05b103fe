using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Rollcall.Simulators.State;

namespace Rollcall.Simulators.Http;

/// <summary>Writes each call as one JSON line: bodies as text, whole up to a megabyte; never the authorization.</summary>
internal sealed class RequestLog(string file) : IDisposable
{
    /// <summary>Bytes of a body that are written down.</summary>
    public const int KeptBytes = 1024 * 1024;

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly Lock _gate = new();
    private readonly FileStream _stream = new(file, FileMode.Create, FileAccess.Write, FileShare.Read);

    public void Write(RecentCall call, HttpContext context, byte[] request, ReadOnlyMemory<byte> response, long responseLength)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line, Writing))
        {
            json.WriteStartObject();
            json.WriteNumber("number", call.Number);
            json.WriteString("time", IsoDate.Text(call.Time));
            json.WriteString("operation", call.Operation);
            json.WriteString("method", call.Method);
            json.WriteString("path", call.Target);
            WriteHeaders(json, "requestHeaders", context.Request.Headers);
            WriteBody(json, "request", request.AsSpan(0, Math.Min(request.Length, KeptBytes)), request.Length);
            json.WriteNumber("status", call.Status);
            WriteHeaders(json, "responseHeaders", context.Response.Headers);
            WriteBody(json, "response", response.Span, responseLength);
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        lock (_gate)
        {
            line.WriteTo(_stream);
            _stream.Flush();
        }
    }

    public void Dispose() => _stream.Dispose();

    private static void WriteHeaders(Utf8JsonWriter json, string name, IHeaderDictionary headers)
    {
        json.WriteStartObject(name);
        foreach (var (header, value) in headers)
        {
            if (!string.Equals(header, "Authorization", StringComparison.OrdinalIgnoreCase))
            {
                json.WriteString(header, (string?)value);
            }
        }

        json.WriteEndObject();
    }

    private static void WriteBody(Utf8JsonWriter json, string name, ReadOnlySpan<byte> kept, long length)
    {
        json.WriteString(name + "Body", Encoding.UTF8.GetString(kept));
        json.WriteNumber(name + "Length", length);
        json.WriteBoolean(name + "BodyTruncated", kept.Length < length);
    }
}
