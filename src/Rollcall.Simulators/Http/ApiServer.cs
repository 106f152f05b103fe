using Microsoft.AspNetCore.Http;

namespace Rollcall.Simulators.Http;

/// <summary>Takes each request the way of every call: find the operation, meet the faults, pass the gate, act, answer, write it down.</summary>
internal sealed class ApiServer(Simulation simulation, IReadOnlyList<Operation> operations, RateLimiter limiter, RequestLog? log)
{
    private readonly Gatekeeper _gatekeeper = new(simulation, limiter);

    public async Task Serve(HttpContext context, string[] path)
    {
        var (operation, captured) = Find(context.Request.Method, path);
        var name = operation?.Name ?? Specified(context, path)?.Name ?? "unknown";
        var exchange = new Exchange(context, name, () => simulation.Now, simulation.Calls, log);
        var body = await exchange.ReadBody(simulation.Options.MaxImportBytes);
        var fault = simulation.Faults.Next(exchange.Call.Operation);
        if ((fault?.Kind == FaultKind.Slow && !await Waited(fault.Delay, context)) || fault?.Kind == FaultKind.DropBefore)
        {
            if (fault.Kind == FaultKind.Slow && simulation.Options.LateUnanswered > TimeSpan.Zero)
            {
                // The caller gave up; their request did not.
                Answer(context, operation, captured, body, path, simulation.Options.LateUnanswered);
            }

            exchange.Drop();
            return;
        }

        var late = Lateness(fault);
        var refusal = fault?.Kind == FaultKind.Refuse ? Refused(fault, operation) : null;
        var reply = refusal is null || late is not null ? Answer(context, operation, captured, body, path, late) : null;
        await exchange.Send((refusal ?? reply)!, dropped: fault?.Kind == FaultKind.DropAfter);
    }

    private async Task<bool> Waited(TimeSpan delay, HttpContext context)
    {
        try
        {
            await Task.Delay(delay, simulation.Clock, context.RequestAborted);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>How much later the affected call is applied; null: now, or never if it is refused.</summary>
    private TimeSpan? Lateness(Fault? fault) => fault?.Kind switch
    {
        FaultKind.Refuse => fault.Late,
        FaultKind.DropAfter when fault.Late is not null || simulation.Options.LateUnanswered > TimeSpan.Zero => fault.Late ?? simulation.Options.LateUnanswered,
        _ => null,
    };

    private (Operation? Operation, string[] Captured) Find(string method, string[] path)
    {
        foreach (var operation in operations)
        {
            if (operation.Method == method && operation.Match(path) is { } captured)
            {
                // A fixed segment where this operation accepts any value may belong to another operation.
                return captured.Length > 0 && SpecifiedOperations.At(path).Any(other => other.Template.FixedWords > operation.FixedWords)
                    ? (null, [])
                    : (operation, captured);
            }
        }

        return (null, []);
    }

    private static SpecifiedOperation? Specified(HttpContext context, string[] path) =>
        SpecifiedOperations.At(path).FirstOrDefault(one => one.Method == context.Request.Method);

    /// <summary>The answer. Where the call writes and is <paramref name="late"/>, it is not sent: the call is applied later.</summary>
    private Reply Answer(HttpContext context, Operation? operation, string[] captured, byte[]? body, string[] path, TimeSpan? late)
    {
        if (operation is null)
        {
            return NotPlayed(context, path);
        }

        if (_gatekeeper.Refusal(context, operation, body) is { } refusal)
        {
            return refusal;
        }

        if (body is null)
        {
            return Refuse.ReplyWith(operation.Framework, 413, "ERROR_MALFORMED_REQUEST", "requestTooLarge", "The request body is too large.");
        }

        if (late is { } delay && operation.Method != HttpMethods.Get)
        {
            // The request's own query does not outlive it.
            var call = new Call(operation, captured, new QueryCollection(context.Request.Query.ToDictionary()), body);
            simulation.Late.After(delay, () => Act(call));
            return Reply.Empty(202);
        }

        return Act(new Call(operation, captured, context.Request.Query, body));
    }

    /// <summary>501 if the service supports the call, 405 if it does not support the method, 404 if it has nothing at the path.</summary>
    private static Reply NotPlayed(HttpContext context, string[] path)
    {
        var (method, framework) = (context.Request.Method, FrameworkOf(path));
        if (Specified(context, path) is { } specified)
        {
            var words = $"{specified.Name} ({method} {specified.Path}) is an operation of the API that this simulator does not support.";
            return Refuse.ReplyWith(framework, 501, "ERROR_UNKNOWN", "notSimulated", words);
        }

        if (SpecifiedOperations.At(path) is { Count: > 0 } there)
        {
            context.Response.Headers.Allow = string.Join(", ", there.Select(one => one.Method).Distinct());
            return Refuse.ReplyWith(framework, 405, "ERROR_MALFORMED_REQUEST", "methodNotAllowed", $"The API has no {method} there.");
        }

        return Refuse.ReplyWith(framework, 404, "ERROR_MALFORMED_REQUEST", "notFound", "No such operation.");
    }

    private Reply Act(Call call)
    {
        try
        {
            lock (simulation.State.Gate)
            {
                return call.Operation.Handle(call);
            }
        }
        catch (RefusalException refused)
        {
            return refused.Reply;
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            // A bug of the simulator itself: reported clearly, so that testers know where to look.
            return Refuse.ReplyWith(call.Operation.Framework, 500, "ERROR_UNKNOWN", "unknown", $"The simulator itself failed: {broken}");
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
