using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Rollcall.Simulators.Http;

namespace Rollcall.Simulators.Lytics;

/// <summary>Processes each request: finds the operation, applies faults, checks access, executes, waits, answers, and logs it.</summary>
internal sealed class LyticsServer(LyticsState state, IReadOnlyList<LyticsOperation> operations, RequestLog? log)
{
    private const string AccountId = "account_id";

    /// <summary>The parameters that can contain the token instead of the header.</summary>
    private static readonly string[] Tokens = ["access_token", "key"];

    private readonly byte[] _token = Encoding.UTF8.GetBytes(state.Options.Token);
    private readonly Lock _rate = new();
    private (long Second, int Used) _window;

    public async Task Serve(HttpContext context, string[] path)
    {
        var atOnce = state.Crowd.Enter();
        try
        {
            await Serve(context, path, atOnce);
        }
        finally
        {
            state.Crowd.Leave();
        }
    }

    private async Task Serve(HttpContext context, string[] path, int atOnce)
    {
        var (operation, captured) = Find(context.Request.Method, path);
        var exchange = new Exchange(context, operation?.Name ?? "unknown", () => state.Now, state.Calls, log);
        var body = await exchange.ReadBody(operation?.MaxBody ?? 0);
        var fault = state.Faults.Next(exchange.Call.Operation);
        if (fault?.Kind == FaultKind.Slow)
        {
            await Task.Delay(fault.Delay, state.Clock, context.RequestAborted);
        }

        if (fault?.Kind == FaultKind.DropBefore)
        {
            exchange.Drop();
            return;
        }

        var requestId = $"{Mix.Of((ulong)exchange.Call.Number):x16}";
        var reply = fault?.Kind == FaultKind.Refuse
            ? LyticsCall.Error(fault.Status, fault.Message ?? $"simulated {fault.Status}", requestId)
            : Answer(context.Request, path, operation, captured, body, requestId, atOnce);
        if (operation?.Latency(state.Options) is { Ticks: > 0 } latency && reply.Status == 200)
        {
            await Task.Delay(latency, state.Clock, context.RequestAborted);
        }

        await exchange.Send(reply, dropped: fault?.Kind == FaultKind.DropAfter);
    }

    private (LyticsOperation? Operation, string[] Captured) Find(string method, string[] path)
    {
        foreach (var operation in operations)
        {
            if (operation.Method == method && operation.Match(path) is { } captured && !(captured.Length > 0 && LyticsApi.IsNoSegment(path)))
            {
                return (operation, captured);
            }
        }

        return (null, []);
    }

    private Reply Answer(HttpRequest request, string[] path, LyticsOperation? operation, string[] captured, byte[]? body, string requestId, int atOnce)
    {
        Reply Refused(int status, string message) => LyticsCall.Error(status, message, requestId);

        if (IsDown())
        {
            return Refused(503, "service unavailable");
        }

        if (!IsKnown(request.Headers.Authorization) && !Tokens.Any(name => IsKnown(request.Query[name])))
        {
            return Refused(401, "unauthorized: the Authorization header, or the parameter access_token, must be the API token");
        }

        if (state.Options.AccountId is { } account && request.Query.TryGetValue(AccountId, out var named) && named != account)
        {
            return Refused(403, "the token is of another account than account_id");
        }

        if (operation is null)
        {
            return LyticsApi.Has(path)
                ? Refused(501, $"this simulator does not support {request.Method} /{string.Join('/', path)}")
                : Refused(404, "not found");
        }

        if (atOnce > state.Options.MaxAtOnce || IsTooFast())
        {
            return Refused(429, "too many requests");
        }

        if (request.Query.Keys.FirstOrDefault(key => key != AccountId && !Tokens.Contains(key) && !operation.Knows(key)) is { } unknown)
        {
            return Refused(400, $"'{unknown}' is not a parameter of this call");
        }

        if (body is null)
        {
            return Refused(413, $"the request body is larger than {operation.MaxBody} bytes");
        }

        try
        {
            lock (state.Gate)
            {
                return operation.Handle(new LyticsCall(captured, request, body, requestId));
            }
        }
        catch (RefusalException refused)
        {
            return refused.Reply;
        }
        catch (Exception broken) when (broken is not OperationCanceledException)
        {
            // A bug of the simulator itself: reported clearly, so that testers know where to look.
            return Refused(500, $"the simulator itself failed: {broken}");
        }
    }

    private bool IsDown()
    {
        var options = state.Options;
        var sinceStart = state.Now - state.Started;
        return options.Down || (sinceStart >= options.DownAfter && sinceStart < options.DownAfter + options.DownFor);
    }

    private bool IsKnown(string? header) => header is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(header), _token);

    private bool IsTooFast()
    {
        if (state.Options.CallsPerSecond is not { } limit)
        {
            return false;
        }

        lock (_rate)
        {
            var second = state.Now.Ticks / TimeSpan.TicksPerSecond;
            _window = _window.Second == second ? (second, _window.Used + 1) : (second, 1);
            return _window.Used > limit;
        }
    }
}
