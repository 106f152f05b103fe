using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Rollcall.Simulators.Http;

/// <summary>One request and its answer on the wire: counted when it comes in, written down when it went out.</summary>
internal sealed partial class Exchange
{
    private readonly HttpContext _context;
    private readonly Func<DateTime> _now;
    private readonly CallCounts _calls;
    private readonly RequestLog? _log;
    private byte[] _body = [];

    public Exchange(HttpContext context, string operation, Func<DateTime> now, CallCounts calls, RequestLog? log)
    {
        (_context, _now, _calls, _log) = (context, now, calls, log);
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        Call = new RecentCall(calls.Next(operation), now(), operation, context.Request.Method, TokenForm().Replace(target, "$1***"), 0);
    }

    public RecentCall Call { get; }

    /// <returns>The body, or null when it is larger than <paramref name="limit"/> bytes.</returns>
    public async Task<byte[]?> ReadBody(int limit)
    {
        var length = _context.Request.ContentLength;
        if (length > limit)
        {
            return null;
        }

        if (length is { } known)
        {
            var whole = new byte[known];
            await _context.Request.Body.ReadExactlyAsync(whole, _context.RequestAborted);
            return _body = whole;
        }

        using var gathered = new MemoryStream();
        var piece = new byte[64 * 1024];
        int read;
        while ((read = await _context.Request.Body.ReadAsync(piece, _context.RequestAborted)) > 0)
        {
            if (gathered.Length + read > limit)
            {
                return null;
            }

            gathered.Write(piece, 0, read);
        }

        return _body = gathered.ToArray();
    }

    /// <summary>Breaks the connection without an answer.</summary>
    public void Drop()
    {
        Finish(0, default, 0);
        _context.Abort();
    }

    /// <summary>Answers; where the answer is to be <paramref name="dropped"/>, breaks the connection instead.</summary>
    public async Task Send(Reply reply, bool dropped)
    {
        var response = _context.Response;
        response.StatusCode = reply.Status;
        response.ContentType = reply.ContentType;
        response.Headers.Date = _now().ToString("R");
        if (reply.Stream is null)
        {
            response.ContentLength = reply.Status == 204 ? null : reply.Body.Length;
        }

        var sink = new CapturingStream(dropped ? Stream.Null : response.Body, _log is null ? 0 : RequestLog.KeptBytes);
        await using (sink)
        {
            try
            {
                // Writing a body, even an empty one, to an answer without a body makes the server close the connection afterwards.
                await (reply.Stream?.Invoke(sink, _context.RequestAborted)
                    ?? (reply.Status == 204 ? Task.CompletedTask : sink.WriteAsync(reply.Body, _context.RequestAborted).AsTask()));
            }
            finally
            {
                Finish(dropped ? 0 : reply.Status, sink.Kept, sink.Written);
            }
        }

        if (dropped)
        {
            _context.Abort();
        }
    }

    // A token in the query must not be logged, like one in a header.
    [GeneratedRegex("([?&](?:access_token|key)=)[^&#]*", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex TokenForm();

    private void Finish(int status, ReadOnlyMemory<byte> response, long responseLength)
    {
        var call = Call with { Status = status };
        _calls.Done(call);
        _log?.Write(call, _context, _body, response, responseLength);
    }
}
