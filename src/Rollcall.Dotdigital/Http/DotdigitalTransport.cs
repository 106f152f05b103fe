using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Rollcall.Dotdigital;

/// <summary>Sends requests, controlled by the governor, with timeouts, and with retries as <see cref="DotdigitalRetryPolicy"/> allows.</summary>
internal sealed class DotdigitalTransport : IDisposable
{
    private static readonly ResiliencePropertyKey<Attempts> AttemptsKey = new("attempts");
    private static readonly ProductInfoHeaderValue Agent =
        new("Rollcall", typeof(DotdigitalTransport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0");

    private readonly DotdigitalOptions _options;
    private readonly HttpClient _http;
    private readonly AuthenticationHeaderValue _credentials;
    private readonly ResiliencePipeline _retry;
    private readonly LoggedWaits _waits;

    public DotdigitalTransport(DotdigitalOptions options, Uri endpoint)
    {
        _options = options;
        Endpoint = endpoint;
        Governor = new Governor(options.Clock);
        _http = new HttpClient(options.Handler ?? NewHandler(), disposeHandler: options.Handler is null) { Timeout = Timeout.InfiniteTimeSpan };
        _credentials = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(options.Username + ":" + options.Password)));
        _waits = new LoggedWaits(options);
        _retry = new ResiliencePipelineBuilder { TimeProvider = options.Clock }
            .AddRetry(new RetryStrategyOptions
            {
                // The policy decides how often; Polly only needs an upper limit.
                MaxRetryAttempts = int.MaxValue,
                ShouldHandle = args => ValueTask.FromResult(args.Outcome.Exception is DotdigitalException failure && Decide(args.Context, failure)),
                DelayGenerator = args => ValueTask.FromResult<TimeSpan?>(AttemptsOf(args.Context).Decision.Pause),
            })
            .Build();
    }

    /// <summary>The endpoint of requests; changes once, when the account has returned its own endpoint.</summary>
    public Uri Endpoint { get; set; }

    public Governor Governor { get; set; }

    public ApiUsage Usage { get; } = new();

    public IProgress<CallWait> Waits => _waits;

    /// <summary>Sends a request and reads its answer as JSON.</summary>
    public Task<T> SendAsync<T>(DotdigitalRequest request, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class =>
        SendAsync(
            request,
            async (body, token) => await JsonSerializer.DeserializeAsync(body, type, token).ConfigureAwait(false) ?? throw new JsonException("null"),
            cancellation);

    /// <summary>Sends a request without reading its answer.</summary>
    public Task SendAsync(DotdigitalRequest request, CancellationToken cancellation) =>
        SendAsync(request, (_, _) => ValueTask.FromResult(true), cancellation);

    /// <summary>The failure of an answer whose JSON lacks what the specification requires.</summary>
    public DotdigitalException Unreadable(DotdigitalRequest request, HttpStatusCode status = HttpStatusCode.OK) =>
        Failures.OfUnreadable(request, Endpoint, status);

    /// <summary>Sends a request and passes the body of its answer to <paramref name="read"/>, once for every successful attempt.</summary>
    public async Task<T> SendAsync<T>(DotdigitalRequest request, Func<Stream, CancellationToken, ValueTask<T>> read, CancellationToken cancellation)
    {
        var context = ResilienceContextPool.Shared.Get(request.Operation, cancellation);
        try
        {
            context.Properties.Set(AttemptsKey, new Attempts(request));
            return await _retry.ExecuteAsync(
                static (context, state) => state.Transport.AttemptAsync(state.Request, state.Read, context.CancellationToken),
                context,
                (Transport: this, Request: request, Read: read)).ConfigureAwait(false);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    public void Dispose() => _http.Dispose();

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "HttpClient owns it")]
    private static SocketsHttpHandler NewHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        Proxy = new ProxyExceptLoopback(),
        AutomaticDecompression = DecompressionMethods.All,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),

        // Short, so that a write rarely uses a connection that the server is just closing: its outcome would be unknown.
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
        ConnectTimeout = TimeSpan.FromSeconds(30),
    };

    private static Attempts AttemptsOf(ResilienceContext context) =>
        context.Properties.TryGetValue(AttemptsKey, out var attempts) ? attempts : throw new InvalidOperationException("No request in the context.");

    private bool Decide(ResilienceContext context, DotdigitalException failure)
    {
        var attempts = AttemptsOf(context);
        var decision = DotdigitalRetryPolicy.ShouldRetry(attempts.Request, failure, attempts.Repeats, attempts.Waits);
        attempts.Decision = decision;
        if (!decision.Again)
        {
            return false;
        }

        if (decision.CountsAsRepeat)
        {
            attempts.Repeats++;
        }
        else if (failure.Cause == FailureCause.ActiveImports)
        {
            attempts.Waits++;
            _waits.Report(new CallWait(failure.Message, _options.Clock.GetUtcNow() + decision.Pause));
        }

        _options.Logger.LogWarning(
            "{Operation} failed ({Cause}, status {Status}); again in {Pause:0} s, because {Reason}",
            failure.Operation, failure.Cause, failure.Status, decision.Pause.TotalSeconds, decision.Reason);
        return true;
    }

    private async ValueTask<T> AttemptAsync<T>(DotdigitalRequest request, Func<Stream, CancellationToken, ValueTask<T>> read, CancellationToken cancellation)
    {
        using var line = new CallLine(_options, request.Operation);
        var governed = new GovernedCall(request.Operation, request.Tier, _options.Job, _options.Priority, _options.Share);
        using var lease = await Governor.EnterAsync(governed, _waits, cancellation).ConfigureAwait(false);
        using var patience = new Patience(_options.Clock, cancellation);
        using var message = Build(request, patience);
        line.Begin();
        using var response = await AnswerAsync(request, message, patience, cancellation).ConfigureAwait(false);
        patience.Answered(request.Bounds.Time);
        line.Status = (int)response.StatusCode;
        var headers = RateHeaders.Of(response);
        try
        {
            using var body = new PatientStream(await response.Content.ReadAsStreamAsync(patience.Token).ConfigureAwait(false), patience, request.Bounds.Bytes);
            if (!response.IsSuccessStatusCode)
            {
                var failure = Failures.OfAnswer(
                    request, Endpoint, response.StatusCode, headers, await BeginningAsync(body, patience.Token).ConfigureAwait(false));
                lease.Answered(headers, failure.Cause is FailureCause.TierLimit or FailureCause.FlatLimit ? failure.Cause : null);
                throw failure;
            }

            lease.Answered(headers, null);
            return await read(body, patience.Token).ConfigureAwait(false);
        }
        catch (BrokenBodyException e)
        {
            throw Failures.OfBrokenBody(request, Endpoint, e);
        }
        catch (BoundlessAnswerException e)
        {
            throw Failures.OfBoundless(request, Endpoint, e.Message, e);
        }
        catch (JsonException e) when (e.Message.Contains("maximum configured depth", StringComparison.Ordinal))
        {
            throw Failures.OfBoundless(request, Endpoint, "it is nested more than 64 levels deep", e);
        }
        catch (JsonException e)
        {
            throw Failures.OfUnreadable(request, Endpoint, response.StatusCode, e);
        }
        catch (OperationCanceledException e) when (patience.AnswerRanOut && !cancellation.IsCancellationRequested)
        {
            throw Failures.OfBoundless(request, Endpoint, $"it did not end within {request.Bounds.Time.TotalMinutes:0} minutes", e);
        }
        catch (OperationCanceledException e) when (patience.RanOut && !cancellation.IsCancellationRequested)
        {
            throw Failures.OfTimeout(request, Endpoint, e);
        }
    }

    private async Task<HttpResponseMessage> AnswerAsync(
        DotdigitalRequest request, HttpRequestMessage message, Patience patience, CancellationToken cancellation)
    {
        DotdigitalException failure;
        try
        {
            var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, patience.Token).ConfigureAwait(false);
            Usage.Count(request);
            return response;
        }
        catch (HttpRequestException e)
        {
            failure = Failures.OfNetwork(request, Endpoint, e);
        }
        catch (IOException e)
        {
            failure = Failures.OfBrokenBody(request, Endpoint, e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            // If our timeout has not expired, it was the connect timeout of the handler.
            failure = patience.RanOut
                ? Failures.OfTimeout(request, Endpoint, e)
                : Failures.OfNetwork(request, Endpoint, new HttpRequestException(HttpRequestError.ConnectionError, inner: e));
        }

        if (failure.Cause != FailureCause.NotSent)
        {
            Usage.Count(request);
        }

        throw failure;
    }

    private HttpRequestMessage Build(DotdigitalRequest request, Patience patience)
    {
        // Used unchanged: canonicalising would undo some of the percent-encoding of addresses.
        var uri = new Uri(Endpoint.AbsoluteUri + request.Path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var message = new HttpRequestMessage(request.Method, uri);
        message.Headers.Authorization = _credentials;
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        message.Headers.UserAgent.Add(Agent);
        if (_options.IntegrationToken is { } token)
        {
            message.Headers.Add("x-ddg-integration-token", token.ToString("D"));
        }

        if (request.Body is { } body)
        {
            message.Content = new MemoryContent(body, patience);
        }
        else if (request.Safety == RequestSafety.Once)
        {
            // Without content, the handler itself repeats a request when a pooled connection is closed, even one that was applied.
            message.Content = new MemoryContent(ReadOnlyMemory<byte>.Empty, patience);
        }

        return message;
    }

    /// <summary>The relevant part of an error's body. A truncated body is used as far as it was received, because the status is sufficient.</summary>
    private static async Task<byte[]> BeginningAsync(Stream body, CancellationToken cancellation)
    {
        var buffer = new byte[ErrorBody.MostBytes];
        var read = 0;
        try
        {
            while (read < buffer.Length && await body.ReadAsync(buffer.AsMemory(read), cancellation).ConfigureAwait(false) is > 0 and var got)
            {
                read += got;
            }
        }
        catch (BrokenBodyException)
        {
            return buffer[..read];
        }

        return buffer[..read];
    }

    /// <summary>The number of attempts of one request.</summary>
    private sealed class Attempts(DotdigitalRequest request)
    {
        public DotdigitalRequest Request => request;

        public int Repeats { get; set; }

        public int Waits { get; set; }

        public RetryDecision Decision { get; set; }
    }

    private sealed class LoggedWaits(DotdigitalOptions options) : IProgress<CallWait>
    {
        public void Report(CallWait value)
        {
            options.Logger.LogInformation("Waiting until {Until:HH:mm:ss}: {Reason}", value.Until, value.Reason);
            options.Waits?.Report(value);
        }
    }
}
