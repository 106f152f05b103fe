using Microsoft.Extensions.Logging;
using Rollcall.Jobs;
using Rollcall.Running;

namespace Rollcall.Lytics;

/// <summary>Lytics as a platform for the engine: its audiences, its recommendations and its streams.</summary>
/// <param name="clock">The clock for pauses and timeouts.</param>
/// <param name="logs">Where log lines go: operations, statuses and times, never a token or a profile.</param>
/// <param name="http">Sends the requests; null: a handler that verifies TLS and follows no redirects. Not disposed.</param>
public sealed class LyticsPlatform(TimeProvider clock, ILoggerFactory logs, HttpMessageHandler? http = null) : ICustomerDataPlatform
{
    /// <inheritdoc/>
    public IAudienceSource Source(Job job)
    {
        var options = (LyticsSourceOptions)job.Source;
        return new LyticsSource(Connect(options.Access), options.Access, job.Config);
    }

    /// <inheritdoc/>
    public IRecommender Recommender(Job job)
    {
        var options = (LyticsSourceOptions)job.Source;
        return new LyticsRecommender(Connect(options.Access), options.Access, job.Config);
    }

    /// <inheritdoc/>
    public IStatusSink Sink(Job job)
    {
        var options = (LyticsSinkOptions)(job.StatusSink ?? throw new ArgumentException("The job has no sink.", nameof(job)));
        return new LyticsStatusSink(() => Connect(options.Access), options);
    }

    private LyticsClient Connect(LyticsAccess access) => new(new LyticsTransport(access, clock, logs.CreateLogger("Rollcall.Lytics"), http));
}
