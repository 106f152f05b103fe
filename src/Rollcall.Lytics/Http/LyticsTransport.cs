using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using Rollcall.Jobs;

namespace Rollcall.Lytics;

/// <summary>Sends calls to one URL, with the token, with timeouts, and with retries as <see cref="LyticsRetryPolicy"/> allows.</summary>
internal sealed class LyticsTransport : IDisposable
{
    private static readonly ProductInfoHeaderValue Agent =
        new("Rollcall", typeof(LyticsTransport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0");

    private readonly LyticsAccess _access;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly HttpClient _http;
    private readonly Uri _root;
    private readonly ResiliencePipeline _retry;
    private readonly ResiliencePipeline _retryOneOfMany;

    /// <param name="handler">Sends the requests; null: its own handler, which verifies TLS and follows no redirects. Not disposed.</param>
    public LyticsTransport(LyticsAccess access, TimeProvider clock, ILogger log, HttpMessageHandler? handler)
    {
        if (!Endpoints.MaySendTokenTo(access.Url))
        {
            throw new ArgumentException($"The token must not be sent to {access.Url.Authority}.", nameof(access));
        }

        (_access, _clock, _log) = (access, clock, log);
        _root = new Uri(access.Url.AbsoluteUri.TrimEnd('/') + "/");
        _http = new HttpClient(handler ?? NewHandler(access.Url), disposeHandler: handler is null)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = LyticsLimits.AnswerBytes,
        };
        (_retry, _retryOneOfMany) = (Retry(clock, oneOfMany: false), Retry(clock, oneOfMany: true));
    }

    /// <summary>Makes a call and reads its answer.</summary>
    /// <param name="call">The call.</param>
    /// <param name="read">Reads the answer's body; may throw <see cref="JsonException"/>.</param>
    /// <param name="pace">The pace that an attempt waits for; null for none.</param>
    public async Task<T> SendAsync<T>(LyticsCall call, Func<ReadOnlyMemory<byte>, T> read, ScanPace? pace, CancellationToken cancellation) =>
        await (call.IsOneOfMany ? _retryOneOfMany : _retry).ExecuteAsync(
            async token =>
            {
                if (pace is null)
                {
                    return await AttemptAsync(call, read, token).ConfigureAwait(false);
                }

                var turn = await pace.EnterAsync(token).ConfigureAwait(false);
                var answer = PaceAnswer.None;
                try
                {
                    var result = await AttemptAsync(call, read, token).ConfigureAwait(false);
                    answer = PaceAnswer.Good;
                    return result;
                }
                catch (LyticsException e) when (e.Failure is LyticsFailure.Overloaded or LyticsFailure.Broken or LyticsFailure.NotFound)
                {
                    answer = e.Failure == LyticsFailure.NotFound ? PaceAnswer.Good : PaceAnswer.Overloaded;
                    throw;
                }
                finally
                {
                    pace.Leave(turn, answer);
                }
            },
            cancellation).ConfigureAwait(false);

    public void Dispose() => _http.Dispose();

    private static ResiliencePipeline Retry(TimeProvider clock, bool oneOfMany) => new ResiliencePipelineBuilder { TimeProvider = clock }
        .AddRetry(new RetryStrategyOptions
        {
            // The policy decides how often; Polly only needs an upper limit.
            MaxRetryAttempts = int.MaxValue,
            ShouldHandle = args =>
                ValueTask.FromResult(args.Outcome.Exception is LyticsException e && LyticsRetryPolicy.Again(e.Failure, args.AttemptNumber, oneOfMany)),
            DelayGenerator = args => ValueTask.FromResult<TimeSpan?>(LyticsRetryPolicy.Pause(args.AttemptNumber)),
        })
        .Build();

    [SuppressMessage("Reliability", "CA2000:Dispose objects before losing scope", Justification = "HttpClient owns it")]
    private static SocketsHttpHandler NewHandler(Uri url) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = !url.IsLoopback,
        AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromSeconds(30),
    };

    private async Task<T> AttemptAsync<T>(LyticsCall call, Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancellation)
    {
        using var time = new CancellationTokenSource(LyticsLimits.Timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellation);
        using var message = Build(call);
        var began = _clock.GetTimestamp();
        try
        {
            // Includes the body, because it is limited and a page is read completely or not at all.
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseContentRead, either.Token).ConfigureAwait(false);
            if (_log.IsEnabled(LogLevel.Debug))
            {
                _log.LogDebug(
                    "Lytics {Operation} answered {Status} after {Milliseconds:0} ms", call.Operation, (int)response.StatusCode,
                    _clock.GetElapsedTime(began).TotalMilliseconds);
            }

            var body = await response.Content.ReadAsByteArrayAsync(either.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? Read(read, body) : throw Refused(call, response.StatusCode, body);
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw new LyticsException(
                LyticsFailure.Unreadable, $"The answer of {_access.Url.Authority} to {call.Operation} does not match the Lytics API: {e.Message}", e);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw new LyticsException(LyticsFailure.Unreadable, $"The answer of {_access.Url.Authority} to {call.Operation} is longer than allowed.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new LyticsException(LyticsFailure.Unreachable, $"{_access.Url.Authority} cannot be reached, or the connection was lost: {e.Message}", e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new LyticsException(
                LyticsFailure.Unreachable, $"{_access.Url.Authority} did not answer {call.Operation} within {LyticsLimits.Timeout.TotalSeconds:0} seconds.", e);
        }
    }

    private static T Read<T>(Func<ReadOnlyMemory<byte>, T> read, byte[] body)
    {
        try
        {
            return read(body);
        }
        catch (InvalidOperationException e)
        {
            // System.Text.Json reports half a character only when the text is requested.
            throw new JsonException("It contains an invalid text.", e);
        }
    }

    private HttpRequestMessage Build(LyticsCall call)
    {
        var path = _access.AccountId is { } account
            ? $"{call.Path}{(call.Path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}account_id={Uri.EscapeDataString(account)}"
            : call.Path;
        var message = new HttpRequestMessage(call.Body is null ? HttpMethod.Get : HttpMethod.Post, new Uri(_root, path));
        message.Headers.TryAddWithoutValidation("Authorization", _access.Token);
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        message.Headers.UserAgent.Add(Agent);
        if (call.Body is { } body)
        {
            message.Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        }

        return message;
    }

    private LyticsException Refused(LyticsCall call, HttpStatusCode status, byte[] body)
    {
        var failure = (int)status switch
        {
            401 or 403 => LyticsFailure.Forbidden,
            429 => LyticsFailure.Overloaded,
            408 => LyticsFailure.Unreachable,
            >= 500 => LyticsFailure.Broken,

            // The status of an expired page token is not published: if the call was just accepted without the token, the token is the cause.
            >= 400 when call.HasPageToken => LyticsFailure.Stale,
            404 => LyticsFailure.NotFound,
            _ => LyticsFailure.Refused,
        };

        // A message of Lytics about one person may identify them.
        var said = call.IsOneOfMany ? null : LyticsWire.MessageOf(body)?.Replace(_access.Token, "***", StringComparison.Ordinal);
        return new LyticsException(failure, $"{_access.Url.Authority} refused {call.Operation} ({(int)status}){(said is null ? "." : $": {said}")}");
    }
}

/// <summary>A call to Lytics.</summary>
/// <param name="Operation">What it does, for messages.</param>
/// <param name="Path">Path and query below the API's URL, escaped.</param>
/// <param name="Body">JSON to post; null to get.</param>
/// <param name="HasPageToken">Whether it continues a scan.</param>
/// <param name="IsOneOfMany">Whether it is about one person of many: faults are retried for a shorter time, and messages are not repeated to the user.</param>
internal sealed record LyticsCall(string Operation, string Path, ReadOnlyMemory<byte>? Body = null, bool HasPageToken = false, bool IsOneOfMany = false);
