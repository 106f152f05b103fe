using Microsoft.Extensions.Logging;
using Rollcall.Jobs;
using Rollcall.Model;
using Rollcall.Work;

namespace Rollcall.Running;

/// <summary>What every run works with.</summary>
public sealed record Workplace
{
    /// <summary>The data folder's absolute path.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Gives the credentials of a job; throws <see cref="RollcallException"/> (exit 2) for a name that is not stored.</summary>
    public required Func<JobAuthorization, Credentials> Credentials { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Where log lines go. Lines mask addresses unless <see cref="ShowEmails"/>.</summary>
    public required ILoggerFactory Logs { get; init; }

    /// <summary>Whether logs show addresses.</summary>
    public bool ShowEmails { get; init; }

    /// <summary>Puts words to a finding of a run of a job file, for the log; null for its code and arguments.</summary>
    public Func<Finding, string, string>? Words { get; init; }

    /// <summary>Sends the requests to Dotdigital; null for a real connection.</summary>
    public HttpMessageHandler? Http { get; init; }

    /// <summary>Where audiences and sinks are that the engine does not know itself; null for nowhere.</summary>
    public ICustomerDataPlatform? Platform { get; init; }

    /// <summary>
    /// Called around every step that makes something durable or known, with <c>commit</c>, <c>file</c>, <c>request</c> or <c>answer</c>: where a crash test
    /// ends the process.
    /// </summary>
    public Action<string>? Checkpoint { get; init; }

    /// <summary>The memory and threads that the runs of this process share; null where each run has its own.</summary>
    public RunRoom? Room { get; init; }

    /// <summary>Hears the id of a run as soon as it has one; null for nobody.</summary>
    public Action<string>? Began { get; init; }

    /// <summary>Hears how far the run is.</summary>
    public IProgress<RunProgress>? Progress { get; init; }

    internal ICustomerDataPlatform PlatformOf(object options) =>
        Platform ?? throw new RollcallException(ExitCode.BadJob, $"{options} is not reachable from here: this program was put together without it.");
}
