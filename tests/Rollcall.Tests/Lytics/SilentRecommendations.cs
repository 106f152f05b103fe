using Rollcall.Lytics;

namespace Rollcall.Tests.Lytics;

/// <summary>Gives no recommendations until the caller gives up.</summary>
internal sealed class SilentRecommendations() : DelegatingHandler(new SocketsHttpHandler())
{
    private int _underWay;

    public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int UnderWay => Volatile.Read(ref _underWay);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.RequestUri!.AbsolutePath.Contains("/recommend/", StringComparison.Ordinal))
        {
            return await base.SendAsync(request, cancellationToken);
        }

        if (Interlocked.Increment(ref _underWay) == LyticsLimits.FirstAtOnce)
        {
            Waiting.SetResult();
        }

        try
        {
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            throw new InvalidOperationException("It was never cancelled.");
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }
}
