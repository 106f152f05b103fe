namespace Rollcall.Dotdigital;

/// <summary>
/// Shares an account's calls between processes: gives out lots of them, for each window of each tier. What is not given back, because its process died,
/// is free again in the next window.
/// </summary>
public interface ICallLots
{
    /// <summary>Takes calls, and returns how many; null when it is closed.</summary>
    Task<int?> TakeAsync(CallLot lot);
}

/// <summary>What a process asks for.</summary>
/// <param name="Tier">The tier.</param>
/// <param name="Window">The window: the moment of its end by Dotdigital's clock, in seconds since 1970.</param>
/// <param name="Owed">Calls that count in any case, because they have started already; negative to give calls back.</param>
/// <param name="Wanted">The calls that are wanted besides, or as many as there is room for.</param>
/// <param name="UpTo">How many calls of the window may be taken by everybody together.</param>
public sealed record CallLot(CallTier Tier, long Window, int Owed, int Wanted, int UpTo)
{
    /// <summary>Calls of everybody that Dotdigital has counted in the window; 0 when unknown.</summary>
    public int Counted { get; init; }

    /// <summary>1 with the first lot of a window, -1 when the process leaves it, otherwise 0.</summary>
    public int Holders { get; init; }

    /// <summary>Whether the process has lots of the window before.</summary>
    public bool HeldBefore { get; init; }

    /// <summary>
    /// Whether the window has just begun. Calls that others started in the window before may still arrive in this one, and they have perhaps not said so yet.
    /// </summary>
    public bool IsEarly { get; init; }
}
