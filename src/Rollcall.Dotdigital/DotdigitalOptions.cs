using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Rollcall.Dotdigital;

/// <summary>Credentials, endpoint, and the share of the account's calls to use.</summary>
public sealed class DotdigitalOptions
{
    /// <summary>The API user's name.</summary>
    public required string Username { get; init; }

    /// <summary>The API user's password. Sent only where <see cref="DotdigitalEndpoints.WhyForbidden"/> allows; never logged.</summary>
    public required string Password { get; init; }

    /// <summary>The endpoint that is asked for the account's own endpoint; null: region 1.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>A verified partner's tracking token; null: none is sent.</summary>
    public Guid? IntegrationToken { get; init; }

    /// <summary>Identifies the job to the governor, which is fair between jobs.</summary>
    public string Job { get; init; } = "";

    /// <summary>The share of each tier's calls per minute that this client may use: greater than 0, at most 1. One call per minute is always allowed.</summary>
    public double Share { get; init; } = 1.0;

    /// <summary>Whether this client's calls take precedence over batch work.</summary>
    public CallPriority Priority { get; init; } = CallPriority.Batch;

    /// <summary>The governors to share; null: those of this process.</summary>
    public Governors? Governors { get; init; }

    /// <summary>Receives every wait for the account's limits.</summary>
    public IProgress<CallWait>? Waits { get; init; }

    /// <summary>The clock for pauses and timeouts.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Where log lines go: operations, statuses and times, never bodies, addresses or credentials.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;

    /// <summary>Sends the requests; null: a handler of the client, which verifies TLS and follows no redirects. Not disposed by the client.</summary>
    public HttpMessageHandler? Handler { get; init; }

    /// <summary>Without the password.</summary>
    public override string ToString() => $"{Username} at {Endpoint?.ToString() ?? "the account's own region"}";
}
