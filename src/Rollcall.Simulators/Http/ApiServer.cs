using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Rollcall.Simulators.Http;

/// <summary>Takes each request the way of every call: find the operation, meet the faults, pass the gate, act, answer, write it down.</summary>
internal sealed class ApiServer(Simulation simulation, IReadOnlyList<Operation> operations, RateLimiter limiter, RequestLog? log)
{
    private readonly Gatekeeper _gatekeeper = new(simulation, limiter);

    public async Task Serve(HttpContext context, string[] path)
    {
        var method = context.Request.Method;
        var (operation, captured) = Find(method, path);
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var call = new RecentCall(simulation.Calls.Next(operation?.Name ?? "unknown"), simulation.Now, operation?.Name ?? "unknown", method, target, 0);
        var body = await ReadBody(context, operation);
        var fault = simulation.Faults.Next(call.Operation);
        if (fault?.Kind == FaultKind.Slow)
        {
            await Task.Delay(fault.Delay, simulation.Clock, context.RequestAborted);
        }

        if (fault?.Kind == FaultKind.DropBefore)
        {
            Finish(call, context, body ?? [], default, 0);
            context.Abort();
            return;
        }

        var reply = fault?.Kind == FaultKind.Refuse ? Refused(fault, operation) : Answer(context, operation, captured, body, path);
        await Send(context, call, body ?? [], reply, dropped: fault?.Kind == FaultKind.DropAfter);
    }

    private (Operation? Operation, string[] Captured) Find(string method, string[] path)
    {
        foreach (var operation in operations)
        {
            if (operation.Method == method && operation.Match(path) is { } captured)
            {
                return (operation, captured);
            }
        }

        return (null, []);
    }

    private Reply Answer(HttpContext context, Operation? operation, string[] captured, byte[]? body, string[] path)
    {
        if (operation is null)
        {
            return Refuse.ReplyWith(FrameworkOf(path), 404, "ERROR_MALFORMED_REQUEST", "notFound", "No such operation.");
        }

        if (_gatekeeper.Refusal(context, operation) is { } refusal)
        {
            return refusal;
        }

        if (body is null)
        {
            return Refuse.ReplyWith(operation.Framework, 413, "ERROR_MALFORMED_REQUEST", "requestTooLarge", "The request body is too large.");
        }

        try
        {
            lock (simulation.State.Gate)
            {
                return operation.Handle(new Call(operation, captured, context.Request.Query, body));
            }
        }
        catch (RefusalException refused)
        {
            return refused.Reply;
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            // A fault of the simulator's own: said aloud, so that whoever tests against it knows where to look.
            return Refuse.ReplyWith(operation.Framework, 500, "ERROR_UNKNOWN", "unknown", $"The simulator itself failed: {broken}");
        }
    }

    private static Reply Refused(Fault fault, Operation? operation)
    {
        var words = fault.Message ?? fault.Status switch
        {
            429 => "The call rate limit has been exceeded. ERROR_APIUSAGE_EXCEEDED",
            503 => "The API is temporarily down. ERROR_SYSTEM_SERVICETEMPORARILYUNAVAILABLE",
            _ => "Something went wrong. ERROR_UNKNOWN",
        };
        return Refuse.ReplyWith(operation?.Framework ?? Framework.V2, fault.Status, "", "error" + fault.Status, words);
    }

    private async Task Send(HttpContext context, RecentCall call, byte[] body, Reply reply, bool dropped)
    {
        var response = context.Response;
        response.StatusCode = reply.Status;
        response.ContentType = reply.ContentType;
        response.Headers.Date = simulation.Now.ToString("R");
        if (reply.Stream is null)
        {
            response.ContentLength = reply.Status == 204 ? null : reply.Body.Length;
        }

        var sink = new CapturingStream(dropped ? Stream.Null : response.Body, log is null ? 0 : RequestLog.KeptBytes);
        await using (sink)
        {
            try
            {
                await (reply.Stream?.Invoke(sink, context.RequestAborted) ?? sink.WriteAsync(reply.Body, context.RequestAborted).AsTask());
            }
            finally
            {
                Finish(call with { Status = dropped ? 0 : reply.Status }, context, body, sink.Kept, sink.Written);
            }
        }

        if (dropped)
        {
            context.Abort();
        }
    }

    private void Finish(RecentCall call, HttpContext context, byte[] body, ReadOnlyMemory<byte> response, long responseLength)
    {
        simulation.Calls.Done(call);
        log?.Write(call, context, body, response, responseLength);
    }

    /// <returns>The body, or null when it is larger than the operation takes.</returns>
    private async Task<byte[]?> ReadBody(HttpContext context, Operation? operation)
    {
        var limit = simulation.Options.MaxImportBytes;
        var length = context.Request.ContentLength;
        if (length > limit)
        {
            return null;
        }

        if (operation is not null && length == 0)
        {
            return [];
        }

        if (length is { } known)
        {
            var whole = new byte[known];
            await context.Request.Body.ReadExactlyAsync(whole, context.RequestAborted);
            return whole;
        }

        using var gathered = new MemoryStream();
        var piece = new byte[64 * 1024];
        int read;
        while ((read = await context.Request.Body.ReadAsync(piece, context.RequestAborted)) > 0)
        {
            if (gathered.Length + read > limit)
            {
                return null;
            }

            gathered.Write(piece, 0, read);
        }

        return gathered.ToArray();
    }

    private static Framework FrameworkOf(string[] path) => path.FirstOrDefault() switch
    {
        "contacts" => Framework.Contacts,
        "insightData" => Framework.InsightData,
        _ => Framework.V2,
    };
}
