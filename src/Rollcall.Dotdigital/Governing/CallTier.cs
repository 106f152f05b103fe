namespace Rollcall.Dotdigital;

/// <summary>Dotdigital's tiers of calls, each with its own limit a minute for the whole account (https://developer.dotdigital.com/docs/call-rate-limits).</summary>
public enum CallTier
{
    /// <summary>Imports and calls that move much data.</summary>
    Low,

    /// <summary>Writes of one thing.</summary>
    Medium,

    /// <summary>Look-ups of one thing.</summary>
    High,

    /// <summary>Polling.</summary>
    Unlimited,
}

/// <summary>Which calls go first when calls are scarce.</summary>
public enum CallPriority
{
    /// <summary>Events somebody waits for.</summary>
    RealTime,

    /// <summary>Runs.</summary>
    Batch,
}

/// <summary>A wait for one of the account's limits.</summary>
/// <param name="Reason">Which limit, in words.</param>
/// <param name="Until">When the call is tried, by this machine's clock; null when that depends on other calls.</param>
public sealed record CallWait(string Reason, DateTimeOffset? Until);

/// <summary>What the governor needs to know of a call.</summary>
/// <param name="Operation">Its name: the governor learns the tier of each.</param>
/// <param name="Tier">The tier it is believed to be in until an answer tells.</param>
/// <param name="Job">Who calls.</param>
/// <param name="Priority">Its lane.</param>
/// <param name="Share">How much of the tier's limit the caller may take.</param>
internal sealed record GovernedCall(string Operation, CallTier Tier, string Job, CallPriority Priority, double Share);
