using Microsoft.Extensions.Logging;

namespace Rollcall.Running;

/// <summary>What lines of the log belong to: its parts are properties of every line written while it lasts.</summary>
public static class RunScope
{
    /// <summary>The run's id.</summary>
    public const string Run = "RunId";

    /// <summary>The job's tag.</summary>
    public const string Job = "JobTag";

    /// <summary>The Dotdigital account's id, once it is known.</summary>
    public const string Account = "AccountId";

    internal static IDisposable? Begin(ILogger log, string runId, string tag) => log.BeginScope(new Dictionary<string, object> { [Run] = runId, [Job] = tag });

    internal static IDisposable? OfAccount(ILogger log, long account) => log.BeginScope(new Dictionary<string, object> { [Account] = account });
}
