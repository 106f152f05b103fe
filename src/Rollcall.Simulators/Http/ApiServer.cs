using Microsoft.AspNetCore.Http;

namespace Rollcall.Simulators.Http;

/// <summary>Takes each request the way of every call: find the operation, meet the faults, pass the gate, act, answer, write it down.</summary>
internal sealed class ApiServer(Simulation simulation, IReadOnlyList<Operation> operations, RateLimiter limiter, RequestLog? log)
{
    private readonly Gatekeeper _gatekeeper = new(simulation, limiter);

    public async Task Serve(HttpContext context, string[] path)
    {
        var (operation, captured) = Find(context.Request.Method, path);
        var exchange = new Exchange(context, operation?.Name ?? "unknown", () => simulation.Now, simulation.Calls, log);
        var body = await exchange.ReadBody(simulation.Options.MaxImportBytes);
        var fault = simulation.Faults.Next(exchange.Call.Operation);
        if (fault?.Kind == FaultKind.Slow)
        {
            await Task.Delay(fault.Delay, simulation.Clock, context.RequestAborted);
        }

        if (fault?.Kind == FaultKind.DropBefore)
        {
            exchange.Drop();
            return;
        }

        var reply = fault?.Kind == FaultKind.Refuse ? Refused(fault, operation) : Answer(context, operation, captured, body, path);
        await exchange.Send(reply, dropped: fault?.Kind == FaultKind.DropAfter);
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

    private static Framework FrameworkOf(string[] path) => path.FirstOrDefault() switch
    {
        "contacts" => Framework.Contacts,
        "insightData" => Framework.InsightData,
        _ => Framework.V2,
    };
}
