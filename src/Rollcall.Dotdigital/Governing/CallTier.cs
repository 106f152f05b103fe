namespace Rollcall.Dotdigital;

/// <summary>
/// Dotdigital's tiers of calls, each with its own limit per minute for the whole account (https://developer.dotdigital.com/docs/call-rate-limits).
/// </summary>
public enum CallTier
{
    /// <summary>Imports and calls that transfer much data.</summary>
    Low,

    /// <summary>Writes of a single item.</summary>
    Medium,

    /// <summary>Look-ups of a single item.</summary>
    High,

    /// <summary>Polling.</summary>
    Unlimited,
}

/// <summary>The priority of calls when calls are scarce.</summary>
public enum CallPriority
{
    /// <summary>Real-time events.</summary>
    RealTime,

    /// <summary>Runs.</summary>
    Batch,
}

/// <summary>A wait for one of the account's limits.</summary>
/// <param name="Reason">The limit, as text.</param>
/// <param name="Until">When the call is attempted, by this machine's clock; null when that depends on other calls.</param>
public sealed record CallWait(string Reason, DateTimeOffset? Until);

/// <summary>What the governor needs to know about a call.</summary>
/// <param name="Operation">Its name: the governor learns the tier of each.</param>
/// <param name="Tier">The assumed tier, until an answer shows it.</param>
/// <param name="Job">The caller.</param>
/// <param name="Priority">Its lane.</param>
/// <param name="Share">The share of the tier's limit that the caller may use.</param>
internal sealed record GovernedCall(string Operation, CallTier Tier, string Job, CallPriority Priority, double Share);
