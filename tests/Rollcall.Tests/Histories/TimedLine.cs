using System.Collections.Concurrent;
using System.Net;

namespace Rollcall.Tests.Histories;

/// <summary>
/// The connection to a simulated Dotdigital under <see cref="TwoClocks"/>: time does not advance during a request. Records the answers, with the time of
/// Dotdigital's clock.
/// </summary>
internal sealed class TimedLine(TwoClocks clocks) : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false })
{
    public ConcurrentQueue<(string Request, HttpStatusCode Status, DateTimeOffset At)> Answers { get; } = new();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        clocks.Asked();
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            Answers.Enqueue(($"{request.Method} {request.RequestUri!.AbsolutePath}", response.StatusCode, clocks.Theirs.GetUtcNow()));
            return response;
        }
        finally
        {
            clocks.Answered();
        }
    }
}
